"""Which of two voices is the doctor's, by what is said: doctors ask, examine and prescribe; patients complain."""

import functools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from processing.engines import Speaker
from processing.transcribers.invented import plain

Cues = list[tuple[float, re.Pattern[str]]]

_ASKED: Final = 0.8
_FIRST: Final = 0.5  # for whoever speaks first: mostly the doctor
_PATIENT_ASKS: Final = re.compile(
    r"\b(es grave|e grave|is it|puedo|posso|can i|should i|preciso|tengo que|tenho que)\b"
)


def leaning(text: str, language: str) -> float:
    """Above 0: as a doctor speaks; below: as a patient does."""
    bare = plain(text)
    asked = _ASKED if "?" in text and not _PATIENT_ASKS.search(bare) else 0.0
    return asked + sum(points for points, cue in _cues(language) if cue.search(bare))


def roles(leanings: Sequence[float], voices: Sequence[int]) -> dict[int, Speaker]:
    """Who each voice is. One voice alone is the doctor, who dictates."""
    sums = dict.fromkeys(voices, 0.0)
    sums[voices[0]] += _FIRST
    for points, voice in zip(leanings, voices, strict=True):
        sums[voice] += points
    ranked = sorted(sums, key=lambda voice: -sums[voice])
    named: dict[int, Speaker] = dict.fromkeys(ranked, "other")
    named[ranked[0]] = "doctor"
    if len(ranked) > 1:
        named[_patient(ranked[1:], voices)] = "patient"
    return named


def _patient(others: Sequence[int], voices: Sequence[int]) -> int:
    """Of those who are not the doctor, the one who speaks most."""
    return max(others, key=lambda voice: sum(1 for spoken in voices if spoken == voice))


@functools.cache
def _cues(language: str) -> Cues:
    """Of the files beside this one; English for a language that has none."""
    folder = Path(__file__).parent / "cues"
    file = folder / f"{language[:2]}.txt"
    lines = (file if file.exists() else folder / "en.txt").read_text(encoding="utf-8").splitlines()
    parted = [line.partition("\t") for line in lines if line and not line.startswith("#")]
    return [(float(points), re.compile(pattern)) for points, _tab, pattern in parted]
