"""What an address asks that the patient and those who care for them share: somebody who reads records."""

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from vitas.accounts.actor import Actor
from vitas.accounts.models import Role
from vitas.common.pages import go, here

View = Callable[..., HttpResponseBase]


def for_readers(view: View) -> View:
    """Others are sent to sign in, a person without a chosen profile to choose one; both come back."""

    @functools.wraps(view)
    @never_cache
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if (actor.is_patient and actor.patient_id) or actor.doctor_id or actor.role == Role.NURSE:
            return view(request, *args, **kwargs)
        step = "profiles" if actor.is_patient else "sign-in"
        return go(request, f"{reverse(step)}?{urlencode({'next': here(request) or '/'})}")

    return opened


def back_to(actor: Actor, record_id: Any) -> HttpResponse:
    """To the record's page, as this person has it."""
    return redirect("record" if actor.is_patient else "patient-record", record_id=record_id)
