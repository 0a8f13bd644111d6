"""The recognizer of this machine, with its real model on a few seconds of the demo's consultations."""

from pathlib import Path

import numpy as np
import pytest
from pytest_django.fixtures import Settings

from processing.engines import EngineError
from processing.tests import sounds
from processing.transcribers import local, packaged, whisper
from processing.transcribers.invented import plain
from processing.transcribers.local import LocalTranscriber


def test_a_visit_is_written_down_with_times_speakers_and_confidence(tmp_path: Path) -> None:
    file = sounds.write(tmp_path / "visit.wav", sounds.speech(seconds=9.6))
    done: list[float] = []

    found = LocalTranscriber().transcribe(file, progress=done.append)

    assert (found.language, found.engine) == ("en", "faster-whisper base int8")
    said = [(one.speaker, plain(one.text)) for one in found.segments]
    assert said[1] == ("doctor", "what brings you in today")
    assert said[3][0] == "patient"
    assert "cough for about five days" in said[3][1]
    assert [one.id for one in found.segments] == [f"s{at}" for at in range(len(said))]
    assert all(0 < one.confidence <= 1 and one.start < one.end <= 9.7 for one in found.segments)
    assert done == sorted(done)
    assert done[-1] == 9.6
    assert found.details["audio_seconds"] == 9.6


def test_music_that_was_not_stopped_before_becomes_no_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The detector is made to say that somebody speaks all the time; what the recognizer invents then is left out."""
    file = sounds.write(tmp_path / "music.wav", sounds.music(8))
    monkeypatch.setattr("processing.audio.pieces.Piece.spoken", lambda piece: [(0, len(piece.samples))])

    with pytest.raises(EngineError) as refused:
        LocalTranscriber().transcribe(file, language="es")

    assert (refused.value.code, refused.value.temporary) == ("NO_SPEECH", False)


def test_silence_is_not_even_listened_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whisper, "loaded", lambda: None)

    with pytest.raises(EngineError, match="NO_SPEECH"):
        LocalTranscriber().transcribe(sounds.write(tmp_path / "a.wav", sounds.silence(5)))


def test_what_cannot_be_decoded_is_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whisper, "loaded", lambda: None)
    file = tmp_path / "a.wav"
    file.write_bytes(b"RIFF" + bytes(100))

    with pytest.raises(EngineError, match="DAMAGED"):
        LocalTranscriber().transcribe(file)


def test_signs_without_a_space_belong_to_the_word_before() -> None:
    class Heard:
        def __init__(self, word: str, start: float, probability: float) -> None:
            self.word, self.start, self.end, self.probability = word, start, start + 1, probability

    found = local._words([Heard(" 100", 0, 0.9), Heard(".4", 1, 0.7), Heard(" x", 2, 0.8), Heard("-ray", 3, 0.9)], 10)

    assert [(word.start, word.end, word.text, word.confidence) for word in found] == [
        (10.0, 12.0, "100.4", 0.7),
        (12.0, 14.0, "x-ray", 0.8),
    ]


def test_a_model_that_is_not_there_is_told(settings: Settings, tmp_path: Path) -> None:
    settings.WHISPER_MODEL = str(tmp_path)

    with pytest.raises(EngineError) as told:
        whisper.loaded()

    assert (told.value.code, told.value.temporary) == ("MODEL_MISSING", False)


def test_the_model_is_put_together_once_and_checked_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = {"a.1": b"one", "a.2": b"two"}
    for name, content in parts.items():
        (tmp_path / name).write_bytes(content)
    pinned = "25b6746d5172ed6352966a013d93ac846e1110d5a25e8f183b5931f4688842a1"  # pragma: allowlist secret
    monkeypatch.setattr(packaged, "_FILES", {"model.bin": (("a.1", "a.2"), pinned)})
    monkeypatch.setattr(packaged, "_packaged", lambda part: tmp_path / part)

    home = packaged.folder(tmp_path / "models")
    again = packaged.folder(tmp_path / "models")

    assert home == again
    assert (home / "model.bin").read_bytes() == b"onetwo"
    assert [path.name for path in (tmp_path / "models").iterdir()] == [home.name]
    (home / "model.bin").write_bytes(b"other")
    with pytest.raises(EngineError, match="MODEL_MISSING"):
        packaged.folder(tmp_path / "models")


def test_who_comes_second_takes_the_firsts_model(tmp_path: Path) -> None:
    fresh, home = tmp_path / "fresh", tmp_path / "home"
    for folder in (fresh, home):
        folder.mkdir()
        (folder / "model.bin").write_bytes(folder.name.encode())

    packaged._moved(fresh, home)

    assert (home / "model.bin").read_bytes() == b"home"


def test_only_a_clearly_foreign_language_is_believed() -> None:
    class Model:
        def __init__(self, *chances: tuple[str, float]) -> None:
            self.chances = chances

        def detect_language(self, _sound: object, **_options: object) -> tuple[str, float, object]:
            return *self.chances[0], self.chances

    def found(*chances: tuple[str, float]) -> str:
        hearing = local._Hearing.__new__(local._Hearing)
        hearing.engine = whisper.Loaded(Model(*chances), "")
        return hearing._found(np.zeros(10))

    assert found(("pt", 0.4), ("gl", 0.3)) == "pt"
    assert found(("gl", 0.4), ("pt", 0.3), ("es", 0.2)) == "pt"
    assert found(("fr", 0.9), ("es", 0.05)) == "fr"
