"""What a file holds, run as a program of its own: a hostile file then fells nobody else.

`python -m processing.audio.sound_check <file>` prints a JSON object: `{"refused": code}`, or what checking.Checked
holds. Memory and time are limited, the environment is empty, and the sound is looked at in pieces.
"""

import json
import resource
import sys
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from processing.audio import decoding, voice

MOST_SECONDS: Final = 4 * 3600
LEAST_SECONDS: Final = 2.0
LEAST_SPEECH: Final = 1.0  # seconds
MOST_MEMORY: Final = 3_000_000_000  # bytes of address space, of which libraries reserve most
MOST_CPU: Final = 900  # seconds
_MISSING: Final = 0.1  # share of the announced length without which the file is damaged
_MISSING_SECONDS: Final = 3.0
_UNKNOWN: Final = 0xFFFF_FF00  # what a WAV that is written as a stream gives as its size, or near it
# mp3's length is a guess from its size, where the file does not say it.
_GUESSED: Final = {"mp3", "aac", "amr"}
_HEADS: Final = (b"OggS", b"\x1aE\xdf\xa3", b"RIFF", b"fLaC", b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"FORM")


def found(path: Path) -> dict[str, Any]:
    try:
        with decoding.opened(path) as container:
            if not container.streams.audio:
                return {"refused": "NOT_AUDIO"}
            return _heard(container, path)
    except (av.error.FFmpegError, OSError, ValueError, MemoryError, OverflowError):
        return {"refused": "DAMAGED" if _begins_as_sound(path) else "NOT_AUDIO"}


def _heard(container: Any, path: Path) -> dict[str, Any]:
    name = container.format.name.partition(",")[0]
    codec = container.streams.audio[0].codec_context
    announced = container.duration / av.time_base if container.duration else 0.0
    announced *= _of_its_size(path) if name == "wav" else 1
    facts = {"container": name, "codec": codec.name, "channels": codec.channels, "rate": codec.sample_rate}
    if announced > MOST_SECONDS and name not in _GUESSED:
        return {"refused": "TOO_LONG"}
    samples, speech = 0, 0.0
    detector = voice.VoiceDetector()
    for block in decoding.decoded(container, channels=1):
        samples += block.shape[1]
        if samples > MOST_SECONDS * decoding.RATE:
            return {"refused": "TOO_LONG"}
        speech += voice.spoken_seconds(detector.hear(block[0]))
    seconds = samples / decoding.RATE
    refused = _refused(seconds, announced if name not in _GUESSED else seconds, speech)
    return {"refused": refused} if refused else {**facts, "seconds": seconds, "speech_seconds": round(speech, 2)}


def _refused(seconds: float, announced: float, speech: float) -> str:
    if not seconds or announced - seconds > max(_MISSING_SECONDS, announced * _MISSING):
        return "DAMAGED"
    if seconds < LEAST_SECONDS:
        return "TOO_SHORT"
    return "NO_SPEECH" if speech < LEAST_SPEECH else ""


def _of_its_size(path: Path) -> float:
    """How many times longer a WAV says its sound is than what is there: libav believes the file's length instead."""
    with path.open("rb") as file:
        file.seek(12)
        while len(head := file.read(8)) == 8:
            size = int.from_bytes(head[4:], "little")
            if head[:4] == b"data":
                there = path.stat().st_size - file.tell()
                return size / there if 0 < size < _UNKNOWN and there > 0 else 1
            file.seek(size + size % 2, 1)
    return 1


def _begins_as_sound(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError:
        return False
    return head.startswith(_HEADS) or head[4:8] == b"ftyp"


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU, MOST_CPU))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    av.logging.set_level(av.logging.PANIC)
    np.seterr(all="ignore")
    answer = json.dumps(found(Path(sys.argv[1])))
    sys.stdout.write(answer)


if __name__ == "__main__":
    main()
