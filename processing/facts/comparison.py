"""A sentence held against what it rests on: where do they contradict each other?"""

import re
from collections.abc import Iterator

from processing import flags
from processing.facts import doses, polarity, words
from processing.facts.polarity import Polarity
from processing.facts.quantities import Quantity
from processing.facts.sides import sides
from processing.facts.transcript import Evidence, Said

WEEK = re.compile(r"\b(?:weeks?|semanas?)\b")
OPPOSITE_SIDE = {"left": "right", "right": "left"}


def contradictions(sentence: str, evidence: Evidence, said: Said) -> Iterator[str]:
    """The codes of flags.py, each once."""
    if _denies_otherwise(sentence, evidence, said) or _opposite(sentence, evidence, said):
        yield flags.NEGATION
    if _other_side(sentence, evidence, said):
        yield flags.SIDE
    text, source = said.in_digits(sentence), said.in_digits(evidence.text)
    often, counted = doses.rhythms(text, said.language)
    if often and all(rate < 1 for rate in often) and not doses.rhythms(source, said.language)[0]:
        counted = set()  # "how many days a week? — three": a number like any other
    wrong = [
        quantity
        for quantity in said.quantities(text)
        if quantity.start not in counted and not _was_said(quantity, text, source, said)
    ]
    if any(not quantity.is_dose for quantity in wrong):
        yield flags.NUMBER
    if (
        any(quantity.is_dose for quantity in wrong)
        or _other_rhythm(often, source, said)
        or _other_drug(text, source, said)
    ):
        yield flags.DOSE


def _denies_otherwise(sentence: str, evidence: Evidence, said: Said) -> bool:
    heard: dict[str, set[Polarity]] = {}
    for mention in evidence.mentions:
        heard.setdefault(mention.stem, set()).add(mention.polarity)
    written: dict[str, set[Polarity]] = {}
    for mention in polarity.mentions(sentence, said.language):
        written.setdefault(mention.stem, set()).add(mention.polarity)
    return any(_differ(states, heard[stem]) for stem, states in written.items() if stem in heard)


def _differ(written: set[Polarity], heard: set[Polarity]) -> bool:
    if Polarity.EITHER in written | heard or written & heard:
        return False
    return not (Polarity.STOPPED in written and Polarity.DENIED in heard)


def _opposite(sentence: str, evidence: Evidence, said: Said) -> bool:
    """ "Increase" where "lower it" was said."""
    text, source = words.lowered(sentence), words.lowered(evidence.text)
    for pair in said.language.opposites:
        for one, other in (pair, pair[::-1]):
            if one.search(text) and not other.search(text) and other.search(source) and not one.search(source):
                return True
    return False


def _other_side(sentence: str, evidence: Evidence, said: Said) -> bool:
    written = sides(sentence, said.language)
    if "left" not in written and "right" not in written:
        return False
    heard, near = sides(evidence.text, said.language), sides(evidence.around, said.language)
    for side in ("left", "right"):
        if side not in written:
            continue
        if side not in heard and "both" not in heard and (OPPOSITE_SIDE[side] in heard or side not in near):
            return True
        if f"not {side}" in heard and not written[side] & heard.get(side, set()):
            return True
        beside = written[side] - written.get(OPPOSITE_SIDE[side], set()) - written.get("both", set())
        elsewhere = heard.get(OPPOSITE_SIDE[side], set()) - heard.get(side, set()) - heard.get("both", set())
        if beside & elsewhere and not beside & heard.get(side, set()):
            return True
    return False


def _was_said(quantity: Quantity, text: str, source: str, said: Said) -> bool:
    if quantity.value == 10 and text[: quantity.start].rstrip().endswith("/"):
        return True  # "8/10": of ten
    if quantity.value == 1 and quantity.unit is None:
        return True  # an article, mostly
    return any(quantity.agrees(heard) for heard in said.quantities(source))


def _other_rhythm(often: set[float], source: str, said: Said) -> bool:
    heard, _starts = doses.rhythms(source, said.language)
    if not heard and often and all(rate < 1 for rate in often):
        return not WEEK.search(source)  # "how many days a week? — three": the numbers are looked at by themselves
    return bool(often) and not often & heard


def _other_drug(text: str, source: str, said: Said) -> bool:
    """The dose of another drug of the same turn."""
    heard = doses.by_name(source, said.language)
    for name, written in doses.by_name(text, said.language).items():
        for quantity in written:
            own = [other for other in heard.get(name, []) if other.is_like(quantity)]
            if quantity.is_dose and own and not any(quantity.agrees(other) for other in own):
                return True
    return False
