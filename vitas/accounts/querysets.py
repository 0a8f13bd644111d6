"""How organizations, people, memberships and sessions are asked for, and whose a person sees.

Staff see those of their own organization, the operator what is configuration: never who is a patient.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from vitas.accounts.actor import Actor


class OrganizationQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: "Actor") -> Self:
        """The operator: all; staff: their own."""
        if actor.system or actor.is_operator:
            return self.all()
        return self.filter(pk=actor.organization_id) if actor.organization_id else self.none()


class UserQuerySet(models.QuerySet[Any]):
    def staff(self) -> Self:
        """Members of organizations, operators, and who is about to become one of them."""
        return self.filter(Q(memberships__isnull=False) | Q(is_operator=True) | Q(phone=None)).distinct()

    def visible_to(self, actor: "Actor") -> Self:
        """The operator: staff; an administrator: the organization's; everybody: themselves."""
        if actor.system:
            return self.all()
        if actor.is_operator:
            return self.filter(pk__in=self.model._default_manager.staff().values("pk"))
        if actor.is_staff and actor.organization_id:
            members = self.model._meta.get_field("memberships").related_model._default_manager
            return self.filter(pk__in=members.filter(organization_id=actor.organization_id).values("user_id"))
        return self.filter(pk=actor.user_id) if actor.user_id else self.none()


class MembershipQuerySet(models.QuerySet[Any]):
    def live(self) -> Self:
        return self.filter(active=True, organization__active=True, user__is_active=True)

    def visible_to(self, actor: "Actor") -> Self:
        """The operator: all; staff: those of their organization; everybody: their own."""
        if actor.system or actor.is_operator:
            return self.all()
        if actor.is_staff and actor.organization_id:
            return self.filter(organization_id=actor.organization_id)
        return self.filter(user_id=actor.user_id) if actor.user_id else self.none()


class SessionQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: "Actor") -> Self:
        """The operator: those of staff; an administrator: those of the organization; everybody: their own."""
        if actor.system:
            return self.all()
        if actor.is_operator:
            return self.filter(Q(membership__isnull=False) | Q(user__is_operator=True))
        if actor.role == "admin" and actor.organization_id:
            return self.filter(membership__organization_id=actor.organization_id)
        return self.filter(user_id=actor.user_id) if actor.user_id else self.none()


class RefreshTokenQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: "Actor") -> Self:
        """The operator: those of staff."""
        if actor.system:
            return self.all()
        return self.filter(session__membership__isnull=False) if actor.is_operator else self.none()


class OneTimeCodeQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: "Actor") -> Self:
        """The operator: all, for a code that does not arrive is a matter of running the platform."""
        return self.all() if actor.system or actor.is_operator else self.none()


class PasswordLinkQuerySet(models.QuerySet[Any]):
    def waiting(self, now: datetime) -> Self:
        """Asked for, and not looked up yet."""
        return self.filter(looked_up_at=None, expires_at__gt=now)

    def live(self, now: datetime) -> Self:
        """Sent, and still good."""
        return self.filter(user__is_active=True, used_at=None, expires_at__gt=now)

    def visible_to(self, actor: "Actor") -> Self:
        """Nobody's to see: who asked says the audit trail."""
        return self.all() if actor.system else self.none()


class OwnQuerySet(models.QuerySet[Any]):
    """Rows that are one person's and nobody else's to see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Everybody: their own."""
        if actor.system:
            return self.all()
        return self.filter(user_id=actor.user_id) if actor.user_id else self.none()


class SignInStepQuerySet(models.QuerySet[Any]):
    def live(self, now: datetime) -> Self:
        return self.filter(used_at=None, expires_at__gt=now, user__is_active=True)

    def visible_to(self, actor: "Actor") -> Self:
        """Nobody's to see: it opens by its token."""
        return self.all() if actor.system else self.none()


class PasskeyChallengeQuerySet(models.QuerySet[Any]):
    def live(self, now: datetime) -> Self:
        return self.filter(used_at=None, expires_at__gt=now)

    def visible_to(self, actor: "Actor") -> Self:
        """Nobody's to see."""
        return self.all() if actor.system else self.none()
