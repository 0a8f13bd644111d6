"""A page, or the fragment of it that htmx asks for."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

BY_ITSELF: Final = "X-By-Itself"  # a header: the page asks, not the person


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    fragments: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    """The whole of `template`; only its partial `name` where htmx aims at the element with that id and it may.

    A fragment is what a page already shows, drawn anew: a boosted link and a step back in history get the whole.
    """
    htmx = request.htmx  # type: ignore[attr-defined]
    fragment = htmx.target if htmx and not htmx.boosted and not htmx.history_restore_request else None
    if fragment in fragments:
        response = render(request, f"{template}#{fragment}", context, status=status)
        _add_toasts(request, response)
    else:
        response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _add_toasts(request: HttpRequest, response: HttpResponse) -> None:
    """What there is to say goes along with the fragment, to where the page shows it."""
    if len(get_messages(request)):
        response.write(render_to_string("frame/toasts_added.html", request=request))


def go(request: HttpRequest, address: str) -> HttpResponse:
    """Send the person on: a redirect, or htmx's own way to one, which loads the whole page.

    A page that only refreshes a part of itself takes nobody away from what they are doing.
    """
    if BY_ITSELF in request.headers:
        return HttpResponse(status=204)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def here(request: HttpRequest) -> str:
    """Where the person is, to come back to: the page behind a fragment or a form, else the page itself."""
    current = request.htmx.current_url_abs_path if request.htmx else None  # type: ignore[attr-defined]
    if current:
        return str(current)
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    sent_from = request.headers.get("Referer", "")
    return urlsplit(sent_from)._replace(scheme="", netloc="").geturl() if is_ours(request, sent_from) else ""


def is_ours(request: HttpRequest, address: str) -> bool:
    """Whether an address from outside leads to a page of this site."""
    hosts = {request.get_host()}
    return bool(address) and url_has_allowed_host_and_scheme(address, hosts, require_https=request.is_secure())
