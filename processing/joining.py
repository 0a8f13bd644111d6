"""Pieces of a recording become one file that can be played from anywhere in it.

What a browser's recorder gives in pieces is one file cut up, without its length, and after a crash another such file
follows. A run begins where a file begins. Runs of the same codec are copied packet by packet, nothing is lost and it
takes moments; else all are encoded anew. The end of a run may be torn: what stands before it counts.
"""

import hashlib
import logging
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import IO, Any, Final

import av
from av.error import FFmpegError

log = logging.getLogger(__name__)

_WEBM: Final = b"\x1a\x45\xdf\xa3"
_OGG: Final = b"OggS\x00\x02"
_RATE: Final = 48_000
_COPIED: Final = {"opus": ("webm", "audio/webm"), "aac": ("mp4", "audio/mp4")}  # by codec: container and type


class Unreadable(Exception):
    """There is no sound in any of the pieces."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A file of its own, at its beginning."""

    file: IO[bytes]
    size: int
    sha256: str
    content_type: str


@contextmanager
def joined(pieces: Iterable[bytes]) -> Iterator[Whole]:
    """All pieces, in order, as one file; gone at the end of the block. Raises Unreadable."""
    with tempfile.TemporaryDirectory(prefix="vitas-join-") as folder:
        runs = [run for run in _runs(pieces, Path(folder)) if _codec(run)]
        if not runs:
            raise Unreadable
        codecs = {_codec(run) for run in runs}
        target = Path(folder) / "whole"
        container, content_type = _COPIED.get(codecs.pop(), ("", "")) if len(codecs) == 1 else ("", "")
        if not container or not _copied(runs, target, container):
            content_type = "audio/webm"
            _encoded(runs, target)
        with target.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
            file.seek(0)
            yield Whole(file, size, digest, content_type)


def begins_a_file(piece: bytes) -> bool:
    """Whether a recorder began anew with this piece."""
    return piece.startswith((_WEBM, _OGG)) or piece[4:8] == b"ftyp"


def _runs(pieces: Iterable[bytes], folder: Path) -> list[Path]:
    """Each run written to a file of its own, as the pieces come."""
    runs: list[Path] = []
    with ExitStack() as stack:
        file: IO[bytes] | None = None
        for piece in pieces:
            if file is None or begins_a_file(piece):
                runs.append(folder / f"run{len(runs):04}")
                stack.close()
                file = stack.enter_context(runs[-1].open("wb"))
            file.write(piece)
    return runs


def _codec(run: Path) -> str:
    """Of its sound; empty where there is none to be read."""
    try:
        with av.open(str(run)) as source:
            return str(source.streams.audio[0].codec_context.name) if source.streams.audio else ""
    except (FFmpegError, ValueError):
        return ""


def _copied(runs: list[Path], target: Path, container: str) -> bool:
    """Packet by packet. False where the container refuses, as when runs differ in more than their codec."""
    try:
        with av.open(str(target), "w", format=container) as out:
            stream: Any = None
            offset = Fraction(0)
            for run in runs:
                with av.open(str(run)) as source:
                    sound = source.streams.audio[0]
                    stream = stream or out.add_stream_from_template(sound)
                    offset = _copy(source, sound, out, stream, offset)
    except (FFmpegError, ValueError) as error:
        log.warning("runs could not be copied, they are encoded anew", extra={"error": type(error).__name__})
        return False
    return True


def _copy(source: Any, sound: Any, out: Any, stream: Any, offset: Fraction) -> Fraction:
    """One run behind what is there; answers with where the next one begins, in seconds."""
    base, end, first = sound.time_base, offset, None
    for packet in _packets(source, sound):
        if first is None:
            first = packet.pts
        at = offset + (packet.pts - first) * base
        long = (packet.duration or 0) * base
        packet.pts = packet.dts = round(at / base)
        packet.time_base = base
        packet.stream = stream
        out.mux(packet)
        end = max(end, at + (long or Fraction(20, 1000)))
    return end


def _packets(source: Any, sound: Any) -> Iterator[Any]:
    """Up to a torn end."""
    packets = source.demux(sound)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, FFmpegError):
            return
        if packet.pts is not None and packet.size:
            yield packet


def _encoded(runs: list[Path], target: Path) -> None:
    """All runs decoded and written anew, in Opus of one channel. Raises Unreadable."""
    try:
        with av.open(str(target), "w", format="webm") as out:
            stream: Any = out.add_stream("libopus", rate=_RATE, layout="mono")
            stream.bit_rate = 32_000
            at = 0
            for run in runs:
                at = _encode(run, out, stream, at)
            out.mux(stream.encode(None))
    except FFmpegError as error:
        raise Unreadable from error
    if not at:
        raise Unreadable


def _encode(run: Path, out: Any, stream: Any, at: int) -> int:
    frame_size = stream.codec_context.frame_size or _RATE // 50
    resampler = av.AudioResampler(format="s16", layout="mono", rate=_RATE, frame_size=frame_size)
    with av.open(str(run)) as source:
        for frame in chain(_frames(source), [None]):
            for piece in resampler.resample(frame):
                piece.pts, piece.time_base = at, Fraction(1, _RATE)
                at += piece.samples
                out.mux(stream.encode(piece))
    return at


def _frames(source: Any) -> Iterator[Any]:
    """Of a run, up to a torn end."""
    frames = source.decode(audio=0)
    while True:
        try:
            yield next(frames)
        except (StopIteration, FFmpegError):
            return
