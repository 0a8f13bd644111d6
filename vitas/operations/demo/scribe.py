"""The demo's recordings: three visits with their sound, what was said, the draft and codes; one note is signed.

Beside each sound under `demo/` lies what the recognizer made of it (`.json`), and the draft that the embedded drafter
made of that (`.note.json`, by demo/make_notes.py); the codes in it were chosen by hand.
"""

import hashlib
import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.utils import timezone

from appointments.models import Appointment, Status
from patients import consent_texts
from patients.models import Consent
from processing import audio_store, code_table
from processing.models import Recording, Stage, Transcript
from records.codes.models import Code, CodeSystem
from records.notes import diagnosing, drafting, editing, signing
from records.notes.models import Diagnosis, Note
from vitas.accounts.actor import Actor
from vitas.accounts.models import Role, Session
from vitas.operations.demo import cast, people
from vitas.operations.demo.ids import demo_id

FOLDER: Final = Path(settings.BASE_DIR) / "demo"
BY_HAND: Final = "demo, chosen by hand"


_SEEN: Final = "conferido"  # of the signed note, in its language


class Made(NamedTuple):
    """A sound; the doctor and the patient, by e-mail and phone, whose visit it is of; whether the note is signed."""

    name: str
    doctor: str
    phone: str
    signed: bool = False


MADE: Final = (
    Made("consulta-es", "ana.ruiz@demo.vitas.test", "+5491155550101"),
    Made("consulta-pt", "paulo.costa@demo.vitas.test", "+5511999999999", signed=True),
    Made("visit-en", "sarah.johnson@demo.vitas.test", "+16175550102"),
)


def make() -> None:
    """Once; where the folder of sounds was not installed, none."""
    for made in MADE:
        files = [FOLDER / f"{made.name}{ending}" for ending in (".ogg", ".json", ".note.json")]
        identity = demo_id(f"recording {made.name}")
        if not all(file.exists() for file in files) or Recording.objects.filter(pk=identity).exists():
            continue
        visit = _visit(made)
        if visit is not None:
            sound, *words = files
            said, noted = (json.loads(file.read_text(encoding="utf-8")) for file in words)
            _Told(visit, identity, said | noted).make(sound, signed=made.signed)


def _visit(made: Made) -> Appointment | None:
    """The last one that took place and has no note yet."""
    patient = next(people.patient_id(person) for person in cast.PATIENTS if person.phone == made.phone)
    rows = Appointment.objects.filter(
        doctor__email=made.doctor, patient=patient, status=Status.COMPLETED, visit_notes=None
    )
    return rows.select_related("doctor__membership", "patient", "organization").order_by("-starts_at").first()


class _Told:
    def __init__(self, visit: Appointment, identity: Any, told: dict[str, Any]) -> None:
        self.visit, self.identity, self.told = visit, identity, told
        assert visit.doctor.membership is not None  # the demo's doctors sign in
        self.doctor = visit.doctor.membership

    def make(self, sound: Path, *, signed: bool) -> None:
        recording = self._recording(sound)
        Transcript.objects.create(
            id=demo_id(f"transcript {recording.pk}"),
            recording=recording,
            organization_id=recording.organization_id,
            patient_id=recording.patient_id,
            language=self.told["language"],
            transcriber=self.told["engine"],
            body={"segments": self.told["segments"]},
        )
        note = drafting.save_draft(
            appointment_id=self.visit.pk,
            recording_id=recording.pk,
            sections=self.told["sections"],
            language=self.told["language"],
            drafter=self.told["drafter"],
        )
        suggested = self._suggested()
        if signed:
            self._sign(note, suggested)

    def _suggested(self) -> list[Diagnosis]:
        table = code_table.of(self.visit.organization_id)
        if table is None:
            return []
        return drafting.suggest_diagnoses(
            appointment_id=self.visit.pk,
            suggestions=_known(self.told["suggestions"], table),
            coder=self.told["coder"] or BY_HAND,
            table=table,
        )

    def _recording(self, sound: Path) -> Recording:
        content, at = sound.read_bytes(), self.visit.starts_at + timedelta(minutes=5)
        key = f"sound/demo/{hashlib.sha256(sound.name.encode()).hexdigest()[:40]}"
        if audio_store.size_of(key) != len(content):
            audio_store.put(key, BytesIO(content))
        return Recording.objects.create(
            id=self.identity,
            organization_id=self.visit.organization_id,
            appointment=self.visit,
            patient_id=self.visit.patient_id,
            doctor_id=self.visit.doctor_id,
            source=Recording.Source.UPLOADED,
            consent=self._consent(),
            created_by=self.doctor.user_id,
            created_at=at,
            key=key,
            content_type="audio/ogg",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            upload_ends_at=at + timedelta(minutes=15),
            uploaded_at=at + timedelta(minutes=2),
            stage=Stage.READY,
            seconds=self.told["segments"][-1]["end"],
            percent=100,
            ready_at=at + timedelta(minutes=3),
        )

    def _consent(self) -> Consent:
        keeper = self.visit.organization
        shown = consent_texts.shown(
            kind=Consent.Kind.RECORDING, language=keeper.language, organization=keeper.name, country=keeper.country
        )
        found, _made = Consent.objects.get_or_create(
            patient_id=self.visit.patient_id,
            organization_id=self.visit.organization_id,
            kind=Consent.Kind.RECORDING,
            revoked_at=None,
            defaults={
                "id": demo_id(f"recording allowed {self.visit.patient_id}"),
                "version": shown.version,
                "language": shown.language,
                "text": shown.text,
                "given_by": self.doctor.user_id,
                "given_at": self.visit.starts_at,
                "in_person": True,
            },
        )
        return found

    def _sign(self, note: Note, suggested: list[Diagnosis]) -> None:
        """As the doctor does: a word changed, the first code accepted, and the signature."""
        session = Session.objects.create(
            user_id=self.doctor.user_id,
            membership=self.doctor,
            method=Session.Method.PASSWORD,
            idle_ends_at=timezone.now() + timedelta(minutes=1),
            ends_at=timezone.now() + timedelta(minutes=1),
        )
        by = Actor(
            role=Role.DOCTOR,
            user_id=self.doctor.user_id,
            membership_id=self.doctor.pk,
            organization_id=self.visit.organization_id,
            doctor_id=self.visit.doctor_id,
            session_id=session.pk,
        )
        saved = editing.save(note.pk, seen_version=note.version, body=_touched(note), by=by)
        if suggested:
            diagnosing.accept(suggested[0].pk, by=by)
        signing.sign(note.pk, seen_version=saved.note.version, by=by)
        Session.objects.filter(pk=session.pk).update(revoked_at=timezone.now())


def _touched(note: Note) -> dict[str, Any]:
    """The draft with a word added and a sentence left out, so that there is a difference to see."""
    sections = [
        {"key": section["key"], "sentences": [{"id": one["id"], "text": one["text"]} for one in section["sentences"]]}
        for section in note.body["sections"]
    ]
    written = [section["sentences"] for section in sections if section["sentences"]]
    written[0][0]["text"] = f"{written[0][0]['text'].rstrip('.')} ({_SEEN})."
    if len(written[-1]) > 1:
        del written[-1][-1]
    return {"sections": sections}


def _known(suggestions: list[dict[str, Any]], table: CodeSystem) -> list[dict[str, Any]]:
    """With the words that the table has for them."""
    displays = dict(
        Code.objects.filter(system=table, is_leaf=True, code__in=[one["code"] for one in suggestions]).values_list(
            "code", "display"
        )
    )
    return [one | {"display": displays[one["code"]]} for one in suggestions if one["code"] in displays]
