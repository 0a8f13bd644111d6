"""Numbers of a text with their units: digits, written-out numbers, halves, blood pressures, what was corrected."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from processing.facts import words
from processing.facts.language import Language

# unit: what it measures, and how much of its kind's smallest
UNITS = {
    "minute": ("time", 1 / 60), "hour": ("time", 1), "day": ("time", 24), "week": ("time", 168), "month": ("time", 730),
    "year": ("time", 8760), "mcg": ("mass", 0.001), "mg": ("mass", 1), "g": ("mass", 1000), "ml": ("volume", 1),
    "l": ("volume", 1000), "iu": ("activity", 1), "drop": ("drops", 1), "puff": ("puffs", 1), "tablet": ("tablets", 1),
    "kg": ("weight", 1), "lb": ("weight", 0.4536), "percent": ("share", 1), "cm": ("length", 1),
}  # fmt: skip
DOSES = ("mass", "volume", "activity", "drops", "puffs", "tablets")
LOOSE = 0.08  # two weeks and "fifteen days" are the same time; only between different units
NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?![\w])")
CORRECTION_REACH = 60  # letters before and after "no, sorry" in which what it corrects stands
BETWEEN = re.compile(r"[\s-]*(?:de |of |a )?[\s-]*")
IDENTIFIERS = re.compile(r"\b[a-z]+-?\d+\b|\b\d+(?:st|nd|rd|th|º|ª|o\.|a\.)", re.I)


@dataclass(frozen=True, slots=True)
class Quantity:
    """`start`: where in the text in digits. `also`: the other values that it may have meant."""

    value: float
    unit: str | None
    start: int
    also: tuple[float, ...] = ()

    @property
    def is_dose(self) -> bool:
        return self.unit is not None and UNITS[self.unit][0] in DOSES

    def is_like(self, other: "Quantity") -> bool:
        """Whether both may measure the same."""
        return self.unit is None or other.unit is None or UNITS[self.unit][0] == UNITS[other.unit][0]

    def agrees(self, said: "Quantity") -> bool:
        """Whether this is what was said, as far as both say of what."""
        values = (said.value, *said.also)
        if self.unit is None or said.unit is None or self.unit == said.unit:
            return any(abs(self.value - value) < 1e-6 for value in values)
        kind, size = UNITS[self.unit]
        other_kind, other_size = UNITS[said.unit]
        if kind != other_kind:
            return False
        return any(
            abs(self.value * size - value * other_size) <= LOOSE * max(self.value * size, 1e-9) for value in values
        )


def in_digits(text: str, language: Language) -> str:
    """Lower case, with every number in digits: "treinta y seis coma siete" as 36.7."""
    text = words.lowered(text)
    for found, instead in language.amounts:
        text = found.sub(instead, text)
    tokens = re.findall(r"\s+|[^\W\d_]+|\d+(?:[.,]\d+)*|.", text.replace("-", " "))
    return "".join(_spelled(tokens, language))


def _spelled(tokens: Sequence[str], language: Language) -> Iterator[str]:
    at = 0
    while at < len(tokens):
        if tokens[at] in language.numerals:
            value, at = _numeral(tokens, at, language)
            yield str(value)
        else:
            yield tokens[at]
            at += 1


def _numeral(tokens: Sequence[str], at: int, language: Language) -> tuple[int, int]:
    """The number that begins here, and where it ends: larger before smaller, as all three languages say them."""
    total, current, last = 0, language.numerals[tokens[at]], language.numerals[tokens[at]]
    if last == 1000:
        total, current = 1000, 0
    end = at + 1
    while (found := _following(tokens, end, language)) is not None:
        place, joined = found
        value = language.numerals[tokens[place]]
        if value == 1000 and not total:
            total, current = max(current, 1) * 1000, 0
        elif value == 100 and 0 < current < 10 and not joined:
            current *= 100
        elif _fits(current, last, value, total):
            current += value
        else:
            break
        last, end = value, place + 1
    return total + current, end


def _fits(current: int, last: int, value: int, total: int) -> bool:
    if last == 1000 or (total and not current):
        return value < 1000
    if last >= 100 or (last == 100 and current >= 100):
        return value < 100
    return 20 <= last < 100 and last % 10 == 0 and 0 < value < 10


def _following(tokens: Sequence[str], at: int, language: Language) -> tuple[int, bool] | None:
    """The next numeral with nothing but a space, or the joining word, before it."""
    rest = [(place, token) for place, token in enumerate(tokens[at : at + 4], at) if not token.isspace()][:2]
    if rest and rest[0][1] in language.numerals:
        return rest[0][0], False
    if len(rest) == 2 and rest[0][1] == language.joiner and rest[1][1] in language.numerals:
        return rest[1][0], True
    return None


def quantities(text: str, language: Language) -> list[Quantity]:
    """Of a text in digits, without those that were taken back at once."""
    text = _joined(IDENTIFIERS.sub(lambda found: " " * len(found[0]), text), language)
    found = list(NUMBER.finditer(text))
    read = [_quantity(text, number, language) for number in found]
    pressures = _pressures(text, found, language)
    with_pairs = [_with_alternatives(text, at, read, found, pressures) for at in range(len(read))]
    return [quantity for quantity in with_pairs if not taken_back(text, quantity.start, NUMBER, language)]


def _joined(text: str, language: Language) -> str:
    """36 coma 7 is 36.7; 38 y medio is 38.5; "1 año y medio" is 1.5 años."""
    text = re.sub(rf"(\d+) (?:{language.point}) (\d+)", r"\1.\2", text)
    joiner = language.joiner
    text = re.sub(rf"(\d+) {joiner} (?:a |1 )?0\.5\b", r"\1.5", text)
    return re.sub(rf"(?<![\d.])(\d+) ([^\W\d]+) {joiner} (?:a |1 )?0\.5\b", r"\1.5 \2", text)


def _quantity(text: str, number: re.Match[str], language: Language) -> Quantity:
    value, also = _value(number[0])
    return Quantity(value, _unit(text, number.end(), language), number.start(), also)


def _value(digits: str) -> tuple[float, tuple[float, ...]]:
    """A comma or point before three digits may be one of thousands."""
    whole, _, last = digits.replace(",", ".").rpartition(".")
    plain = float(f"{whole.replace('.', '')}.{last}") if whole else float(last)
    return plain, (float(whole.replace(".", "") + last),) if whole and len(last) == 3 else ()


def _unit(text: str, end: int, language: Language) -> str | None:
    after = BETWEEN.match(text, end)
    word = re.compile(r"[^\W\d_]+|%").match(text, after.end() if after else end)
    return language.units.get(word[0]) if word else None


def _pressures(text: str, found: Sequence[re.Match[str]], language: Language) -> set[int]:
    """Which numbers are half of a blood pressure."""
    between = re.compile(rf"\s*(?:{language.over})\s*")
    halves: set[int] = set()
    for at in range(len(found) - 1):
        if (
            between.fullmatch(text, found[at].end(), found[at + 1].start())
            and "%" not in text[found[at + 1].end() :][:2]
        ):
            halves |= {at, at + 1}
    return halves


def _with_alternatives(
    text: str, at: int, read: Sequence[Quantity], found: Sequence[re.Match[str]], pressures: set[int]
) -> Quantity:
    """ "quince y medio con nueve" is 155/90; "one thirty" 130; "treinta y seis siete" 36.7; "nineteen ninety" 1990."""
    quantity = read[at]
    also = list(quantity.also)
    if at in pressures and 4 <= quantity.value <= 26:
        also.append(quantity.value * 10)
    for first, second in ((at, at + 1), (at - 1, at)):
        if first >= 0 and second < len(found) and text[found[first].end() : found[second].start()] == " ":
            also += _together(read[first].value, read[second].value)
    return Quantity(quantity.value, quantity.unit, quantity.start, tuple(also))


def _together(first: float, second: float) -> list[float]:
    joined = []
    if 1 <= first < 10 and 10 <= second < 100:
        joined += [first * 100 + second, first + second / 100]
    if 10 <= first < 100 and 10 <= second < 100:
        joined.append(first * 100 + second)
    if 34 <= first <= 43 and 0 <= second < 10:
        joined.append(first + second / 10)
    return joined


def taken_back(text: str, start: int, kind: re.Pattern[str], language: Language) -> bool:
    """ "de veinte, no, perdón, de cuarenta": the last of its kind before the correction, if one comes after."""
    reach = text[start : start + CORRECTION_REACH]
    correction = re.search(rf"(?<!\w)(?:{language.corrected})(?!\w)", reach)
    if correction is None:
        return False
    before = [found.start() for found in kind.finditer(reach[: correction.start()])]
    return (
        bool(before)
        and before[-1] == 0
        and kind.search(reach + text[start + CORRECTION_REACH :][:20], correction.end()) is not None
    )
