"""API addresses of this room, mounted under /api/v1/ and /api/."""

from django.urls import path

from vitas.accounts import api

urlpatterns = [
    path("auth/refresh", api.Refresh.as_view(), name="auth-refresh"),
    path("auth/logout", api.Logout.as_view(), name="auth-logout"),
    path("auth/firebase", api.Firebase.as_view(), name="auth-firebase"),
    path("auth/session-heartbeat", api.Heartbeat.as_view(), name="auth-heartbeat"),
    path("users/me", api.Me.as_view(), name="users-me"),
]
