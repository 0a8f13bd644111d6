"""What the rooms above show on the doctor's pages: of a patient, of an open visit, and as marks on lists of visits.

Each brings a template and reads what it needs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from vitas.accounts.actor import Actor


class Place(StrEnum):
    PATIENT = "patient"  # on the patient's page, above the visits
    VISIT = "visit"  # beside an open visit
    ACTS = "acts"  # in an open visit, under what may be done with it


@dataclass(frozen=True, slots=True)
class Panel:
    """`load(actor, patient_id)` gives what `template` shows as `panel`, or None where there is nothing to show.

    At `ACTS` it is the visit's id that it gets.
    """

    place: Place
    template: str
    load: Callable[[Actor, UUID], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Shown:
    template: str
    panel: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """A badge on a visit in a list: an icon, its words, a colour of states."""

    icon: str
    label: str
    colour: str


Marks = Callable[[Actor, Sequence[UUID]], Mapping[UUID, Mark]]

_panels: list[Panel] = []
_marks: list[Marks] = []


def contribute(panel: Panel) -> None:
    """Register a panel; called in the `apps.py` of the room that brings it."""
    if panel not in _panels:
        _panels.append(panel)


def contribute_marks(marks: Marks) -> None:
    """Register what marks visits in lists: one question for all of them. Called as `contribute`."""
    if marks not in _marks:
        _marks.append(marks)


def marks(actor: Actor, visit_ids: Sequence[UUID]) -> dict[UUID, list[Mark]]:
    """The marks of each visit that has any."""
    found: dict[UUID, list[Mark]] = {}
    for known in _marks if visit_ids else []:
        for visit_id, mark in known(actor, visit_ids).items():
            found.setdefault(visit_id, []).append(mark)
    return found


def shown(place: Place, actor: Actor, subject_id: UUID) -> list[Shown]:
    """What stands at this place for this patient or visit. The person may read of them: the caller has asked."""
    found = ((panel, panel.load(actor, subject_id)) for panel in _panels if panel.place == place)
    return [Shown(panel.template, loaded) for panel, loaded in found if loaded is not None]
