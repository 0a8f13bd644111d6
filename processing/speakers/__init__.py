"""Who speaks: doctor, patient or another. By channel where there are two, else by voice; who is who by content."""

from collections.abc import Sequence

import numpy as np

from processing.audio import decoding, voices
from processing.audio.pieces import Piece
from processing.audio.voice import WINDOW_SECONDS
from processing.engines import Segment, Speaker, Word
from processing.speakers import telling
from processing.speakers.roles import leaning, roles
from processing.speakers.utterances import Utterance, cut, joined


class Speakers:
    """Hears a recording piece by piece with the words that were recognized, and says at the end who said them."""

    def __init__(self) -> None:
        self._said: list[Utterance] = []
        self._vectors: list[voices.Vectors] = []
        self._sides: list[np.ndarray] = []
        self._levels: list[np.ndarray] = []

    def hear(self, piece: Piece, words: Sequence[Word]) -> None:
        """`words` of this piece, their times from the recording's beginning."""
        said = cut(words)
        self._said += said
        if not said:
            return
        if piece.sides is not None:
            self._levels.append(piece.sides[piece.heard[: len(piece.sides)] >= 0.5])
            self._sides.append(np.stack([_sides(piece, utterance) for utterance in said]))
        self._vectors.append(voices.vectors([_sound(piece, utterance) for utterance in said]))

    def segments(self, language: str) -> list[Segment]:
        """All that was said, a sentence a segment."""
        return joined(self._said, self._speakers(language)) if self._said else []

    def _speakers(self, language: str) -> list[Speaker]:
        leanings = [leaning(utterance.text, language) for utterance in self._said]
        found = self._told_apart(leanings)
        named = roles(leanings, found)
        return [named[voice] for voice in found]

    def _told_apart(self, leanings: Sequence[float]) -> list[int]:
        if self._levels and telling.apart_by_side(np.concatenate(self._levels)):
            return telling.by_side(np.concatenate(self._sides))
        vectors = np.concatenate(self._vectors)
        first, centres = telling.by_vector(self._said, vectors)
        if len(centres) == 1:
            return first
        named = roles(leanings, first)
        speaks_for = {"doctor": 1.0, "patient": -1.0, "other": 0.0}
        ways = [speaks_for[named.get(voice, "other")] for voice in range(len(centres))]
        return telling.smoothed(self._said, vectors, centres, [[way * points for way in ways] for points in leanings])


def _sound(piece: Piece, utterance: Utterance) -> voices.Sound:
    first, last = (int((moment - piece.start) * decoding.RATE) for moment in (utterance.start, utterance.end))
    return piece.samples[max(0, first) : max(0, last)].astype(np.float32) / np.float32(32768)


def _sides(piece: Piece, utterance: Utterance) -> np.ndarray:
    """Mean level left and right while it was said."""
    assert piece.sides is not None
    first = max(0, int((utterance.start - piece.start) / WINDOW_SECONDS))
    last = max(first + 1, int((utterance.end - piece.start) / WINDOW_SECONDS))
    heard = piece.sides[first:last]
    return np.asarray(heard.mean(axis=0) if len(heard) else np.zeros(2))
