"""API addresses of this room, mounted under /api/v1/ and /api/."""

from django.urls import path

from vitas.live import api, locks_api

urlpatterns = [
    path("notifications", api.Notifications.as_view(), name="notifications"),
    path("notifications/read", api.NotificationsRead.as_view(), name="notifications-read"),
    path("distributed-locks/acquire", locks_api.LockAcquire.as_view(), name="lock-acquire"),
    path("distributed-locks/renew", locks_api.LockRenew.as_view(), name="lock-renew"),
    path("distributed-locks/release", locks_api.LockRelease.as_view(), name="lock-release"),
]
