"""The entrance for sockets (`live`), and for everything where one process does it all."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vitas.settings")

_pages_and_api = get_asgi_application()

application = ProtocolTypeRouter({"http": _pages_and_api})
