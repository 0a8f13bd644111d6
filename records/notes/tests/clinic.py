"""The cast of the notes tests: a visit of Ana that is going on, and its doctor, signed in a moment ago."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from patients.models import CareRelationship
from records.codes.models import Code, CodeSystem
from records.notes import bodies, drafting
from records.notes.models import Diagnosis, Note
from records.tests.room import Room
from vitas import testing
from vitas.accounts.actor import Actor
from vitas.accounts.models import User
from vitas.common.ids import new_id

DRAFT = {
    "subjective": [
        {"text": "Headache for three days.", "evidence": ["s1", "s2"]},
        {"text": "No fever.", "evidence": ["s3"]},
    ],
    "objective": [{"text": "Blood pressure 150 over 90.", "evidence": ["s5"]}],
    "assessment": [{"text": "Tension headache.", "evidence": ["s7"]}],
    "plan": [{"text": "Ibuprofen 400 mg every 8 hours.", "evidence": ["s8"], "flags": ["dose"]}],
}
CODES = {"G44.2": "Tension-type headache", "I10": "Essential (primary) hypertension", "R51": "Headache"}


class Consultation(Room):
    def __post_init__(self) -> None:
        super().__post_init__()
        self.visit = self.visit_now(self.ana)
        self.dr = self.signed_in(self.doctor_user)
        self.recording = new_id()

    def signed_in(self, user: User) -> Actor:
        return replace(self.staff_actor(user), session_id=testing.make_session(user).pk)

    def colleague(self) -> Actor:
        """Another doctor who cares for Ana."""
        doctor = testing.make_doctor(self.organization)
        CareRelationship.objects.create(
            organization=self.organization, doctor=doctor, patient=self.ana, because="appointment"
        )
        return self.signed_in(doctor.membership.user)

    def draft(self, sections: Any = None, *, recording: UUID | None = None, **given: Any) -> Note:
        asked = {"language": "en", "drafter": "embedded 1"} | given
        return drafting.save_draft(
            appointment_id=self.visit.pk,
            recording_id=recording or self.recording,
            sections=DRAFT if sections is None else sections,
            **asked,
        )

    def table(self) -> CodeSystem:
        system, _made = CodeSystem.objects.get_or_create(
            key="icd-10-test",
            defaults={
                "name": "ICD-10",
                "uri": "http://hl7.org/fhir/sid/icd-10",
                "language": "en",
                "version": "2019",
                "sha256": "0" * 64,
                "codes_count": 3,
            },
        )
        rows = [Code(system=system, code=c, display=d, is_leaf=True, words=d.lower()) for c, d in CODES.items()]
        general = Code(system=system, code="G44", display="Other headache syndromes", is_leaf=False, words="headache")
        Code.objects.bulk_create([*rows, general], ignore_conflicts=True)
        return system

    def suggest(self, *codes: str, **more: Any) -> list[Diagnosis]:
        found = [{"code": code, "display": CODES[code], "score": 0.9 - 0.1 * n} for n, code in enumerate(codes)]
        return drafting.suggest_diagnoses(
            appointment_id=self.visit.pk,
            suggestions=[{**one, **more} for one in found],
            coder="embedded 1",
            table=self.table(),
        )


def texts(note: Note, key: str = "") -> list[str]:
    note.refresh_from_db()
    return [
        sentence["text"]
        for section in note.body["sections"]
        if key in ("", section["key"])
        for sentence in section["sentences"]
    ]


def sentence(note: Note, text: str) -> dict[str, Any]:
    return next(one for one in bodies.sentences(note.body) if one["text"] == text)


def as_sent(note: Note, *keys: str, **changes: str) -> dict[str, Any]:
    """The body as a page sends it; `changes`: key of a section -> its text, a sentence a line, ids in their order."""
    sections = []
    for section in note.body["sections"]:
        if keys and section["key"] not in keys:
            continue
        found = [{"id": one["id"], "text": one["text"]} for one in section["sentences"]]
        if section["key"] in changes:
            lines = changes[section["key"]].splitlines()
            ids = [one["id"] for one in found] + [""] * len(lines)
            found = [{"id": key, "text": line} for key, line in zip(ids, lines, strict=False)]
        sections.append({"key": section["key"], "sentences": found})
    return {"sections": sections}
