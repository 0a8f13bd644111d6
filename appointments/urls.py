"""Addresses of visits and free times, mounted under /api/v1/ and /api/."""

from django.urls import include, path

from appointments import api

urlpatterns = [
    path("", include("appointments.slots_urls")),
    path("appointments", api.Appointments.as_view(), name="appointments"),
    path("appointments/book", api.Book.as_view(), name="book"),
    path("appointments/<uuid:appointment_id>", api.OneAppointment.as_view(), name="appointment"),
    path("appointments/<uuid:appointment_id>/reschedule", api.Reschedule.as_view(), name="reschedule"),
    path("appointments/<uuid:appointment_id>/cancel", api.Cancel.as_view(), name="cancel"),
    path("receptionists/stats", api.Stats.as_view(), name="desk-stats"),
    path("receptionists/queue", api.Queue.as_view(), name="desk-queue"),
]
