"""Pages of this room, at the root."""

from django.urls import path

from vitas.live import editing, views

page_urlpatterns = [
    path("notifications", views.notifications, name="notifications"),
    path("notifications/count", views.count, name="notifications-count"),
    path("notifications/read", views.read, name="notifications-read"),
    path("editing/look", editing.look, name="editing-look"),
    path("editing/acquire", editing.acquire, name="editing-acquire"),
    path("editing/renew", editing.renew, name="editing-renew"),
    path("editing/release", editing.release, name="editing-release"),
]
