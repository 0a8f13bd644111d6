"""API addresses of this room, mounted under /api/v1/ and /api/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
