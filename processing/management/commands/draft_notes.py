"""`manage.py draft_notes --in M.jsonl --out O.jsonl`: dialogues into draft notes, without database or server."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.module_loading import import_string

from processing import evidence, providers
from processing.batch import BatchCommand, Row
from processing.drafters import written
from processing.drafters.dialogue import parse
from processing.engines import PARTS, EngineError


class Command(BatchCommand):
    help = (
        "Drafts notes from dialogues. Rows in: {id, dialogue, language}; a turn a line, `[doctor] …` and `[patient] …` "
        "(or `D:`, `Doctor:`). Rows out: {id, sections: {subjective, objective, assessment, plan}, note, evidence: for "
        "each part and each of its sentences the ids of the turns it rests on, flags: what is wrong with a sentence, "
        "turns: [{id, speaker, text}], engine}, or {id, error}."
    )
    needs = ("dialogue",)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--drafter", metavar="PATH", help="dotted path of a drafter (default: the setting DRAFTER)")

    def prepare(self, options: dict[str, Any]) -> None:
        self.drafter = import_string(options["drafter"])() if options["drafter"] else providers.drafter()

    def row(self, row: Row, *, folder: Path) -> Row:
        language = str(row.get("language") or "en")
        segments = parse(str(row["dialogue"]))
        if not segments:
            raise EngineError("NOTHING_SAID", temporary=False)
        drafted = evidence.check(self.drafter.draft(segments, language=language), segments, language=language)
        return {
            "sections": {part: written.part(drafted, part) for part in PARTS},
            "note": written.note(drafted, language=language),
            "evidence": {part: [list(sentence.evidence) for sentence in drafted.sections[part]] for part in PARTS},
            "flags": {part: [list(sentence.flags) for sentence in drafted.sections[part]] for part in PARTS},
            "turns": [{"id": each.id, "speaker": each.speaker, "text": each.text} for each in segments],
            "engine": drafted.engine,
        }
