"""The cast of the recording tests: a visit of today in the doctor's room, and small sounds."""

import io
import math
import struct
import wave
from typing import Any

import av

from records.tests.room import Room
from vitas.testing import ApiClient

MP3 = b"ID3\x04" + bytes(range(256)) * 40  # nobody looks into it before the check


class Ward(Room):
    """`visit` is Ana's, in progress; `doctor_api` is its doctor's program."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.visit = self.visit_now(self.ana)

    def doctor_api(self, **defaults: Any) -> ApiClient:
        return ApiClient(self.doctor_user, **defaults)

    def ask(self, client: ApiClient | None = None, **given: Any) -> Any:
        """As S0's front end asks for an address."""
        body = {
            "fileName": f"{self.visit.pk}.mp3",
            "doctorId": str(self.doctor.pk),
            "patientId": str(self.ana.pk),
            "appointmentId": str(self.visit.pk),
        }
        return (client or self.doctor_api()).send("POST", "/api/v1/audio-to-s3-presigned-url", body | given)


def tone(seconds: float, *, rate: int = 16_000, pitch: int = 440) -> bytes:
    """A WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        samples = (int(9000 * math.sin(2 * math.pi * pitch * at / rate)) for at in range(int(seconds * rate)))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return out.getvalue()


def recorded(seconds: float, *, form: str = "webm", codec: str = "libopus") -> bytes:
    """What a browser's recorder gives: Opus in WebM, or AAC in MP4."""
    out = io.BytesIO()
    with av.open(io.BytesIO(tone(seconds, rate=48_000))) as source, av.open(out, "w", format=form) as target:
        stream: Any = target.add_stream(codec, rate=48_000, layout="mono")
        resampler = av.AudioResampler(
            format=stream.codec_context.format, layout="mono", rate=48_000, frame_size=stream.codec_context.frame_size
        )
        for frame in [*source.decode(audio=0), None]:
            for piece in resampler.resample(frame):
                target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return out.getvalue()


def cut(content: bytes, count: int) -> list[bytes]:
    """In so many pieces."""
    step = math.ceil(len(content) / count)
    return [content[at : at + step] for at in range(0, len(content), step)]


def length_of(content: bytes) -> float:
    """Seconds that can be heard."""
    with av.open(io.BytesIO(content)) as source:
        return sum(frame.samples / frame.sample_rate for frame in source.decode(audio=0))
