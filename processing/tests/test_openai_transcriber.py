"""A server like OpenAI's: what is sent, what is made of its answers, and what of its faults."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from processing.engines import EngineError, Transcribed
from processing.tests import sounds, speech_stand_in
from processing.transcribers import openai
from processing.transcribers.openai import OpenAiTranscriber


@pytest.fixture
def server(settings: Settings) -> Iterator[speech_stand_in.StandIn]:
    with speech_stand_in.running() as running:
        settings.TRANSCRIBER_URL, settings.TRANSCRIBER_KEY = running.url, "a key"
        settings.TRANSCRIBER_MODEL = "whisper-large"
        yield running


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sounds.write(tmp_path_factory.mktemp("sound") / "visit.wav", sounds.speech(seconds=8))


def heard(visit: Path, **options: Any) -> Transcribed:
    return OpenAiTranscriber().transcribe(visit, **options)


def test_what_is_sent_is_opus_with_the_key_and_the_words_to_know(server: Any, visit: Path) -> None:
    heard(visit, language="en-US", glossary=["Zuckermann"])

    (asked,) = server.asked
    assert asked["file"][:4] == b"OggS"
    assert len(asked["file"]) < 60_000
    assert {name: asked[name] for name in ("path", "key", "model", "language", "prompt", "response_format")} == {
        "path": "/v1/audio/transcriptions",
        "key": "Bearer a key",
        "model": "whisper-large",
        "language": "en",
        "prompt": "Zuckermann",
        "response_format": "verbose_json",
    }


def test_segments_have_times_speakers_and_words(server: Any, visit: Path) -> None:
    done: list[float] = []

    found = heard(visit, progress=done.append)

    assert (found.language, found.engine) == ("en", "openai-compatible whisper-large")
    assert [(one.start, one.end, one.text, one.confidence) for one in found.segments] == [
        (1.4, 2.4, "What brings you in today?", 0.905),
        (3.4, 5.7, "I've had a cough, doctor.", 0.819),
    ]
    assert [word.text for word in found.segments[1].words] == ["I've", "had", "a", "cough,", "doctor."]
    assert done == [8.0]


def test_pieces_keep_their_place_in_the_recording(server: Any, visit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = openai.pieces
    monkeypatch.setattr(openai, "pieces", lambda path: whole(path, longest=4))

    found = heard(visit)

    shifts = [round(one.start - 1.4, 2) for one in found.segments if one.text.startswith("What")]
    assert (len(server.asked), len(shifts)) == (3, 2)  # in the last piece nobody speaks
    assert shifts[0] == 0.0
    assert 2 < shifts[1] < 4


def test_a_server_without_words_or_segments_is_understood(server: Any, visit: Path) -> None:
    server.answer = {"text": "What brings you in today?", "language": "en"}

    (segment,) = heard(visit).segments

    assert segment.text == "What brings you in today?"
    assert 0 <= segment.start < segment.end <= 8
    assert len(segment.words) == 5


def test_what_the_server_invents_is_left_out(server: Any, visit: Path) -> None:
    invented = {"start": 6.0, "end": 8.0, "text": "Thanks for watching!", "avg_logprob": -0.9, "no_speech_prob": 0.7}
    server.answer = {**speech_stand_in.ANSWER, "segments": [*speech_stand_in.ANSWER["segments"], invented]}

    assert [one.text for one in heard(visit).segments][-1] == "I've had a cough, doctor."


def test_nothing_is_asked_about_silence(server: Any, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="NO_SPEECH"):
        heard(sounds.write(tmp_path / "a.wav", sounds.silence(5)))

    assert server.asked == []


@pytest.mark.parametrize(
    ("fault", "code", "temporary", "retry_after"),
    [
        ("drop", "PROVIDER_AWAY", True, None),
        ("slow", "PROVIDER_AWAY", True, None),
        (429, "PROVIDER_BUSY", True, 7.0),
        (503, "PROVIDER_AWAY", True, 7.0),
        (500, "PROVIDER_AWAY", True, 7.0),
        (401, "PROVIDER_REFUSED", False, None),
        (413, "PROVIDER_REFUSED", False, None),
        (307, "PROVIDER_REFUSED", False, None),
        (b"<html>busy</html>", "PROVIDER_BROKEN", True, None),
        (b'["a list"]', "PROVIDER_BROKEN", True, None),
        (b'{"text": 5}', "PROVIDER_BROKEN", True, None),
        (b'{"text": "a b c", "language": "en", "segments": [{"start": "x"}]}', "PROVIDER_BROKEN", True, None),
        (b'{"text": "a", "language": "en", "segments": [{"start": NaN, "end": 1, "text": "a"}]}', "PROVIDER_BROKEN",
         True, None),
        (b'{"text": "a b c", "language": "klingon"}', "LANGUAGE_UNKNOWN", False, None),
    ],
)  # fmt: skip
def test_each_fault_is_told_as_temporary_or_not(
    server: Any,
    visit: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: Any,
    code: str,
    temporary: bool,
    retry_after: float | None,
) -> None:
    monkeypatch.setattr(openai, "_ANSWER", 0.5)
    server.faults = [fault]

    with pytest.raises(EngineError) as told:
        heard(visit)

    assert (told.value.code, told.value.temporary, told.value.retry_after) == (code, temporary, retry_after)


def test_too_much_of_an_answer_is_not_read(server: Any, visit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai, "_MOST_BYTES", 100)

    with pytest.raises(EngineError, match="PROVIDER_BROKEN"):
        heard(visit)
