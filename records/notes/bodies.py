"""The body of a note: its sections and sentences (`Note.body`).

A sentence: `{"id", "text", "evidence": [segment ids], "recording": id of the recording these are of, or "", "flags":
[codes], "kept": bool, "by": who worded it, "variant_of": id of the sentence it stands against, or ""}`. `by`:
`machine` as drafted, `edited` drafted and changed by hand, `person` new by hand, `template` a standing phrase.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

CONFLICT: Final = "conflict"  # a flag of ours, beside those of the drafter

Sentence = dict[str, Any]
Section = dict[str, Any]
Body = dict[str, Any]


def sentences(body: Mapping[str, Any]) -> Iterator[Sentence]:
    for section in body.get("sections", []):
        yield from section["sentences"]


def left_to_keep(body: Mapping[str, Any]) -> list[Sentence]:
    """Flagged sentences that nobody has kept by hand."""
    return [sentence for sentence in sentences(body) if sentence["flags"] and not sentence["kept"]]


def title_of(section: Mapping[str, Any]) -> str:
    """The organization's own title, else the part's name in the active language."""
    return str(section.get("title") or part_names()[section["part"]])


def part_names() -> dict[str, str]:
    return {
        "subjective": _("Subjective"),
        "objective": _("Objective"),
        "assessment": _("Assessment"),
        "plan": _("Plan"),
    }


def text_of(section: Mapping[str, Any]) -> str:
    """The section's sentences in a row."""
    return " ".join(sentence["text"] for sentence in section["sentences"])
