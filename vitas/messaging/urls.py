"""Addresses of this room. They exist in a demo only, at the root, outside the API."""

from django.urls import re_path

from vitas.messaging.demo import demo_outbox

demo_urlpatterns = [re_path(r"^demo/outbox/?$", demo_outbox, name="demo-outbox")]
