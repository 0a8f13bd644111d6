"""English: from how it is said to how it is noted."""

import re

from processing.drafters.rewrites.en_answers import merged
from processing.drafters.rewrites.en_numbers import NAME, as_noted, with_zeros
from processing.drafters.rewrites.en_person import about_patient, by_doctor, unfolded
from processing.drafters.rewrites.en_words import CHATTER, ENDERS, FILLERS, OPENERS

# The words a rewrite may add that nobody said: the note's form, never a fact.
FORM_WORDS = frozenset(
    {
        "patient",
        "patient's",
        "reports",
        "denies",
        "yes",
        "no",
        "daily",
        "mg",
        "mcg",
        "ml",
        "cm",
        "mm",
        "year",
        "should",
        "herself",
        "himself",
        "themselves",
    }
)
LEAST = 2  # words: less says nothing


def rewrite(text: str, *, speaker: str, part: str, question: str | None = None, gender: str | None = None) -> str:
    """See `rewrites.rewrite`."""
    if question and speaker == "patient":
        statement, rest = merged(_spoken(question), _spoken(text))
        if statement:
            noted = [_asked(statement, gender), _told(_fluent(rest), speaker, part, gender) if rest else ""]
            return " ".join(_sentence(each) for each in noted if each)
        text = rest
    return _sentence(_told(_fluent(text), speaker, part, gender))


def _asked(statement: str, gender: str | None) -> str:
    """What the doctor asked and the patient affirmed or denied: it speaks of "you"."""
    said = as_noted(unfolded(_fluent(statement)))
    return about_patient(said, who="you", gender=gender)


def _told(said: str, speaker: str, part: str, gender: str | None) -> str:
    said = as_noted(unfolded(said))
    if speaker == "patient":
        return _reported(about_patient(said, who="i", gender=gender))
    said = by_doctor(said, part=part)
    if part == "objective":
        said = re.sub(r"\b(?:your|the patient's) ", "", said, flags=re.I)
    return about_patient(said, who="you", gender=gender)


def _reported(said: str) -> str:
    """A fragment has its speaker named: "in the left knee" is "Reports in the left knee"."""
    if denied := re.match(
        r"(?:no|not any) (?!(?:one|longer|more|nothing|not|no|i|it|that|the patient|she|he)\b)", said, re.I
    ):
        return f"denies {said[denied.end() :]}"
    if (
        not said
        or len(said.split()) < LEAST
        or re.search(r"\b(?:patient|is|are|was|were|has|have|had|will|did|does)\b", said)
    ):
        return said
    begins_as_sentences_do = said[:1].isupper() and said[1:2].islower()
    return f"reports {said[0].lower() + said[1:] if begins_as_sentences_do else said}"


def _spoken(text: str) -> str:
    text = with_zeros(text)
    for filler in FILLERS[:3]:
        text = re.sub(filler, " ", text, flags=re.I)
    return unfolded(_once(re.sub(r"\s+", " ", text).strip()))


def _fluent(text: str) -> str:
    """Without fillers, false starts and repeated words."""
    text = with_zeros(text)
    for filler in FILLERS:
        text = re.sub(filler, " ", text, flags=re.I)
    text = re.sub(r"\s+([,.;:?!])", r"\1", re.sub(r"\s+", " ", text))
    return _trimmed(re.sub(r"(?:, ?)+,", ",", _once(text)))


def _once(text: str) -> str:
    """ "it's it's on my on my foot" says it once; "twenty twenty" is a year."""
    for _again in range(2):
        text = re.sub(rf"\b(?!(?:{NAME}|\d+)\b)([\w']+(?: [\w']+){{0,2}})(?:,? \1\b)+", r"\1", text, flags=re.I)
    return text


def _trimmed(text: str) -> str:
    while True:
        shorter = text.strip(" ,;.?!-")
        shorter = re.sub(rf"^(?:{OPENERS})(?=[\s,.]|$)[ ,.]*", "", shorter, flags=re.I)
        shorter = re.sub(rf"[ ,]+(?:{ENDERS})$|^(?:{ENDERS})$", "", shorter, flags=re.I)
        if shorter == text:
            return text
        text = shorter


def _sentence(said: str) -> str:
    said = re.sub(r"\s+([,.;:?!])", r"\1", re.sub(r"\s+", " ", said)).strip(" ,;:")
    if len(re.findall(r"\w+", said)) < LEAST or re.match(CHATTER, said, re.I):
        return ""
    said = re.sub(r"\b(?:i|mri|ct|ekg|ecg|iv)\b", lambda found: found[0].upper(), said)
    said = re.sub(r"\b(?:dr|mr|mrs|ms|miss)\.? [a-z]", lambda found: found[0].title(), said)
    return f"{said[0].upper()}{said[1:]}".rstrip(".!?") + "."
