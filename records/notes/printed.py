"""A note in plain words, as it stands in the patient's file, is exported and copied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from records.notes import bodies
from records.notes.models import Note
from vitas.accounts.actor import Actor


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A signed note as the page of its record shows it."""

    sections: Sequence[Section]
    diagnoses: Sequence[str]
    signed_at: datetime
    zone: str


def in_words(body: Mapping[str, Any]) -> str:
    """Sections under their titles, then the diagnoses; in the active language."""
    parts = []
    for section in body["sections"]:
        if said := bodies.text_of(section):
            parts.append(f"{bodies.title_of(section)}\n{said}")
    if body.get("diagnoses"):
        parts.append("\n".join([diagnoses_title(), *(diagnosis(found) for found in body["diagnoses"])]))
    return "\n\n".join(parts)


def of_record(record_id: UUID, actor: Actor) -> Shown | None:
    """The note that the record is of; None for a record that was written otherwise. The reader has read the record."""
    rows = Note.objects.visible_to(actor).select_related("appointment__clinic")
    note: Note | None = rows.filter(record=record_id).first()
    if note is None or note.signed_at is None:
        return None
    said = [Section(bodies.title_of(each), bodies.text_of(each)) for each in note.body.get("sections", ())]
    found = [diagnosis(words) for words in note.body.get("diagnoses", ())]
    zone = note.appointment.clinic.zone
    return Shown([each for each in said if each.text], found, note.signed_at, zone)


def diagnosis(words: Mapping[str, Any]) -> str:
    """`K35.80 Acute appendicitis (suspected)`."""
    said = f"{words['code']} {words['display']}"
    return f"{said} ({_('suspected')})" if words.get("suspected") else said


def title() -> str:
    return _("Note of the visit")


def diagnoses_title() -> str:
    return _("Diagnoses")


def locale_of(language: str) -> str:
    """The language of texts for a note's: Portuguese is Brazil's."""
    return "pt-br" if language[:2] == "pt" else language[:2]
