"""Addresses of free times; `appointments/slots` must be read before `appointments/<id>`."""

from django.urls import path

from appointments import slots_api

urlpatterns = [
    path("appointments/slots", slots_api.Slots.as_view(), name="slots"),
    path("doctors/<uuid:doctor_id>/availability", slots_api.Availability.as_view(), name="availability"),
    path("providers/<uuid:doctor_id>/available-slots", slots_api.AvailableSlots.as_view(), name="available-slots"),
]
