"""What is told of a new record as it happens: to the patient, that it is there; no clinical word."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.models import MedicalRecord
from vitas.accounts.actor import Actor
from vitas.common import events
from vitas.live import topics
from vitas.live.news import Said
from vitas.live.presenting import Ids
from vitas.live.publish import publish

Type = MedicalRecord.Type
Payloads = Sequence[dict[str, Any] | None]

_SENTENCES = {
    Type.LAB_RESULT: gettext_lazy("A new result is there."),
    Type.VISIT_NOTE: gettext_lazy("There is a note of your visit."),
    Type.PRESCRIPTION: gettext_lazy("A new prescription is there."),
    Type.IMAGING: gettext_lazy("New images are there."),
    Type.REFERRAL: gettext_lazy("A new referral is there."),
}
_ICONS = {
    Type.LAB_RESULT: "flask",
    Type.VISIT_NOTE: "notes",
    Type.PRESCRIPTION: "pill",
    Type.IMAGING: "photo",
    Type.REFERRAL: "arrow-forward-up",
}


def on_written(event: events.RecordWritten) -> None:
    """A record was written: its patient hears of it."""
    record = MedicalRecord.objects.filter(pk=event.record_id).first()
    if record is None:
        return
    publish(
        "record:new",
        key=f"record:new:{record.pk}",
        topics=[topics.patient(record.patient_id)],
        ids={"record": str(record.pk), "patient": str(record.patient_id)},
    )


def record_new(actor: Actor, asked: Sequence[Ids]) -> Payloads:
    """What a socket gets: which record of which patient, and its type."""
    rows = _visible(actor, asked)
    return [
        {"recordId": str(row.pk), "patientId": str(row.patient_id), "type": row.type}
        if (row := rows.get(UUID(ids["record"])))
        else None
        for ids in asked
    ]


def of_record(actor: Actor, asked: Sequence[Ids]) -> Sequence[Said | None]:
    """The line behind the bell."""
    rows = _visible(actor, asked)
    return [_said(actor, row) if (row := rows.get(UUID(ids["record"]))) else None for ids in asked]


def _said(actor: Actor, row: MedicalRecord) -> Said:
    about = [str(row.doctor)] if row.doctor else []
    if row.patient_id != actor.patient_id:
        about.insert(0, row.patient.first_name)  # another profile of the family
    return Said(
        sentence=str(_SENTENCES.get(Type(row.type)) or _("A new record is there.")),
        about=" · ".join(about),
        address=_address(row),
        icon=_ICONS.get(Type(row.type), "file-text"),
        colour="green",
    )


def _address(row: MedicalRecord) -> str:
    try:
        return reverse("record", args=[row.pk])
    except NoReverseMatch:
        return ""


def _visible(actor: Actor, asked: Sequence[Ids]) -> Mapping[UUID, MedicalRecord]:
    """Those that this person may read; what was an error is no news."""
    rows = MedicalRecord.objects.visible_to(actor).standing().select_related("doctor", "patient")
    found: dict[UUID, MedicalRecord] = rows.in_bulk([UUID(ids["record"]) for ids in asked])
    return found
