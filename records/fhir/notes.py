"""Signed notes of visits: a Composition each, with what was diagnosed.

A sure diagnosis is the patient's problem of the same code, which is in the bundle anyway; one that is only suspected,
or whose problem the reader does not see, is a Condition of the visit alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import override

from records.fhir import systems, visits
from records.fhir.held import Held, in_pieces
from records.fhir.parts import Json, concept, instant, narrative, reference, resource, said_concept, text, without_empty
from records.fhir.statements import is_wrong
from records.notes import bodies, printed
from records.notes.models import Note

_PROGRESS_NOTE: Final = "11506-3"  # LOINC, as the record's own DocumentReference
_DIAGNOSES: Final = "29308-4"
_PARTS: Final = {"subjective": "61150-9", "objective": "61149-1", "assessment": "51848-0", "plan": "18776-5"}
_TERMS: Final = "http://terminology.hl7.org/CodeSystem"


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """A diagnosis of a signed note. `own`: it needs a Condition of its own."""

    words: Mapping[str, Any]
    condition_id: UUID
    own: bool


class Notes:
    """The signed notes that the reader sees, and which Condition tells of which diagnosis."""

    def __init__(self, held: Held) -> None:
        self.held = held
        self.took_place = {row.pk for row in in_pieces(held.visits) if visits.took_place(row)}
        self.diagnosed: dict[UUID, list[Diagnosed]] = {}  # by note
        self.of_visit: dict[UUID, list[UUID]] = {}  # ids of Conditions by visit
        self.visit_of_problem: dict[UUID, UUID] = {}  # the visit whose note wrote a problem
        self.ids: list[UUID] = []
        self._look()

    def rows(self) -> Iterator[Note]:
        return in_pieces(self.held.notes, 50)

    def encounter(self, visit_id: UUID | None) -> Json | None:
        """A reference, where the visit is in the bundle as one that took place."""
        return reference(UUID(visits.encounter_id(visit_id))) if visit_id in self.took_place else None

    def own_conditions(self) -> list[UUID]:
        return [found.condition_id for each in self.diagnosed.values() for found in each if found.own]

    def _look(self) -> None:
        problems = self._problems()
        for note in self.rows():
            self.ids.append(note.pk)
            found = [_diagnosed(words, note, problems) for words in note.body.get("diagnoses", ())]
            self.diagnosed[note.pk] = found
            if is_wrong(note):
                continue
            self.of_visit[note.appointment_id] = [each.condition_id for each in found]
            wrote = (UUID(key) for key in note.body.get("problems", ()))
            self.visit_of_problem |= dict.fromkeys(wrote, note.appointment_id)

    def _problems(self) -> dict[tuple[UUID, str, str], UUID]:
        """By organization, system and code; the standing ones before those in error."""
        found: dict[tuple[UUID, str, str], UUID] = {}
        for row in in_pieces(self.held.conditions):
            if not is_wrong(row) and row.words.get("code"):
                found.setdefault((row.organization_id, row.words.get("system", ""), row.words["code"]), row.pk)
        return found


def composition(note: Note, notes: Notes) -> Json:
    """The note by its sections; titles are in its own language. `doctor` is expected to be at hand."""
    with override(printed.locale_of(note.language)):
        sections = [_section(section) for section in note.body["sections"] if bodies.text_of(section)]
        sections += _diagnoses(note, notes.diagnosed[note.pk])
        title = printed.title()
    author = reference(note.doctor_id, str(note.doctor))
    return resource(
        "Composition",
        note.pk,
        meta={"lastUpdated": instant(note.updated_at)},
        language=note.language,
        status="entered-in-error" if is_wrong(note) else "final",
        type=concept(systems.LOINC, _PROGRESS_NOTE),
        subject=reference(note.patient_id),
        encounter=notes.encounter(note.appointment_id),
        date=instant(note.signed_at),
        author=[author],
        title=title,
        confidentiality=systems.CONFIDENTIALITY,
        attester=[{"mode": "legal", "time": instant(note.signed_at), "party": author}],
        custodian=reference(note.organization_id),
        section=sections,
    )


def conditions(note: Note, notes: Notes) -> Iterator[Json]:
    """Of diagnoses that no problem tells of."""
    wrong = is_wrong(note)
    for found in notes.diagnosed[note.pk]:
        if not found.own:
            continue
        sure = "provisional" if found.words.get("suspected") else "confirmed"
        yield resource(
            "Condition",
            found.condition_id,
            meta={"lastUpdated": instant(note.updated_at)},
            clinicalStatus=None if wrong else concept(f"{_TERMS}/condition-clinical", "active"),
            verificationStatus=concept(f"{_TERMS}/condition-ver-status", "entered-in-error" if wrong else sure),
            category=[concept(f"{_TERMS}/condition-category", "encounter-diagnosis")],
            code=said_concept(dict(found.words)),
            subject=reference(note.patient_id),
            encounter=notes.encounter(note.appointment_id),
            recordedDate=instant(note.signed_at),
            recorder=reference(note.doctor_id),
        )


def _diagnosed(words: Mapping[str, Any], note: Note, problems: Mapping[tuple[UUID, str, str], UUID]) -> Diagnosed:
    known = problems.get((note.organization_id, words["system"], words["code"]))
    if known is None or words.get("suspected") or is_wrong(note):
        return Diagnosed(words, UUID(words["id"]), own=True)
    return Diagnosed(words, known, own=False)


def _section(section: Mapping[str, Any]) -> Json:
    return {
        "title": text(bodies.title_of(section)),
        "code": concept(systems.LOINC, _PARTS[section["part"]]),
        "text": narrative(bodies.text_of(section)),
    }


def _diagnoses(note: Note, found: list[Diagnosed]) -> list[Json]:
    if not found:
        return []
    said = "; ".join(printed.diagnosis(each.words) for each in found)
    return [
        without_empty(
            {
                "title": printed.diagnoses_title(),
                "code": concept(systems.LOINC, _DIAGNOSES),
                "text": narrative(said),
                "entry": [reference(each.condition_id) for each in found],
            }
        )
    ]
