"""Addresses of sockets, with and without a trailing slash."""

from django.urls import re_path

from vitas.live.consumers import Notifications, Nowhere

websocket_urlpatterns = [
    re_path(r"^ws/notifications/?$", Notifications.as_asgi()),
    re_path(r"", Nowhere.as_asgi()),
]
