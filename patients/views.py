"""Signing in by phone and code, choosing a profile, signing out: pages that need no script."""

from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from patients import profiles, sign_in
from patients.pages import goes_to
from vitas.accounts import codes, page_sessions, phones
from vitas.accounts.models import Session
from vitas.common.errors import Refused

_ASKED: Final = "signing_in"  # who is about to sign in on this browser: phone, name, where to go then


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        help_text=_("With the country code, such as +5511999999999"),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "autofocus": True}),
    )
    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        required=False,
        help_text=_("Only the first time"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_phone(self) -> str:
        found = phones.normal(self.cleaned_data["phone"])
        if found is None:
            raise forms.ValidationError(
                gettext("Write the phone number with its country code, such as +5511999999999.")
            )
        return found


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=6,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}),
    )


class ProfileForm(forms.Form):
    patient = forms.UUIDField(widget=forms.HiddenInput)
    birth_date = forms.DateField(required=False)


@never_cache
@require_http_methods(["GET", "POST"])
def ask_for_code(request: HttpRequest) -> HttpResponse:
    """Sends a code to the phone, known or not."""
    form = PhoneForm(request.POST if request.method == "POST" else None)
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if form.is_valid():
        found = form.cleaned_data
        try:
            codes.send(phone=found["phone"], patient_name=found["name"])
        except Refused as refusal:
            return _refused(request, "patients/sign_in.html", form, refusal, next=wanted)
        request.session[_ASKED] = {"phone": found["phone"], "name": found["name"], "next": wanted}
        return redirect("sign-in-code")
    return render(request, "patients/sign_in.html", {"form": form, "next": wanted})


@never_cache
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """The right code signs in and goes on to where the person wanted to be."""
    asked: dict[str, str] | None = request.session.get(_ASKED)
    if asked is None:
        return redirect("sign-in")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        code = form.cleaned_data["code"].strip()
        try:
            session = sign_in.sign_in_with_code(phone=asked["phone"], code=code, patient_name=asked["name"])
        except Refused as refusal:
            return _refused(request, "patients/enter_code.html", form, refusal, phone=asked["phone"])
        page_sessions.sign_in_page(request, session)
        return redirect(goes_to(request, asked["next"]))
    return render(request, "patients/enter_code.html", {"form": form, "phone": asked["phone"]})


@never_cache
@require_http_methods(["GET", "POST"])
def choose_profile(request: HttpRequest) -> HttpResponse:
    """For whom the person acts: a family may share one phone."""
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.is_patient:
        return redirect("sign-in")
    session = Session.objects.select_related("user", "membership__organization").get(pk=actor.session_id)
    wanted = request.POST.get("next") or request.GET.get("next", "")
    form = ProfileForm(request.POST if request.method == "POST" else None)
    shown = {"profiles": [profile.shown() for profile in profiles.of(session.user)], "next": wanted}
    if form.is_valid():
        found = form.cleaned_data
        try:
            profiles.choose(session=session, patient_id=found["patient"], birth_date=found["birth_date"])
        except Refused as refusal:
            return _refused(request, "patients/profiles.html", form, refusal, **shown)
        page_sessions.remember_claims(request, session)
        return redirect(goes_to(request, wanted))
    return render(request, "patients/profiles.html", {"form": form, "chosen": actor.patient_id, **shown})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    page_sessions.sign_out_page(request)
    return redirect("landing")


def _refused(request: HttpRequest, template: str, form: forms.Form, refusal: Refused, **context: Any) -> HttpResponse:
    """The same page, saying why not; with the status that the API would answer."""
    for sentence in [problem.message for problem in refusal.problems] or [refusal.message]:
        form.add_error(None, str(sentence))
    return render(request, template, {"form": form, **context}, status=refusal.status)
