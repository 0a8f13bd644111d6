"""Organizations, people, memberships and sessions in the admin. No password, code, token or hash is shown."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vitas.accounts import password_rules, passwords, signing
from vitas.accounts.mfa import changing, factors
from vitas.accounts.models import Membership, OneTimeCode, Organization, RefreshToken, Session, User
from vitas.common.errors import Refused
from vitas.common.visible_admin import OneTenantForm, ReadOnlyAdmin, VisibleAdmin


@admin.register(Organization)
class OrganizationAdmin(VisibleAdmin):
    lock_kind = "organization"
    list_display = ["name", "slug", "country", "language", "currency", "active"]
    list_filter = ["active", "country"]
    search_fields = ["name", "slug"]
    ordering = ["name"]
    fields = [
        "name",
        "slug",
        "country",
        "language",
        "currency",
        "refund_hours",
        "mfa_required",
        "mfa_required_from",
        "active",
        "created_at",
    ]
    readonly_fields = ["created_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What bookings and money stand on is the operator's to set."""
        found = list(super().get_readonly_fields(request, obj))
        if request.actor.is_operator:  # type: ignore[attr-defined]
            return found
        return [*found, "slug", "country", "currency", "active"]


class NewUserForm(forms.ModelForm):
    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput, required=False, strip=False, max_length=200
    )

    def clean_email(self) -> str | None:
        return (self.cleaned_data.get("email") or "").strip().lower() or None

    def clean_phone(self) -> str | None:
        return self.cleaned_data.get("phone") or None

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if not cleaned.get("email") and not cleaned.get("phone") and not self.errors:
            self.add_error("email", gettext("Give an e-mail or a phone number."))
        if cleaned.get("password"):
            try:
                validate_password(cleaned["password"], self.instance)
            except forms.ValidationError as weak:
                self.add_error("password", weak)
        return cleaned


@admin.register(User)
class UserAdmin(VisibleAdmin):
    """An administrator sees the organization's people; the operator makes and closes accounts."""

    form = NewUserForm
    list_display = ["full_name", "email", "is_active", "is_operator", "created_at"]
    list_filter = ["is_active", "is_operator"]
    search_fields = ["full_name", "email__startswith"]
    ordering = ["full_name"]
    fields = ["full_name", "email", "phone", "language", "is_active", "is_operator", "password", "created_at"]
    readonly_fields = ["created_at"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fields = super().get_fields(request, obj)
        return fields if self.has_change_permission(request, obj) else [name for name in fields if name != "password"]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A new password, or a closed account, ends whatever sessions there are."""
        stored = User.objects.filter(pk=obj.pk).values_list("password", flat=True).first() or ""
        obj.password = stored
        if form.cleaned_data.get("password"):
            obj.set_password(form.cleaned_data["password"])
            obj.short_password = password_rules.is_short(form.cleaned_data["password"])
        elif not stored:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if change and (form.cleaned_data.get("password") or not obj.is_active):
            signing.end_every_session(obj, but=request.actor.session_id)  # type: ignore[attr-defined]


class MembershipForm(OneTenantForm):
    """A new member is named by e-mail: who has an account keeps it, for the others one is made."""

    email = forms.EmailField(label=_("E-mail"))
    full_name = forms.CharField(label=_("Name"), max_length=200, required=False)
    password = forms.CharField(
        label=_("First password"),
        widget=forms.PasswordInput,
        required=False,
        strip=False,
        max_length=200,
        validators=[validate_password],
        help_text=_("Only for a new account, and not needed: a link to choose one is sent by e-mail."),
    )

    def save(self, commit: bool = True) -> Any:
        if not self.instance.pk or self.instance._state.adding:
            self.instance.user = _user_of(
                **{name: self.cleaned_data[name] for name in ("email", "full_name", "password")}
            )
        return super().save(commit)


def _user_of(*, email: str, full_name: str, password: str) -> User:
    email = email.strip().lower()
    user = User.objects.filter(email=email).first()
    return user or User.objects.create_user(email=email, full_name=full_name, password=password or None)


@admin.register(Membership)
class MembershipAdmin(VisibleAdmin):
    list_display = ["user", "email", "role", "active", "second_step", "created_at", "organization"]
    list_filter = ["role", "active", ("organization", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["user", "organization"]
    search_fields = ["user__full_name", "user__email__startswith"]
    own_organization = "organization"
    actions = ["take_away_second_step"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(has_second_step=factors.stand_for("user"))

    @admin.display(description=_("second step"), boolean=True)
    def second_step(self, row: Any) -> bool:
        return bool(row.has_second_step)

    @admin.action(description=_("Remove the second step of who lost it"), permissions=["change"])
    def take_away_second_step(self, request: HttpRequest, members: Any) -> None:
        """They set up a new one at the next sign-in, if the organization asks for it."""
        for member in members.select_related("user"):
            try:
                had = changing.take_away(user=member.user, by=request.actor)  # type: ignore[attr-defined]
            except Refused as refusal:
                messages.error(request, f"{member.user}: {refusal.message}")
                continue
            if had:
                self.admin_site.note(request, User, "TAKE_AWAY_SECOND_STEP_OF", row=member.user)
                said = gettext("%(name)s signs in by the password alone now, and is signed out everywhere.")
                messages.success(request, said % {"name": member.user})

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs.setdefault("form", MembershipForm)
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        hidden = set(self.get_exclude(request, obj) or [])
        new = ["email", "full_name", "password", "organization", "role"]
        return [name for name in (["user", "organization", "role", "active"] if obj else new) if name not in hidden]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Nobody locks themselves out."""
        if obj is None:
            return []
        own = obj.pk == request.actor.membership_id  # type: ignore[attr-defined]
        return ["user", "organization", "role", *(["active"] if own else [])]

    @admin.display(description=_("e-mail"), ordering="user__email")
    def email(self, row: Membership) -> str:
        return row.user.email or ""

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change and not obj.user.has_usable_password():
            _send_link(request, obj.user)
        if not obj.active:
            for session in Session.objects.filter(membership=obj, revoked_at=None).select_related("user", "membership"):
                signing.end_session(session, what=signing.What.REVOKED)


def _send_link(request: HttpRequest, user: User) -> None:
    """Somebody without a password chooses one by a link, where this installation sends e-mail."""
    try:
        passwords.ask(email=str(user.email))
        messages.info(request, gettext("A link to choose a password goes to %(email)s.") % {"email": user.email})
    except Refused as refusal:
        messages.warning(request, str(refusal.message))


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ["user", "role", "method", "address", "created_at", "last_seen_at", "revoked_at"]
    list_filter = ["method", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user", "membership"]
    search_fields = ["user__full_name", "user__email__startswith"]
    fields = readonly_fields = [
        "user",
        "membership",
        "method",
        "address",
        "agent",
        "created_at",
        "last_seen_at",
        "idle_ends_at",
        "ends_at",
        "revoked_at",
        "second_factor",
    ]
    actions = ["revoke"]

    @admin.display(description=_("role"))
    def role(self, row: Session) -> str:
        return row.membership.get_role_display() if row.membership else ""

    @admin.action(description=_("Sign out"))
    def revoke(self, request: HttpRequest, sessions: Any) -> None:
        ended = sum(
            signing.end_session(session, what=signing.What.REVOKED)
            for session in sessions.select_related("user", "membership")
        )
        messages.success(request, gettext("Sessions ended: %(count)d") % {"count": ended})


@admin.register(RefreshToken)
class RefreshTokenAdmin(ReadOnlyAdmin):
    list_display = ["id", "session_id", "expires_at", "used_at"]
    fields = readonly_fields = ["session_id", "expires_at", "used_at"]


@admin.register(OneTimeCode)
class OneTimeCodeAdmin(ReadOnlyAdmin):
    """Whether a code was tried and used: neither the code nor whose phone it went to."""

    list_display = ["created_at", "expires_at", "tries", "used_at"]
    fields = readonly_fields = ["created_at", "expires_at", "tries", "used_at"]
