"""Pages of this room, at the root."""

from django.urls import path

from appointments import views

page_urlpatterns = [
    path("doctors", views.find, name="find"),
    path("doctors/<uuid:place_id>", views.times, name="times"),
    path("doctors/<uuid:place_id>/book", views.book, name="book"),
    path("visits", views.visits, name="visits"),
    path("visits/<uuid:visit_id>", views.visit, name="visit"),
    path("visits/<uuid:visit_id>/pay", views.pay, name="pay"),
    path("visits/<uuid:visit_id>/cancel", views.cancel, name="cancel"),
]
