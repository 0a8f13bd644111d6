"""Addresses of this room. They exist in a demo only, at the root, outside the API."""

from django.urls import path

from vitas.messaging.demo import demo_outbox

demo_urlpatterns = [path("demo/outbox", demo_outbox, name="demo-outbox")]
