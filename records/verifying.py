"""Whether a prescription is real, for whoever holds it: who issued it and when, never what it says or for whom."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from records.check_codes import read
from records.models import Clinical, MedicalRecord
from vitas.accounts.actor import RECORDS
from vitas.audit import trail
from vitas.common import crypto, limits
from vitas.common.acting import acting_as
from vitas.common.context import current
from vitas.common.errors import TooMany

TRIES: Final = 30  # an address, within
WINDOW: Final = 900  # seconds


@dataclass(frozen=True, slots=True)
class Genuine:
    """What anyone may know of a prescription. `fingerprint` stands on the paper too: the lines are those signed."""

    code: str
    issued_on: date
    doctor: str
    licences: list[str]
    organization: str
    lines: int
    fingerprint: str
    withdrawn: bool


def verify(text: str) -> Genuine | None:
    """The prescription of this check code, however it was typed; None if there is none. Raises TooMany."""
    counted = limits.count(f"verify:{current.get().address}", limit=TRIES, window=WINDOW)
    if counted is not None and counted.over:
        raise TooMany(_("Too many codes in a short time. Wait a moment."), retry_after=counted.seconds)
    code = read(text)
    if code is None:
        return None
    with acting_as(RECORDS):  # whoever asks sees this much and no more
        rows = MedicalRecord.objects.visible_to(RECORDS).select_related("doctor", "organization")
        record = rows.prefetch_related("doctor__licences", "medications").filter(check_code=code).first()
        if record is None:
            return None
        _note(record)
        return _genuine(record, code)


def fingerprint(record: MedicalRecord) -> str:
    """`8F3A-11C9-07DE`: changes with any word of any line. The record's id, which no paper shows, keeps it from telling
    what is guessed."""
    lines = [row.words for row in sorted(record.medications.all(), key=lambda row: row.pk)]
    said = [str(record.pk), str(record.date), str(record.doctor_id), lines]
    digest = hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest().upper()
    return "-".join(digest[at : at + 4] for at in (0, 4, 8))


def licences_of(record: MedicalRecord) -> list[str]:
    """`CRM 12345`, `NPI 1234567893`."""
    return [str(licence) for licence in record.doctor.licences.all()] if record.doctor else []


def _genuine(record: MedicalRecord, code: str) -> Genuine:
    crypto.load_keys({row.words_subject for row in record.medications.all()})
    return Genuine(
        code=code,
        issued_on=record.date,
        doctor=str(record.doctor or ""),
        licences=licences_of(record),
        organization=record.organization.name,
        lines=len(record.medications.all()),
        fingerprint=fingerprint(record),
        withdrawn=record.status == Clinical.Status.ENTERED_IN_ERROR,
    )


def _note(record: MedicalRecord) -> None:
    trail.record(
        RECORDS,
        "VERIFY_PRESCRIPTION",
        category=trail.Category.HEALTH_DATA,
        resource="medical_records",
        resource_id=record.pk,
        patient_id=record.patient_id,
        organization_id=record.organization_id,
    )
