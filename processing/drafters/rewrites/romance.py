"""How Spanish and Portuguese are set in the note's voice; their words are in `es` and `pt`.

Only forms change, never facts: the person of a verb, who is speaking, fillers. A negation that stood there stays.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from re import Pattern

FLAGS = re.IGNORECASE
LETTER = re.compile(r"[^\W_]")
PREPOSITION = re.compile(r"(?:a|al|ao|à|de|del|do|da|en|em)\b", FLAGS)
SAID_AGAIN = {
    "no",
    "não",
    "tengo",
    "tuvo",
    "tiene",
    "tuve",
    "tem",
    "teve",
    "tive",
    "tenho",
    "también",
    "também",
    "tampoco",
}
FRAGMENT = 9  # words of an answer that cannot stand without its question
Change = tuple[Pattern[str], str]


def corrected(numerals: Mapping[str, int], sides: str, sorry: str) -> tuple[str, str]:
    """ "de 20, no, perdón, de 40": what was taken back goes, where the same kind of thing comes after."""
    counted = rf"\d+(?:[.,]\d+)?|{'|'.join(numerals)}"
    number = rf"(?:de |a |uns |umas |unos |unas )?(?:{counted})(?: (?:mg|miligram\w+|microgram\w+))?"
    side = rf"(?:(?:del|de la|el|la|o|a|do|da) )?(?:{sides})"
    return rf"(?:{number}[,.]? (?:{sorry}),? (?={number}\b)|{side}[,.]? (?:{sorry}),? (?={side}\b))", ""


def changes(*rows: tuple[str, str]) -> list[Change]:
    return [(re.compile(rf"(?<!\w)(?:{found})(?:(?<=\s)|(?!\w))", FLAGS), instead) for found, instead in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Words of one language. Patterns see whole words, in any case of letters."""

    reports: str
    denies: str
    no: str
    nor: str
    fillers: Sequence[Change]
    courtesy: Pattern[str]  # a whole statement that notes nothing
    person: Sequence[Change]  # the patient's own words: from I to he or she
    addressed: Sequence[Change]  # the doctor's words to the patient: from you to he or she
    having: Pattern[str]  # "do you have", "any": what is asked for follows
    asked: Pattern[str]  # how a question begins that asks for nothing yet
    wondering: Pattern[str]  # "where", "how many days a week"
    when: Pattern[str]  # "since when": the answer says it all
    yes: Pattern[str]
    refusal: Pattern[str]  # "no", "nothing like that"
    unsure: Pattern[str]
    item: Pattern[str]  # "fever no, cough yes": what, and which
    quantity: Pattern[str]  # answers that follow a verb without a comma
    denied: Sequence[Change]  # "I do not have" to "denies"
    felt: Sequence[Change]  # "I have" to "reports"
    vague: Sequence[Change]  # "any", in an answer
    by_part: Mapping[str, Sequence[Change]]  # what a doctor says, by the part of the note
    pain: Sequence[Change]


def rewrite(text: str, *, speaker: str, part: str, question: str | None, voice: Voice) -> str:
    """The sentence for the note, or "" where nothing is left."""
    said = _plain(text, voice)
    if speaker == "doctor":
        return _finished(_doctors(said, part, voice))
    if question:
        return _finished(_exchange(_plain(question, voice), said, voice))
    return _finished(_patients(said, voice))


def _plain(text: str, voice: Voice) -> str:
    """Without fillers, hesitation and repeated words; the answer's yes or no stays."""
    text = _changed(" ".join(text.split()), voice.fillers)
    text = re.sub(r"\b([^\W\d_]+)(?:,? \1\b)+", r"\1", text, flags=FLAGS)
    text = re.sub(r"\s*(?:,\s*){2,}", ", ", text)
    return re.sub(r"\s+([,.;:?!])", r"\1", " ".join(text.split())).strip(" ,;…-¡!¿")


def _changed(text: str, table: Sequence[Change]) -> str:
    for found, instead in table:
        text = found.sub(instead, text)
    return " ".join(text.split())


def _patients(said: str, voice: Voice) -> str:
    """What the patient tells."""
    said = said.strip(" .")
    if said.endswith("?") or voice.courtesy.fullmatch(said):
        return ""
    items = _items(said, voice)
    if items:
        return items
    said = re.sub(rf"^(?:{voice.yes.pattern})[,.]\s+", "", said, flags=FLAGS)
    for table in (voice.denied, voice.pain, voice.felt):
        changed = _changed(said, table)
        if changed != said:
            said = changed
            break
    return _changed(said, voice.person)


def _items(said: str, voice: Voice) -> str:
    """ "Náuseas sí, vómito no": each as it was answered."""
    found = [voice.item.fullmatch(piece.strip()) for piece in re.split(r"[,;]| pero | mas ", said)]
    if not found or not all(found):
        return ""
    told = [
        f"{voice.denies if match['no'] else voice.reports} {_small(_changed(match['what'], voice.vague).strip())}"
        for match in found
        if match
    ]
    return ", ".join([told[0], *map(_small, told[1:])])


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _exchange(question: str, said: str, voice: Voice) -> str:
    """A question and its answer as one statement."""
    said = said.strip(" .")
    if said.endswith("?"):
        return ""
    items = _items(said, voice)
    if items:
        return items
    asked = _asked(question, voice)
    if voice.unsure.match(said):
        return f"{asked}: {_small(_changed(said, voice.person))}" if asked else _patients(said, voice)
    if voice.wondering.match(asked):
        return _told(asked, said, voice)
    refused, agreed = voice.refusal.match(said), voice.yes.match(said)
    if refused and asked:
        return _joined(_refused(asked, voice), said[refused.end() :], voice)
    if agreed and asked:
        return _joined(_agreed(asked, voice), said[agreed.end() :], voice)
    return _completed(asked, said, voice)


def _completed(asked: str, said: str, voice: Voice) -> str:
    """ "Any allergy? — To penicillin": what goes on where the question stopped."""
    begins = PREPOSITION.match(said)
    if not begins or not asked or len(said.split()) > FRAGMENT or not (voice.having.match(asked) or _is_noun(asked)):
        return _patients(said, voice)
    first = re.split(rf" {begins[0]}\b", _agreed(asked, voice), flags=FLAGS)[0]
    return f"{first} {_small(_patients(said, voice))}"


def _asked(question: str, voice: Voice) -> str:
    """What is asked for, of the last question, said of the patient."""
    last = re.split(r"[.!;?]\s+|¿", question.strip(" ?"))[-1].strip(" ?,")
    last = voice.asked.sub("", last).strip(" ,")
    return _changed(last, voice.addressed)


def _refused(asked: str, voice: Voice) -> str:
    having = voice.having.match(asked)
    asked = _changed(asked, voice.pain) if not having else asked
    if having or asked.lower().startswith(f"{voice.reports.lower()} "):
        what = asked[having.end() :] if having else asked.partition(" ")[2]
        return f"{voice.denies} {_small(_changed(what, voice.vague).strip())}"
    if _is_noun(asked):
        return f"{voice.denies} {_small(_changed(asked, voice.vague).strip())}"
    return re.sub(r",(?: (?:o|ou|y|e))? ", f" {voice.nor} ", f"{voice.no} {_small(asked)}")


def _agreed(asked: str, voice: Voice) -> str:
    having = voice.having.match(asked)
    if having:
        return f"{voice.reports} {_small(_changed(asked[having.end() :], voice.vague).strip())}"
    changed = _changed(asked, voice.pain)
    if changed != asked or not _is_noun(asked):
        return changed
    return f"{voice.reports} {_small(_changed(asked, voice.vague).strip())}"


VERB_FIRST = re.compile(
    r"(?:(?:se|le|lo|la|ya|te|me|lhe|no|não) )*[^\W\d_]+(?:a|e|an|en|am|em|ó|ou|eu|ió|iu|á)\b",
    FLAGS,
)
NOUN_FIRST = re.compile(
    r"dolor|dor|náusea|tos|fiebre|febre|falta|sangre|mareo|tosse|visión|visão|alguna|alguma|diarr|hormigueo|pérdida|perda",
    FLAGS,
)


VERB_FIRST = re.compile(
    r"(?:(?:se|le|lo|la|ya|te|me|lhe|no|não) )*[^\W\d_]+(?:a|e|an|en|am|em|ó|ou|eu|ió|iu|á)\b",
    FLAGS,
)
NOUN_FIRST = re.compile(
    r"dolor|dor|náusea|tos|fiebre|febre|falta|sangre|mareo|tosse|visión|visão|alguna|alguma|diarr|hormigueo|pérdida|perda",
    FLAGS,
)


def _is_noun(asked: str) -> bool:
    """No verb that is told of the patient: "dolor de pecho, falta de aire"."""
    return not re.search(r"(?:am|em)$", asked) and (not VERB_FIRST.match(asked) or bool(NOUN_FIRST.match(asked)))


def _joined(first: str, rest: str, voice: Voice) -> str:
    rest = rest.strip(" ,.;")
    if (
        not LETTER.search(rest)
        or voice.courtesy.fullmatch(rest)
        or voice.refusal.fullmatch(rest)
        or voice.yes.fullmatch(rest)
    ):
        return first
    told = _patients(rest, voice)
    if not told or _words(rest) - SAID_AGAIN <= _words(first):  # "no, the legs no": said already
        return first
    glue = " " if voice.quantity.match(told) and not first.startswith((voice.denies, voice.no)) else ", "
    return f"{first}{glue}{_small(told)}"


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def _told(asked: str, said: str, voice: Voice) -> str:
    """The answer to "where", "how much", "since when"."""
    whole = _patients(said, voice)
    if voice.when.match(asked) or len(said.split()) > FRAGMENT or whole.lower() != said.lower():
        return whole
    wonders = voice.wondering.match(asked)
    about = voice.wondering.sub("", asked, count=1).strip(" ,")
    if not about or not whole:
        return whole
    rate = wonders["rate"] if wonders else None  # "how many days a week"
    return f"{about} {_small(whole)}{rate or ''}"


def _doctors(said: str, part: str, voice: Voice) -> str:
    statements = [piece.strip(" ,.…!") for piece in re.split(r"(?<=[.!?…])\s+", said)]
    kept = [piece for piece in statements if piece and piece[-1] != "?" and not voice.courtesy.fullmatch(piece)]
    return ". ".join(filter(None, (_stated(piece, part, voice) for piece in kept)))


def _stated(piece: str, part: str, voice: Voice) -> str:
    changed = _changed(_changed(piece, voice.by_part.get(part, ())), voice.addressed).strip(" ,:")
    return f"{changed[:1].upper()}{changed[1:]}"


def _finished(text: str) -> str:
    text = " ".join(text.split()).strip(" ,;:")
    if not LETTER.search(text):
        return ""
    text = re.sub(r"\s+([,.;:])", r"\1", text)
    return f"{text[0].upper()}{text[1:]}" + ("" if text[-1] in ".!?" else ".")
