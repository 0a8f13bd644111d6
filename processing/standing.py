"""Where the recordings of a visit stand, and what was said in them, for the page of its note."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from processing import words
from processing.models import Recording, Stage, Transcript
from vitas.accounts.actor import Actor
from vitas.audit import trail

# What the doctor sees of the way, in its order.
STEPS: Final[Sequence[tuple[Stage, Promise]]] = (
    (Stage.CHECKING, _("Checking the sound")),
    (Stage.TRANSCRIBING, _("Writing down what was said")),
    (Stage.DRAFTING, _("Drafting the note")),
    (Stage.CODING, _("Looking for codes")),
)
AT_WORK: Final = (Stage.UPLOADED, *(stage for stage, _label in STEPS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    label: Promise
    is_done: bool
    is_now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The newest recording that is not ready: at work, or failed."""

    recording: Recording
    steps: Sequence[Step]

    @property
    def failed(self) -> bool:
        return self.recording.stage == Stage.FAILED

    @property
    def wrong(self) -> words.Words:
        """What is wrong, while something is."""
        return words.of(self.recording.error_code)

    @property
    def next_try(self) -> str:
        return words.next_try(self.recording)

    @property
    def minutes_left(self) -> int | None:
        """Whole minutes, at least one; None where nobody can say."""
        left = self.recording.seconds_left
        return None if left is None else max(1, round(left / 60))


def recordings_of(actor: Actor, visit_id: UUID) -> list[Recording]:
    """All of a visit but those whose sound never came, the first one first."""
    rows = Recording.objects.visible_to(actor).filter(appointment_id=visit_id).that_came()
    return list(rows.order_by("created_at", "pk"))


def chosen(recordings: Sequence[Recording], asked_for: str) -> Recording | None:
    """The one that was asked for, else the last that is ready, else the last."""
    named = [each for each in recordings if str(each.pk) == asked_for]
    ready = [each for each in recordings if each.stage == Stage.READY]
    return next(iter([*named, *reversed(ready), *reversed(recordings)]), None)


def segments_of(actor: Actor, recording: Recording) -> list[dict[str, Any]]:
    """What was said in it; nothing as long as it is not written down."""
    transcript = Transcript.objects.visible_to(actor).filter(recording=recording).first()
    if transcript is None:
        return []
    trail.record(
        actor,
        "READ_TRANSCRIPT",
        category=trail.Category.HEALTH_DATA,
        resource="recordings",
        resource_id=recording.pk,
        patient_id=recording.patient_id,
        organization_id=recording.organization_id,
    )
    return list(transcript.body["segments"])


def progress(recordings: Sequence[Recording]) -> Progress | None:
    last = recordings[-1] if recordings else None
    if last is None or last.stage == Stage.READY:
        return None
    order = [Stage.UPLOADED, *(stage for stage, _label in STEPS)]
    at = order.index(Stage(last.failed_at or last.stage)) if (last.failed_at or last.stage) in order else 0
    steps = [
        Step(label=label, is_done=order.index(stage) < at, is_now=order.index(stage) == max(at, 1))
        for stage, label in STEPS
    ]
    return Progress(recording=last, steps=steps)
