"""What every page knows of its visitor."""

from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest

from vitas.common.shown import known_zone

ZONE_COOKIE = "zone"  # the visitor's own IANA zone, told by the script


def shown(request: HttpRequest) -> dict[str, Any]:
    return {
        "visitor_zone": known_zone(unquote(request.COOKIES.get(ZONE_COOKIE, ""))),
        "demo": settings.DEMO,
    }
