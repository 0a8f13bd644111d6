"""The transcriber of this machine: faster-whisper, with a model that is packaged or named in the settings."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from processing.audio.decoding import RATE
from processing.audio.pieces import Piece, pieces
from processing.audio.voice import WINDOW_SECONDS
from processing.engines import EngineError, Progress, Transcribed, Word, nothing
from processing.glossary import Glossary
from processing.speakers import Speakers
from processing.transcribers import Transcriber, whisper
from processing.transcribers.invented import Doubt, Signs

LANGUAGES: Final = ("es", "pt", "en")
_LEAST_WORDS: Final = 3  # fewer are noise
_LISTENED: Final = 30 * RATE  # samples that a language is found in
_CLEAR: Final = 0.5  # probability of a foreign language that is believed


class LocalTranscriber(Transcriber):
    """Whisper on this machine. Nothing leaves it."""

    def transcribe(
        self, audio: Path, *, language: str = "", glossary: Sequence[str] = (), progress: Progress = nothing
    ) -> Transcribed:
        try:
            return _Hearing(language, glossary, progress).hear(audio)
        except av.error.FFmpegError as error:
            raise EngineError("DAMAGED", temporary=False) from error


class _Hearing:
    """One recording, piece by piece: what is held of it are words and voices, never the whole sound."""

    def __init__(self, language: str, own_words: Sequence[str], progress: Progress) -> None:
        self.language = language[:2]
        self.own_words = own_words
        self.progress = progress
        self.engine = whisper.loaded()
        self.glossary: Glossary | None = None
        self.doubt = Doubt()
        self.speakers = Speakers()
        self.words = self.left_out = 0
        self.seconds = self.finding_speakers = 0.0

    def hear(self, audio: Path) -> Transcribed:
        began = time.monotonic()
        for piece in pieces(audio):
            words = list(self._words(piece)) if piece.spoken() else []
            self.words += len(words)
            self._listen(piece, words)
            self.seconds = piece.start + piece.seconds
            self.progress(self.seconds)
        if self.words < _LEAST_WORDS:
            raise EngineError("NO_SPEECH", temporary=False)
        paused = time.thread_time()
        segments = self.speakers.segments(self.language)
        self.finding_speakers += time.thread_time() - paused
        return Transcribed(
            language=self.language,
            segments=segments,
            engine=self.engine.name,
            details=self._details(time.monotonic() - began),
        )

    def _words(self, piece: Piece) -> Iterator[Word]:
        """What is said in the piece, repaired, with times of the recording."""
        spoken = piece.spoken()
        sound = np.concatenate([piece.samples[start:end] for start, end in spoken]).astype(np.float32) / 32768
        self.language = self.language or self._found(sound)
        self.glossary = self.glossary or Glossary(self.own_words, self.language)
        options = {**whisper.OPTIONS, "hotwords": self.glossary.hints()}
        found, _about = self.engine.model.transcribe(sound, language=self.language, **options)
        heard: list[Word] = []
        for segment in _restored(found, spoken):
            if self.doubt.invented(_signs(segment, piece)):
                self.left_out += 1
                continue
            heard += _words(segment.words or (), piece.start)
            self.progress(piece.start + segment.end)
        yield from self.glossary.repair(heard)

    def _found(self, sound: Any) -> str:
        """One of ours, unless it is clearly another."""
        most, chance, all_chances = self.engine.model.detect_language(
            sound[: 2 * _LISTENED], language_detection_segments=2
        )
        if most in LANGUAGES or chance >= _CLEAR:
            return str(most)
        chances = dict(all_chances)
        return max(LANGUAGES, key=lambda language: chances.get(language, 0.0))

    def _listen(self, piece: Piece, words: Sequence[Word]) -> None:
        began = time.thread_time()  # one thread's work, whatever else the machine does
        self.speakers.hear(piece, words)
        self.finding_speakers += time.thread_time() - began

    def _details(self, spent: float) -> dict[str, Any]:
        return {
            "seconds": round(spent, 1),
            "speakers_seconds": round(self.finding_speakers, 1),
            "audio_seconds": round(self.seconds, 1),
            "faster_whisper": version("faster-whisper"),
            "ctranslate2": version("ctranslate2"),
            "left_out": self.left_out,
            "repaired": self.glossary.repaired if self.glossary else 0,
        }


def _restored(found: Any, spoken: list[tuple[int, int]]) -> Iterator[Any]:
    """Times in the piece, of what was heard with the silences cut out."""
    from faster_whisper.transcribe import restore_speech_timestamps

    chunks = [{"start": start, "end": end} for start, end in spoken]
    yield from restore_speech_timestamps(found, chunks, RATE)


def _signs(segment: Any, piece: Piece) -> Signs:
    first, last = int(segment.start / WINDOW_SECONDS), int(segment.end / WINDOW_SECONDS) + 1
    heard = piece.heard[first:last]
    return Signs(
        text=segment.text,
        logprob=segment.avg_logprob,
        no_speech=segment.no_speech_prob,
        repetition=segment.compression_ratio,
        heard=float((heard >= 0.4).mean()) if len(heard) else 0.0,
    )


def _words(found: Sequence[Any], start: float) -> list[Word]:
    """What has no space before it belongs to the word before: `100` `.4`, `x` `-ray`."""
    words: list[Word] = []
    for word in found:
        chance = round(min(1.0, max(0.0, float(word.probability))), 3)
        text, first, last = word.word.strip(), round(start + word.start, 2), round(start + word.end, 2)
        if words and not word.word.startswith(" "):
            before = words[-1]
            words[-1] = replace(before, end=last, text=before.text + text, confidence=min(before.confidence, chance))
        elif text:
            words.append(Word(first, last, text, chance))
    return words
