"""The law's time is over: an organization's file of a patient is erased, and in the end the patient.

Done by the owner's connection, a transaction for each file, so that it may be broken off and run again. Whoever comes
back or is held meanwhile is found: the file is judged anew under a lock.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from appointments.models import Appointment, TimeClaim
from patients.models import (
    BreakGlass,
    CareRelationship,
    Consent,
    Patient,
    PatientAccess,
    PatientFile,
)
from processing.models import ProcessingRun, Recording, RecordingPiece, Transcript
from records.files import store
from records.models import (
    Addendum,
    AllergyIntolerance,
    Attachment,
    Condition,
    FileClaim,
    MedicalRecord,
    MedicationRequest,
    Observation,
    RecordOpened,
)
from records.notes.models import Diagnosis, Note, NoteSave, NoteVersion
from vitas.accounts.actor import OPERATIONS
from vitas.accounts.models import Organization
from vitas.audit import trail
from vitas.audit.models import AuditEntry
from vitas.common import crypto
from vitas.operations.keeping import identities
from vitas.operations.keeping.terms import OWNER, Term, due, patients_nobody_keeps
from vitas.operations.models import Forgetting, LegalHold

# Deleted with a file, in this order: what hangs on something goes before it. The path leads to patient and
# organization.
DELETED: Final[tuple[tuple[type[Model], str], ...]] = (
    (NoteSave, "note__"),
    (NoteVersion, "note__"),
    (Note, ""),
    (Diagnosis, ""),
    (ProcessingRun, "recording__"),
    (RecordingPiece, "recording__"),
    (Transcript, ""),
    (Recording, ""),
    (Addendum, "record__"),
    (RecordOpened, "record__"),
    (Attachment, "record__"),
    (Observation, ""),
    (MedicationRequest, ""),
    (Condition, ""),
    (AllergyIntolerance, ""),
    (MedicalRecord, ""),
    (Consent, ""),
    (BreakGlass, ""),
    (CareRelationship, ""),
    (LegalHold, ""),
    (PatientFile, ""),
)
# Emptied with a file: money and time need the row.
EMPTIED: Final[dict[type[Model], dict[str, Any]]] = {
    Appointment: {"reason": b"", "notes": b"", "cancellation_reason": b"", "virtual_meeting_url": ""},
}


def erase_due(term: Term, *, tell: Callable[[int], None]) -> int:
    """Erase every file of an organization whose time is over; answers with how many."""
    erased = 0
    for file_id in list(due(term).values_list("pk", flat=True)):
        erased += erase_file(term, file_id)
        tell(erased)
    return erased


def erase_file(term: Term, file_id: int) -> bool:
    """What the organization keeps of the patient; false if there is a reason to keep it after all."""
    with transaction.atomic(using=OWNER):
        Organization.objects.using(OWNER).select_for_update(no_key=True).get(pk=term.organization.pk)
        file = due(term).select_for_update(of=("self", "patient")).select_related("patient").filter(pk=file_id).first()
        if file is None:
            return False
        ids = identities.with_merged(file.patient_id, using=OWNER)
        _lock(ids)
        keys = _claim_files(ids, term)
        counts = {model._meta.label: _delete(model, path, ids, term) for model, path in DELETED}
        for model, empty in EMPTIED.items():
            rows = model._default_manager.using(OWNER).filter(patient__in=ids, organization=term.organization)
            counts[model._meta.label] = rows.update(**empty)
        _note("ERASE_PATIENT_FILE", file.patient_id, organization_id=term.organization.pk, counts=counts)
    for key in keys:  # what the store does not give up now, the sweep of claims removes
        if store.forget(key):
            FileClaim.objects.using(OWNER).filter(key=key).delete()
    return True


def erase_patients(now: datetime, *, tell: Callable[[int], None]) -> int:
    """Everybody of whom no organization keeps anything any more; answers with how many."""
    erased = 0
    for patient_id in list(patients_nobody_keeps(now).values_list("pk", flat=True)):
        erased += erase_patient(patient_id, now)
        tell(erased)
    return erased


def erase_patient(patient_id: UUID, now: datetime) -> bool:
    """Name, contacts and sign-in go, and the keys: what is still sealed somewhere opens no more."""
    with transaction.atomic(using=OWNER):
        found = patients_nobody_keeps(now).select_for_update(of=("self",)).filter(pk=patient_id).first()
        if found is None:
            return False
        ids = identities.with_merged(patient_id, using=OWNER)
        _lock(ids)
        identities.replace(ids, using=OWNER, keep_year=False)
        PatientAccess.objects.using(OWNER).filter(patient__in=ids).delete()
        TimeClaim.objects.using(OWNER).filter(resource__in=ids).delete()
        for model, empty in EMPTIED.items():
            model._default_manager.using(OWNER).filter(patient__in=ids).update(**empty)
        rows = Forgetting.objects.using(OWNER)
        rows.bulk_create([Forgetting(patient_id=patient_id, identity=b"")], ignore_conflicts=True)
        rows.filter(patient__in=ids).update(identity=b"", erased_at=timezone.now())
        for subject in ids:
            crypto.destroy_key(subject, using=OWNER)
        _note("ERASE_PATIENT", patient_id, keys=len(ids))
    return True


def _lock(ids: Iterable[UUID]) -> None:
    """Nobody books for them meanwhile: a booking locks the patient's row as well."""
    list(Patient.objects.using(OWNER).select_for_update().filter(pk__in=list(ids)).order_by("pk"))


def _claim_files(ids: list[UUID], term: Term) -> list[str]:
    """Keys of the store that nothing will refer to; written down, so that a dead process leaves no file behind."""
    keys: list[str] = []
    for model, path in ((Attachment, "record__"), (Recording, ""), (RecordingPiece, "recording__")):
        found = {f"{path}patient__in": ids, f"{path}organization": term.organization}
        keys += model._default_manager.using(OWNER).filter(**found).values_list("key", flat=True)
    FileClaim.objects.using(OWNER).bulk_create([FileClaim(key=key) for key in keys], ignore_conflicts=True)
    return keys


def _delete(model: type[Model], path: str, ids: list[UUID], term: Term) -> int:
    rows: Any = model._default_manager.using(OWNER)
    found = {f"{path}patient__in": ids, f"{path}organization": term.organization}
    wanted = model._default_manager.using(OWNER).filter(**found).values("pk")
    return rows.filter(pk__in=wanted)._raw_delete(OWNER) if path else rows.filter(**found)._raw_delete(OWNER)


def _note(action: str, patient_id: UUID, *, organization_id: UUID | None = None, **details: Any) -> None:
    entry = trail.entry(
        OPERATIONS,
        action,
        category=trail.Category.RETENTION,
        resource="patient",
        resource_id=patient_id,
        patient_id=patient_id,
        organization_id=organization_id,
        **details,
    )
    AuditEntry.objects.using(OWNER).bulk_create([entry])
