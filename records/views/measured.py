"""Results as pages show them: one card a measured thing, with its plots."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from uuid import UUID

from records import plots, results
from records.models import Observation
from records.results import Result, Series
from vitas.accounts.actor import Actor

MOST: Final = 2000  # results of one patient that are drawn, the newest


@dataclass
class Card:
    series: Series

    @property
    def last(self) -> Result:
        return self.series.last

    @cached_property
    def plot(self) -> plots.Plot | None:
        return plots.small(self.series)

    @cached_property
    def large(self) -> plots.Plot | None:
        return plots.large(self.series)

    @property
    def values(self) -> str:
        """For the script that draws the large plot."""
        return json.dumps(plots.values(self.series))


def of(actor: Actor, patient_id: UUID) -> list[Observation]:
    """What stands of a patient's results, as far as this person may read them. One query."""
    rows = Observation.objects.visible_to(actor).filter(patient_id=patient_id, status=Observation.Status.CURRENT)
    return list(rows.order_by("-observed_at", "-pk")[:MOST])


def cards(rows: Iterable[Observation]) -> list[Card]:
    return [Card(series) for series in results.series(rows)]


def with_all(rows: Iterable[Observation], row: Observation) -> Card | None:
    """The card of what this row measured."""
    thing = results.of(row).thing
    return next((card for card in cards(rows) if card.last.thing == thing), None)
