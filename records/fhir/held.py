"""What the file of one patient holds that a person may see: the rows, asked for in pieces."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import Model, Prefetch, QuerySet

from appointments.models import Appointment
from clinic.models import Doctor
from patients.models import Consent, Patient, PatientFile, PatientIdentifier
from records.models import (
    Addendum,
    AllergyIntolerance,
    Attachment,
    Condition,
    MedicalRecord,
    MedicationRequest,
    Observation,
)
from records.notes.models import Note
from records.permissions import patient_to_read
from vitas.accounts.actor import Actor
from vitas.accounts.models import Organization
from vitas.common import crypto
from vitas.common.errors import NotFound

PIECE: Final = 200  # rows in memory at once

_Row = TypeVar("_Row", bound=Model)


@dataclass
class Held:
    """The rows behind an export. `visible_to` alone says which."""

    patient: Patient
    actor: Actor

    @cached_property
    def records(self) -> QuerySet[MedicalRecord]:
        return self._of(MedicalRecord).select_related("doctor")

    @cached_property
    def observations(self) -> QuerySet[Observation]:
        return self._of(Observation)

    @cached_property
    def medications(self) -> QuerySet[MedicationRequest]:
        return self._of(MedicationRequest)

    @cached_property
    def conditions(self) -> QuerySet[Condition]:
        return self._of(Condition)

    @cached_property
    def allergies(self) -> QuerySet[AllergyIntolerance]:
        return self._of(AllergyIntolerance)

    @cached_property
    def consents(self) -> QuerySet[Consent]:
        return self._of(Consent).select_related("organization", "recipient")

    @cached_property
    def visits(self) -> QuerySet[Appointment]:
        return self._of(Appointment).select_related("doctor", "clinic", "organization", "patient")

    @cached_property
    def notes(self) -> QuerySet[Note]:
        """Signed ones: a draft is nobody's to take home."""
        return self._of(Note).filter(state=Note.State.SIGNED).select_related("doctor")

    @cached_property
    def attachments(self) -> QuerySet[Attachment]:
        """Files that were found clean: nobody takes home what was not checked."""
        rows = Attachment.objects.visible_to(self.actor).filter(record__patient=self.patient, state="clean")
        return rows.select_related("record")

    @cached_property
    def addenda(self) -> QuerySet[Addendum]:
        rows = Addendum.objects.visible_to(self.actor).filter(record__patient=self.patient)
        return rows.select_related("record")

    @cached_property
    def visit_ids(self) -> set[UUID]:
        return set(self.visits.values_list("pk", flat=True))

    def with_all(self) -> QuerySet[MedicalRecord]:
        """Records with their files, addenda, and the ids of their statements, for one piece at a time."""
        clean = Attachment.objects.filter(state="clean").order_by("created_at", "id")
        return self.records.prefetch_related(
            Prefetch("attachments", clean),
            Prefetch("addenda", Addendum.objects.order_by("created_at", "id")),
            Prefetch("observations", Observation.objects.only("id", "record_id").order_by("id")),
            Prefetch("medications", MedicationRequest.objects.only("id", "record_id").order_by("id")),
        )

    def documents(self) -> Iterable[PatientIdentifier]:
        return PatientIdentifier.objects.visible_to(self.actor).filter(patient=self.patient).order_by("pk")

    def files(self) -> Iterable[PatientFile]:
        rows = PatientFile.objects.visible_to(self.actor).filter(patient=self.patient)
        return rows.select_related("organization").order_by("pk")

    def doctors(self) -> Iterable[Doctor]:
        """Who wrote, asked or saw: everybody whom another resource names."""
        named = [self.records, self.notes, self.medications, self.conditions, self.allergies, self.visits, self.addenda]
        ids = {key for rows in named for key in rows.order_by().values_list("doctor", flat=True).distinct() if key}
        return Doctor.objects.filter(pk__in=ids).prefetch_related("licences").order_by("pk")

    def keepers(self) -> list[Organization]:
        """The organizations that keep something, whom a consent names, or who know the patient."""
        named: list[tuple[QuerySet[Any], str]] = [
            (rows, "organization")
            for rows in (self.records, self.observations, self.medications, self.conditions, self.allergies)
        ]
        named += [(self.visits, "organization"), (self.consents, "organization"), (self.consents, "recipient")]
        ids = {key for rows, name in named for key in rows.order_by().values_list(name, flat=True).distinct() if key}
        ids |= {found.organization_id for found in self.files()}
        return list(Organization.objects.filter(pk__in=ids).order_by("pk"))

    def _of(self, model: Any) -> QuerySet[Any]:
        return model.objects.visible_to(self.actor).filter(patient=self.patient)


def held_of(patient_id: UUID, actor: Actor) -> Held:
    """Raises NotAllowed, NotFound for a patient whom the person may not read."""
    found = Patient.objects.filter(pk=patient_id if actor.system else patient_to_read(actor, patient_id)).first()
    if found is None:
        raise NotFound()
    crypto.load_keys({found.pk})
    return Held(found, actor)


def in_pieces(rows: "QuerySet[_Row]", size: int = PIECE) -> Iterator[_Row]:
    """Every row, a piece in memory at a time; by key, so that no cursor stays open."""
    last: Any = None
    while True:
        after = rows if last is None else rows.filter(pk__gt=last)
        piece = list(after.order_by("pk")[:size])
        yield from piece
        if len(piece) < size:
            return
        last = piece[-1].pk
