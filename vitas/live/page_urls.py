"""Pages of this room, at the root."""

from django.urls import path

from vitas.live import views

page_urlpatterns = [
    path("notifications", views.notifications, name="notifications"),
    path("notifications/count", views.count, name="notifications-count"),
    path("notifications/read", views.read, name="notifications-read"),
]
