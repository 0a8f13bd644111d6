"""Measured things in plain words: one result beside its range, and all values of one thing over time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.models import Observation


class Verdict(StrEnum):
    """Where a value stands. Icon, colour and word always come together."""

    WITHIN = "within"
    ABOVE = "above"
    BELOW = "below"
    FAR_ABOVE = "far_above"
    FAR_BELOW = "far_below"
    UNUSUAL = "unusual"
    UNKNOWN = ""

    @property
    def label(self) -> Promise | str:
        return _LOOKS[self][0]

    @property
    def icon(self) -> str:
        return _LOOKS[self][1]

    @property
    def colour(self) -> str:
        return _LOOKS[self][2]


_LOOKS: dict[Verdict, tuple[Promise | str, str, str]] = {
    Verdict.WITHIN: (gettext_lazy("Within range"), "circle-check", "green"),
    Verdict.ABOVE: (gettext_lazy("Above range"), "arrow-up", "amber"),
    Verdict.BELOW: (gettext_lazy("Below range"), "arrow-down", "amber"),
    Verdict.FAR_ABOVE: (gettext_lazy("Far above range"), "alert-triangle", "red"),
    Verdict.FAR_BELOW: (gettext_lazy("Far below range"), "alert-triangle", "red"),
    Verdict.UNUSUAL: (gettext_lazy("Unusual"), "alert-circle", "amber"),
    Verdict.UNKNOWN: ("", "", ""),
}
# HL7's codes of interpretation (v3 ObservationInterpretation).
_SAID = {
    "N": Verdict.WITHIN,
    "H": Verdict.ABOVE,
    "L": Verdict.BELOW,
    "HH": Verdict.FAR_ABOVE,
    "LL": Verdict.FAR_BELOW,
    "A": Verdict.UNUSUAL,
}


@dataclass(frozen=True, slots=True)
class Result:
    """One value as it is shown. `number` is None where the value is a word."""

    row: Observation
    name: str
    value: str
    unit: str
    number: Decimal | None
    low: Decimal | None
    high: Decimal | None
    verdict: Verdict
    note: str

    @property
    def at(self) -> datetime:
        return self.row.observed_at

    @property
    def amount(self) -> str:
        """`5.4 %`, `negative`."""
        return f"{self.value} {self.unit}".strip()

    @property
    def range(self) -> str:
        """`4 – 5.6 %`, `below 200 mg/dL`, or empty."""
        low, high = _shown(self.low), _shown(self.high)
        match bool(low), bool(high):
            case True, True:
                found = f"{low} – {high}"
            case True, False:
                found = _("%(number)s or more") % {"number": low}
            case False, True:
                found = _("up to %(number)s") % {"number": high}
            case _:
                return ""
        return f"{found} {self.unit}".strip()

    @property
    def thing(self) -> tuple[str, str, str]:
        """What was measured: values with the same stand in one line over time."""
        words = words_of(self.row)
        code = str(words.get("code", "")).strip()
        return (str(words.get("system", "")), code, self.unit) if code else ("", self.name.casefold(), self.unit)


@dataclass(frozen=True, slots=True)
class Series:
    """One measured thing over time, the oldest value first."""

    results: list[Result]

    @property
    def last(self) -> Result:
        return self.results[-1]

    @property
    def name(self) -> str:
        return self.last.name

    @property
    def has_plot(self) -> bool:
        """Two numbers make a line."""
        return sum(result.number is not None for result in self.results) > 1

    @property
    def newest_first(self) -> list[Result]:
        return self.results[::-1]


def words_of(row: Observation) -> dict[str, Any]:
    """What is sealed of it (`Observation`)."""
    found: Any = row.words
    return dict(found)


def of(row: Observation) -> Result:
    words = words_of(row)
    number, low, high = (_number(words.get(name)) for name in ("value", "low", "high"))
    return Result(
        row=row,
        name=str(words.get("display") or words.get("code") or ""),
        value=_shown(number) or str(words.get("value", "")),
        unit=str(words.get("unit", "")).replace("[", "").replace("]", ""),  # UCUM writes mm[Hg], people mmHg
        number=number,
        low=low,
        high=high,
        verdict=verdict(str(words.get("interpretation", "")), number, low, high),
        note=str(words.get("note", "")),
    )


def verdict(said: str, number: Decimal | None, low: Decimal | None, high: Decimal | None) -> Verdict:
    """What the laboratory said, else what the range says."""
    if said in _SAID:
        return _SAID[said]
    if number is None or (low is None and high is None):
        return Verdict.UNKNOWN
    if low is not None and number < low:
        return Verdict.BELOW
    return Verdict.ABOVE if high is not None and number > high else Verdict.WITHIN


def series(rows: Iterable[Observation]) -> list[Series]:
    """One a measured thing: what has a line first, then what was measured last."""
    found: dict[tuple[str, str, str], list[Result]] = {}
    for row in sorted(rows, key=lambda row: (row.observed_at, row.pk)):
        result = of(row)
        found.setdefault(result.thing, []).append(result)
    return sorted((Series(results) for results in found.values()), key=_order)


def _order(one: Series) -> tuple[bool, float, str]:
    return (not one.has_plot, -one.last.at.timestamp(), one.name)


def _number(text: Any) -> Decimal | None:
    """A decimal as text; None for a word, and for what is no finite number."""
    try:
        found = Decimal(str(text).strip().replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < 10**12 else None


def _shown(number: Decimal | None) -> str:
    """With as many places as it was given with, in the reader's way of writing."""
    if number is None:
        return ""
    exponent = number.as_tuple().exponent
    places = min(max(0, -exponent), 6) if isinstance(exponent, int) else 0
    return formats.number_format(number, places)
