"""Writing in a draft: beginning it by hand, saving it, keeping a sentence that was flagged.

Nobody's words are lost: who saves names the version they have seen, and what another saved meanwhile is merged
sentence by sentence (merging.py).
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from records.notes import bodies, layout, merging, saves
from records.notes.bodies import CONFLICT, Body, Sentence
from records.notes.merging import Line
from records.notes.models import Note
from records.notes.permissions import held, visit_to_write_of
from vitas.accounts.actor import Actor
from vitas.common.api.fields import plain_text
from vitas.common.errors import Invalid, NotFound

LONGEST_SENTENCE: Final = 2000  # letters
LONGEST_NOTE: Final = 16_000
MOST_SENTENCES: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two people wrote a sentence differently: both stand in the note, flagged `conflict`, until one is kept."""

    sentence: str  # id of the one that was saved first
    variant: str  # id of the other


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """`note` as it now stands. `merged`: somebody else had saved meanwhile. `ids`: client's key -> sentence's id."""

    note: Note
    merged: bool = False
    conflicts: Sequence[Conflict] = ()
    ids: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def begin(*, appointment_id: UUID, by: Actor) -> Note:
    """The visit's note, begun by hand where there is none. Raises NotFound, NotAllowed, NotPossibleNow."""
    visit = visit_to_write_of(appointment_id, by)
    note, fresh = layout.standing_note(visit, written_by=by.user_id)
    if fresh:
        saves.first(note, by=by.user_id)
        saves.tell(by, "CREATE_NOTE", note)
    return note


@transaction.atomic
def save(note_id: UUID, *, seen_version: int, body: Mapping[str, Any], by: Actor) -> Saved:
    """The draft as the person left it.

    `body`: `{"sections": [{"key", "sentences": [{"id", "text"}]}]}` with every sentence that stays, in its order; a
    new one has no `id` but may have a `key` of the client's own, and the same key again is the same sentence. A
    section that is left out stays as it is. Raises NotFound, NotAllowed, Invalid, NotPossibleNow (signed).
    """
    note = held(note_id, by)
    if not 1 <= seen_version <= note.version:
        raise Invalid.field("version", _("There is no such version of this note."))
    behind = seen_version < note.version
    base = saves.seen(note, seen_version)
    sent = _Sent(note, base, body)
    merged = merging.merge(base=base, theirs=note.body, mine=sent.sections)
    _require_room(merged.body)
    if merged.body != note.body:
        if saves.begin_sitting(note, by.user_id):
            saves.tell(by, "UPDATE_NOTE", note)
        saves.write(note, merged.body, by=by.user_id)
    conflicts = [Conflict(sentence=one, variant=other) for one, other in merged.pairs]
    return Saved(note=note, merged=behind, conflicts=conflicts, ids=sent.ids)


@transaction.atomic
def keep_sentence(note_id: UUID, *, sentence_id: str, by: Actor, kept: bool = True) -> Note:
    """A flagged sentence is right as it is (or, `kept` false, is not so sure). Of two variants, the other goes.

    Raises NotFound, NotAllowed, NotPossibleNow.
    """
    note = held(note_id, by)
    sentence = next((one for one in bodies.sentences(note.body) if one["id"] == sentence_id), None)
    if sentence is None:
        raise NotFound(_("This sentence is not in the note any more."))
    body = _with_kept(note.body, sentence, kept)
    if body == note.body:
        return note
    saves.begin_sitting(note, by.user_id)
    saves.tell(by, "KEEP_SENTENCE" if kept else "DOUBT_SENTENCE", note, sentence=sentence_id)
    return saves.write(note, body, by=by.user_id)


@transaction.atomic
def discard(note_id: UUID, *, by: Actor) -> None:
    """A draft that should not be: it stays as entered in error, and the visit may have another.

    Raises NotFound, NotAllowed, NotPossibleNow (signed: its record is marked as an error).
    """
    note = held(note_id, by)
    saves.begin_sitting(note, None)
    layout.in_error(note)
    saves.tell(by, "DISCARD_NOTE", note)


class _Sent:
    """What a person sent, found right: lines by section, and the ids that new sentences get. Raises Invalid."""

    def __init__(self, note: Note, base: Body | None, body: Mapping[str, Any]) -> None:
        self.note = note
        self.known = {one["id"] for found in (base or {}, note.body) for one in bodies.sentences(found)}
        self.ids: dict[str, str] = {}
        self.taken: set[str] = set()
        keys = {section["key"] for section in note.body["sections"]}
        self.sections: dict[str, list[Line]] = {}
        for section in body.get("sections", ()):
            if section.get("key") not in keys:
                raise Invalid.field("sections", _("This note has no such section."))
            self.sections[section["key"]] = list(self._lines(section.get("sentences", ())))

    def _lines(self, given: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
        for sentence in given:
            text = " ".join(plain_text(str(sentence.get("text") or "")).split())
            if len(text) > LONGEST_SENTENCE:
                raise Invalid.field("sections", _("A sentence is too long. Divide it."))
            key = self._id(str(sentence.get("id") or ""), str(sentence.get("key") or ""))
            if text:
                self.taken.add(key)
                yield Line(key, text, again=key in self.ids.values())

    def _id(self, sentence_id: str, key: str) -> str:
        if sentence_id in self.known and sentence_id not in self.taken:
            return sentence_id
        drawn = hashlib.sha256(f"{self.note.pk}:{key}".encode()).hexdigest()[:12] if key else bodies.new_id()
        made = bodies.new_id() if drawn in self.taken else drawn
        if key:
            self.ids[key] = made
        return made


def _with_kept(body: Body, sentence: Sentence, kept: bool) -> Body:
    """Keeping one variant takes the others out."""
    head = sentence["variant_of"] or sentence["id"]
    rivals = {one["id"] for one in bodies.sentences(body) if head in (one["id"], one["variant_of"])}
    gone = rivals - {sentence["id"]} if kept and CONFLICT in sentence["flags"] else set()
    sections = []
    for section in body["sections"]:
        left = [one for one in section["sentences"] if one["id"] not in gone]
        marked = [{**one, "kept": kept} if one["id"] == sentence["id"] and one["flags"] else one for one in left]
        sections.append({**section, "sentences": marked})
    return merging.settled({**body, "sections": sections})


def _require_room(body: Body) -> None:
    found = list(bodies.sentences(body))
    if len(found) > MOST_SENTENCES or sum(len(one["text"]) for one in found) > LONGEST_NOTE:
        raise Invalid.field("sections", _("The note is too long. Shorten it."))
