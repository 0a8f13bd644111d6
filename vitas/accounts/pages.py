"""What a page of anybody who is signed in asks before it opens, and one of any member of staff."""

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from vitas.common.pages import go, here

View = Callable[..., HttpResponse]


def for_signed_in(view: View) -> View:
    """Others are sent to sign in, and come back."""

    @functools.wraps(view)
    @never_cache
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor.signed_in:  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)
        return go(request, f"{reverse('sign-in')}?{urlencode({'next': here(request)})}")

    return opened


def for_members(view: View) -> View:
    """Open to whoever signed in by a password; others are sent to do so, and come back."""

    @functools.wraps(view)
    @never_cache
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = request.actor  # type: ignore[attr-defined]
        if actor.is_staff or actor.is_operator:
            return view(request, *args, **kwargs)
        return go(request, f"{reverse('staff-sign-in')}?{urlencode({'next': here(request)})}")

    return opened
