"""The entrance for sockets (`live`), and for everything where one process does it all."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vitas.settings")

_pages_and_api = get_asgi_application()

from vitas.live.routing import websocket_urlpatterns  # noqa: E402 (apps must be ready first)

application = ProtocolTypeRouter({"http": _pages_and_api, "websocket": URLRouter(websocket_urlpatterns)})
