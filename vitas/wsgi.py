"""The web server's entrance (`web`)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vitas.settings")

application = get_wsgi_application()

from vitas.common.key_providers import warm_up  # noqa: E402 (apps must be ready first)

warm_up()
