"""The entrance for sockets (`live`), and for everything where one process does it all."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vitas.settings")

_pages_and_api = get_asgi_application()

from vitas.common.key_providers import warm_up  # noqa: E402 (apps must be ready first)
from vitas.live.closing import closing_with_a_code  # noqa: E402
from vitas.live.routing import websocket_urlpatterns  # noqa: E402

warm_up()
_sockets = closing_with_a_code(URLRouter(websocket_urlpatterns))

application = ProtocolTypeRouter({"http": _pages_and_api, "websocket": _sockets})
