"""`manage.py transcribe --in M.jsonl --out O.jsonl`: sound into words, row by row, without database or server."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from processing import providers
from processing.batch import BatchCommand, Row
from processing.engines import Segment


class Command(BatchCommand):
    help = (
        "Writes down what is said in sound files. Rows in: {id, path, language}; a relative path is looked for beside "
        "the rows, an empty language is found in the sound. Rows out: {id, text, language, engine, segments: "
        "[{id, start, end, speaker, text, confidence}]}, or {id, error} for what could not be done."
    )
    needs = ("path",)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--words", action="store_true", help="also [start, end, text, confidence] for each word")
        parser.add_argument("--glossary", type=Path, help="a file of words to recognize, one a line")

    def prepare(self, options: dict[str, Any]) -> None:
        self.words: bool = options["words"]
        file = options["glossary"]
        self.glossary = file.read_text(encoding="utf-8").splitlines() if file else []

    def row(self, row: Row, *, folder: Path) -> Row:
        path = folder / str(row["path"])
        providers.check(path)
        made = providers.transcriber().transcribe(path, language=str(row.get("language") or ""), glossary=self.glossary)
        return {
            "text": " ".join(segment.text for segment in made.segments),
            "language": made.language,
            "engine": made.engine,
            "segments": [self._segment(segment) for segment in made.segments],
        }

    def _segment(self, segment: Segment) -> Row:
        shown: Row = {
            "id": segment.id,
            "start": segment.start,
            "end": segment.end,
            "speaker": segment.speaker,
            "text": segment.text,
            "confidence": segment.confidence,
        }
        if self.words:
            shown["words"] = [[word.start, word.end, word.text, word.confidence] for word in segment.words]
        return shown
