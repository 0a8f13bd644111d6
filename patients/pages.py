"""What a page of a patient asks before it opens: somebody signed in, who acts for somebody."""

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

View = Callable[..., HttpResponse]


def for_patients(view: View) -> View:
    """Others are sent to sign in, a person without a chosen profile to choose one; both come back."""

    @functools.wraps(view)
    @never_cache
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = request.actor  # type: ignore[attr-defined]
        if actor.is_patient and actor.patient_id:
            return view(request, *args, **kwargs)
        here = request.get_full_path() if request.method == "GET" else "/"
        step = "profiles" if actor.is_patient else "sign-in"
        return redirect(f"{reverse(step)}?{urlencode({'next': here})}")

    return opened


def goes_to(request: HttpRequest, wanted: str) -> str:
    """An address of ours, else the visits."""
    here = {request.get_host()}
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts=here, require_https=request.is_secure()):
        return wanted
    return reverse("visits")
