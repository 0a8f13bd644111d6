"""English numbers, doses and measurements as a note writes them: "eighty one milligrams a day" is "81 mg daily"."""

import re

SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
ROUND = "twenty thirty forty fifty sixty seventy eighty ninety"
ONES = {name: value for value, name in enumerate(SMALL.split())}
TENS = {name: 10 * value for value, name in enumerate(ROUND.split(), 2)}
NAMES = {**ONES, **TENS}
NAME = "|".join(NAMES)
RUN = re.compile(
    rf"\b(?:a (?:hundred|thousand)|{NAME})(?:[ -](?:{NAME}|hundred|thousand)|(?:(?<=hundred)"
    rf"|(?<=thousand)) and (?:{NAME})(?![a-z]))*\b",
    re.I,
)
OH = re.compile(rf"\b(?P<first>{NAME}) oh (?P<last>{'|'.join(ONES)})\b", re.I)
UNIT = re.compile(
    r"\W*(?:mg|milli|micro|cent|tablet|pill|capsule|unit|week|day|month|year|hour|time|pack|percent|point)", re.I
)
FORMS = [
    (re.compile(r"\b(\d+) point (\d+)\b", re.I), r"\1.\2"),
    (re.compile(r"\b(\d+) out of (\d+)\b", re.I), r"\1/\2"),
    (re.compile(r"\b(\d{2,3}) over (\d{2,3})\b", re.I), r"\1/\2"),
    (re.compile(r"\b(\d+) (?:by|times) (\d+)(?= (?:centimeter|millimeter|cm|mm))", re.I), r"\1 x \2"),
    (re.compile(r"(?<=\d )milligrams?\b", re.I), "mg"),
    (re.compile(r"(?<=\d )micrograms?\b", re.I), "mcg"),
    (re.compile(r"(?<=\d )milliliters?\b", re.I), "mL"),
    (re.compile(r"(?<=\d )centimeters?\b", re.I), "cm"),
    (re.compile(r"(?<=\d )millimeters?\b", re.I), "mm"),
    (re.compile(r"(?<=\d) ?percent\b|(?<=\d) %", re.I), "%"),
    (
        re.compile(r"\b(once|twice|1 time|2 times|3 times|three times|four times) (?:a|per|each|every) day\b", re.I),
        r"\1 daily",
    ),
    (re.compile(r"\bonce daily\b", re.I), "daily"),
    (re.compile(r"(?<=mg )(?:a|per|every|each) day\b", re.I), "daily"),
    (re.compile(r"\b(\d+)[ -]years?[ -]old\b", re.I), r"\1-year-old"),
    (re.compile(r"\bhemoglobin a ?1 ?c\b", re.I), "hemoglobin A1c"),
    (re.compile(r"\b(x)[ -]ray", re.I), "X-ray"),
]


def as_noted(text: str) -> str:
    """Numbers in digits, units short; no number that was not said. What could be two numbers or one stays in words."""
    text = RUN.sub(lambda found: _digits(found[0], text[found.end() :]), text)
    for pattern, instead in FORMS:
        text = pattern.sub(instead, text)
    return text


def with_zeros(text: str) -> str:
    """ "one oh two" is 102 and "twenty oh nine" 2009, before "oh" is taken for a sigh."""
    return OH.sub(lambda found: str(100 * NAMES[found["first"].lower()] + NAMES[found["last"].lower()]), text)


def _digits(said: str, after: str) -> str:
    words = [word for word in re.split(r"[ -]+", said.lower()) if word not in ("", "a", "and")]
    # "one" alone is mostly no number ("that one", "one of them").
    if words == ["one"] and not re.match(r" (?:point|milli|mg|week|month|year|day|hour|tablet)", after, re.I):
        return said
    number = _together(_groups(words), after)
    return said if number is None else str(number)


def _groups(words: list[str]) -> list[int]:
    """ "one hundred twenty five" is one group, "six eight" are two."""
    groups: list[int] = []
    open_to = 0  # how large a number may still be added to the last group
    for word in words:
        if word in ("hundred", "thousand"):
            factor = 100 if word == "hundred" else 1000
            groups[-1:] = [(groups[-1] if groups else 1) * factor]
            open_to = factor
        else:
            if groups and NAMES[word] < open_to:
                groups[-1] += NAMES[word]
            else:
                groups.append(NAMES[word])
            open_to = 10 if word in TENS else 0
    return groups


def _together(groups: list[int], after: str) -> int | None:
    """ "twenty eighteen" is a year, "one twenty seven over" a pressure; "two twenty milligram tablets" are not 220."""
    if len(groups) == 1:
        return groups[0]
    if len(groups) != 2 or not 10 <= groups[1] <= 99 or UNIT.match(after):
        return None
    pressure = groups[0] in (1, 2) and after.startswith((" over ", "/"))
    return groups[0] * 100 + groups[1] if groups[0] in (19, 20) or pressure else None
