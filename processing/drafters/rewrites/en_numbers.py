"""English numbers, doses and measurements as a note writes them: "eighty one milligrams a day" is "81 mg daily"."""

import re

ONES = {
    name: value
    for value, name in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen".split()
    )
}
TENS = {
    name: 10 * value for value, name in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
NAMES = {**ONES, **TENS}
# "one" alone is mostly no number ("that one", "one of them"): it is left as it was said.
RUN = re.compile(
    rf"\b(?:{'|'.join(NAMES)})(?:[ -](?:{'|'.join(NAMES)}|hundred|thousand|oh)|(?: and)(?= (?:{'|'.join(NAMES)})\b(?<=hundred)))*\b",
    re.I,
)
ORDINALS = {
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th", "sixth": "6th", "seventh": "7th",
    "eighth": "8th", "ninth": "9th", "tenth": "10th", "eleventh": "11th", "twelfth": "12th", "fifteenth": "15th",
    "twentieth": "20th", "thirtieth": "30th",
}  # fmt: skip
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
    """Numbers in digits, units short; no number that was not said."""
    text = RUN.sub(lambda found: _digits(found[0]), text)
    for pattern, instead in FORMS:
        text = pattern.sub(instead, text)
    return text


def _digits(said: str) -> str:
    words = [word for word in re.split(r"[ -]+", said.lower()) if word]
    if words == ["one"]:
        return said
    return " ".join(_groups(words))


def _groups(words: list[str]) -> list[str]:
    """ "twenty eighteen" is 2018, "one twenty seven" 127, "six eight" stays two numbers."""
    groups: list[int] = []
    open_to = 0  # how large a number may still be added to the last group
    for word in words:
        if word == "oh":
            open_to = 0
            continue
        if word in ("hundred", "thousand"):
            factor = 100 if word == "hundred" else 1000
            groups[-1:] = [(groups[-1] if groups else 1) * factor]
            open_to = factor
        elif groups and NAMES[word] < open_to:
            groups[-1] += NAMES[word]
            open_to = 10 if word in TENS else 0
        else:
            groups.append(NAMES[word])
            open_to = 10 if word in TENS else 0
    return [str(number) for number in _together(groups)]


def _together(groups: list[int]) -> list[int]:
    if len(groups) == 2 and groups[0] in (19, 20) and 10 <= groups[1] <= 99:
        return [groups[0] * 100 + groups[1]]
    if len(groups) == 2 and 1 <= groups[0] <= 9 and 10 <= groups[1] <= 99:
        return [groups[0] * 100 + groups[1]]
    return groups
