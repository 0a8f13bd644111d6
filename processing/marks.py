"""How far the note of a visit is, as a badge in lists and a step on the visit's page."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from appointments.panels import Mark
from processing.models import Recording, Stage
from records.notes.models import Note
from vitas.accounts.actor import Actor

SIGNED, DRAFT, FAILED, AT_WORK, NONE = "signed", "draft", "failed", "at_work", "none"


def states(actor: Actor, visit_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Of each visit that has a note or a recording. A signed note stands over all, what is at work over a draft."""
    notes = Note.objects.visible_to(actor).standing().filter(appointment_id__in=visit_ids)
    found = {visit: SIGNED if state == Note.State.SIGNED else DRAFT for visit, state in _pairs(notes, "state")}
    recordings = Recording.objects.visible_to(actor).filter(appointment_id__in=visit_ids).that_came()
    for visit, stage in _pairs(recordings.order_by("created_at"), "stage"):
        if found.get(visit) != SIGNED and stage != Stage.READY:
            found[visit] = FAILED if stage == Stage.FAILED else AT_WORK
        elif found.get(visit) in (FAILED, AT_WORK):
            found[visit] = DRAFT
    return found


def of_visits(actor: Actor, visit_ids: Sequence[UUID]) -> Mapping[UUID, Mark]:
    """For doctors: nobody else sees drafts and recordings in a list."""
    if actor.doctor_id is None:
        return {}
    return {visit: mark(state) for visit, state in states(actor, visit_ids).items()}


def mark(state: str) -> Mark:
    return {
        SIGNED: Mark("writing-sign", _("note signed"), "green"),
        DRAFT: Mark("edit", _("note to sign"), "amber"),
        FAILED: Mark("alert-triangle", _("recording failed"), "red"),
        AT_WORK: Mark("wand", _("draft on its way"), "blue"),
    }[state]


def panel(actor: Actor, visit_id: UUID) -> Mapping[str, Any] | None:
    """The step to the note, on the visit's page; nothing for those who write none."""
    if actor.doctor_id is None:
        return None
    state = states(actor, [visit_id]).get(visit_id, NONE)
    return {"visit_id": visit_id, "state": state, "mark": None if state == NONE else mark(state)}


def _pairs(rows: Any, name: str) -> Sequence[tuple[UUID, str]]:
    return list(rows.values_list("appointment_id", name))
