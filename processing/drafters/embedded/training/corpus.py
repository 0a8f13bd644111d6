"""The training data of docs/scribe.md as it lies in one folder: JSON Lines, training parts only."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from processing.drafters.dialogue import parse
from processing.drafters.embedded import breaks
from processing.drafters.embedded.said import plain

Row = dict[str, Any]
VISITS = "aci_train.jsonl"
SECTIONS = "mts_train.jsonl"
CONSULTATIONS = Path(__file__).parents[2] / "consultations"  # es and pt, our own
INTERVIEWS = 80  # transcripts of the interviews that breaks.py learns from: more change nothing
TOGETHER = 4  # turns written as one stream of words


def rows(file: Path) -> list[Row]:
    opener = gzip.open if file.suffix == ".gz" else open
    with opener(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def consultations(language: str) -> list[Row]:
    """Our own, in es or pt; none where the file is not there."""
    file = CONSULTATIONS / f"{language}.jsonl"
    return rows(file) if file.exists() else []


def gaps(folder: Path) -> tuple[list[list[int]], list[bool]]:
    """Every gap between two words of punctuated English speech, and whether a sentence ends there."""
    found: list[list[int]] = []
    ends: list[bool] = []
    turns = [_stopped(turn) for turn in _turns(folder)]
    for first in range(0, len(turns), TOGETHER):
        spoken = " ".join(turns[first : first + TOGETHER]).split()
        kept = [word for word in spoken if word.strip(".,?!;:")]
        bare = [word.strip(".,?!;:").lower() for word in kept]
        found += [breaks.buckets(bare, gap) for gap in range(1, len(bare))]
        ends += [kept[gap - 1][-1] in ".?!" for gap in range(1, len(bare))]
    return found, ends


def _turns(folder: Path) -> Iterable[str]:
    dialogues = [row["dialogue"] for row in rows(folder / SECTIONS)]
    dialogues += [row["dialogue"] for row in rows(folder / "primock57_day1-3.jsonl")]
    # Half of ACI-BENCH was written down without full stops: that half would teach that there are none.
    dialogues += [row["dialogue"] for row in rows(folder / VISITS) if row.get("subset") != "aci"]
    told = rows(folder / "fareez_osce_transcripts.jsonl.gz")[:INTERVIEWS]
    dialogues += [row.get("dialogue") or row.get("transcript") or row.get("text") or "" for row in told]
    return (segment.text for dialogue in dialogues for segment in parse(dialogue))


def _stopped(turn: str) -> str:
    said = plain(turn)
    return said if said.endswith((".", "?", "!")) else f"{said}."
