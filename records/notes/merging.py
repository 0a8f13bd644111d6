"""A draft as two people left it, made one: each sentence compared with what both had begun from.

What only one of them changed, moved, took out or added is so in the note. What both worded differently stands twice,
flagged `conflict`; what one took out and the other changed stays. Nobody's words are lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from records.notes import bodies
from records.notes.bodies import CONFLICT, EDITED, MACHINE, PERSON, Body, Sentence


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence as a person sent it. `again`: the id is drawn from the client's key, so it is the client's own."""

    id: str
    text: str
    again: bool = False


Sent = Mapping[str, Sequence[Line]]  # by section


@dataclass(slots=True)
class Merged:
    body: Body
    pairs: list[tuple[str, str]] = field(default_factory=list)  # ids of sentences that stand against each other


@dataclass(frozen=True, slots=True)
class _Place:
    section: str
    text: str


_Places = dict[str, _Place]
_NONE: Final = _Place("", "")


def merge(*, base: Body | None, theirs: Body, mine: Sent) -> Merged:
    """`theirs` is what stands, `mine` what a person sends who had seen `base` (None: nobody remembers it).

    A section that `mine` leaves out is as they saw it.
    """
    return _Merge(base=base, theirs=theirs, mine=mine).made()


class _Merge:
    def __init__(self, *, base: Body | None, theirs: Body, mine: Sent) -> None:
        self.theirs = theirs
        self.sent = {line.id: line for lines in mine.values() for line in lines}
        self.was = _places(base) if base else {}
        self.stands = _places(theirs)
        seen = base or theirs
        self.order_seen = _order(base) if base else {}
        self.order_mine = {**_order(seen), **{key: [line.id for line in lines] for key, lines in mine.items()}}
        unsent = {found: place for found, place in _places(seen).items() if place.section not in mine}
        lines = {line.id: _Place(key, line.text) for key, sent in mine.items() for line in sent}
        self.mine: _Places = {**unsent, **lines}
        self.old = {sentence["id"]: sentence for body in (base or {}, theirs) for sentence in bodies.sentences(body)}
        self.pairs: list[tuple[str, str]] = []

    def made(self) -> Merged:
        kept: dict[str, list[Sentence]] = {}  # what becomes of a sentence: itself, and what stands against it
        sections: dict[str, str] = {}
        for key in dict.fromkeys([*self.stands, *self.mine]):
            found = self._fate(key)
            if found is not None:
                sections[key], kept[key] = found
        order = self._order(sections)
        body: Body = {**self.theirs, "sections": []}
        for section in self.theirs["sections"]:
            keys = order.get(section["key"], [])
            body["sections"].append({**section, "sentences": [one for key in keys for one in kept[key]]})
        return Merged(settled(body), self.pairs)

    def _fate(self, key: str) -> tuple[str, list[Sentence]] | None:
        """In which section it stands and how; None where it goes."""
        was, stands, mine = (places.get(key) for places in (self.was, self.stands, self.mine))
        if mine is None:
            assert stands is not None
            untouched = was is not None and was.text == stands.text
            return None if untouched else (stands.section, [self.old[key]])
        if stands is None:
            untouched = was is not None and was.text == mine.text
            return None if untouched else (mine.section, [self._worded(key, mine.text)])
        moved = was is None or mine.section != was.section
        return (mine if moved else stands).section, self._wording(key, was or _NONE, stands, mine)

    def _wording(self, key: str, was: _Place, stands: _Place, mine: _Place) -> list[Sentence]:
        if mine.text in (stands.text, was.text):
            return [self.old[key]]
        if stands.text == was.text or (was is _NONE and self._own(key)):
            return [self._worded(key, mine.text)]
        return self._both(key, mine.text)

    def _own(self, key: str) -> bool:
        """The client has sent this new sentence before, and never heard that it was saved."""
        line = self.sent.get(key)
        return line is not None and line.again

    def _both(self, key: str, text: str) -> list[Sentence]:
        first = self.old[key]
        head = _head(first)
        twin = next((s for s in self.old.values() if s["variant_of"] == head and s["text"] == text), None)
        if twin:  # the same save once more
            return [first]
        first = {**first, "flags": _flagged(first), "kept": False}
        again = _reworded(first, text)
        variant = {**again, "id": bodies.new_id(), "variant_of": head}
        self.pairs.append((key, variant["id"]))
        return [first, variant]

    def _worded(self, key: str, text: str) -> Sentence:
        if key in self.old:
            old = self.old[key]
            return old if old["text"] == text else _reworded(old, text)
        return bodies.new_sentence(text, by=PERSON, id=key)

    def _order(self, sections: Mapping[str, str]) -> dict[str, list[str]]:
        """The order of who changed it, mine if both did not; what the other added stands behind what it followed."""
        theirs = _order(self.theirs)
        found = {}
        for section in theirs:
            here = {key for key, where in sections.items() if where == section}
            mine, stands = self.order_mine.get(section, []), theirs[section]
            moved = _shared(stands, self.order_seen.get(section, [])) != _shared(
                self.order_seen.get(section, []), stands
            )
            first, second = (stands, mine) if moved else (mine, stands)
            found[section] = _woven([key for key in first if key in here], [key for key in second if key in here])
        return found


def settled(body: Body) -> Body:
    """Without conflicts that are none any more: only one of the variants is left."""
    rivals: dict[str, list[str]] = {}  # ids, by the sentence that the others stand against
    for sentence in bodies.sentences(body):
        if CONFLICT in sentence["flags"]:
            rivals.setdefault(_head(sentence), []).append(sentence["id"])
    sections = [
        {**section, "sentences": [_settled(sentence, rivals) for sentence in section["sentences"]]}
        for section in body["sections"]
    ]
    return {**body, "sections": sections}


def _settled(sentence: Sentence, rivals: Mapping[str, Sequence[str]]) -> Sentence:
    if CONFLICT not in sentence["flags"]:
        return sentence
    first, *others = rivals[_head(sentence)]
    if not others:
        return {**sentence, "flags": [flag for flag in sentence["flags"] if flag != CONFLICT], "variant_of": ""}
    return {**sentence, "variant_of": "" if sentence["id"] == first else first}


def _head(sentence: Sentence) -> str:
    """The sentence that it stands against, or itself."""
    return str(sentence["variant_of"] or sentence["id"])


def _reworded(old: Sentence, text: str) -> Sentence:
    """By hand now; what it rests on stays, and so does its flag until somebody keeps it."""
    return {**old, "text": text, "by": EDITED if old["by"] in (MACHINE, EDITED) else PERSON}


def _flagged(sentence: Sentence) -> list[str]:
    return list(dict.fromkeys([*sentence["flags"], CONFLICT]))


def _places(body: Mapping[str, Any]) -> _Places:
    return {
        sentence["id"]: _Place(section["key"], sentence["text"])
        for section in body["sections"]
        for sentence in section["sentences"]
    }


def _order(body: Mapping[str, Any]) -> dict[str, list[str]]:
    return {section["key"]: [sentence["id"] for sentence in section["sentences"]] for section in body["sections"]}


def _shared(keys: Iterable[str], among: Iterable[str]) -> list[str]:
    wanted = set(among)
    return [key for key in keys if key in wanted]


def _woven(first: list[str], second: list[str]) -> list[str]:
    """The order of `first`; what only `second` has follows what it follows there. `first` may have gone elsewhere."""
    made = list(dict.fromkeys(first))
    before = ""
    for key in second:
        if key not in made:
            made.insert(made.index(before) + 1 if before in made else 0, key)
        before = key
    return made
