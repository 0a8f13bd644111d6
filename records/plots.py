"""A plot as an SVG that needs no script: where the line, its points and the band of the range lie.

Coordinates are text with a point, whatever the reader's language: SVG knows no comma.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils import formats

from records.results import Result, Series, Verdict
from vitas.common.shown import short_month_text

SMALL: Final = (160, 48)  # width and height in the picture's own units
LARGE: Final = (640, 240)
MOST: Final = 200  # points of one picture
_ROOM: Final = 0.12  # of the height, above and below


@dataclass(frozen=True, slots=True)
class Point:
    x: str
    y: str
    verdict: Verdict
    is_last: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across, or a place below, with its words."""

    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    width: int
    height: int
    line: str
    points: list[Point]
    left: str
    text_side: str
    text_foot: str
    band_top: str
    band_height: str
    band_width: str
    scale: list[Tick]
    dates: list[Tick]


def small(series: Series) -> Plot | None:
    """For a line of a table. None where there is nothing to draw."""
    return _drawn(series, SMALL, radius=4)


def large(series: Series) -> Plot | None:
    return _drawn(series, LARGE, radius=6, labels=True)


def values(series: Series) -> dict[str, Any]:
    """The same for the script that draws the large one: seconds, numbers, and the range of the last value."""
    found = _numbers(series)
    last = found[-1] if found else None
    return {
        "at": [int(result.at.timestamp()) for result in found],
        "value": [float(result.number or 0) for result in found],
        "text": [result.amount for result in found],
        "verdict": [str(result.verdict.label) for result in found],
        "low": float(last.low) if last and last.low is not None else None,
        "high": float(last.high) if last and last.high is not None else None,
    }


def _drawn(series: Series, size: tuple[int, int], *, radius: int, labels: bool = False) -> Plot | None:
    found = _numbers(series)
    if len(found) < 2:
        return None
    width, height = size
    left, right = (48, 12) if labels else (radius, radius)
    top, bottom = (8, 28) if labels else (radius, radius)
    low, high = _span(found)
    first, last = found[0].at.timestamp(), found[-1].at.timestamp()

    def x(at: float) -> float:
        share = (at - first) / (last - first) if last > first else 0.5
        return left + share * (width - left - right)

    def y(value: float) -> float:
        return height - bottom - (value - low) / (high - low) * (height - top - bottom)

    points = [
        Point(_text(x(result.at.timestamp())), _text(y(float(result.number or 0))), result.verdict, result is found[-1])
        for result in found
    ]
    band = _band(found[-1], low, high)
    return Plot(
        width=width,
        height=height,
        line=" ".join(f"{point.x},{point.y}" for point in points),
        points=points,
        left=_text(left if labels else 0),
        text_side=_text(left - 8),
        text_foot=_text(height - 8),
        band_width=_text(width - left if labels else width),
        band_top=_text(y(band[1])) if band else "",
        band_height=_text(y(band[0]) - y(band[1])) if band else "",
        scale=[Tick(_text(y(value)), _shown(value)) for value in _steps(low, high)] if labels else [],
        dates=_dates(found, x) if labels else [],
    )


def _numbers(series: Series) -> list[Result]:
    return [result for result in series.results if result.number is not None][-MOST:]


def _span(found: Sequence[Result]) -> tuple[float, float]:
    """From below the least to above the most, with the range of the last value in it."""
    shown = [float(result.number or 0) for result in found]
    shown += [float(edge) for edge in (found[-1].low, found[-1].high) if edge is not None]
    low, high = min(shown), max(shown)
    room = (high - low) * _ROOM or abs(high) * _ROOM or 1.0
    return low - room, high + room


def _band(last: Result, low: float, high: float) -> tuple[float, float] | None:
    """The range within the picture; where it has one edge alone, to the end of the picture."""
    if last.low is None and last.high is None:
        return None
    return (float(last.low) if last.low is not None else low, float(last.high) if last.high is not None else high)


def _steps(low: float, high: float) -> list[float]:
    """Three round numbers, or four, between the ends."""
    raw = (high - low) / 4
    size = 10.0 ** len(str(int(raw))) / 10 if raw >= 1 else 1.0
    while size > raw:
        size /= 10
    step = next(size * by for by in (1, 2, 5, 10) if size * by >= raw)
    first = int(low // step) + 1
    return [number * step for number in range(first, first + 6) if number * step < high]


def _dates(found: Sequence[Result], x: Any) -> list[Tick]:
    """The first and the last, and those between where there is room."""
    ticks: list[Tick] = []
    taken = -100.0
    last = x(found[-1].at.timestamp())
    for result in found:
        at = x(result.at.timestamp())
        if result is found[-1] or (at - taken > 80 and last - at > 80):
            ticks.append(Tick(_text(at), f"{short_month_text(result.at.date())} {result.at:%Y}"))
            taken = at
    return ticks


def _text(number: float) -> str:
    return f"{number:.1f}"


def _shown(value: float) -> str:
    return str(formats.number_format(float(f"{value:.6g}")))
