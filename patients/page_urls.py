"""Pages of this room, at the root."""

from django.urls import path

from patients import views

page_urlpatterns = [
    path("sign-in", views.ask_for_code, name="sign-in"),
    path("sign-in/code", views.enter_code, name="sign-in-code"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("profiles", views.choose_profile, name="profiles"),
]
