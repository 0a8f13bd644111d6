"""Writing in a patient's file: a record with its results or medicines, an addendum, a mark that it was an error.

Each act is one transaction with its audit entry. What was written is never written over.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appointments.models import Appointment
from records import statements
from records.check_codes import new_check_code
from records.models import Addendum, Clinical, MedicalRecord, MedicationRequest, Observation
from records.permissions import (
    patient_to_write_for,
    require_may_add,
    require_may_take_back,
    require_may_write_type,
)
from records.statements import Given
from vitas.accounts import idempotency
from vitas.accounts.actor import Actor
from vitas.audit import trail
from vitas.common import events
from vitas.common.api.fields import plain_text
from vitas.common.errors import Invalid, NotAllowed, NotFound, NotPossibleNow, Problem

Type = MedicalRecord.Type

LONGEST_TITLE: Final = 255
LONGEST_TEXT: Final = 20_000
LONGEST_REASON: Final = 1000
MOST_RESULTS: Final = 100
MOST_MEDICINES: Final = 30
_OLDEST: Final = Date(1900, 1, 1)
_EARLIEST_ZONE: Final = timedelta(hours=14)  # where a day begins first
_WITH_RESULTS: Final = {Type.LAB_RESULT, Type.VISIT_NOTE, Type.IMAGING}


@dataclass(frozen=True, slots=True)
class Written:
    """`fresh` is false where the same request had written it before."""

    record: MedicalRecord
    fresh: bool


def write(
    *,
    patient_id: UUID,
    type: str,
    date: Date,
    title: str,
    description: str = "",
    by: Actor,
    appointment_id: UUID | None = None,
    observations: Sequence[Given] = (),
    medications: Sequence[Given] = (),
) -> MedicalRecord:
    """A new record. A prescription has medicines and a check code; results go with lab results, notes and images.

    Raises Invalid (with the fields' names), NotAllowed, NotFound.
    """
    given: dict[str, Any] = {"type": type, "date": date, "title": title, "description": description}
    return write_once(
        patient_id=patient_id,
        appointment_id=appointment_id,
        observations=observations,
        medications=medications,
        by=by,
        **given,
    ).record


@transaction.atomic
def write_once(
    *,
    patient_id: UUID,
    by: Actor,
    key: str = "",
    appointment_id: UUID | None = None,
    observations: Sequence[Given] = (),
    medications: Sequence[Given] = (),
    **given: Any,
) -> Written:
    """As `write`; the same `key` (an Idempotency-Key, a form's own) again answers with what it wrote, else Conflict."""
    everything = [patient_id, appointment_id, list(observations), list(medications), given]
    if earlier := _made_before(by, key, "medical-records", everything):
        return Written(MedicalRecord.objects.visible_to(by).get(pk=earlier), fresh=False)
    patient_id = patient_to_write_for(by, patient_id)
    checked = _Checked(type=given["type"], observations=observations, medications=medications, by=by, given=given)
    visit = _visit(appointment_id, patient_id, by)
    record = _row(checked, patient_id, visit, by)
    record.save(force_insert=True)
    Observation.objects.bulk_create(_observation(record, found) for found in checked.results)
    MedicationRequest.objects.bulk_create(_medication(record, *found) for found in checked.medicines)
    events.record(events.RecordWritten(record.pk))
    note(by, "CREATE_MEDICAL_RECORD", record, type=record.type)
    if key:
        idempotency.settle(by, key, record.pk)
    return Written(record, fresh=True)


@transaction.atomic
def addend(*, record_id: UUID, text: str, by: Actor, key: str = "") -> Addendum:
    """Add to a record later; the record stays as it is. Raises NotFound, NotAllowed, Invalid, NotPossibleNow."""
    text = plain_text(text).strip()
    if not text:
        raise Invalid.field("text", _("This field is required."))
    if len(text) > LONGEST_TEXT:
        raise Invalid.field("text", _too_long(LONGEST_TEXT))
    if earlier := _made_before(by, key, f"addenda/{record_id}", text):
        return Addendum.objects.visible_to(by).select_related("record").get(pk=earlier)
    record = _standing(record_id, by)
    require_may_add(by, record)
    assert by.user_id is not None  # a system actor writes nothing by hand
    addendum = Addendum.objects.create(record=record, text=text, doctor_id=by.doctor_id, written_by=by.user_id)
    MedicalRecord.objects.filter(pk=record.pk).update(updated_at=timezone.now())
    note(by, "CREATE_ADDENDUM", record, addendum=str(addendum.pk))
    if key:
        idempotency.settle(by, key, addendum.pk)
    return addendum


_follow_errors: list[Callable[[MedicalRecord], None]] = []


def when_in_error(follow: Callable[[MedicalRecord], None]) -> None:
    """Register what goes with a record that was entered in error, in the act's transaction; in an `apps.py`."""
    if follow not in _follow_errors:
        _follow_errors.append(follow)


@transaction.atomic
def mark_error(*, record_id: UUID, reason: str, by: Actor) -> MedicalRecord:
    """The record was entered in error: it stays, and is told as such; so are its results and medicines.

    Raises NotFound, NotAllowed, Invalid, NotPossibleNow (it was marked before).
    """
    reason = plain_text(reason).strip()
    if not reason:
        raise Invalid.field("reason", _("Write down why this is an error."))
    if len(reason) > LONGEST_REASON:
        raise Invalid.field("reason", _too_long(LONGEST_REASON))
    record = _standing(record_id, by)
    require_may_take_back(by, record)
    now = timezone.now()
    record.status, record.error_reason, record.updated_at = Clinical.Status.ENTERED_IN_ERROR, reason, now
    record.save(update_fields=["status", "error_reason", "updated_at"])
    for hanging in (record.observations, record.medications):
        hanging.update(status=Clinical.Status.ENTERED_IN_ERROR, updated_at=now)
    for follow in _follow_errors:
        follow(record)
    note(by, "MARK_RECORD_ERROR", record, type=record.type)
    return record


def note(by: Actor, action: str, record: MedicalRecord, **details: Any) -> None:
    """One entry of the audit trail about a record."""
    trail.record(
        by,
        action,
        category=trail.Category.HEALTH_DATA,
        resource="medical_records",
        resource_id=record.pk,
        patient_id=record.patient_id,
        organization_id=record.organization_id,
        **details,
    )


def locked(record_id: UUID, by: Actor) -> MedicalRecord:
    """The record, where the person may know of it, with its row held. Raises NotFound."""
    rows = MedicalRecord.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    found: MedicalRecord | None = rows.filter(pk=record_id).first()
    if found is None:
        raise NotFound(_("There is no such record."))
    return found


def _standing(record_id: UUID, by: Actor) -> MedicalRecord:
    record = locked(record_id, by)
    if record.status != Clinical.Status.CURRENT:
        raise NotPossibleNow(_("This record was entered in error."))
    return record


def _made_before(by: Actor, key: str, address: str, asked: Any) -> UUID | None:
    if not key:
        return None
    words = json.dumps(asked, sort_keys=True, default=str).encode()
    return idempotency.claim(by, key, hashlib.sha256(address.encode() + b"\n" + words).hexdigest())


class _Checked:
    """What is to be written, found right. Raises Invalid, which names every wrong field at once, and NotAllowed."""

    def __init__(
        self,
        *,
        type: str,
        observations: Sequence[Given],
        medications: Sequence[Given],
        by: Actor,
        given: dict[str, Any],
    ) -> None:
        self.problems: list[Problem] = []
        self.type = type if type in Type.values else self._wrong("type", _("There is no such type of record."), "")
        require_may_write_type(by, self.type)
        self.title = self._text(given, "title", LONGEST_TITLE)
        self.description = self._text(given, "description", LONGEST_TEXT, required=False)
        self.date = self._date(given["date"])
        self.results = self._results(observations)
        self.medicines = self._medicines(medications)
        if self.problems:
            raise Invalid(problems=self.problems)

    def _wrong(self, field: str, sentence: str, instead: Any = None) -> Any:
        self.problems.append(Problem(field, sentence))
        return instead

    def _text(self, given: dict[str, Any], name: str, most: int, *, required: bool = True) -> str:
        text = plain_text(given.get(name) or "").strip()
        if required and not text:
            self._wrong(name, _("This field is required."))
        elif len(text) > most:
            self._wrong(name, _too_long(most))
        return text

    def _date(self, given: Date) -> Date:
        if given > (timezone.now() + _EARLIEST_ZONE).date():
            self._wrong("date", _("This day is yet to come."))
        elif given < _OLDEST:
            self._wrong("date", _("Check the year."))
        return given

    def _results(self, given: Sequence[Given]) -> list[tuple[statements.Words, datetime | None]]:
        if given and self.type not in _WITH_RESULTS:
            self._wrong("observations", _("Results go with lab results, imaging and visit notes."))
        if len(given) > MOST_RESULTS:
            self._wrong("observations", _("At most %(count)d at once.") % {"count": MOST_RESULTS})
        found = []
        for nth, one in enumerate(given[:MOST_RESULTS]):
            checked = statements.result(one, place=f"observations.{nth}.")
            if (at := one.get("observed_at")) and at > timezone.now() + timedelta(minutes=5):
                checked.wrong("observed_at", _("This moment is yet to come."))
            self.problems += checked.problems
            found.append((checked.words, at))
        return found

    def _medicines(self, given: Sequence[Given]) -> list[tuple[statements.Words, Date, Date | None]]:
        if self.type == Type.PRESCRIPTION and not given:
            self._wrong("medications", _("A prescription has at least one medicine."))
        if given and self.type and self.type != Type.PRESCRIPTION:
            self._wrong("medications", _("Medicines are prescribed by a prescription."))
        if len(given) > MOST_MEDICINES:
            self._wrong("medications", _("At most %(count)d at once.") % {"count": MOST_MEDICINES})
        found = []
        for nth, one in enumerate(given[:MOST_MEDICINES]):
            checked = statements.medicine(one, place=f"medications.{nth}.")
            first: Date = one.get("starts_on") or self.date
            last: Date | None = one.get("ends_on") or statements.ends_on(checked["duration"], first)
            if last and last < first:
                checked.wrong("ends_on", _("It ends before it begins."))
            self.problems += checked.problems
            found.append((checked.words, first, last))
        return found


def _visit(appointment_id: UUID | None, patient_id: UUID, by: Actor) -> Appointment | None:
    """The visit that the record is of: the patient's, at the own organization. Raises Invalid."""
    if appointment_id is None:
        return None
    rows = Appointment.objects.visible_to(by).select_related("clinic")
    found = rows.filter(pk=appointment_id, patient=patient_id, organization=by.organization_id).first()
    if found is None:
        raise Invalid.field("appointment_id", _("There is no such visit of this patient."))
    return found


def _row(checked: _Checked, patient_id: UUID, visit: Appointment | None, by: Actor) -> MedicalRecord:
    if by.organization_id is None:
        raise NotAllowed()
    return MedicalRecord(
        organization_id=by.organization_id,
        patient_id=patient_id,
        type=checked.type,
        date=checked.date,
        doctor_id=by.doctor_id or (visit.doctor_id if visit else None),
        appointment=visit,
        title=checked.title,
        description=checked.description,
        written_by=by.user_id,
        check_code=new_check_code() if checked.type == Type.PRESCRIPTION else None,
    )


def _observation(record: MedicalRecord, found: tuple[statements.Words, datetime | None]) -> Observation:
    words, at = found
    return Observation(record=record, observed_at=at or _noon(record), words=words, **_whose(record))


def _medication(record: MedicalRecord, words: statements.Words, first: Date, last: Date | None) -> MedicationRequest:
    return MedicationRequest(
        record=record, doctor_id=record.doctor_id, starts_on=first, ends_on=last, words=words, **_whose(record)
    )


def _whose(record: MedicalRecord) -> dict[str, Any]:
    return {
        "organization_id": record.organization_id,
        "patient_id": record.patient_id,
        "written_by": record.written_by,
    }


def _noon(record: MedicalRecord) -> datetime:
    """A result of a day without an hour: noon, so that it is that day's on every calendar of these countries."""
    zone = ZoneInfo(record.appointment.clinic.zone) if record.appointment else ZoneInfo("UTC")
    return min(datetime.combine(record.date, time(12), zone), timezone.now())


def _too_long(most: int) -> str:
    return _("Ensure this field has no more than %(count)d characters.") % {"count": most}
