"""What each kind of CSV has as columns. docs/records-exchange.md shows them with examples."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Layout(StrEnum):
    RESULTS = "results"
    PRESCRIPTIONS = "prescriptions"
    PROBLEMS = "problems"
    ALLERGIES = "allergies"
    RECORDS = "records"


@dataclass(frozen=True, slots=True)
class Columns:
    """`tells` are columns by which a file without a named layout is known."""

    needed: tuple[str, ...]
    other: tuple[str, ...]
    tells: tuple[str, ...]
    days: tuple[str, ...]
    numbers: tuple[str, ...] = ()


# Whose a row is, where the file is of several patients; and the row's own id, by which it is known again.
OF_ANY: Final = (
    "id",
    "patient_id",
    "patient_document",
    "patient_document_kind",
    "patient_document_country",
    "patient_birth_date",
)
COLUMNS: Final = {
    Layout.RESULTS: Columns(
        needed=("date", "name", "value"),
        other=("unit", "low", "high", "interpretation", "code", "system", "note", "report"),
        tells=("value",),
        days=("date",),
        numbers=("value", "low", "high"),
    ),
    Layout.PRESCRIPTIONS: Columns(
        needed=("date", "medicine"),
        other=(
            "dose", "route", "frequency", "duration", "quantity", "instructions", "until", "code", "system",
            "prescription",
        ),
        tells=("medicine",),
        days=("date", "until"),
    ),
    Layout.PROBLEMS: Columns(
        needed=("problem",),
        other=("since", "resolved", "code", "system", "note"),
        tells=("problem",),
        days=("since", "resolved"),
    ),
    Layout.ALLERGIES: Columns(
        needed=("substance",),
        other=("reaction", "criticality", "ended", "code", "system", "note"),
        tells=("substance",),
        days=("ended",),
    ),
    Layout.RECORDS: Columns(
        needed=("date", "type", "title"),
        other=("text",),
        tells=("type", "title"),
        days=("date",),
    ),
}  # fmt: skip


def layout_of(header: list[str]) -> Layout | None:
    """The layout that a first line shows; None where it shows none."""
    named = set(header)
    return next((layout for layout, columns in COLUMNS.items() if named >= set(columns.tells)), None)
