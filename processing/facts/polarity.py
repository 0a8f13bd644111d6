"""What a text affirms, denies or leaves open, word by word (after NegEx, Chapman 2001, made for talk).

A language's cues become marks: NEG denies what follows in its clause, DENY a whole list; UNSURE leaves open; HARD says
neither; STOPPED ends what was; END closes a denial; WIDE ("with", "since") opens what the denial need not reach;
AND, LIST join; HAS begins a statement of its own, THE perhaps; UNTIL turns a denial round ("never until 2010").
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from processing.facts import words
from processing.facts.language import Language


class Polarity(Enum):
    AFFIRMED = "affirmed"
    DENIED = "denied"
    OPEN = "open"
    STOPPED = "stopped"
    EITHER = "either"  # cannot be told


@dataclass(frozen=True, slots=True)
class Mention:
    stem: str
    polarity: Polarity


MARK = re.compile(r"[A-Z]+")
CHUNK = re.compile(r"[^,:()—–]+")
LONGEST_REFUSED = 5  # words before a "no" at the end that it still denies: "dolor de pecho, no"
LONGEST_ITEM = 4  # words of an item in a list
STATES = {"NEG": Polarity.DENIED, "DENY": Polarity.DENIED, "UNSURE": Polarity.OPEN, "HARD": Polarity.EITHER}
STATES["STOPPED"] = Polarity.STOPPED


def mentions(text: str, language: Language) -> list[Mention]:
    """Of statements; what a question mentions is for its answer to say (`answer`)."""
    return [mention for sentence in words.in_sentences(text) for mention in _of_sentence(sentence, language)]


def marked(text: str, language: Language) -> str:
    """Lower case with the marks of the language's cues."""
    text = words.unified(language.tag_questions.sub("", words.lowered(text)), language)
    for found, mark in language.cues:
        text = found.sub(f" {mark} ", text)
    return text


def _of_sentence(sentence: str, language: Language) -> list[Mention]:
    found: list[Mention] = []
    chunks = [words.TOKEN.findall(chunk) for chunk in CHUNK.findall(marked(sentence, language).strip(" .;!?…¿¡"))]
    state, listed = Polarity.AFFIRMED, False
    for number, chunk in enumerate(chunks):
        state = _carried(state, chunk, chunks[number:], listed)
        if _is_answer(chunk):
            state = Polarity.AFFIRMED
            continue
        if _is_refused(chunk):
            found += [Mention(stem, Polarity.DENIED) for stem in _stems(chunk, language)]
            state = Polarity.AFFIRMED
            continue
        state, listed = _walk(chunk, state, listed, found, language)
    return found


def _walk(
    chunk: Sequence[str], state: Polarity, listed: bool, found: list[Mention], language: Language
) -> tuple[Polarity, bool]:
    for number, token in enumerate(chunk):
        following = chunk[number + 1] if number + 1 < len(chunk) else ""
        if token in STATES:
            state, listed = STATES[token], token == "DENY" or (listed and token == "NEG")
        elif token == "END" or (token == "AND" and following == "HAS"):
            state, listed = Polarity.AFFIRMED, False
        elif state is Polarity.DENIED and (token == "WIDE" or (token == "AND" and following == "THE")):
            state = Polarity.EITHER
        elif token == "UNTIL" and state is Polarity.DENIED:
            found[:] = [_turned(mention) for mention in found]
            state = Polarity.EITHER
        elif not MARK.fullmatch(token) and words.states(token, language):
            found.append(Mention(words.stem(token, language), state))
    return state, listed


def _carried(state: Polarity, chunk: Sequence[str], rest: Sequence[Sequence[str]], listed: bool) -> Polarity:
    """What a comma leaves of a denial: lists go on ("no fever, chills or cough"), statements begin anew."""
    if state is Polarity.EITHER and listed and chunk and chunk[0] not in ("HAS", "END", "YES"):
        return Polarity.EITHER
    if state is not Polarity.DENIED or not chunk or chunk[0] in ("HAS", "END", "YES"):
        return state if state is Polarity.OPEN and chunk and chunk[0] == "LIST" else Polarity.AFFIRMED
    if listed:
        return Polarity.EITHER if chunk[0] == "THE" else Polarity.DENIED
    if len(chunk) > LONGEST_ITEM + 2 or chunk[0] == "THE":
        return Polarity.AFFIRMED
    ends_as_list = any("LIST" in item for item in rest)
    return Polarity.DENIED if ends_as_list else Polarity.EITHER


def _is_answer(chunk: Sequence[str]) -> bool:
    """ "No, …": an answer to what was asked, which denies nothing of what follows."""
    return bool(chunk) and all(token in ("NEG", "YES") for token in chunk)


def _is_refused(chunk: Sequence[str]) -> bool:
    """ "Fiebre no.": what stands before is denied."""
    inside = [token for token in chunk if token not in ("AND", "LIST", "HAS", "THE", "ALSO")]
    before = inside[:-1]
    marks = [token for token in before if MARK.fullmatch(token) and token != "WIDE"]
    return bool(before) and inside[-1] == "NEG" and not marks and len(before) <= LONGEST_REFUSED


def _stems(chunk: Sequence[str], language: Language) -> Iterator[str]:
    return (
        words.stem(token, language) for token in chunk if not MARK.fullmatch(token) and words.states(token, language)
    )


def _turned(mention: Mention) -> Mention:
    return Mention(mention.stem, Polarity.AFFIRMED) if mention.polarity is Polarity.DENIED else mention


def answer(text: str, language: Language) -> Polarity | None:
    """Whether an answer begins with yes, no or doubt; None where it tells instead."""
    said = words.lowered(text).strip(" .,;¡¿!…-")
    for pattern, polarity in (
        (language.doubts, Polarity.OPEN),
        (language.refuses, Polarity.DENIED),
        (language.agrees, Polarity.AFFIRMED),
    ):
        if pattern.match(said):
            return polarity
    return None
