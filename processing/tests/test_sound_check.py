"""What is told of a file before anybody listens to it: sound with speech, or a clear reason why not."""

from pathlib import Path

import numpy as np
import pytest

from processing.audio import sound_check
from processing.audio.checking import Checked, check
from processing.engines import EngineError
from processing.tests import sounds


def test_speech_is_measured(tmp_path: Path) -> None:
    file = sounds.write(tmp_path / "visit.txt", sounds.speech(seconds=8))

    found = check(file)

    assert (found.container, found.codec, found.channels, found.rate) == ("wav", "pcm_s16le", 1, 16_000)
    assert found.seconds == 8.0
    assert 3 < found.speech_seconds < 8


@pytest.mark.parametrize(
    ("kind", "codec", "container"),
    [
        ("ogg", "libopus", "ogg"),
        ("webm", "libopus", "matroska"),
        ("mp3", "libmp3lame", "mp3"),
        ("ipod", "aac", "mov"),
        ("flac", "flac", "flac"),
    ],
)
def test_every_kind_that_may_be_uploaded_is_read(tmp_path: Path, kind: str, codec: str, container: str) -> None:
    said = sounds.speech(seconds=5)
    file = sounds.write(tmp_path / "sound", said, codec=codec, kind=kind)

    found = sound_check.found(file)

    assert found["container"] == container
    assert abs(found["seconds"] - 5) < 0.2


@pytest.mark.parametrize("made", [sounds.silence, sounds.noise, sounds.hum, sounds.music])
def test_nobody_speaks_in_silence_noise_hum_and_music(tmp_path: Path, made: object) -> None:
    file = sounds.write(tmp_path / "sound.wav", made(12))  # type: ignore[operator]

    assert sound_check.found(file) == {"refused": "NO_SPEECH"}


def test_a_text_named_mp3_is_no_sound(tmp_path: Path) -> None:
    file = tmp_path / "visit.mp3"
    file.write_text("Patient complains of headache. " * 500)

    with pytest.raises(EngineError) as refused:
        check(file)

    assert (refused.value.code, refused.value.temporary) == ("NOT_AUDIO", False)


def test_an_empty_file_and_pictures_without_sound_are_no_sound(tmp_path: Path) -> None:
    empty = tmp_path / "empty.wav"
    empty.touch()

    assert sound_check.found(empty) == {"refused": "NOT_AUDIO"}
    assert sound_check.found(sounds.write_silent_film(tmp_path / "film.webm")) == {"refused": "NOT_AUDIO"}


def test_a_playlist_leads_to_no_other_file(tmp_path: Path) -> None:
    secret = sounds.write(tmp_path / "secret.wav", sounds.speech(seconds=4))
    playlist = tmp_path / "visit.mp3"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:4,\nfile://{secret}\n#EXT-X-ENDLIST\n")
    listed = tmp_path / "list.mp3"
    listed.write_text(f"ffconcat version 1.0\nfile '{secret}'\n")

    assert sound_check.found(playlist) == {"refused": "NOT_AUDIO"}
    assert sound_check.found(listed) == {"refused": "NOT_AUDIO"}


def test_a_file_that_was_cut_off_is_damaged(tmp_path: Path) -> None:
    whole = sounds.write(tmp_path / "whole.wav", sounds.speech(seconds=10)).read_bytes()
    cut = tmp_path / "cut.wav"
    cut.write_bytes(whole[: len(whole) // 3])
    flac = sounds.write(tmp_path / "whole.flac", sounds.speech(seconds=10), codec="flac", kind="flac").read_bytes()
    short = tmp_path / "cut.flac"
    short.write_bytes(flac[: len(flac) // 3])
    headless = tmp_path / "headless.m4a"
    headless.write_bytes(b"\x00\x00\x00\x20ftypM4A " + bytes(5000))

    assert sound_check.found(cut) == {"refused": "DAMAGED"}
    assert sound_check.found(short) == {"refused": "DAMAGED"}
    assert sound_check.found(headless) == {"refused": "DAMAGED"}


def test_a_moment_of_sound_is_too_short(tmp_path: Path) -> None:
    assert sound_check.found(sounds.write(tmp_path / "a.wav", sounds.speech(seconds=1))) == {"refused": "TOO_SHORT"}


def test_a_small_file_that_unpacks_into_a_day_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_check, "MOST_SECONDS", 20)
    file = sounds.write(tmp_path / "day.mp3", sounds.silence(60), codec="libmp3lame", kind="mp3")

    assert sound_check.found(file) == {"refused": "TOO_LONG"}


def test_a_checker_that_dies_means_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")

    with pytest.raises(EngineError, match="DAMAGED"):
        check(sounds.write(tmp_path / "a.wav", np.zeros(16_000, np.int16)))


def test_the_checker_gets_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, dict[str, str]] = {}

    def run(*_command: object, env: dict[str, str], **_options: object) -> object:
        given["env"] = env
        raise OSError

    monkeypatch.setattr("subprocess.run", run)

    with pytest.raises(OSError):
        check(tmp_path / "a.wav")

    assert set(given["env"]) == {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PYTHONDONTWRITEBYTECODE"}


def test_what_was_measured_fits_the_answer() -> None:
    facts = {"seconds": 1.0, "container": "wav", "codec": "flac", "channels": 2, "rate": 8000, "speech_seconds": 1.0}

    assert Checked(**facts).channels == 2
