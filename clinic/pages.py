"""What a page of a doctor asks before it opens."""

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.common.pages import go, here

View = Callable[..., HttpResponse]


def for_doctors(view: View) -> View:
    """Others are sent to the staff's sign-in, and come back."""
    return _for(view, lambda actor: actor.doctor_id is not None)


def for_carers(view: View) -> View:
    """For doctors, and for nurses, who read what doctors do."""
    return _for(view, lambda actor: actor.doctor_id is not None or actor.role == Role.NURSE)


def _for(view: View, may: Callable[[Actor], bool]) -> View:
    @functools.wraps(view)
    @never_cache
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if may(request.actor):  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)
        return go(
            request, f"{reverse('staff-sign-in')}?{urlencode({'next': here(request) or reverse('doctor-today')})}"
        )

    return opened
