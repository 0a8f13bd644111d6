"""The second page of signing in, setting up a second step where one must, and a passkey in place of both."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vitas.accounts import page_sessions
from vitas.accounts.mfa import factors, forms, gates, requirement, steps, verifying
from vitas.accounts.models import SignInStep
from vitas.common.errors import Refused
from vitas.common.pages import page

PAGE = "accounts/second_step.html"


@never_cache
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """A code of the app or a recovery code, without a script; a passkey with one."""
    token = page_sessions.held_step(request)
    try:
        step = steps.found(token, wants=SignInStep.Wants.PROOF)
        context = _context(request, step)
        form = context["form"]
        if request.method == "POST" and form.is_valid():
            session = verifying.take(token=token, **form.cleaned_data)
            return _enter(request, session)
    except steps.DeadStep as dead:
        return gates.from_the_start(request, dead)
    except Refused as refusal:
        form.refuse(refusal)
        return _refused(request, refusal, context)
    return page(request, PAGE, context, status=422 if form.errors else 200)


def _context(request: HttpRequest, step: SignInStep) -> dict[str, Any]:
    """One way is open at a time, the others are a link away."""
    methods = factors.of(step.user).methods
    by = request.GET.get("by", "")
    if by not in methods:
        by = "totp" if "totp" in methods else "passkey"
    kind = {"totp": forms.CodeForm, "recoveryCode": forms.RecoveryForm, "passkey": forms.PasskeyForm}
    if request.method == "POST" and request.POST.get("passkey"):
        by = "passkey"
    form = kind[by](request.POST if request.method == "POST" else None)
    return {"form": form, "by": by, "methods": methods, "email": step.user.email}


@never_cache
@require_GET
def set_up(request: HttpRequest) -> HttpResponse:
    """Nothing else opens for who must have a second step and has none: which one?"""
    try:
        step = steps.found(page_sessions.held_step(request), wants=SignInStep.Wants.SETUP)
    except steps.DeadStep as dead:
        return gates.from_the_start(request, dead)
    return page(request, "accounts/set_up.html", {"form": forms.NewPasskeyForm(), "email": step.user.email})


@never_cache
@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """For the sign-in that waits in this browser, else for one by a passkey alone."""
    alone = "alone" in request.GET
    try:
        asked = verifying.passkey_options("" if alone else page_sessions.held_step(request) or "-")
    except Refused as refusal:
        return JsonResponse({"message": str(refusal.message)}, status=refusal.status)
    return JsonResponse(asked)


@never_cache
@require_POST
def by_passkey(request: HttpRequest) -> HttpResponse:
    """Signed in without a password."""
    from vitas.accounts import views

    form = forms.PasskeyForm(request.POST)
    wanted = request.POST.get("next", "")
    if form.is_valid():
        try:
            session = verifying.by_passkey_alone(form.cleaned_data["passkey"])
        except Refused as refusal:
            return views.refused_sign_in(request, refusal, wanted=wanted)
        page_sessions.drop_step(request)
        return views.entered(request, session, wanted=wanted)
    return views.refused_sign_in(
        request, verifying.WrongSecondStep(_("This passkey is not known here.")), wanted=wanted
    )


def _enter(request: HttpRequest, session: Any) -> HttpResponse:
    from vitas.accounts import views

    return views.entered(request, session, wanted=page_sessions.wanted(request))


def _refused(request: HttpRequest, refusal: Refused, context: dict[str, Any]) -> HttpResponse:
    response = page(request, PAGE, context, status=refusal.status)
    if refusal.retry_after:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def begin(request: HttpRequest, needed: steps.SecondStepNeeded, *, wanted: str) -> HttpResponse:
    """The first step was good: on to the second, or to setting one up."""
    page_sessions.hold_step(request, needed.token, wanted=wanted)
    return redirect("second-step" if needed.step.wants == SignInStep.Wants.PROOF else "set-up-second-step")


def reminder(session: Any) -> str:
    """What who will have to have a second step soon is told; empty for all others."""
    begins = requirement.of_session(session)
    if begins is None or session.second_factor or not (session.membership_id or session.user.is_operator):
        return ""
    return _("From %(day)s your organization asks for a second step when you sign in. Set it up now.") % {
        "day": _day(begins)
    }


def _day(moment: Any) -> str:
    from django.utils import timezone
    from django.utils.formats import date_format

    return date_format(timezone.localtime(moment), "DATE_FORMAT")
