"""Batch commands: each row on its own, what is done is kept, what failed comes again."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from processing.batch import Bar, BatchCommand, Row
from processing.engines import EngineError, Segment, Transcribed, Word
from processing.management.commands import transcribe


class Shout(BatchCommand):
    """A command that shouts, fails where it is told to, and keeps what it was asked."""

    needs = ("text",)
    asked: list[str]

    def prepare(self, options: dict[str, Any]) -> None:
        self.asked = []

    def row(self, row: Row, *, folder: Path) -> Row:
        self.asked.append(row["text"])
        if row["text"] == "engine":
            raise EngineError("PROVIDER_BUSY", temporary=True)
        if row["text"] == "fault":
            raise ZeroDivisionError
        return {"text": row["text"].upper()}


def write(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def run(command: BatchCommand, source: Path, target: Path) -> None:
    call_command(command, "--in", str(source), "--out", str(target), "--quiet")


def test_a_failing_row_stops_no_other_and_the_end_is_an_error(tmp_path: Path) -> None:
    texts = ["a", "engine", "fault", "b"]
    source = write(tmp_path / "in", *({"id": at, "text": text} for at, text in enumerate(texts)), {"id": "x"})

    with pytest.raises(CommandError, match="3 of 5 rows failed"):
        run(Shout(), source, tmp_path / "out")

    assert read(tmp_path / "out") == [
        {"id": 0, "text": "A"},
        {"id": 1, "error": "PROVIDER_BUSY"},
        {"id": 2, "error": "UNEXPECTED", "message": "ZeroDivisionError"},
        {"id": 3, "text": "B"},
        {"id": "x", "error": "INVALID_ROW", "message": "It has no text."},
    ]


def test_it_goes_on_where_it_was_interrupted_and_tries_again_what_failed(tmp_path: Path) -> None:
    source = write(tmp_path / "in", *({"id": name, "text": name} for name in "abc"))
    (tmp_path / "out").write_text('{"id": "a", "text": "kept"}\n{"id": "b", "error": "PROVIDER_AWAY"}\n{"id": "c", "te')
    command = Shout()

    run(command, source, tmp_path / "out")

    assert command.asked == ["b", "c"]
    assert read(tmp_path / "out") == [{"id": "a", "text": "kept"}, {"id": "b", "text": "B"}, {"id": "c", "text": "C"}]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "line 1: this is not JSON"),
        ('{"text": "a"}', 'line 1: an object with an "id" is expected'),
        ('{"id": 1}\n{"id": "1"}', 'line 2: the id "1" stands here twice'),
    ],
)
def test_wrong_rows_are_told_before_anything_is_begun(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "in").write_text(content)

    with pytest.raises(CommandError, match=told):
        run(Shout(), tmp_path / "in", tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        run(Shout(), tmp_path / "in", tmp_path / "out")


def test_the_bar_tells_how_far_it_is() -> None:
    stream = io.StringIO()
    bar = Bar(2, stream=stream)

    bar.step()
    bar.step(1)
    bar.close()

    assert stream.getvalue().splitlines()[-1] == f"[{'#' * 30}] 2/2 0:00:00 left, 1 failed"


def test_transcribe_gives_text_and_segments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}

    class Engine:
        def transcribe(self, audio: Path, *, language: str, glossary: list[str]) -> Transcribed:
            given.update(audio=audio, language=language, glossary=glossary)
            words = (Word(0, 1, "Hola.", 0.9),)
            segment = Segment(id="s0", start=0, end=1, speaker="doctor", text="Hola.", confidence=0.9, words=words)
            return Transcribed(language="es", segments=[segment], engine="a test")

    monkeypatch.setattr("processing.providers.transcriber", Engine)
    monkeypatch.setattr("processing.providers.check", lambda path: given.update(checked=path))
    source = write(tmp_path / "in", {"id": 1, "path": "a.ogg", "language": "es"})
    (tmp_path / "words").write_text("Zuckermann\n")

    call_command(
        transcribe.Command(), "--in", str(source), "--out", str(tmp_path / "out"), "--quiet", "--words",
        "--glossary", str(tmp_path / "words"),
    )  # fmt: skip

    sound = tmp_path / "a.ogg"
    assert given == {"checked": sound, "audio": sound, "language": "es", "glossary": ["Zuckermann"]}
    segment = {"id": "s0", "start": 0, "end": 1, "speaker": "doctor", "text": "Hola.", "confidence": 0.9}
    assert read(tmp_path / "out") == [
        {
            "id": 1,
            "text": "Hola.",
            "language": "es",
            "engine": "a test",
            "segments": [{**segment, "words": [[0, 1, "Hola.", 0.9]]}],
        }
    ]
