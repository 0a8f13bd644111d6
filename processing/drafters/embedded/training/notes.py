"""A written note as sentences, each in its part."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from processing.drafters.embedded.said import sentences

SECTION_PART = {
    "subjective": "subjective",
    "objective_exam": "objective",
    "objective_results": "objective",
    "objective": "objective",
    "assessment": "assessment",
    "plan": "plan",
}
PLAN = re.compile(
    r"\b(?:will|recommend\w*|order\w*|refer\w*|follow[- ]?up|continue|start|prescri\w*|should|return|schedule"
    r"|increase|decrease"
    r"|initiate|advised|encouraged|counsel\w*|instructed)\b|^(?:medical treatment|additional testing"
    r"|patient education)",
    re.I,
)
HEADING = re.compile(r"[^a-z0-9]{3,50}")


@dataclass(frozen=True, slots=True)
class Noted:
    part: str
    text: str


def of(row: Mapping[str, Any]) -> list[Noted]:
    """ACI-BENCH's `sections`, or a dict of the four parts, or a whole note without sections (all of it subjective)."""
    sections = row.get("sections") or {"subjective": row["note"]}
    return [noted for name, text in sections.items() for noted in _section(name, text)]


def _section(name: str, text: str) -> list[Noted]:
    found, heading = [], ""
    for line in (line.strip(" •-\t") for line in text.splitlines()):
        if HEADING.fullmatch(line):
            heading = line
        else:
            found += [Noted(_part(name, heading, sentence), sentence) for sentence in sentences(line)]
    return found


def _part(section: str, heading: str, sentence: str) -> str:
    """ACI-BENCH writes assessment and plan as one: the heading says which it is, else what the sentence speaks of."""
    if section in SECTION_PART:
        return SECTION_PART[section]
    if "INSTRUCTION" in heading or ("PLAN" in heading and "ASSESS" not in heading):
        return "plan"
    if heading in ("ASSESSMENT", "IMPRESSION"):
        return "assessment"
    return "plan" if PLAN.search(sentence) else "assessment"
