"""Whose recordings and transcripts a person sees."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from patients.permissions import among, caring
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role


class RecordingQuerySet(models.QuerySet[Any]):
    """Rows with what was said at a visit. `path` leads to the recording."""

    path: ClassVar[str] = ""

    def visible_to(self, actor: Actor) -> Self:
        """The one place: doctors of the organization who care for the patient. Nobody else; system actors all."""
        if actor.system:
            return self.all()
        if actor.role != Role.DOCTOR or actor.organization_id is None:
            return self.none()
        mine = self.filter(**{f"{self.path}organization_id": actor.organization_id})
        return mine.filter(among(caring(actor), f"{self.path}patient_id"))

    def that_came(self) -> Self:
        """Those with a sound, or whose pieces are being put together: no address that nobody used, nothing given up."""
        joining = Q(source="recorded", upload_ends_at__lte=Now())
        return self.exclude(error_code__in=["UPLOAD_MISSING", "DISCARDED"]).filter(~Q(stage="awaiting") | joining)

    def due(self) -> Self:
        """Those that a worker may take up, the oldest first. Times are the database's: workers' clocks may differ."""
        free = Q(claim=None) & (Q(next_try_at=None) | Q(next_try_at__lte=Now()))
        waiting = self.filter(stage__in=["uploaded", "checking", "transcribing", "drafting", "coding"])
        return waiting.filter(free | Q(claimed_until__lte=Now())).order_by("created_at", "id")


class OfRecordingQuerySet(RecordingQuerySet):
    path = "recording__"


class RunQuerySet(OfRecordingQuerySet):
    """Tries hold no word of a visit, so who runs the place sees them too."""

    def visible_to(self, actor: Actor) -> Self:
        if actor.is_operator:
            return self.all()
        if actor.role == Role.ADMIN:
            return self.filter(organization_id=actor.organization_id)
        return super().visible_to(actor)


class NoticeQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """The doctor's own."""
        if actor.system:
            return self.all()
        return self.filter(doctor_id=actor.doctor_id) if actor.doctor_id else self.none()


class PolledQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own."""
        if actor.system:
            return self.all()
        return self.filter(user_id=actor.user_id) if actor.user_id else self.none()


class ScribePolicyQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """That of one's own organization."""
        return self.all() if actor.system else self.filter(organization_id=actor.organization_id)
