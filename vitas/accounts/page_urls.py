"""Pages of this room, at the root."""

from django.urls import path

from vitas.accounts import views

page_urlpatterns = [
    path("sign-in/staff", views.sign_in, name="staff-sign-in"),
    path("password/forgotten", views.forgotten, name="forgotten-password"),
    path("password/new/<str:token>", views.new_password, name="new-password"),
    path("password/change", views.change_password, name="change-password"),
]
