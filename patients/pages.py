"""What a page of a patient asks before it opens: somebody signed in, who acts for somebody."""

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from vitas.common.pages import go, here, is_ours

View = Callable[..., HttpResponse]


def for_patients(view: View) -> View:
    """Others are sent to sign in, a person without a chosen profile to choose one; both come back."""

    @functools.wraps(view)
    @never_cache
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = request.actor  # type: ignore[attr-defined]
        if actor.is_patient and actor.patient_id:
            return view(request, *args, **kwargs)
        step = "profiles" if actor.is_patient else "sign-in"
        return go(request, f"{reverse(step)}?{urlencode({'next': here(request) or '/'})}")

    return opened


def goes_to(request: HttpRequest, wanted: str) -> str:
    """An address of ours, else the visits."""
    return wanted if is_ours(request, wanted) else reverse("visits")
