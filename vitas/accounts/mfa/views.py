"""One's own security: second factors, recovery codes, where one is signed in. None but passkeys needs a script."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vitas.accounts import devices, own_sessions, page_sessions
from vitas.accounts.mfa import changing, confirming, factors, forms, passkeys, requirement, totp
from vitas.accounts.mfa.gates import Changer, confirmed, for_changers
from vitas.accounts.models import Factor
from vitas.accounts.pages import for_members
from vitas.common.errors import Refused
from vitas.common.pages import is_ours, page


@for_members
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    return page(request, "accounts/security.html", _shown(request))


def _shown(request: HttpRequest, form: Any = None) -> dict[str, Any]:
    session = page_sessions.row_of(request)
    return {
        "factors": factors.of(session.user),
        "required_from": requirement.of_session(session),
        "sessions": own_sessions.shown(session.user_id, here=session.pk),
        "form": form or forms.NewPasskeyForm(initial={"name": devices.called(session.agent)}),
        "home": _home(request),
    }


@for_members
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Password, code or passkey once more, before a change that weighs."""
    session = page_sessions.row_of(request)
    methods = confirming.methods(session)
    by = request.GET.get("by", "")
    by = by if by in methods else next(iter(methods), "password")
    if request.method == "POST":
        by = next((name for name in ("passkey", "code", "password") if request.POST.get(name)), by)
    kinds = {"password": forms.PasswordForm, "totp": forms.CodeForm, "code": forms.CodeForm}
    form = kinds.get(by, forms.PasskeyForm)(request.POST if request.method == "POST" else None)
    wanted = request.POST.get("next") or request.GET.get("next", "")
    context = {"form": form, "by": "totp" if by == "code" else by, "methods": methods, "next": wanted}
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            confirming.confirm(session=session, **form.cleaned_data)
            return redirect(wanted if is_ours(request, wanted) else "security")
        except Refused as refusal:
            form.refuse(refusal)
            status = 422 if refusal.status == 400 else refusal.status
    return page(request, "accounts/confirm.html", context, status=status)


@for_members
@require_POST
def confirm_options(request: HttpRequest) -> HttpResponse:
    return JsonResponse(confirming.passkey_options(page_sessions.row_of(request)))


@for_changers
@require_POST
def begin_app(request: HttpRequest, changer: Changer) -> HttpResponse:
    """A new secret, which the next page shows."""
    totp.begin(user=changer.user)
    return redirect("security-app")


@for_changers
@require_http_methods(["GET", "POST"])
def app(request: HttpRequest, changer: Changer) -> HttpResponse:
    """The QR code, and the first code of the app."""
    device = totp.waiting(changer.user)
    if device is None:
        return redirect("set-up-second-step" if changer.step else "security")
    form = forms.CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = changing.add_totp(user=changer.user, code=form.cleaned_data["code"], session=changer.session)
            messages.success(request, _("The app is set up. From now on signing in asks for its code."))
            return _done(request, changer, Factor.TOTP, codes)
        except Refused as refusal:
            form.refuse(refusal)
    secret = str(device.secret)
    context = {
        "form": form,
        "picture": totp.picture(device),
        "address": totp.address(device),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "waiting": changer.step is not None,
    }
    return page(request, "accounts/app.html", context, status=422 if form.errors else 200)


@confirmed
@require_POST
def remove_app(request: HttpRequest) -> HttpResponse:
    session = page_sessions.row_of(request)
    return _changed(request, lambda: changing.remove_totp(user=session.user, session=session), _("The app is removed."))


@confirmed
@require_POST
def new_codes(request: HttpRequest) -> HttpResponse:
    """Shown in the answer, and never again."""
    session = page_sessions.row_of(request)
    try:
        codes = changing.new_recovery_codes(user=session.user, session=session)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return redirect("security")
    return _codes(request, codes, goes_to=reverse("security"))


@for_changers
@require_POST
def passkey_options(request: HttpRequest, changer: Changer) -> HttpResponse:
    try:
        return JsonResponse(passkeys.creation_options(user=changer.user, holder_id=changer.holder_id))
    except Refused as refusal:
        return JsonResponse({"message": str(refusal.message)}, status=refusal.status)


@for_changers
@require_POST
def add_passkey(request: HttpRequest, changer: Changer) -> HttpResponse:
    form = forms.NewPasskeyForm(request.POST)
    failed = "set-up-second-step" if changer.step else "security"
    if not form.is_valid():
        messages.error(request, _("This passkey could not be checked. Try again."))
        return redirect(failed)
    try:
        _passkey, codes = changing.add_passkey(
            user=changer.user,
            holder_id=changer.holder_id,
            credential=form.cleaned_data["passkey"],
            name=form.cleaned_data["name"],
            session=changer.session,
        )
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return redirect(failed)
    messages.success(request, _("The passkey is added."))
    return _done(request, changer, Factor.PASSKEY, codes)


@for_members
@require_POST
def rename_passkey(request: HttpRequest, passkey_id: UUID) -> HttpResponse:
    user, name = page_sessions.row_of(request).user, request.POST.get("name", "").replace("\x00", "")
    return _changed(
        request, lambda: changing.rename_passkey(user=user, passkey_id=passkey_id, name=name), _("The name is saved.")
    )


@confirmed
@require_POST
def remove_passkey(request: HttpRequest, passkey_id: UUID) -> HttpResponse:
    session = page_sessions.row_of(request)
    return _changed(
        request,
        lambda: changing.remove_passkey(user=session.user, passkey_id=passkey_id, session=session),
        _("The passkey is removed."),
    )


@for_members
@require_POST
def end_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Another browser or program of one's own; this one is left by signing out."""
    actor = request.actor  # type: ignore[attr-defined]
    if session_id == actor.session_id:
        return redirect("security")
    return _changed(request, lambda: own_sessions.end(actor.user_id, session_id), _("That device is signed out."))


@for_members
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    own_sessions.end_others(actor.user_id, here=actor.session_id)
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("security")


@require_GET
def session_left(request: HttpRequest) -> HttpResponse:
    """How long the session still goes on when nobody does anything; asking does not prolong it."""
    return _left(request)


@require_POST
def session_seen(request: HttpRequest) -> HttpResponse:
    """Somebody is there: what the middleware noted of this request has moved the end."""
    return _left(request)


def _left(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    left = page_sessions.seconds_left(page_sessions.row_of(request)) if actor.signed_in else 0
    response = JsonResponse({"secondsLeft": left, "who": str(actor.user_id or "")})
    response.headers["Cache-Control"] = "no-store"
    return response


def _changed(request: HttpRequest, act: Any, said: str) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        if refusal.status == 404:
            raise Http404 from refusal
        messages.error(request, str(refusal.problems[0].message if refusal.problems else refusal.message))
    else:
        messages.success(request, said)
    return redirect("security")


def _done(request: HttpRequest, changer: Changer, factor: Factor, codes: list[str]) -> HttpResponse:
    """New codes are shown first; then the person goes on to where they wanted."""
    wanted = changer.finish(request, factor=factor)
    goes_to = wanted if is_ours(request, wanted) else _home(request)
    return _codes(request, codes, goes_to=goes_to) if codes else redirect(goes_to)


def _codes(request: HttpRequest, codes: list[str], *, goes_to: str) -> HttpResponse:
    text = "\n".join([_("Recovery codes for Vitas, each works once:"), "", *codes, ""])
    context = {"codes": codes, "goes_to": goes_to, "file": f"data:text/plain;charset=utf-8,{quote(text)}"}
    response = page(request, "accounts/recovery_codes.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _home(request: HttpRequest) -> str:
    from vitas.accounts.views import home_of

    return home_of(request.actor)  # type: ignore[attr-defined]
