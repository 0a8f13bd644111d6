"""What the rooms above show of a patient on the doctor's pages: each brings a template and reads what it needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from vitas.accounts.actor import Actor


class Place(StrEnum):
    PATIENT = "patient"  # on the patient's page, above the visits
    VISIT = "visit"  # beside an open visit


@dataclass(frozen=True, slots=True)
class Panel:
    """`load(actor, patient_id)` gives what `template` shows as `panel`, or None where there is nothing to show."""

    place: Place
    template: str
    load: Callable[[Actor, UUID], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Shown:
    template: str
    panel: Mapping[str, Any]


_panels: list[Panel] = []


def contribute(panel: Panel) -> None:
    """Register a panel; called in the `apps.py` of the room that brings it."""
    if panel not in _panels:
        _panels.append(panel)


def shown(place: Place, actor: Actor, patient_id: UUID) -> list[Shown]:
    """What stands at this place for this patient. The person may read of the patient: the caller has asked."""
    found = ((panel, panel.load(actor, patient_id)) for panel in _panels if panel.place == place)
    return [Shown(panel.template, loaded) for panel, loaded in found if loaded is not None]
