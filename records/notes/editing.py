"""Writing in a draft: beginning it by hand, saving it, keeping a sentence that was flagged.

Nobody's words are lost: who saves names the version they have seen, and what another saved meanwhile is merged
sentence by sentence (merging.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from records.notes.models import Note
from vitas.accounts.actor import Actor


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


def begin(*, appointment_id: UUID, by: Actor) -> Note:
    """The visit's note, begun by hand where there is none. Raises NotFound, NotAllowed, NotPossibleNow."""
    raise NotImplementedError


def save(note_id: UUID, *, seen_version: int, body: Mapping[str, Any], by: Actor) -> Saved:
    """The draft as the person left it.

    `body`: `{"sections": [{"key", "sentences": [{"id", "text"}]}]}` with every sentence that stays, in its order; a
    new one has no `id` but may have a `key` of the client's own, and the same key again is the same sentence. A
    section that is left out stays as it is. Raises NotFound, NotAllowed, Invalid, NotPossibleNow (signed).
    """
    raise NotImplementedError


def keep_sentence(note_id: UUID, *, sentence_id: str, by: Actor, kept: bool = True) -> Note:
    """A flagged sentence is right as it is (or, `kept` false, is not so sure). Of two variants, the other goes.

    Raises NotFound, NotAllowed, NotPossibleNow.
    """
    raise NotImplementedError
