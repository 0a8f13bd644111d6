"""API addresses of this room, mounted under /api/v1/ and /api/."""

from django.urls import path

from vitas.live import api

urlpatterns = [
    path("notifications", api.Notifications.as_view(), name="notifications"),
    path("notifications/read", api.NotificationsRead.as_view(), name="notifications-read"),
]
