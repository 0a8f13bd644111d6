"""DocumentReference of a record, of what was added to it, and Binary of a file."""

import base64
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from records.fhir import systems
from records.fhir.parts import (
    Json,
    concept,
    day,
    extension,
    instant,
    part_of,
    reference,
    resource,
    text,
    without_empty,
)
from records.fhir.statements import common, is_wrong
from records.models import Addendum, Attachment, MedicalRecord

Type = MedicalRecord.Type
PLAIN: Final = "text/plain; charset=utf-8"

# LOINC's document types.
TYPES: Final = {
    Type.LAB_RESULT: "11502-2",
    Type.VISIT_NOTE: "11506-3",
    Type.PRESCRIPTION: "57833-6",
    Type.IMAGING: "18748-4",
    Type.REFERRAL: "57133-1",
}


def of_record(
    row: MedicalRecord,
    *,
    files: Iterable[Attachment],
    statements: Iterable[UUID],
    addresses: Mapping[UUID, str],
    has_addenda: bool,
) -> Json:
    """An entry of the file. `statements` are ids of its results and medicines; `addresses` say where a file lies."""
    wrong = is_wrong(row)
    contents = [_words(row.title, row.description), *(_file(found, addresses) for found in files)]
    return resource(
        "DocumentReference",
        row.pk,
        **common(row),
        extension=_why_wrong(row),
        status="entered-in-error" if wrong else "current",
        docStatus="entered-in-error" if wrong else ("amended" if has_addenda else "final"),
        type=concept(systems.LOINC, TYPES[Type(row.type)], str(row.get_type_display())),
        category=[concept(systems.RECORD_TYPE, row.type)],
        subject=reference(row.patient_id),
        date=instant(row.created_at),
        author=_author(row),
        custodian=reference(row.organization_id),
        description=text(row.title),
        content=contents,
        context=_context(row, statements),
    )


def of_addendum(row: Addendum, record: MedicalRecord) -> Json:
    return resource(
        "DocumentReference",
        row.pk,
        status="current",
        docStatus="final",
        type=concept(systems.LOINC, TYPES[Type(record.type)]),
        subject=reference(record.patient_id),
        date=instant(row.created_at),
        author=[reference(row.doctor_id)] if row.doctor_id else [],
        custodian=reference(record.organization_id),
        relatesTo=[{"code": "appends", "target": reference(record.pk)}],
        content=[{"attachment": _plain(row.text)}],
    )


def binary(key: UUID, content_type: str, content: bytes) -> Json:
    """A file within the bundle."""
    return resource("Binary", part_of(key, "Binary"), contentType=content_type, data=base64.b64encode(content).decode())


def inside(key: UUID) -> str:
    """The address of a file that goes along in the bundle."""
    return f"urn:uuid:{part_of(key, 'Binary')}"


def at_home(row: Attachment) -> str:
    """Where the file is read with a token: never an address that is open."""
    path = reverse("v1:attachment-download", args=[row.record_id, row.pk])
    return f"{settings.PUBLIC_URL}{path}"


def _words(title: str, description: str) -> Json:
    if text(description):
        return {"attachment": _plain(description)}
    return {"attachment": {"contentType": PLAIN, "title": text(title) or "-"}}


def _plain(said: str) -> Json:
    """Words travel as bytes, so that nothing of them is lost."""
    return {"contentType": PLAIN, "data": base64.b64encode(said.encode()).decode()}


def _file(row: Attachment, addresses: Mapping[UUID, str]) -> Json:
    """R4's own hash is SHA-1: ours stands in an extension."""
    return {
        "attachment": without_empty(
            {
                "extension": [extension(systems.SHA256, valueString=row.sha256)],
                "contentType": row.file_type,
                "url": addresses.get(row.pk) or at_home(row),
                "size": row.file_size,
                "title": text(row.file_name) or "-",
                "creation": instant(row.created_at),
            }
        )
    }


def _author(row: MedicalRecord) -> list[Json | None]:
    if row.doctor_id:
        return [reference(row.doctor_id, str(row.doctor))]
    return [reference(row.organization_id)]


def _context(row: MedicalRecord, statements: Iterable[UUID]) -> Json:
    """The day of the act, the visit, and the results or medicines that belong to it."""
    return without_empty(
        {
            "period": {"start": day(row.date)},
            "related": [
                *([reference(row.appointment_id)] if row.appointment_id else []),
                *(reference(key) for key in statements),
            ],
        }
    )


def _why_wrong(row: MedicalRecord) -> list[Json]:
    reason = text(row.error_reason) if is_wrong(row) else ""
    return [extension(systems.ERROR_REASON, valueString=reason)] if reason else []
