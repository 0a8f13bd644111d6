"""What the second step's pages ask before they open: a sign-in that waits, or somebody who has just proven it."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from vitas.accounts import page_sessions
from vitas.accounts.mfa import confirming, steps, verifying
from vitas.accounts.models import Session, SignInStep, User
from vitas.accounts.pages import for_members
from vitas.common.pages import go, here

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Changer:
    """Whose second factors a page changes: of a session, or of a sign-in that waits for one to be set up."""

    user: User
    session: Session | None = None
    step: SignInStep | None = None

    @property
    def holder_id(self) -> UUID:
        held = self.session or self.step
        assert held is not None  # one of them is always given
        found: UUID = held.pk
        return found

    def finish(self, request: HttpRequest, *, factor: str) -> str:
        """After a factor was set up: a sign-in that waited for it goes on. Where the person wanted to go."""
        if self.step is None:
            return reverse("security")
        wanted = page_sessions.wanted(request)
        page_sessions.sign_in_page(request, verifying.finish(self.step, factor=factor))
        return wanted


def confirmed(view: View) -> View:
    """Open to members who have proven within ten minutes who they are; others do so first, and come back."""

    @for_members
    @functools.wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if confirming.is_recent(page_sessions.row_of(request)):
            return view(request, *args, **kwargs)
        return to_confirm(request)

    return opened


def to_confirm(request: HttpRequest) -> HttpResponse:
    back = here(request) if request.method == "GET" else reverse("security")
    return go(request, f"{reverse('confirm')}?{urlencode({'next': back})}")


def for_changers(view: View) -> View:
    """As `confirmed`, and to who is signing in and must set one up. The view gets the `Changer`."""

    @functools.wraps(view)
    @never_cache
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = request.actor  # type: ignore[attr-defined]
        if actor.is_staff or actor.is_operator:
            session = page_sessions.row_of(request)
            if not confirming.is_recent(session):
                return to_confirm(request)
            return view(request, Changer(session.user, session=session), *args, **kwargs)
        try:
            step = steps.found(page_sessions.held_step(request), wants=SignInStep.Wants.SETUP)
        except steps.DeadStep as dead:
            return from_the_start(request, dead)
        return view(request, Changer(step.user, step=step), *args, **kwargs)

    return opened


def from_the_start(request: HttpRequest, dead: steps.DeadStep) -> HttpResponse:
    """A sign-in that waited too long, or was never begun."""
    wanted = page_sessions.wanted(request)
    if page_sessions.held_step(request):
        messages.error(request, str(dead.message))
        page_sessions.drop_step(request)
    return redirect(f"{reverse('staff-sign-in')}?{urlencode({'next': wanted})}" if wanted else "staff-sign-in")
