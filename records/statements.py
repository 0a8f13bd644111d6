"""Results and medicines as they are written down: checked, and brought into the one shape that is sealed.

What is given are mappings with the names of `Observation.words` and `MedicationRequest.words`; text only.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.translation import gettext as _

from vitas.common.api.fields import plain_text
from vitas.common.errors import Problem, Sentence

LOINC: Final = "http://loinc.org"
ICD10: Final = "http://hl7.org/fhir/sid/icd-10"
ATC: Final = "http://www.whocc.no/atc"
INTERPRETATIONS: Final = ("N", "L", "H", "LL", "HH", "A")

Given = Mapping[str, Any]
Words = dict[str, str]

_BELOW: Final = {"L", "LL", "A"}
_ABOVE: Final = {"H", "HH", "A"}
_WITHIN: Final = {"N", "A"}
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-/:+*]{0,39}")
_SYSTEM = re.compile(r"(https?://|urn:)[^\s<>\"]{1,190}")
_LOINC = re.compile(r"(\d{1,7})-(\d)")
_DECIMAL = re.compile(r"-?\d{1,12}(\.\d{1,8})?")
_COMMA = re.compile(r"-?\d+,\d+")
_DURATION = re.compile(r"(\d{1,3})\s*([^\W\d_]+)")
_DAYS: Final = {
    **dict.fromkeys(("day", "days", "día", "días", "dia", "dias", "d"), 1),
    **dict.fromkeys(("week", "weeks", "semana", "semanas"), 7),
    **dict.fromkeys(("month", "months", "mes", "meses", "mês"), 30),
}

_RESULT_LENGTHS: Final = {"code": 40, "system": 200, "display": 200, "value": 500, "unit": 40, "low": 20, "high": 20,
                          "interpretation": 2, "note": 1000}  # fmt: skip
_MEDICINE_LENGTHS: Final = {"code": 40, "system": 200, "display": 200, "dose": 200, "route": 100, "frequency": 200,
                            "duration": 100, "quantity": 100, "instructions": 1000}  # fmt: skip
_ORDERED: Final = ("display", "dose", "route", "frequency", "duration")


class Checked:
    """Words of one statement and what is wrong with them; `place` stands before each field's name."""

    def __init__(self, given: Given, lengths: Mapping[str, int], *, place: str = "") -> None:
        self.place = place
        self.problems: list[Problem] = []
        self.words: Words = {}
        for name, most in lengths.items():
            text = given.get(name)
            self.words[name] = plain_text(str(text)).strip() if text is not None else ""
            if len(self.words[name]) > most:
                self.wrong(name, _("Ensure this field has no more than %(count)d characters.") % {"count": most})

    def __getitem__(self, name: str) -> str:
        return self.words[name]

    def wrong(self, field: str, sentence: Sentence) -> None:
        self.problems.append(Problem(f"{self.place}{field}", sentence))

    def require(self, *names: str) -> None:
        for name in names:
            if not self[name]:
                self.wrong(name, _("This field is required."))

    def coded(self, system: str) -> None:
        """A code has a system; of LOINC the check digit is counted."""
        if not self["code"]:
            self.words["system"] = ""
            return
        self.words["system"] = self["system"] or system
        if not _SYSTEM.fullmatch(self["system"]):
            self.wrong("system", _("Name the code's system by its address, such as http://loinc.org."))
        elif not _CODE.fullmatch(self["code"]) or (self["system"] == LOINC and not is_loinc(self["code"])):
            self.wrong("code", _("There is no such code in this system: check the digits."))


def result(given: Given, *, place: str = "") -> Checked:
    """One result. The interpretation follows from value and range where none is given."""
    found = Checked(given, _RESULT_LENGTHS, place=place)
    found.require("display", "value")
    found.coded(LOINC)
    numbers = {name: _number(found, name) for name in ("value", "low", "high")}
    for name in ("low", "high"):
        if found[name] and numbers[name] is None:
            found.wrong(name, _("This must be a number, with a point before decimals."))
    if _COMMA.fullmatch(found["value"]):
        found.wrong("value", _("Write decimals with a point: 5.4."))
    low, high = numbers["low"], numbers["high"]
    if low is not None and high is not None and low > high:
        found.wrong("low", _("The range begins above its end."))
    else:
        _interpret(found, numbers["value"], low, high)
    return found


def medicine(given: Given, *, place: str = "", ordered: bool = True) -> Checked:
    """One medicine. What is prescribed says how it is taken; what the patient tells of may say less."""
    found = Checked(given, _MEDICINE_LENGTHS, place=place)
    found.require(*(_ORDERED if ordered else ("display",)))
    found.coded(ATC)
    return found


def ends_on(duration: str, starts_on: date) -> date | None:
    """The last day of `7 days`, `10 días`, `3 meses`; None where the words say no number of days."""
    found = _DURATION.match(duration.strip().lower())
    days = _DAYS.get(found[2]) if found else None
    return starts_on + timedelta(days=int(found[1]) * days - 1) if found and days and int(found[1]) else None


def is_loinc(code: str) -> bool:
    """Whether the check digit (mod 10, as LOINC's manual has it) is right."""
    found = _LOINC.fullmatch(code)
    if not found:
        return False
    doubled = [int(digit) * (2 if nth % 2 == 0 else 1) for nth, digit in enumerate(reversed(found[1]))]
    return (10 - sum(digit // 10 + digit % 10 for digit in doubled) % 10) % 10 == int(found[2])


def number(text: str) -> Decimal | None:
    """A decimal as results hold it; None for words (`negative`, `<0.01`)."""
    try:
        return Decimal(text) if _DECIMAL.fullmatch(text) else None
    except InvalidOperation:
        return None


def _number(found: Checked, name: str) -> Decimal | None:
    return number(found[name])


def _interpret(found: Checked, value: Decimal | None, low: Decimal | None, high: Decimal | None) -> None:
    given = found.words["interpretation"] = found["interpretation"].upper()
    if given and given not in INTERPRETATIONS:
        found.wrong("interpretation", _("This must be one of: %(choices)s.") % {"choices": ", ".join(INTERPRETATIONS)})
        return
    if value is None or (low is None and high is None):
        return
    if low is not None and value < low:
        fitting, derived = _BELOW, "L"
    elif high is not None and value > high:
        fitting, derived = _ABOVE, "H"
    else:
        fitting, derived = _WITHIN, "N"
    if given and given not in fitting:
        found.wrong("interpretation", _("The value and its range say otherwise."))
    found.words["interpretation"] = given or derived
