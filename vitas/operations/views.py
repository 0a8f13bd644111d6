"""What makes the pages installable: the manifest, the service worker and its one page."""

import hashlib
import json
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

# All that a browser keeps of us: what the page without a connection is drawn with. Never a page, never data.
_KEPT: Final = ("vendor/bootstrap.css", "css/tokens.css", "css/vitas.css", "js/offline.js", "img/favicon.svg")


@require_safe
@cache_control(max_age=3600, private=True)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone asks before it puts Vitas beside its apps (W3C Web Application Manifest)."""
    icons = [("192", "192x192", "any"), ("512", "512x512", "any"), ("maskable-512", "512x512", "maskable")]
    told = {
        "id": "/",
        "name": "Vitas",
        "short_name": "Vitas",
        "description": _("Find a doctor, take a free time and keep your visits in one place."),
        "lang": translation.get_language(),
        "start_url": reverse("landing"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbfcfb",
        "theme_color": "#0b6b63",
        "icons": [
            {"src": static(f"img/icons/{name}.png"), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in icons
        ],
        "shortcuts": [
            {"name": _("Find a doctor"), "url": reverse("find")},
            {"name": _("Visits"), "url": reverse("visits")},
        ],
    }
    response = HttpResponse(json.dumps(told, ensure_ascii=False), content_type="application/manifest+json")
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """It keeps the page without a connection in the visitor's language, and what that is drawn with."""
    page = f"{reverse('offline')}?language={translation.get_language()}"
    kept = [static(name) for name in _KEPT]
    drawn = render_to_string("operations/offline.html")
    name = f"offline-{hashlib.sha256(json.dumps([page, kept, drawn]).encode()).hexdigest()[:12]}"
    body = render_to_string("operations/sw.js", {"name": name, "page": page, "kept": json.dumps([page, *kept])})
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


@require_safe
@cache_control(no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """The same for everybody who reads `language`: it knows nothing of who is signed in."""
    known = dict(settings.LANGUAGES)
    wanted = request.GET.get("language", "")
    with translation.override(wanted if wanted in known else translation.get_language()):
        return HttpResponse(render_to_string("operations/offline.html"))
