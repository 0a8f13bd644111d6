"""Addresses of this room: its API under /api/v1/ and /api/, health at the root too."""

from django.urls import URLPattern, path

from vitas.operations.api import DocsView, HealthView, SchemaView

urlpatterns: list[URLPattern] = []

# Under /api/ alone: they describe the whole.
described_urlpatterns: list[URLPattern] = [
    path("api/schema", SchemaView.as_view(), name="schema"),
    path("api/docs", DocsView.as_view(), name="docs"),
]

root_urlpatterns: list[URLPattern] = [path("health", HealthView.as_view(), name="health")]
