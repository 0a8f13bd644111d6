"""Engines that do as they are told, in no time: so it is the pipeline that is tried. And recordings to work on."""

import hashlib
import io
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from processing import audio_store
from processing.audio.checking import Checked
from processing.coders import Coder
from processing.drafters import Drafter
from processing.engines import Drafted, EngineError, Segment, Sentence, Suggestion, Transcribed
from processing.models import Recording, Stage
from processing.transcribers import Transcriber
from records.tests.room import Room
from vitas.common.ids import new_id

SOUND = b"RIFF, somebody speaks"
SETTINGS = {
    "SOUND_CHECK": "processing.tests.scripted.check",
    "TRANSCRIBER": "processing.tests.scripted.ScriptedTranscriber",
    "DRAFTER": "processing.tests.scripted.ScriptedDrafter",
    "CODER": "processing.tests.scripted.ScriptedCoder",
}

# What is done before an engine answers, by its name; each gets what the engine was given.
before: dict[str, Callable[..., Any]] = {}
calls: list[str] = []


def _called(name: str, *given: Any) -> None:
    calls.append(name)
    if name in before:
        before[name](*given)


def fails(code: str, *, temporary: bool, retry_after: float | None = None) -> Callable[..., None]:
    def fail(*_given: Any) -> None:
        raise EngineError(code, temporary=temporary, retry_after=retry_after)

    return fail


def check(path: Any) -> Checked:
    _called("check", path)
    return Checked(seconds=60.0, container="ogg", codec="opus", channels=1, rate=48_000, speech_seconds=50.0)


class ScriptedTranscriber(Transcriber):
    def transcribe(self, audio, *, language="", glossary=(), progress=lambda seconds: None):
        _called("transcribe", audio, progress, language, glossary)
        said = ["My head hurts since Monday.", "Take one paracetamol every eight hours."]
        speakers = ["patient", "doctor"]
        segments = [
            Segment(id=f"s{at}", start=at * 5.0, end=at * 5.0 + 4, speaker=speakers[at], text=text)
            for at, text in enumerate(said)
        ]
        return Transcribed(
            language=language or "en", segments=segments, engine="scripted 1", details={"model": "none"}, cost_micro=600
        )


class ScriptedDrafter(Drafter):
    def draft(self, segments, *, language):
        _called("draft", segments, language)
        sections = {
            "subjective": [Sentence(text="The head hurts since Monday.", evidence=["s0"])],
            "objective": [],
            "assessment": [],
            "plan": [Sentence(text="Take one paracetamol every eight hours.", evidence=["s1"])],
        }
        return Drafted(sections=sections, engine="scripted drafter 1")


class ScriptedCoder(Coder):
    name = "scripted coder 1"

    def suggest(self, texts, *, language, table, limit=8):
        _called("code", texts, language, table)
        return [Suggestion(code="R51", display="Headache", score=0.9, evidence=())]


class Ward(Room):
    """A doctor at work, with recordings of Ana's visits."""

    def recording(self, *, sound: bytes = SOUND, **given: Any) -> Recording:
        """One that has been uploaded, its sound in the store."""
        key = audio_store.new_key()
        audio_store.put(key, io.BytesIO(sound))
        visit = given.pop("visit", None) or self.visit_now(self.ana)
        fields = {
            "id": new_id(),
            "organization": self.organization,
            "appointment": visit,
            "patient": visit.patient,
            "doctor": self.doctor,
            "source": Recording.Source.RECORDED,
            "created_by": self.doctor_user.pk,
            "key": key,
            "content_type": "audio/ogg",
            "size": len(sound),
            "sha256": hashlib.sha256(sound).hexdigest(),
            "upload_ends_at": timezone.now(),
            "uploaded_at": timezone.now(),
            "stage": Stage.UPLOADED,
        }
        return Recording.objects.create(**(fields | given))
