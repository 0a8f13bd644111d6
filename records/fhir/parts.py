"""The small pieces that resources are made of: references, codes, quantities, moments. Empties are left out."""

import re
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from records.fhir import systems

Json = dict[str, Any]

_NOT_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# As JSON writes numbers, so that they come back digit by digit.
_QUANTITY: Final = re.compile(r"((?:0|[1-9]\d{0,11})(?:\.\d{1,6})?) (\S(?:.{0,60}\S)?)")
_NUMBER: Final = re.compile(r"(?!-0$)-?(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?")


def resource(kind: str, key: uuid.UUID, **elements: Any) -> Json:
    """One resource; elements that hold nothing are left out, as FHIR demands."""
    return {"resourceType": kind, "id": str(key), **without_empty(elements)}


def without_empty(elements: Json) -> Json:
    return {name: value for name, value in elements.items() if value is not None and value != "" and value != []}


def part_of(key: uuid.UUID, kind: str) -> uuid.UUID:
    """The stable id of a second resource that one row becomes (a visit's Encounter)."""
    return uuid.uuid5(key, kind)


def entry(made: Json) -> Json:
    return {"fullUrl": f"urn:uuid:{made['id']}", "resource": made}


def reference(key: uuid.UUID | None, display: str = "") -> Json | None:
    return without_empty({"reference": f"urn:uuid:{key}", "display": text(display)}) if key else None


def text(said: Any) -> str:
    """What FHIR takes for a string: without control characters, and not blank."""
    kept = _NOT_TEXT.sub("", str(said or ""))
    return kept if kept.strip() else ""


def coding(system: str, code: str, display: str = "") -> Json:
    return without_empty({"system": system, "code": code, "display": text(display)})


def concept(system: str, code: str, said: str = "") -> Json:
    """A coded word of a table of FHIR's own or of ours."""
    return without_empty({"coding": [coding(system, code)], "text": text(said)})


def said_concept(words: Json) -> Json:
    """`code`, `system`, `display` of a statement. A code without a system that we can name stays in the text alone."""
    system = systems.code_system(str(words.get("system") or ""))
    code = re.sub(r"\s+", " ", text(words.get("code"))).strip()
    said = text(words.get("display"))
    found = [coding(system, code, said)] if system and code else []
    return without_empty({"coding": found, "text": said or code}) or {"text": "-"}


def identifier(system: str, value: Any, *, kind: str = "", said: str = "", use: str = "") -> Json:
    named = concept(systems.V2_0203, kind, said) if kind else None
    return without_empty({"use": use, "type": named, "system": system, "value": text(value)})


def extension(url: str, **value: Any) -> Json:
    return {"url": url, **value}


def note(said: Any) -> list[Json]:
    return [{"text": text(said)}] if text(said) else []


def instant(moment: datetime | None) -> str | None:
    """UTC, to the microsecond: what was read comes back the same."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def day(when: date | None) -> str | None:
    return when.isoformat() if when else None


def decimal(said: Any) -> Decimal | None:
    """A number with its digits as they were written: `5.40` is not `5.4`."""
    found = str(said if said is not None else "").strip()
    return Decimal(found) if _NUMBER.fullmatch(found) else None


def quantity(value: Decimal, unit: str) -> Json:
    code = systems.ucum(unit)
    measured = {"system": systems.UCUM, "code": code} if code else {}
    return without_empty({"value": value, "unit": text(unit), **measured})


def said_quantity(said: Any) -> Json | None:
    """`500 mg` → a quantity; what is no number and unit stands as it was written, in an extension."""
    written = text(said)
    if not written:
        return None
    found = _QUANTITY.fullmatch(written)
    if found:
        return quantity(Decimal(found[1]), found[2])
    return {"extension": [extension(systems.AS_WRITTEN, valueString=written)]}


def said_duration(said: Any) -> Json | None:
    """`7 days` → a Duration, which must have a code of UCUM (drt-1); else as it was written."""
    found = said_quantity(said)
    if found is None or "value" not in found:
        return found
    code = systems.ucum_time(found["unit"])
    if not code:
        return {"extension": [extension(systems.AS_WRITTEN, valueString=text(said))]}
    return {**found, "system": systems.UCUM, "code": code}


def narrative(paragraph: str) -> Json:
    """Words for a reader without a program."""
    escaped = text(paragraph).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{escaped}</p></div>'}
