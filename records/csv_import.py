"""Spreadsheets: UTF-8 or Latin-1, `;`, `,` or tab, one layout a kind (csv_layouts.py). Each row is told by its line."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from records import csv_values, statements
from records.csv_layouts import COLUMNS, OF_ANY, Columns, Layout, layout_of
from records.csv_values import Order, Sign, Wrong
from records.fhir.systems import code_system
from records.incoming import MOST_BYTES, MOST_ITEMS, Claims, Document, Incoming, Item, Kind, Part, Skipped
from records.models import Condition, MedicalRecord, MedicationRequest, RecordImport
from vitas.common.api.fields import plain_text
from vitas.common.errors import Invalid

_LONGEST_CELL: Final = 50_000
_PROBLEM: Final = {"code": 40, "system": 200, "display": 200, "note": 2000}
_ALLERGY: Final = {"code": 40, "system": 200, "display": 200, "reaction": 500, "criticality": 4, "note": 2000}

Row = dict[str, str]


@dataclass
class Reading:
    """How this file is to be read: what it shows itself, unless somebody said it."""

    layout: Layout
    order: Order
    sign: Sign
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))


def read_csv(
    content: bytes,
    *,
    layout: str = "",
    day_first: bool = False,
    decimal: str = "",
    zone: str = "UTC",
    chosen: bool = False,
) -> Incoming:
    """What the file says. `chosen`: it is one patient's, whom somebody named; then no row need say whose it is.

    `day_first` and `decimal` (`.` or `,`) say how to read what the file leaves open. Raises Invalid on `file`.
    """
    header, rows, short = _table(_decoded(content))
    found = Incoming(RecordImport.Kind.CSV, hashlib.sha256(content).hexdigest())
    found.skipped += [Skipped(f"line {line}", "bad_row") for line in short]
    kind = Layout(layout) if layout in list(Layout) else layout_of(header)
    if kind is None:
        raise _wrong(_("The first line names the columns; these are of no layout."))
    columns = COLUMNS[kind]
    _require_columns(header, columns)
    days = [row[name] for _line, row in rows for name in (*columns.days, "patient_birth_date") if name in row]
    reading = Reading(
        kind,
        Order.DAY_FIRST if day_first else csv_values.order_of(days),
        Sign(decimal)
        if decimal
        else csv_values.sign_of(row[n] for _line, row in rows for n in columns.numbers if n in row),
        ZoneInfo(zone),
    )
    if reading.order == Order.MONTH_FIRST:
        raise _wrong(_("This file writes the month first. Write days as 2026-04-03, or the day first."))
    _read_rows(rows, reading, found, chosen)
    return found


def _read_rows(rows: list[tuple[int, Row]], reading: Reading, found: Incoming, chosen: bool) -> None:
    parts: dict[Claims | None, Part] = {}
    groups: set[tuple[Claims | None, str]] = set()
    for line, row in rows:
        where = f"line {line}"
        try:
            claims = _claims(row, reading)
            part = parts.setdefault(claims, Part("" if chosen else where, claims))
            for item in _ITEMS[reading.layout](row, where, reading):
                if item.kind == Kind.RECORD and item.source_id.startswith("csv:group:"):
                    if (claims, item.source_id) in groups:
                        continue
                    groups.add((claims, item.source_id))
                part.items.append(item)
        except Wrong as wrong:
            found.skipped.append(Skipped(where, wrong.code))
    found.parts += parts.values()


def _claims(row: Row, reading: Reading) -> Claims | None:
    """None where the row says nothing of whose it is: then it is of whom somebody chose."""
    if not any(row.get(name) for name in OF_ANY if name != "id"):
        return None
    number, kind = row.get("patient_document", ""), row.get("patient_document_kind", "")
    country = row.get("patient_document_country", "")
    born = row.get("patient_birth_date", "")
    return Claims(
        ids=frozenset({row["patient_id"]}) if row.get("patient_id") else frozenset(),
        documents=frozenset({Document(country.upper(), kind.lower(), number)}) if number else frozenset(),
        birth_date=csv_values.day(born, reading.order) if born else None,
    )


def _result(row: Row, where: str, reading: Reading) -> Iterator[Item]:
    at = csv_values.moment(_needed(row, "date", "no_date"), reading.order, reading.zone)
    if at > timezone.now() + timedelta(days=1):
        raise Wrong("in_the_future")
    given = {name: row.get(name, "") for name in ("unit", "interpretation", "note")} | _coded(row)
    checked = statements.result(
        {
            **given,
            "display": _needed(row, "name", "no_code"),
            "value": csv_values.number(_needed(row, "value", "no_value"), reading.sign),
            "low": csv_values.bound(row.get("low", ""), reading.sign),
            "high": csv_values.bound(row.get("high", ""), reading.sign),
        }
    )
    _require_right(checked)
    group = yield from _group(row, "report", where, "lab_result", at.astimezone(reading.zone).date())
    yield Item(where, Kind.RESULT, _source(row, reading), {"observed_at": at, "words": checked.words}, of=group)


def _medicine(row: Row, where: str, reading: Reading) -> Iterator[Item]:
    day = _past(csv_values.day(_needed(row, "date", "no_date"), reading.order))
    names = ("dose", "route", "frequency", "duration", "quantity", "instructions")
    given = {name: row.get(name, "") for name in names} | _coded(row)
    checked = statements.medicine({**given, "display": _needed(row, "medicine", "no_code")}, ordered=False)
    _require_right(checked)
    until = row.get("until", "")
    ends_on = csv_values.day(until, reading.order) if until else statements.ends_on(checked["duration"], day)
    if ends_on and ends_on < day:
        raise Wrong("wrong_value")
    fields = {"intent": MedicationRequest.Intent.ORDER, "starts_on": day, "ends_on": ends_on, "words": checked.words}
    group = yield from _group(row, "prescription", where, "prescription", day)
    yield Item(where, Kind.MEDICINE, _source(row, reading), fields, of=group)


def _problem(row: Row, where: str, reading: Reading) -> Iterator[Item]:
    checked = _words(row, "problem", _PROBLEM, statements.ICD10)
    since, over = (csv_values.day(row[n], reading.order) if row.get(n) else None for n in ("since", "resolved"))
    if since and over and over < since:
        raise Wrong("wrong_value")
    status = Condition.ClinicalStatus.RESOLVED if over else Condition.ClinicalStatus.ACTIVE
    fields = {"clinical_status": status, "onset_on": since, "resolved_on": over, "words": checked.words}
    yield Item(where, Kind.PROBLEM, _source(row, reading), fields)


def _allergy(row: Row, where: str, reading: Reading) -> Iterator[Item]:
    checked = _words(row, "substance", _ALLERGY, "http://snomed.info/sct")
    checked.words["criticality"] = checked["criticality"].lower()
    if checked["criticality"] not in ("", "low", "high"):
        raise Wrong("wrong_value")
    ended = csv_values.day(row["ended"], reading.order) if row.get("ended") else None
    yield Item(where, Kind.ALLERGY, _source(row, reading), {"ended_on": ended, "words": checked.words})


def _record(row: Row, where: str, reading: Reading) -> Iterator[Item]:
    type_ = _needed(row, "type", "bad_type").lower()
    if type_ not in MedicalRecord.Type.values:
        raise Wrong("bad_type")
    title, text = plain_text(_needed(row, "title", "no_code")).strip(), plain_text(row.get("text", "")).strip()
    if len(title) > 255 or len(text) > 20_000:
        raise Wrong("too_long")
    day = _past(csv_values.day(_needed(row, "date", "no_date"), reading.order))
    fields = {"type": type_, "date": day, "title": title, "description": text}
    yield Item(where, Kind.RECORD, _source(row, reading), fields)


_ITEMS: Final[dict[Layout, Callable[[Row, str, Reading], Iterator[Item]]]] = {
    Layout.RESULTS: _result,
    Layout.PRESCRIPTIONS: _medicine,
    Layout.PROBLEMS: _problem,
    Layout.ALLERGIES: _allergy,
    Layout.RECORDS: _record,
}


def _group(row: Row, name: str, where: str, type_: str, day: Any) -> Generator[Item, None, str]:
    """Rows of one report or prescription hang on one record. Gives its source id."""
    title = plain_text(row.get(name, "")).strip()
    if not title:
        return ""
    if len(title) > 255:
        raise Wrong("too_long")
    source = f"csv:group:{_digest([type_, title, str(day)])}"
    yield Item(where, Kind.RECORD, source, {"type": type_, "date": day, "title": title, "description": ""})
    return source


def _source(row: Row, reading: Reading) -> str:
    """The row's own id, else what it says: the same line again is the same row."""
    own = row.get("id", "")
    if own and len(own) <= 80:
        return f"csv:{reading.layout}:{own}"
    return f"csv:{reading.layout}:{_digest(sorted(row.items()))}"


def _digest(said: Any) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _coded(row: Row) -> dict[str, str]:
    system = row.get("system", "")
    return {"code": row.get("code", ""), "system": (code_system(system) or system) if system else ""}


def _words(row: Row, name: str, lengths: dict[str, int], system: str) -> statements.Checked:
    given = {key: row.get(key, "") for key in lengths} | _coded(row) | {"display": _needed(row, name, "no_code")}
    checked = statements.Checked(given, lengths)
    checked.coded(system)
    _require_right(checked)
    return checked


def _require_right(checked: statements.Checked) -> None:
    if checked.problems:
        raise Wrong("wrong_value")


def _needed(row: Row, name: str, code: str) -> str:
    if not row.get(name):
        raise Wrong(code)
    return row[name]


def _past(day: Any) -> Any:
    if day > (timezone.now() + timedelta(days=1)).date():
        raise Wrong("in_the_future")
    return day


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise _wrong(_("The file is too large."))
    if b"\x00" in content[:10_000]:
        raise _wrong(_("This is no CSV. Save the sheet as CSV (UTF-8)."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _table(text: str) -> tuple[list[str], list[tuple[int, Row]], list[int]]:
    """The columns, the rows with their first line, and the lines of rows that do not fit."""
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, Row]] = []
    short: list[int] = []
    header: list[str] = []
    try:
        header = [name.strip().casefold().replace(" ", "_") for name in next(reader, [])]
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) == len(header):
                    rows.append((line, {name: cell.strip() for name, cell in zip(header, cells, strict=True)}))
                else:
                    short.append(line)
            if len(rows) > MOST_ITEMS:
                raise _wrong(_("A file may have at most %(count)d rows.") % {"count": MOST_ITEMS})
            line = reader.line_num + 1
    except csv.Error:
        raise _wrong(_("This is no CSV: look at line %(line)d.") % {"line": reader.line_num}) from None
    return header, rows, short


def _require_columns(header: list[str], columns: Columns) -> None:
    known = {*columns.needed, *columns.other, *OF_ANY}
    missing = [name for name in columns.needed if name not in header]
    if missing:
        raise _wrong(_("These columns are missing: %(names)s.") % {"names": ", ".join(missing)})
    strange = [name for name in header if name not in known]
    if strange:
        raise _wrong(_("These columns are not of this layout: %(names)s.") % {"names": ", ".join(strange)[:200]})
    if len(set(header)) != len(header):
        raise _wrong(_("A column stands there twice."))


def _wrong(sentence: str) -> Invalid:
    return Invalid.field("file", sentence)
