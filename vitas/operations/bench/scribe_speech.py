"""`manage.py bench_scribe speech`: the transcriber against faster-whisper alone, with the same model and options.

Sound: the demo's consultations, and what `--data` holds under `speech/` (manifest.jsonl: file, lang, text). How long
the recording is whose memory is measured, in hours, stands in `BENCH_HOURS` (default a quarter).
"""

import difflib
import json
import os
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from django.conf import settings

from processing.audio import decoding
from processing.engines import Segment, Transcribed
from processing.transcribers import whisper
from processing.transcribers.invented import plain
from processing.transcribers.local import LocalTranscriber
from vitas.operations.bench.scribe_work import Work

MOST_WORSE: Final = 1.0  # points of word errors
MOST_LONGER: Final = 1.1  # times
MOST_MEMORY: Final = 1024  # MB
_DEMO: Final = Path(settings.BASE_DIR) / "demo"
_CHILD: Final = "vitas.operations.bench.scribe_speech_memory"


@dataclass(frozen=True, slots=True)
class Clip:
    path: Path
    language: str
    text: str
    turns: Sequence[tuple[str, str]] = ()  # speaker, words; only of the demo's scripts


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Word errors in points and seconds of the processor, of ours and of faster-whisper alone.

    The processor's, because other programs' work would else decide which of the two is faster.
    """

    clip: Clip
    ours: float
    alone: float
    words: int
    ours_seconds: float
    speakers_seconds: float
    alone_seconds: float
    audio_seconds: float
    named_right: float | None


def measure(work: Work) -> bool:
    clips = [*_demo(), *_manifest(work.data)][: work.few or None]
    whisper.loaded()  # the model is loaded once a worker: not part of a recording's time
    heard = [_heard(clip, first=at % 2 == 0) for at, clip in enumerate(clips)]
    good = _told(work, heard)
    return _memory(work) and good


def _told(work: Work, heard: Sequence[Heard]) -> bool:
    for one in heard:
        named = "" if one.named_right is None else f" · words with the right speaker {one.named_right:.1%}"
        work.tell(
            f"  {one.clip.path.stem:28} {one.clip.language} word errors {one.ours:5.1f} (alone {one.alone:5.1f}) · "
            f"{one.ours_seconds:5.1f} s + {one.speakers_seconds:.1f} s for speakers (alone {one.alone_seconds:5.1f} s)"
            f"{named}"
        )
    for language in sorted({one.clip.language for one in heard}):
        some = [one for one in heard if one.clip.language == language]
        work.tell(
            f"  {language}: word errors {_mean(some, 'ours'):.1f}, faster-whisper alone {_mean(some, 'alone'):.1f}"
        )
    worse = _mean(heard, "ours") - _mean(heard, "alone")
    spent, alone = sum(one.ours_seconds for one in heard), sum(one.alone_seconds for one in heard)
    sound = sum(one.audio_seconds for one in heard)
    work.tell(f"  all: {worse:+.2f} points to faster-whisper alone (at most +{MOST_WORSE})")
    work.tell(f"  processor time: {spent / alone:.2f} of faster-whisper alone (at most {MOST_LONGER}), speakers apart")
    work.tell(f"  {spent / sound:.3f} seconds of one core for each of sound, alone {alone / sound:.3f}")
    return worse <= MOST_WORSE and spent / alone <= MOST_LONGER


def _heard(clip: Clip, *, first: bool) -> Heard:
    """Which of the two comes first changes, so that neither gains from what the machine does besides."""
    if first:
        ours, ours_seconds = _ours(clip)
        alone, alone_seconds = _alone(clip)
    else:
        alone, alone_seconds = _alone(clip)
        ours, ours_seconds = _ours(clip)
    said = plain(clip.text).split()
    text = " ".join(segment.text for segment in ours.segments)
    finding = float(ours.details["speakers_seconds"])
    return Heard(
        clip=clip,
        ours=_errors(said, plain(text).split()),
        alone=_errors(said, plain(alone).split()),
        words=len(said),
        ours_seconds=ours_seconds - finding,
        speakers_seconds=finding,
        alone_seconds=alone_seconds,
        audio_seconds=float(ours.details["audio_seconds"]),
        named_right=_named_right(clip.turns, ours.segments) if clip.turns else None,
    )


def _ours(clip: Clip) -> tuple[Transcribed, float]:
    began = time.process_time()
    found = LocalTranscriber().transcribe(clip.path, language=clip.language)
    return found, time.process_time() - began


def _alone(clip: Clip) -> tuple[str, float]:
    began = time.process_time()
    model = whisper.loaded().model
    segments, _about = model.transcribe(str(clip.path), language=clip.language, vad_filter=True, **whisper.OPTIONS)
    return " ".join(segment.text for segment in segments), time.process_time() - began


def _errors(said: Sequence[str], heard: Sequence[str]) -> float:
    """Words to change, add or leave out, of a hundred. A number in digits is an error where the script spells it."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, start=1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return 100 * row[-1] / max(1, len(said))


def _named_right(turns: Sequence[tuple[str, str]], segments: Sequence[Segment]) -> float:
    """Of the words that were recognized, the share that got the speaker who said them."""
    said = [(word, who) for who, text in turns for word in plain(text).split()]
    heard = [(word, segment.speaker) for segment in segments for word in plain(segment.text).split()]
    matcher = difflib.SequenceMatcher(a=[w for w, _ in said], b=[w for w, _ in heard], autojunk=False)
    pairs = [(block.a + at, block.b + at) for block in matcher.get_matching_blocks() for at in range(block.size)]
    return sum(said[a][1] == heard[b][1] for a, b in pairs) / max(1, len(pairs))


def _mean(some: Sequence[Heard], name: str) -> float:
    """Weighted by words."""
    return float(sum(getattr(one, name) * one.words for one in some) / sum(one.words for one in some))


def _demo() -> list[Clip]:
    names = {"D": "doctor", "P": "patient"}
    clips = []
    for script in sorted(_DEMO.glob("*-??.txt")):
        lines = [line.partition(": ") for line in script.read_text(encoding="utf-8").splitlines() if line.strip()]
        turns = [(names[who], text) for who, _colon, text in lines]
        text = " ".join(text for _who, text in turns)
        clips.append(Clip(script.with_suffix(".ogg"), script.stem[-2:], text, turns))
    return clips


def _manifest(data: Path | None) -> list[Clip]:
    file = data / "speech" / "manifest.jsonl" if data else None
    if file is None or not file.exists():
        return []
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [Clip(file.parent / row["file"], row["lang"][:2], row["text"]) for row in rows]


def _memory(work: Work) -> bool:
    """Of a process of its own that writes down the demo over and over."""
    hours = float(os.environ.get("BENCH_HOURS", "0.25"))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "long.wav"
        _long(file, hours * 3600)
        ran = subprocess.run([sys.executable, "-m", _CHILD, str(file)], capture_output=True, check=False)
    if ran.returncode:
        work.tell("  memory: the child failed")
        return False
    found = json.loads(ran.stdout.splitlines()[-1])
    work.tell(
        f"  {hours:g} h of speech: {found['megabytes']} MB at most (at most {MOST_MEMORY}), "
        f"{found['seconds'] / (hours * 3600):.3f} of real time with speakers"
    )
    return bool(found["megabytes"] <= MOST_MEMORY)


def _long(target: Path, seconds: float) -> None:
    sounds = [np.concatenate([block[0] for block in decoding.blocks(clip.path)]) for clip in _demo()]
    left = int(seconds * decoding.RATE)
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(decoding.RATE)
        while left > 0:
            file.writeframes(sounds[0][:left].tobytes())
            left -= len(sounds[0])
