"""Any server with `/v1/audio/transcriptions`, as OpenAI's: theirs, or one of the house (speaches, vLLM, LocalAI …)."""

import io
import json
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
import requests
from django.conf import settings

from processing.audio.decoding import RATE
from processing.audio.pieces import Piece, pieces
from processing.engines import EngineError, Progress, Transcribed, Word, nothing
from processing.glossary import Glossary
from processing.speakers import Speakers
from processing.transcribers import Transcriber
from processing.transcribers.invented import Doubt, Signs

_BITS: Final = 32_000  # a second, Opus: ten minutes are 2.4 MB of the 25 MB that are taken
_FRAME: Final = 320  # samples that are encoded at once
_CONNECT: Final = 5.0  # seconds
_ANSWER: Final = 120.0  # seconds without a byte
_ALL: Final = 900.0  # seconds for one piece
_MOST_BYTES: Final = 20 * 1024 * 1024
_LEAST_WORDS: Final = 3
_LANGUAGES: Final = {"spanish": "es", "portuguese": "pt", "english": "en", "castilian": "es"}


class OpenAiTranscriber(Transcriber):
    """The sound goes there in pieces of at most ten minutes, and comes back as words.

    A server that gives no times for words has them spread evenly over the segment, one that gives none for segments
    over the speech of the piece.
    """

    def transcribe(
        self, audio: Path, *, language: str = "", glossary: Sequence[str] = (), progress: Progress = nothing
    ) -> Transcribed:
        began, seconds, sent, said = time.monotonic(), 0.0, 0, 0
        speakers, doubt, hints = Speakers(), Doubt(), Glossary(glossary, language).hints()
        repaired = 0
        for piece in _pieces(audio):
            seconds = piece.start + piece.seconds
            if piece.spoken():
                answer = _asked(_encoded(piece.samples), language, hints)
                sent += 1
                language = language[:2] or _language(answer)
                known = Glossary(glossary, language)
                words = known.repair(list(_words(answer, piece, doubt)))
                repaired += known.repaired
                said += len(words)
                speakers.hear(piece, words)
            progress(seconds)
        if said < _LEAST_WORDS:
            raise EngineError("NO_SPEECH", temporary=False)
        spent = {"seconds": round(time.monotonic() - began, 1), "audio_seconds": round(seconds, 1), "requests": sent}
        return Transcribed(
            language=language,
            segments=speakers.segments(language),
            engine=f"openai-compatible {settings.TRANSCRIBER_MODEL}"[:80],
            details={**spent, "repaired": repaired},
        )


def _pieces(audio: Path) -> Iterator[Piece]:
    try:
        yield from pieces(audio)
    except av.error.FFmpegError as error:
        raise EngineError("DAMAGED", temporary=False) from error


def _encoded(samples: np.ndarray) -> bytes:
    """One channel of Opus in Ogg."""
    target = io.BytesIO()
    with av.open(target, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE, bit_rate=_BITS, layout="mono")
        for start in range(0, len(samples), _FRAME):
            frame = av.AudioFrame.from_ndarray(samples[None, start : start + _FRAME], format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target.getvalue()


def _asked(sound: bytes, language: str, hints: str | None) -> dict[str, Any]:
    """What the server answers for one piece. Raises EngineError PROVIDER_AWAY, _BUSY, _REFUSED, _BROKEN."""
    fields = {
        "model": settings.TRANSCRIBER_MODEL,
        "response_format": "verbose_json",
        "timestamp_granularities[]": ["word", "segment"],
        "temperature": "0",
    }
    optional = {"language": language[:2], "prompt": hints or ""}
    try:
        with requests.post(
            f"{settings.TRANSCRIBER_URL.rstrip('/')}/audio/transcriptions",
            data={**fields, **{name: value for name, value in optional.items() if value}},
            files={"file": ("piece.ogg", sound, "audio/ogg")},
            headers={"Authorization": f"Bearer {settings.TRANSCRIBER_KEY}"} if settings.TRANSCRIBER_KEY else {},
            timeout=(_CONNECT, _ANSWER),
            allow_redirects=False,  # the sound and the key go where the settings say, and nowhere else
            stream=True,
        ) as response:
            _require_done(response)
            return _parsed(_read(response))
    except requests.RequestException as error:
        raise EngineError("PROVIDER_AWAY", temporary=True) from error


def _require_done(response: requests.Response) -> None:
    status = response.status_code
    if status == 200:
        return
    wait = _retry_after(response.headers.get("Retry-After", ""))
    if status == 429:
        raise EngineError("PROVIDER_BUSY", temporary=True, retry_after=wait)
    if status >= 500 or status in {408, 409, 425}:
        raise EngineError("PROVIDER_AWAY", temporary=True, retry_after=wait)
    raise EngineError("PROVIDER_REFUSED", temporary=False)


def _retry_after(header: str) -> float | None:
    return min(float(header), 3600.0) if header.strip().isdigit() else None


def _read(response: requests.Response) -> bytes:
    """The body, as long as it comes in time and is not too much."""
    ends, body = time.monotonic() + _ALL, bytearray()
    for part in response.iter_content(64 * 1024):
        body += part
        if len(body) > _MOST_BYTES or time.monotonic() > ends:
            raise EngineError("PROVIDER_BROKEN", temporary=True)
    return bytes(body)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise EngineError("PROVIDER_BROKEN", temporary=True) from error
    if not isinstance(answer, dict) or not isinstance(answer.get("text"), str):
        raise EngineError("PROVIDER_BROKEN", temporary=True)
    return answer


def _language(answer: dict[str, Any]) -> str:
    said = str(answer.get("language", "")).lower()
    found = _LANGUAGES.get(said, said if len(said) == 2 else "")
    if not found:
        raise EngineError("LANGUAGE_UNKNOWN", temporary=False)
    return found


def _words(answer: dict[str, Any], piece: Piece, doubt: Doubt) -> Iterator[Word]:
    """Of one piece, with times of the recording. Raises EngineError PROVIDER_BROKEN where the shape is another."""
    try:
        timed = [(_time(word["start"]), _time(word["end"]), word) for word in answer.get("words") or ()]
        for segment in answer.get("segments") or _whole(answer, piece):
            start, end = _time(segment["start"]), max(_time(segment["start"]), _time(segment["end"]))
            if start > piece.seconds + 1 or doubt.invented(_signs(segment, piece, start, end)):
                continue
            inside = [word for word in timed if start - 0.01 <= (word[0] + word[1]) / 2 < end + 0.01]
            yield from _placed(str(segment["text"]).split(), inside, piece.start, start, end, _confidence(segment))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EngineError("PROVIDER_BROKEN", temporary=True) from error


def _whole(answer: dict[str, Any], piece: Piece) -> list[dict[str, Any]]:
    """A server that gives text alone: it lies somewhere within the speech."""
    spoken = piece.spoken()
    if not answer["text"].strip():
        return []
    return [{"start": spoken[0][0] / RATE, "end": spoken[-1][1] / RATE, "text": answer["text"]}]


def _placed(
    texts: Sequence[str], timed: Sequence[Any], shift: float, start: float, end: float, confidence: float
) -> Iterator[Word]:
    """The words' own times, where each has one; else by their share of the letters."""
    if len(texts) == len(timed):
        for text, (first, last, word) in zip(texts, timed, strict=True):
            chance = float(word.get("probability", confidence))
            yield Word(round(shift + first, 2), round(shift + max(first, last), 2), text, round(chance, 3))
        return
    letters, done = sum(map(len, texts)), 0
    for text in texts:
        first = start + (end - start) * done / letters
        done += len(text)
        last = start + (end - start) * done / letters
        yield Word(round(shift + first, 2), round(shift + last, 2), text, confidence)


def _signs(segment: dict[str, Any], piece: Piece, start: float, end: float) -> Signs:
    heard = piece.heard[int(start * RATE / 512) : int(end * RATE / 512) + 1]
    return Signs(
        text=str(segment["text"]),
        logprob=float(segment.get("avg_logprob") or 0.0),
        no_speech=float(segment.get("no_speech_prob") or 0.0),
        repetition=float(segment.get("compression_ratio") or 1.0),
        heard=float((heard >= 0.4).mean()) if len(heard) else 0.0,
    )


def _confidence(segment: dict[str, Any]) -> float:
    """Without a figure, as sure as what is not marked: the server knows no better."""
    logprob = segment.get("avg_logprob")
    return round(min(1.0, math.exp(float(logprob))), 3) if logprob is not None else 1.0


def _time(value: Any) -> float:
    seconds = float(value)
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError("not a time")
    return seconds
