"""The steps of a booking, as `pieces/stepper.html` draws them."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

_STEPS: Final = (("time", _("Time")), ("details", _("Details")), ("pay", _("Pay")), ("done", _("Done")))


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    label: str
    state: str  # "done", "now", "next"


def steps_at(current: str, *, pays: bool) -> list[Step]:
    """`current` is one of time, details, pay, done; a visit that is not paid in advance has no step for it."""
    names = [name for name, _label in _STEPS if pays or name != "pay"]
    at = names.index(current)
    states = {name: "done" if nth < at or current == "done" else "next" for nth, name in enumerate(names)}
    if current != "done":
        states[current] = "now"
    return [Step(name, str(label), states[name]) for name, label in _STEPS if name in states]
