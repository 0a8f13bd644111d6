"""Whose notes and diagnoses a person sees."""

from typing import Any, Self

from django.db import models
from django.db.models import Aggregate, Avg, Count, Q

from records.querysets import ClinicalQuerySet
from vitas.accounts.actor import Actor


class NoteQuerySet(ClinicalQuerySet):
    """A patient sees what was signed; staff who care for the patient see drafts of their own organization too."""

    path = ""

    def visible_to(self, actor: Actor) -> Self:
        found = super().visible_to(actor)
        if actor.system:
            return found
        if actor.is_patient:
            return found.filter(state="signed")
        return found.filter(Q(state="signed") | Q(organization_id=actor.organization_id))

    def standing(self) -> Self:
        """Those that were not entered in error."""
        return self.filter(status="current")

    def quality(self) -> Any:
        """By drafter: how many were signed, and which share of the draft's words survived, 0 to 1."""
        signed = self.filter(state="signed", survived__isnull=False).order_by()
        median = Aggregate(
            "survived",
            function="percentile_cont",
            template="%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)",
            output_field=models.FloatField(),
        )
        figures = {"notes": Count("pk"), "mean": Avg("survived"), "median": median}
        untouched = Count("pk", filter=Q(survived=1))
        return signed.values("drafter").annotate(**figures, untouched=untouched).order_by("drafter")


class NoteVersionQuerySet(ClinicalQuerySet):
    """Versions: for staff of the organization that keeps the note."""

    path = "note__"

    def visible_to(self, actor: Actor) -> Self:
        found = super().visible_to(actor)
        if actor.system:
            return found
        return found.none() if actor.is_patient else found.filter(note__organization_id=actor.organization_id)


class NoteSaveQuerySet(NoteVersionQuerySet):
    """Saves of a draft: as its versions."""


class DiagnosisQuerySet(ClinicalQuerySet):
    """A patient sees what a doctor accepted in a signed note; staff as for notes."""

    def visible_to(self, actor: Actor) -> Self:
        found = super().visible_to(actor)
        if actor.system:
            return found
        if actor.is_patient:
            signed = {"appointment__visit_notes__state": "signed", "appointment__visit_notes__status": "current"}
            return found.filter(state="accepted", **signed)  # a visit has one standing note
        return found.filter(Q(state="accepted") | Q(organization_id=actor.organization_id))

    def standing(self) -> Self:
        """Those that were not entered in error."""
        return self.filter(status="current")


class NoteTemplateQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Those of one's own organization."""
        return self.all() if actor.system else self.filter(organization_id=actor.organization_id)
