"""What was said in a visit, read once: what each turn states, and which question each answer answers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from processing.engines import Segment
from processing.facts import polarity, quantities, words
from processing.facts.language import Language
from processing.facts.polarity import Mention, Polarity
from processing.facts.quantities import Quantity

NEIGHBOURS = 2  # turns before and after in which a word may have been said
BRIEF = 6  # words of an answer that is a refusal wherever its "no" stands
WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Turn:
    segment: Segment
    statements: str
    questions: str
    asks_last: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands behind one sentence: what its turns state, their words, and those of the turns around."""

    mentions: Sequence[Mention]
    text: str
    around: str


class Said:
    """One visit in one language."""

    def __init__(self, segments: Sequence[Segment], language: Language) -> None:
        self.language = language
        self.places = {segment.id: place for place, segment in enumerate(segments)}
        self._turns = [_turn(segment, language) for segment in segments]
        self._mentions: dict[int, list[Mention]] = {}
        self._digits: dict[str, str] = {}
        self._quantities: dict[str, list[Quantity]] = {}

    @cached_property
    def vocabulary(self) -> set[str]:
        """The stems of all that was said."""
        return words.stems(" ".join(turn.segment.text for turn in self._turns), self.language)

    def evidence(self, names: Iterable[str]) -> Evidence:
        named = sorted(self.places[name] for name in names)
        whole = sorted({place for name in named for place in self._exchange(name)})
        around = sorted({near for place in named for near in self._near(place)})
        return Evidence(
            mentions=[mention for place in whole for mention in self._of(place)],
            text=self._text(whole),
            around=self._text(around),
        )

    def in_digits(self, text: str) -> str:
        if text not in self._digits:
            self._digits[text] = quantities.in_digits(text, self.language)
        return self._digits[text]

    def quantities(self, digits: str) -> list[Quantity]:
        """Of a text in digits."""
        if digits not in self._quantities:
            self._quantities[digits] = quantities.quantities(digits, self.language)
        return self._quantities[digits]

    def _text(self, places: Iterable[int]) -> str:
        return "\n".join(self._turns[place].segment.text for place in places)

    def _near(self, place: int) -> range:
        return range(max(0, place - NEIGHBOURS), min(len(self._turns), place + NEIGHBOURS + 1))

    def _exchange(self, place: int) -> set[int]:
        """The turn, the question that it answers, and the answer to what it asks."""
        whole = {place}
        if place and self._answers(place):
            whole.add(place - 1)
        if self._turns[place].asks_last and place + 1 < len(self._turns) and self._answers(place + 1):
            whole.add(place + 1)
        return whole

    def _answers(self, place: int) -> bool:
        before, turn = self._turns[place - 1], self._turns[place]
        return before.asks_last and before.segment.speaker != turn.segment.speaker

    def _of(self, place: int) -> list[Mention]:
        if place not in self._mentions:
            self._mentions[place] = self._stated(place) + self._asked(place)
        return self._mentions[place]

    def _stated(self, place: int) -> list[Mention]:
        return polarity.mentions(self._turns[place].statements, self.language)

    def _asked(self, place: int) -> list[Mention]:
        """What the questions of a turn mention, as their answer has it; what the answer names itself, it says."""
        turn = self._turns[place]
        asked = polarity.mentions(turn.questions, self.language) if turn.questions else []
        if not asked:
            return []
        answered = Polarity.EITHER
        own: set[str] = set()
        if turn.asks_last and place + 1 < len(self._turns) and self._answers(place + 1):
            reply = self._turns[place + 1]
            answered = self._answer(turn, reply)
            own = {mention.stem for mention in self._stated(place + 1)}
        return [_settled(mention, answered) for mention in asked if mention.stem not in own]

    def _answer(self, asked: Turn, reply: Turn) -> Polarity:
        if self.language.wonders.match(words.lowered(asked.questions).strip(" ¿")):
            return Polarity.EITHER
        found = polarity.answer(reply.segment.text, self.language)
        if found is None and len(WORD.findall(reply.segment.text)) <= BRIEF:
            marks = polarity.marked(reply.segment.text, self.language).split()
            found = Polarity.DENIED if marks and marks[-1].strip(".,") == "NEG" and not self._stated_by(reply) else None
        return found or Polarity.EITHER

    def _stated_by(self, turn: Turn) -> list[Mention]:
        return polarity.mentions(turn.statements, self.language)


def _settled(mention: Mention, answered: Polarity) -> Mention:
    """ "No fever? — No" denies; "No fever? — Yes" cannot be told."""
    if mention.polarity is Polarity.DENIED and answered is Polarity.AFFIRMED:
        return Mention(mention.stem, Polarity.EITHER)
    return Mention(mention.stem, answered)


def _turn(segment: Segment, language: Language) -> Turn:
    statements, questions, asks = [], [], False
    for sentence in words.in_sentences(segment.text):
        untagged = language.tag_questions.sub("", words.lowered(sentence))
        asks = sentence.rstrip().endswith("?")
        if not asks:
            statements.append(sentence)
        elif untagged == words.lowered(sentence):
            questions.append(_asking(sentence, statements))
        else:
            statements.append(untagged)
    return Turn(segment, " . ".join(statements), " ".join(filter(None, questions)), asks)


def _asking(sentence: str, statements: list[str]) -> str:
    """Of "she has asthma, ¿toma algo?" only what the mark opens is asked."""
    before, mark, asked = sentence.rpartition("¿")
    if mark and len(WORD.findall(before)) > 2:
        statements.append(before)
        return asked
    return sentence
