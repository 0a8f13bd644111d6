"""Pages of those who sign in by a password: signing in, a forgotten password, and changing it. None needs a script."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vitas.accounts import page_sessions, password_rules, passwords, signing
from vitas.accounts.actor import Actor
from vitas.accounts.mfa import sign_in_views, steps
from vitas.accounts.models import Role, Session
from vitas.accounts.pages import for_members
from vitas.common.errors import Refused
from vitas.common.page_forms import PageForm
from vitas.common.pages import is_ours, page


class SignInForm(PageForm):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "data-reveal": True}),
    )


class ForgottenForm(PageForm):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("The one you sign in with."),
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )


def _new_password_field() -> forms.CharField:
    return forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=passwords.LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "data-reveal": True}),
    )


class NewPasswordForm(PageForm):
    """Says how long the password of this person must be."""

    password = _new_password_field()

    def __init__(self, *given: Any, user: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        least = password_rules.least(user)
        field = self.fields["password"]
        field.widget.attrs["minlength"] = least
        field.help_text = gettext(
            "At least %(count)d characters, of any kind: three or four words are good. Not one that many people use, "
            "and not your name or e-mail."
        ) % {"count": least}


class ChangePasswordForm(NewPasswordForm):
    field_order = ("old", "password")
    old = forms.CharField(
        label=_("Present password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "data-reveal": True}),
    )


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """For doctors, nurses, the front desk and administrators; each lands on their own pages."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if request.method == "GET" and _is_member(actor) and not wanted:
        return redirect(home_of(actor))
    form = SignInForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "next": wanted, "signed_in": request.user if _is_member(actor) else None}
    if request.method == "POST" and form.is_valid():
        try:
            session = signing.sign_in_with_password(**form.cleaned_data)
        except steps.SecondStepNeeded as needed:
            return sign_in_views.begin(request, needed, wanted=wanted)
        except Refused as refusal:
            return _refused(request, "accounts/staff_sign_in.html", refusal, **context)
        return entered(request, session, wanted=wanted)
    return page(request, "accounts/staff_sign_in.html", context, status=422 if form.errors else 200)


def entered(request: HttpRequest, session: Session, *, wanted: str) -> HttpResponse:
    """Signed in, by whichever way: on to where the person wanted, as far as it is theirs."""
    page_sessions.sign_in_page(request, session)
    if said := sign_in_views.reminder(session):
        messages.warning(request, said)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    open_to_them = actor.is_desk or actor.is_operator or not wanted.startswith(reverse("admin:index"))
    return redirect(wanted if is_ours(request, wanted) and open_to_them else home_of(actor))


def refused_sign_in(request: HttpRequest, refusal: Refused, *, wanted: str) -> HttpResponse:
    """The page of signing in, saying why not."""
    form = SignInForm(data={})
    form.errors.clear()
    return _refused(request, "accounts/staff_sign_in.html", refusal, form=form, next=wanted)


def home_of(actor: Actor) -> str:
    """The page on which somebody's work begins."""
    if actor.role in (Role.DOCTOR, Role.NURSE):
        return reverse("doctor-today")
    return reverse("admin:index") if actor.is_desk or actor.is_operator else reverse("visits")


@never_cache
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Asks for a link. The answer is the same whether the e-mail is known or not."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "sent": "sent" in request.GET, "possible": passwords.can_be_asked_for()}
    if request.method == "POST" and form.is_valid():
        try:
            passwords.ask(email=form.cleaned_data["email"])
        except Refused as refusal:
            return _refused(request, "accounts/forgotten_password.html", refusal, **context)
        return redirect(f"{reverse('forgotten-password')}?sent")
    return page(request, "accounts/forgotten_password.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link of the letter leads. Looking at it uses nothing up: mail programs look, too."""
    try:
        user = passwords.whose(token)
        form = NewPasswordForm(request.POST if request.method == "POST" else None, user=user)
        context = {"form": form, "email": user.email}
        if request.method == "POST" and form.is_valid():
            passwords.change_by_link(token=token, password=form.cleaned_data["password"])
            messages.success(request, gettext("Your password is changed. Sign in with the new one."))
            return redirect("staff-sign-in")
    except passwords.DeadLink as dead:
        response = page(request, "accounts/dead_link.html", {"sentence": dead.message}, status=dead.status)
    except Refused as refusal:
        response = _refused(request, "accounts/new_password.html", refusal, **context)
    else:
        response = page(request, "accounts/new_password.html", context, status=422 if form.errors else 200)
    # The address is a secret. Without any origin the browser would send the form with none, which CSRF refuses.
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


@for_members
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """One's own; all other sessions end."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, user=request.user)
    context = {"form": form, "home": home_of(actor), "email": request.user.email}  # type: ignore[union-attr]
    if request.method == "POST" and form.is_valid():
        session = Session.objects.select_related("user").get(pk=str(actor.session_id))
        found = form.cleaned_data
        try:
            passwords.change_own(session=session, old=found["old"], password=found["password"])
        except Refused as refusal:
            return _refused(request, "accounts/change_password.html", refusal, **context)
        messages.success(request, gettext("Your password is changed. You were signed out everywhere else."))
        return redirect(home_of(actor))
    return page(request, "accounts/change_password.html", context, status=422 if form.errors else 200)


def _is_member(actor: Actor) -> bool:
    return actor.is_staff or actor.is_operator


def _refused(request: HttpRequest, template: str, refusal: Refused, **context: Any) -> HttpResponse:
    """The same page, what was typed kept but for passwords, saying why not."""
    context["form"].refuse(refusal)
    response = page(request, template, context, status=422 if refusal.status == 400 else refusal.status)
    if refusal.retry_after:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response
