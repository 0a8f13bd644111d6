"""Pages of this room, at the root."""

from django.urls import path

from appointments.views import booking, finding, visits

page_urlpatterns = [
    path("doctors", finding.find, name="find"),
    path("doctors/<uuid:place_id>", finding.times, name="times"),
    path("doctors/<uuid:place_id>/book", booking.book, name="book"),
    path("visits", visits.visits, name="visits"),
    path("visits/<uuid:visit_id>", visits.visit, name="visit"),
    path("visits/<uuid:visit_id>/pay", visits.pay, name="pay"),
    path("visits/<uuid:visit_id>/cancel", visits.cancel, name="cancel"),
]
