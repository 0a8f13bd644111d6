"""Telling voices apart: by channel where there are two, else by how near their vectors are, smoothed over time."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from processing.audio.voices import Vectors, unit
from processing.speakers.utterances import Utterance

_SAME_VOICE: Final = 0.86  # two halves of one voice are nearer than this (measured: 0.91 and more)
_THIRD_VOICE: Final = 0.68  # a third is believed only if it is this far from both
_LEAST_SECONDS: Final = 1.5  # of speech that make a voice
_LEAST_THIRD: Final = 8.0
_ROUNDS: Final = 25
_STARTS: Final = 6
_NEARNESS: Final = 14.0  # weight of a vector's nearness beside the cost of changing
_CHANGE: Final = 0.9  # what it costs that somebody else goes on speaking
_CHANGE_AFTER: Final = 0.2  # after a question or a pause
_PAUSE: Final = 0.5
_LEANING: Final = 0.15
_LOUDER: Final = 10 ** (6 / 20)  # 6 dB between the sides
_EACH_SIDE: Final = 0.15  # share of the time in which each side is the louder one

Voices = list[int]
Numbers = NDArray[np.float32]


def apart_by_side(sides: Numbers) -> bool:
    """Whether each of two speakers has a channel: sometimes one is louder, sometimes the other. Shape (n, 2)."""
    if not len(sides):
        return False
    left = float((sides[:, 0] > sides[:, 1] * _LOUDER).mean())
    right = float((sides[:, 1] > sides[:, 0] * _LOUDER).mean())
    return min(left, right) >= _EACH_SIDE


def by_side(sides: Numbers) -> Voices:
    """0 where left is louder, 1 where right is."""
    return [int(right > left) for left, right in sides]


def by_vector(said: Sequence[Utterance], vectors: Vectors) -> tuple[Voices, Vectors]:
    """A number for each utterance's voice, from 0, and the voices' centres."""
    seconds = np.array([min(5.0, utterance.end - utterance.start) for utterance in said], np.float32)
    seconds[~vectors.any(axis=1)] = 0
    centres = _centres(vectors, seconds)
    return _nearest(vectors, centres), centres


def smoothed(
    said: Sequence[Utterance], vectors: Vectors, centres: Vectors, leanings: Sequence[Sequence[float]]
) -> Voices:
    """The likeliest course of voices: near in sound, changing seldom but after questions (Viterbi).

    `leanings[i][voice]`: how much what is said speaks for that voice.
    """
    sure = np.minimum(1.0, [(utterance.end - utterance.start) / 1.5 for utterance in said])
    points = vectors @ centres.T * _NEARNESS * sure[:, None] + np.asarray(leanings) * _LEANING
    course = np.zeros(points.shape, int)
    best = points[0].copy()
    for index in range(1, len(said)):
        stays = best
        moves = best.max() - _cost(said[index - 1], said[index])
        course[index] = np.where(stays >= moves, np.arange(len(best)), int(best.argmax()))
        best = np.maximum(stays, moves) + points[index]
    voices = [int(best.argmax())]
    for index in range(len(said) - 1, 0, -1):
        voices.append(int(course[index][voices[-1]]))
    return voices[::-1]


def _cost(before: Utterance, after: Utterance) -> float:
    turns = "?" in before.text or after.start - before.end >= _PAUSE
    return _CHANGE_AFTER if turns else _CHANGE


def _centres(vectors: Vectors, seconds: Numbers) -> Vectors:
    one = unit((vectors * seconds[:, None]).sum(axis=0, keepdims=True))
    if np.count_nonzero(seconds) < 2:
        return one
    two = _grouped(vectors, seconds, 2)
    if not _believed(vectors, seconds, two, _SAME_VOICE, _LEAST_SECONDS):
        return one
    three = _grouped(vectors, seconds, 3)
    return three if _believed(vectors, seconds, three, _THIRD_VOICE, _LEAST_THIRD) else two


def _grouped(vectors: Vectors, seconds: Numbers, count: int) -> Vectors:
    """Means of `count` groups (k-means on the sphere), the best of a few starts; the same each time."""
    dice = np.random.default_rng(0)
    chances = seconds / seconds.sum()
    best, found = -1.0, vectors[:count]
    for _start in range(_STARTS):
        centres = _begun(vectors, chances, count, dice)
        for _round in range(_ROUNDS):
            mine = (vectors @ centres.T).argmax(axis=1)
            sums = [(vectors * (seconds * (mine == group))[:, None]).sum(axis=0) for group in range(count)]
            centres = unit(np.stack(sums))
        near = float(((vectors @ centres.T).max(axis=1) * seconds).sum())
        if near > best:
            best, found = near, centres
    return found


def _begun(vectors: Vectors, chances: Numbers, count: int, dice: np.random.Generator) -> Vectors:
    """One at random, then each time the one that is farthest from all."""
    chosen = [int(dice.choice(len(vectors), p=chances / chances.sum()))]
    while len(chosen) < count:
        far = (1 - (vectors @ vectors[chosen].T).max(axis=1)) * chances
        chosen.append(int(far.argmax()))
    return vectors[chosen]


def _believed(vectors: Vectors, seconds: Numbers, centres: Vectors, nearest: float, least: float) -> bool:
    mine = _nearest(vectors, centres)
    times = [float(seconds[np.array(mine) == group].sum()) for group in range(len(centres))]
    between = (centres @ centres.T)[np.triu_indices(len(centres), 1)]
    return min(times) >= least and float(between.max()) < nearest


def _nearest(vectors: Vectors, centres: Vectors) -> Voices:
    return [int(index) for index in (vectors @ centres.T).argmax(axis=1)]
