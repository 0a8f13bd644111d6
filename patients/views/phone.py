"""A new phone number, while the old one is at hand: a fresh sign-in by the old, a code to the new."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from patients import countries, numbers
from patients.forms import CodeForm, PhoneForm
from patients.pages import for_patients
from patients.views.me import _own_session
from vitas.accounts import codes, page_sessions
from vitas.common.errors import Refused
from vitas.common.pages import page

_NEW: Final = "new_phone"  # the number that a code was sent to


@for_patients
@require_http_methods(["GET", "POST"])
def new_number(request: HttpRequest) -> HttpResponse:
    """Asks for the new number, and sends it a code."""
    session = _own_session(request)
    likely = countries.likely(request.headers.get("Accept-Language", ""), translation.get_language() or "")
    form = PhoneForm(request.POST if request.method == "POST" else None, initial={"country": likely})
    status, fresh = 422 if form.errors else 200, numbers.is_fresh(session)
    if fresh and form.is_valid():
        try:
            codes.send(phone=form.cleaned_data["phone"])
        except Refused as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            request.session[_NEW] = form.cleaned_data["phone"]
            return redirect("new-phone-code")
    context = {"form": form, "fresh": fresh, "old": session.user.phone}
    return page(request, "patients/new_phone.html", context, status=status)


@for_patients
@require_http_methods(["GET", "POST"])
def confirm_number(request: HttpRequest) -> HttpResponse:
    """The code that came to the new phone makes it the number."""
    phone = request.session.get(_NEW, "")
    if not phone:
        return redirect("new-phone")
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 422 if form.errors else 200
    if form.is_valid():
        session = _own_session(request)
        try:
            numbers.change(session=session, phone=phone, code=form.cleaned_data["code"])
        except Refused as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            del request.session[_NEW]
            page_sessions.remember_claims(request, session)
            messages.success(request, _("Your number is changed. You are signed out everywhere else."))
            return redirect("me")
    return page(request, "patients/new_phone_code.html", {"form": form, "phone": phone}, status=status)
