"""Words of a sentence that nobody said.

By words alone: vectors of sentences were tried and do not tell (docs/scribe.md, "Evidence").
"""

import re

from processing.facts import words
from processing.facts.language import Language
from processing.facts.transcript import Evidence, Said

SHARE = 0.5  # of the words of content; more than that unsaid, and the sentence says something else
# Endings of drugs and diseases: one that nobody named is a fact of its own, however much else was said.
WEIGHTY = re.compile(
    r"(?:\w{2,}(?:pril|sart[aá]na?|olol|dipin[aeo]?|statina?|cilina?|cillin|micina?|mycin|floxacina?|azole?|azol|prazole?|formina?|"
    r"itis|ite|osis|oses|ose|emia|patía|patia|pathy|oma)|cáncer|câncer|cancer|diabetes|asma|asthma|epilep\w+|infarto|neumon\w+|"
    r"pneumon\w+|fractura?|trombos\w+|embol\w+)$"
)


def unsaid(sentence: str, evidence: Evidence, said: Said) -> list[str]:
    """The words of content that neither what the sentence rests on nor the turns around hold."""
    heard = words.stems(f"{evidence.text} {evidence.around}", said.language)
    form = {words.stem(word, said.language) for word in said.language.form}
    return [
        word for word in _stating(sentence, said.language) if not _heard(words.stem(word, said.language), heard | form)
    ]


def is_unsupported(sentence: str, evidence: Evidence, said: Said) -> bool:
    """A drug or disease that was not named, or mostly other words."""
    missing = unsaid(sentence, evidence, said)
    if any(WEIGHTY.match(word) for word in missing):
        return True
    stating = _stating(sentence, said.language)
    return bool(missing) and len(missing) > SHARE * len(stating)


def _stating(sentence: str, language: Language) -> list[str]:
    units = language.units.keys() | {
        "mmhg",
        "lpm",
        "bpm",
        "spo",
        "fc",
        "fr",
        "ta",
        "pa",
        "bp",
        "hr",
        "rr",
        "imc",
        "bmi",
    }
    return [
        word
        for word in words.content(sentence, language)
        if word not in units and word not in language.numerals and word not in language.form
    ]


def _heard(stem: str, heard: set[str]) -> bool:
    return words.akin(stem, heard)
