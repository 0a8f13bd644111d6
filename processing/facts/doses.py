"""How much of what and how often."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from processing.facts import words
from processing.facts.language import Language
from processing.facts.quantities import Quantity, quantities, taken_back

NAME = re.compile(r"[^\W\d_]+")
BEFORE = 40  # letters before a dose in which the name of the drug stands
RARELY = 12  # no drug is taken oftener a day


def rhythms(text: str, language: Language) -> tuple[set[float], set[int]]:
    """How often a day, of a text in digits; and where the numbers stand that say so."""
    often: set[float] = set()
    taken: list[range] = []
    for found, reading in language.rhythms:
        for match in found.finditer(text):
            if any(match.start() < span.stop and span.start < match.end() for span in taken):
                continue  # "a day" of "twice a day"
            rate = _rate(match, reading)
            if rate is not None and not taken_back(text, match.start(), found, language):
                often.add(round(rate, 3))
                taken.append(range(match.start(), match.end()))
    digits = {number.start() for number in re.finditer(r"\d+", text)}
    return often, {start for start in digits if any(start in span for span in taken)}


def _rate(match: re.Match[str], reading: str) -> float | None:
    number = float(match["n"]) if "n" in match.re.groupindex and match["n"] else 1.0
    if reading == "hours":
        return 24 / number if number else None
    if reading == "a day":
        return number if number <= RARELY else None
    return {"daily": 1.0, "alternate": 0.5, "a week": number / 7, "twice": 2.0, "once": 1.0}[reading]


def by_name(text: str, language: Language) -> Mapping[str, list[Quantity]]:
    """The doses of a text in digits, by the stem of the word that each belongs to: the last name before it."""
    named: defaultdict[str, list[Quantity]] = defaultdict(list)
    for quantity in quantities(text, language):
        name = _name(text[max(0, quantity.start - BEFORE) : quantity.start], language)
        if name and (quantity.is_dose or quantity.unit is None):
            named[name].append(quantity)
    return named


def _name(before: str, language: Language) -> str | None:
    clause = re.split(r"[.;!?]", before)[-1]
    names: Sequence[str] = [
        word
        for word in NAME.findall(clause)
        if len(word) > 4 and word not in language.units and words.states(word, language) and word not in language.form
    ]
    return words.stem(names[-1], language) if names else None
