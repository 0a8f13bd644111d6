"""The body of a note (`Note.body`): `{"sections": [section, …], "recordings": [ids it was drafted from]}`, and of a
signed one also `diagnoses` (as they were accepted) and `problems` (ids of the Conditions that it wrote).

A section: `{"key", "title", "part", "sentences": [sentence, …]}`. A sentence: `{"id", "text", "evidence": [segment
ids], "recording": id of the recording whose segments these are, "flags": [codes], "kept": bool, "by": who worded it,
"variant_of": id of the sentence it stands against}`, ids empty where there is none. `by`: `machine` as drafted,
`edited` drafted and changed by hand, `person` new by hand, `template` a standing phrase.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from django.utils.translation import gettext as _

from records.notes.models import NoteTemplate, Part

CONFLICT: Final = "conflict"  # a flag of ours, beside those of the drafter
MACHINE, EDITED, PERSON, TEMPLATE = "machine", "edited", "person", "template"

Sentence = dict[str, Any]
Section = dict[str, Any]
Body = dict[str, Any]


def sentences(body: Mapping[str, Any]) -> Iterator[Sentence]:
    for section in body.get("sections", []):
        yield from section["sentences"]


def is_empty(body: Mapping[str, Any]) -> bool:
    """Standing phrases alone are no note."""
    return all(sentence["by"] == TEMPLATE for sentence in sentences(body))


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


def text_of_part(body: Mapping[str, Any], part: str) -> str:
    """All sections of a part of SOAP, a line each."""
    found = [text_of(section) for section in body.get("sections", []) if section["part"] == part]
    return "\n".join(filter(None, found))


def new_id() -> str:
    """Of a sentence; within a note it is the only one."""
    return secrets.token_hex(6)


def new_sentence(text: str, *, by: str, **more: Any) -> Sentence:
    plain = {"evidence": [], "recording": "", "flags": [], "kept": False, "variant_of": ""}
    return {**plain, "id": new_id(), **more, "text": text, "by": by}


def laid_out(template: NoteTemplate | None) -> Body:
    """An empty body: the sections of the template with their standing phrases, or the four parts of SOAP."""
    wanted: Iterable[Mapping[str, Any]] = template.sections if template else [{"key": p, "part": p} for p in Part]
    return {"sections": [_empty(section) for section in wanted], "recordings": []}


def with_draft(body: Body, drafted: Mapping[str, Sequence[Mapping[str, Any]]], recording_id: str) -> Body:
    """The body with what was drafted from a recording, before the standing phrases of the part's first section.

    A sentence that stands in the part word by word is not said twice. A part that no section has gets one.
    """
    made: Body = deepcopy(body)
    for part in Part.values:
        said = {sentence["text"].casefold() for section in _of_part(made, part) for sentence in section["sentences"]}
        fresh = [_drafted(given, recording_id) for given in drafted.get(part, ())]
        fresh = [sentence for sentence in fresh if sentence["text"] and sentence["text"].casefold() not in said]
        if not fresh:
            continue
        section = next(_of_part(made, part), None)
        if section is None:
            section = _empty({"key": part, "part": part})
            made["sections"].append(section)
        standing = [one for one in section["sentences"] if one["by"] == TEMPLATE]
        worded = [one for one in section["sentences"] if one["by"] != TEMPLATE]
        section["sentences"] = [*worded, *fresh, *standing]
    made["recordings"] = [*made.get("recordings", []), recording_id]
    return made


def _of_part(body: Body, part: str) -> Iterator[Section]:
    return (section for section in body["sections"] if section["part"] == part)


def _empty(section: Mapping[str, Any]) -> Section:
    standing = [new_sentence(text, by=TEMPLATE) for text in section.get("standing", [])]
    return {
        "key": section["key"],
        "title": section.get("title", ""),
        "part": str(section["part"]),
        "sentences": standing,
    }


def _drafted(given: Mapping[str, Any], recording_id: str) -> Sentence:
    return new_sentence(
        str(given["text"]).strip(),
        by=MACHINE,
        evidence=[str(found) for found in given.get("evidence", ())],
        flags=[str(found) for found in given.get("flags", ())],
        recording=recording_id,
    )
