"""`manage.py suggest_codes --in M.jsonl --out O.jsonl`: {id, text, language} → {id, codes}, the best first."""

from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandParser

from processing.batch import BatchCommand, Row
from processing.coders.embedded import tables
from processing.coders.embedded.coder import HELD, EmbeddedCoder, Found
from records.codes import sources

TABLES: Final = {"es": "cie-10-es"}  # else ICD-10-CM
REPORT: Final = 60  # words from which a text is a report, no note or sentence


class Command(BatchCommand):
    help = "Suggest codes for texts. Needs no database: tables come from the installed packages."
    needs = ("text",)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--table", choices=sources.keys(), help="by default cie-10-es for Spanish, else icd-10-cm")
        parser.add_argument(
            "--mentions",
            choices=("auto", "yes", "no"),
            default="auto",
            help="yes: code whatever is named, as coders of case reports do, with how it stands beside each code;"
            " no: as in the clinic, nothing denied and nothing of the family;"
            f" auto (default): yes for Spanish reports of more than {REPORT} words in cie-10-es, else no",
        )

    def prepare(self, options: dict[str, Any]) -> None:
        self.coder, self.table, self.mentions = EmbeddedCoder(), options["table"], options["mentions"]

    def row(self, row: Row, *, folder: Path) -> Row:
        text, language = str(row["text"]), str(row.get("language") or "es")
        known = tables.packaged(self.table or TABLES.get(language[:2], "icd-10-cm"))
        mentions = self._codes_mentions(text, language, known.key)
        found = self.coder.find(text, language=language, known=known, mentions=mentions)
        kept = [each for each in found if mentions or each.standing in HELD]
        return {"table": known.key, "codes": [_answer(each, text, known.displays) for each in kept]}

    def _codes_mentions(self, text: str, language: str, table: str) -> bool:
        if self.mentions != "auto":
            return bool(self.mentions == "yes")
        return language[:2] == "es" and table == "cie-10-es" and len(text.split()) > REPORT


def _answer(found: Found, text: str, displays: dict[str, str]) -> Row:
    return {
        "code": found.code,
        "display": displays[found.code],
        "score": round(found.score, 4),
        "standing": found.standing.value,
        "evidence": [{"start": start, "end": end, "text": text[start:end]} for start, end, _stands in found.places],
    }
