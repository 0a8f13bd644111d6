"""Reading records: lists, one with all that hangs on it, and what happens when the patient opens it.

Every reading is noted in the audit trail, with whose file it was.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from patients.querysets import open_access
from records.models import Addendum, Attachment, Clinical, MedicalRecord, MedicationRequest, Observation, RecordOpened
from records.permissions import patient_to_read
from records.querysets import MedicalRecordQuerySet
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common import crypto
from vitas.common.errors import NotFound


def records_of(
    actor: Actor,
    *,
    patient_id: UUID | None = None,
    type: str = "",
    first: date | None = None,
    last: date | None = None,
    with_errors: bool = False,
) -> MedicalRecordQuerySet:
    """Records that the person may read, newest first. A patient's own profile, unless another is named.

    Raises NotAllowed, NotFound for a patient whom they may not read.
    """
    if patient_id:
        patient_id = patient_to_read(actor, patient_id)
    elif actor.is_patient:
        patient_id = actor.patient_id
    rows = MedicalRecord.objects.visible_to(actor).between(first, last)
    if patient_id or actor.is_patient:
        rows = rows.filter(patient=patient_id)
    if type:
        rows = rows.filter(type=type)
    return (rows if with_errors else rows.standing()).order_by("-date", "-id")


def for_list(rows: MedicalRecordQuerySet) -> MedicalRecordQuerySet:
    """With what a list shows: the doctor, whether it was opened, its files."""
    files = Attachment.objects.order_by("created_at", "id")
    return rows.select_related("doctor", "opened").prefetch_related(Prefetch("attachments", files))


def listed(records: Sequence[MedicalRecord], *, by: Actor, patient_id: UUID | None = None) -> Sequence[MedicalRecord]:
    """A page of a list, ready to be shown: keys in one query, and the reading noted for each patient in it.

    `patient_id` says whose list it is where it may be empty.
    """
    crypto.load_keys({record.words_subject for record in records})
    what = {"category": trail.Category.HEALTH_DATA, "resource": "medical_records", "count": len(records)}
    if by.is_patient or not records:
        whose: set[UUID | None] = {record.patient_id for record in records}
        one = patient_id or (whose.pop() if len(whose) == 1 else by.patient_id)
        trail.record(by, "READ_MEDICAL_RECORDS", patient_id=one, **what)
        return records
    patients = {record.patient_id for record in records}
    trail.record_each(by, "READ_MEDICAL_RECORDS", patient_ids=patients, **what)
    return records


@transaction.atomic
def detail(record_id: UUID, by: Actor) -> MedicalRecord:
    """One record with its results, medicines, addenda and files; who shows it calls `opened` too. Raises NotFound."""
    files = Attachment.objects.order_by("created_at", "id")
    rows = MedicalRecord.objects.visible_to(by).select_related("doctor", "opened", "organization", "patient")
    found: MedicalRecord | None = (
        rows.filter(pk=record_id)
        .prefetch_related(
            Prefetch("attachments", files),
            Prefetch("observations", Observation.objects.order_by("id")),
            Prefetch("medications", MedicationRequest.objects.order_by("id")),
            Prefetch("addenda", Addendum.objects.select_related("doctor").order_by("created_at", "id")),
        )
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such record."))
    crypto.load_keys(_subjects(found))
    trail.record(
        by,
        "READ_MEDICAL_RECORD",
        category=trail.Category.HEALTH_DATA,
        resource="medical_records",
        resource_id=found.pk,
        patient_id=found.patient_id,
        organization_id=found.organization_id,
        type=found.type,
    )
    return found


def opened(record: MedicalRecord, by: Actor) -> None:
    """The patient, or who acts for them, has the record before them: it is new no more. Others change nothing."""
    if not by.is_patient or by.user_id is None or not is_new(record):
        return
    row = RecordOpened(record=record, user_id=by.user_id)
    RecordOpened.objects.bulk_create([row], ignore_conflicts=True)
    record.__dict__.pop("opened", None)
    record._state.fields_cache["opened"] = row


def is_new(record: MedicalRecord) -> bool:
    """Nobody of the patient's side has opened it. Asks the database unless the record came `for_list`."""
    return not hasattr(record, "opened") and record.status == Clinical.Status.CURRENT


def new_count(actor: Actor, *, patient_id: UUID | None = None) -> int:
    """How many records a patient has not opened; for a badge."""
    if not actor.is_patient:
        return 0
    return records_of(actor, patient_id=patient_id).filter(opened=None).count()


def own_patients(actor: Actor) -> Collection[UUID]:
    """Whose records a patient may ask for."""
    return set(open_access(actor).values_list("patient_id", flat=True))


def series(records_patient: UUID, by: Actor, *, codes: Iterable[tuple[str, str]] = ()) -> list[Observation]:
    """Every standing result of a patient, oldest first, for plots; `codes` are (system, code) to keep, all without.

    The caller has read something of the patient, and noted it. Raises NotAllowed, NotFound.
    """
    patient_id = patient_to_read(by, records_patient)
    rows = Observation.objects.visible_to(by).filter(patient=patient_id, status=Clinical.Status.CURRENT)
    found: list[Any] = list(rows.order_by("observed_at", "id"))
    crypto.load_keys({row.words_subject for row in found})
    wanted = set(codes)
    return [row for row in found if not wanted or (row.words.get("system", ""), row.words.get("code", "")) in wanted]


def _subjects(record: MedicalRecord) -> set[UUID]:
    hanging = [*record.observations.all(), *record.medications.all()]
    return {record.words_subject, *(row.words_subject for row in hanging)}
