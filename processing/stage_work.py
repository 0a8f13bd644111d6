"""What each stage of the pipeline does: the work, outside any transaction, and how what it found is written down."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from processing import code_table, evidence, providers, words
from processing.claiming import Claimed, Done
from processing.engines import PARTS, Drafted, EngineError, Progress, Segment, Suggestion, Transcribed
from processing.models import Recording, ScribePolicy, Stage, Transcript
from processing.sound import Sound
from records.codes.models import CodeSystem
from records.notes import bodies, drafting
from records.notes.models import Note
from vitas.accounts.actor import PROCESSING
from vitas.accounts.models import Organization
from vitas.audit import trail

SUGGESTED: Final = 8  # codes at most
NO_SUCH_TABLE: Final = "CODE_TABLE_UNKNOWN"  # nothing that another try would mend, nor a reason to keep the draft back


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a stage works with."""

    claimed: Claimed
    sound: Sound
    progress: Progress

    @property
    def recording(self) -> Recording:
        """As it was when the worker took it up: ids and what never changes."""
        return self.sound.recording


def check(bench: Bench) -> Done:
    """Is it the sound of somebody speaking?"""
    found = providers.check(bench.sound.path)

    def save(row: Recording) -> None:
        row.seconds = found.seconds
        row.save(update_fields=["seconds"])

    details = {name: getattr(found, name) for name in ("container", "codec", "channels", "rate", "speech_seconds")}
    return Done(save=save, engine="vitas check", details=details)


def transcribe(bench: Bench) -> Done:
    """Sound to words, in the organization's language or the one that is found."""
    policy = ScribePolicy.objects.filter(organization_id=bench.recording.organization_id).first()
    found = providers.transcriber().transcribe(
        bench.sound.path,
        language=_language(bench.recording, policy),
        glossary=policy.glossary.split("\n") if policy is not None and policy.glossary else (),
        progress=bench.progress,
    )
    if not found.segments:
        raise EngineError("NO_SPEECH", temporary=False)
    return Done(
        save=lambda row: _save_transcript(row, found),
        engine=found.engine,
        details={**found.details, "segments": len(found.segments), "language": found.language},
        cost_micro=found.cost_micro,
    )


def draft(bench: Bench) -> Done:
    """Words to the draft of a note, each sentence held against what it rests on."""
    transcript = Transcript.objects.get(recording_id=bench.recording.pk)
    segments = segments_of(transcript)
    drafted = providers.drafter().draft(segments, language=transcript.language)
    checked = evidence.check(drafted, segments, language=transcript.language)
    sentences = [sentence for part in PARTS for sentence in checked.sections.get(part, [])]
    if not sentences:
        raise EngineError(words.NOTHING_TO_NOTE, temporary=False)
    return Done(
        save=lambda row: _save_draft(row, checked, transcript.language),
        engine=checked.engine,
        details={
            **checked.details,
            "sentences": len(sentences),
            "flagged": sum(bool(sentence.flags) for sentence in sentences),
        },
        cost_micro=checked.cost_micro,
    )


def code(bench: Bench) -> Done:
    """Sentences of the note to codes of the organization's table; without a table there are none."""
    note = Note.objects.standing().filter(appointment_id=bench.recording.appointment_id).first()
    table = code_table.of(bench.recording.organization_id)
    if note is None or note.state == Note.State.SIGNED or table is None:
        why = "no table" if table is None else "no draft"
        return Done(save=_nothing, details={"skipped": why})
    sentences = [each for each in bodies.sentences(note.body) if each["by"] != bodies.TEMPLATE]
    coder, texts = providers.coder(), [each["text"] for each in sentences]
    try:
        found = coder.suggest(texts, language=note.language, table=table.key, limit=SUGGESTED)
    except EngineError as error:
        if error.code != NO_SUCH_TABLE:
            raise
        return Done(save=_nothing, engine=coder.name, details={"skipped": "no suggestions for this table"})
    return Done(
        save=lambda row: _save_codes(row, found, sentences, coder.name, table),
        engine=coder.name,
        details={"table": table.key, "version": table.version, "suggested": len(found)},
    )


WORK: Final[Mapping[Stage, Callable[[Bench], Done]]] = {
    Stage.CHECKING: check,
    Stage.TRANSCRIBING: transcribe,
    Stage.DRAFTING: draft,
    Stage.CODING: code,
}


def segments_of(transcript: Transcript) -> list[Segment]:
    """As engines take them; they need no words' times."""
    return [
        Segment(
            id=each["id"],
            start=each["start"],
            end=each["end"],
            speaker=each["speaker"],
            text=each["text"],
            confidence=each["confidence"],
        )
        for each in transcript.body["segments"]
    ]


def body_of(segments: Iterable[Segment]) -> dict[str, Any]:
    """As a transcript keeps them."""
    return {
        "segments": [
            {
                "id": segment.id,
                "index": index,
                "start": segment.start,
                "end": segment.end,
                "speaker": segment.speaker,
                "text": segment.text,
                "confidence": segment.confidence,
                "words": [[word.start, word.end, word.text, word.confidence] for word in segment.words],
            }
            for index, segment in enumerate(segments)
        ]
    }


def _language(recording: Recording, policy: ScribePolicy | None) -> str:
    """`es`, `pt`, `en`; empty: to be found. Without a rule of recordings it is the organization's own."""
    if policy is not None:
        return policy.language[:2]
    return str(Organization.objects.values_list("language", flat=True).get(pk=recording.organization_id))[:2]


def _save_transcript(row: Recording, found: Transcribed) -> None:
    Transcript.objects.create(
        recording=row,
        organization_id=row.organization_id,
        patient_id=row.patient_id,
        language=found.language[:5],
        transcriber=found.engine[:80],
        body=body_of(found.segments),
    )
    _note(row, "TRANSCRIBE_RECORDING", engine=found.engine)


def _save_draft(row: Recording, drafted: Drafted, language: str) -> None:
    sections = {
        part: [
            {"text": each.text, "evidence": list(each.evidence), "flags": list(each.flags)}
            for each in drafted.sections.get(part, [])
        ]
        for part in PARTS
    }
    drafting.save_draft(
        appointment_id=row.appointment_id,
        recording_id=row.pk,
        sections=sections,
        language=language,
        drafter=drafted.engine[:80],
    )


def _save_codes(
    row: Recording, found: Iterable[Suggestion], sentences: list[dict[str, Any]], coder: str, table: CodeSystem
) -> None:
    suggestions = [
        {
            "code": each.code,
            "display": each.display,
            "score": each.score,
            "suspected": each.suspected,
            "evidence": [
                {"sentence": sentences[span.source]["id"], "start": span.start, "end": span.end, "text": span.text}
                for span in each.evidence
            ],
        }
        for each in found
    ]
    drafting.suggest_diagnoses(
        appointment_id=row.appointment_id, suggestions=suggestions, coder=coder[:80], table=table
    )


def _nothing(_row: Recording) -> None:
    """There was nothing to do."""


def _note(row: Recording, action: str, **details: Any) -> None:
    trail.record(
        PROCESSING,
        action,
        category=trail.Category.HEALTH_DATA,
        resource="recordings",
        resource_id=row.pk,
        patient_id=row.patient_id,
        organization_id=row.organization_id,
        **details,
    )
