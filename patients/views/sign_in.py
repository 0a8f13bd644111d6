"""Signing in by phone and code, and out: pages that need no script."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.models import Clinic
from patients import countries, profiles, sign_in
from patients.forms import CodeForm, FirstTimeForm, PhoneForm
from patients.pages import goes_to
from vitas.accounts import codes, page_sessions
from vitas.accounts.attempts import SENDS_A_MINUTE
from vitas.accounts.models import Session
from vitas.common.errors import Refused, TooMany
from vitas.common.pages import page

_ASKED: Final = "signing_in"  # who is about to sign in on this browser: phone, where to go then, when a code may follow
_PAUSE: Final = timedelta(minutes=1) / SENDS_A_MINUTE
_CLINICS_SHOWN: Final = 60


@never_cache
@require_http_methods(["GET", "POST"])
def ask_for_code(request: HttpRequest) -> HttpResponse:
    """Sends a code to the phone, known or not."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    likely = countries.likely(request.headers.get("Accept-Language", ""), translation.get_language() or "")
    form = PhoneForm(request.POST if request.method == "POST" else None, initial={"country": likely})
    status = 422 if form.errors else 200
    if form.is_valid():
        phone = form.cleaned_data["phone"]
        try:
            codes.send(phone=phone)
        except Refused as refusal:
            if isinstance(refusal, TooMany) and _is_on_its_way(request, phone):
                return redirect("sign-in-code")  # a second click
            form.refuse(refusal)
            return _page(request, "patients/sign_in.html", refusal, form=form, next=wanted)
        _remember(request, phone=phone, wanted=wanted)
        return redirect("sign-in-code")
    return page(request, "patients/sign_in.html", {"form": form, "next": wanted}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """The right code signs in and goes on to where the person wanted to be. Who is new says their name."""
    asked: dict[str, str] | None = request.session.get(_ASKED)
    if asked is None:
        return redirect("sign-in")
    kind = FirstTimeForm if request.POST.get("patient_name") is not None else CodeForm
    form = kind(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _code_page(request, form, asked, status=422 if form.errors else 200)
    found = form.cleaned_data
    try:
        session = sign_in.sign_in_with_code(
            phone=asked["phone"], code=found["code"], patient_name=found.get("patient_name", "").strip()
        )
    except Refused as refusal:
        if any(problem.field == "patient_name" for problem in refusal.problems):
            # The code was right, and is good for another try.
            return _code_page(request, FirstTimeForm(initial={"code": found["code"]}), asked, is_new=True)
        form.refuse(refusal)
        form.data = {**form.data.dict(), "code": ""}  # type: ignore[attr-defined]  # to be typed anew
        return _code_page(request, form, asked, status=refusal.status, refusal=refusal)
    if request.actor.signed_in:  # type: ignore[attr-defined]
        page_sessions.sign_out_page(request)  # a browser is signed in once
    page_sessions.sign_in_page(request, session)
    return redirect(_next_step(request, session, asked.get("next", "")))


@never_cache
@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    """Another code for the same phone; the latest counts."""
    asked: dict[str, str] | None = request.session.get(_ASKED)
    if asked is None:
        return redirect("sign-in")
    try:
        codes.send(phone=asked["phone"])
    except Refused as refusal:
        form = CodeForm()
        return _code_page(request, form, asked, status=refusal.status, refusal=refusal)
    _remember(request, phone=asked["phone"], wanted=asked.get("next", ""))
    messages.success(request, _("A new code is on its way. The earlier one is not good any more."))
    return redirect("sign-in-code")


@require_safe
def lost_phone(request: HttpRequest) -> HttpResponse:
    """Whom to call: the front desk knows who a person is without their phone."""
    clinics = Clinic.objects.filter(active=True, organization__active=True).exclude(phone="")
    shown = clinics.select_related("organization").order_by("organization__name", "name")[:_CLINICS_SHOWN]
    return page(request, "patients/lost_phone.html", {"clinics": list(shown)})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    page_sessions.sign_out_page(request)
    return page_sessions.forgotten(redirect("landing"))


def _next_step(request: HttpRequest, session: Session, wanted: str) -> str:
    """A family that shares a phone says first for whom it is."""
    if len(profiles.of(session.user)) == 1 and session.acting_patient_id:
        return goes_to(request, wanted)
    return f"{reverse('profiles')}?{urlencode({'next': goes_to(request, wanted)})}"


def _remember(request: HttpRequest, *, phone: str, wanted: str) -> None:
    again = timezone.now() + _PAUSE
    request.session[_ASKED] = {"phone": phone, "next": wanted, "again": again.isoformat()}


def _is_on_its_way(request: HttpRequest, phone: str) -> bool:
    """This browser asked for a code for this phone a moment ago."""
    asked = request.session.get(_ASKED) or {}
    return asked.get("phone") == phone and timezone.now() < datetime.fromisoformat(asked["again"])


def _code_page(
    request: HttpRequest,
    form: CodeForm,
    asked: dict[str, str],
    *,
    status: int = 200,
    refusal: Refused | None = None,
    is_new: bool = False,
) -> HttpResponse:
    again = datetime.fromisoformat(asked.get("again") or timezone.now().isoformat())
    if refusal and refusal.retry_after:
        again = timezone.now() + timedelta(seconds=refusal.retry_after)
    context = {
        "form": form,
        "phone": asked["phone"],
        "again": again.astimezone(UTC) if again > timezone.now() else None,
        "minutes": max(1, round((again - timezone.now()).total_seconds() / 60)),
        "refusal": refusal,
        "is_new": is_new or isinstance(form, FirstTimeForm),
    }
    return page(request, "patients/enter_code.html", context, status=status)


def _page(request: HttpRequest, template: str, refusal: Refused, **context: Any) -> HttpResponse:
    minutes = max(1, round((refusal.retry_after or 0) / 60))
    return page(request, template, {**context, "refusal": refusal, "minutes": minutes}, status=refusal.status)
