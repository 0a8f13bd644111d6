"""A template of notes as an administrator writes it: a section a line, its standing phrases below it.

    S: Reason of the visit
    O: Physical exam
    - Conscious and oriented.
    P: Plan
    - Come back if it gets worse.

The letter says which part of SOAP a section belongs to; it is the same in Spanish, Portuguese and English.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.text import slugify
from django.utils.translation import gettext as _

from records.notes.models import Part

LETTERS: Final = {"S": Part.SUBJECTIVE, "O": Part.OBJECTIVE, "A": Part.ASSESSMENT, "P": Part.PLAN}
MOST_SECTIONS: Final = 20
MOST_PHRASES: Final = 30
LONGEST_TITLE: Final = 80  # letters
LONGEST_PHRASE: Final = 500

_SECTION: Final = re.compile(r"([SOAPsoap])\s*:\s*(.*)")
_PHRASE: Final = re.compile(r"[-•*]\s*(\S.*)")


class Wrong(Exception):
    """A sentence that says what is wrong, and in which line."""


def read(text: str, *, known: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """The sections. One whose title is `known` keeps its key. Raises Wrong."""
    keys = {(section["part"], section["title"]): section["key"] for section in known}
    sections: list[dict[str, Any]] = []
    for number, line in _lines(text):
        if found := _SECTION.fullmatch(line):
            sections.append(_section(found[1], found[2].strip(), number))
        elif (found := _PHRASE.fullmatch(line)) and sections:
            sections[-1]["standing"].append(_phrase(found[1].strip(), number))
        elif found:
            raise Wrong(_("Line %(number)d: write the section first, such as “P: Plan”.") % {"number": number})
        else:
            raise Wrong(
                _("Line %(number)d: a section begins with S:, O:, A: or P:, a standing phrase with a hyphen.")
                % {"number": number}
            )
    _require_sane(sections)
    taken: set[str] = set()
    for section in sections:
        key = keys.get((section["part"], section["title"])) or _key(section)
        section["key"] = _free(key, taken)
    return sections


def written(sections: Sequence[Mapping[str, Any]]) -> str:
    """The text that `read` reads."""
    letters = {part: letter for letter, part in LETTERS.items()}
    lines = []
    for section in sections:
        lines.append(f"{letters[section['part']]}: {section.get('title', '')}".strip())
        lines += [f"- {phrase}" for phrase in section.get("standing", ())]
    return "\n".join(lines)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    return ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip())


def _section(letter: str, title: str, number: int) -> dict[str, Any]:
    if len(title) > LONGEST_TITLE:
        raise Wrong(_("Line %(number)d is too long.") % {"number": number})
    return {"key": "", "title": title, "part": LETTERS[letter.upper()].value, "standing": []}


def _phrase(phrase: str, number: int) -> str:
    if len(phrase) > LONGEST_PHRASE:
        raise Wrong(_("Line %(number)d is too long.") % {"number": number})
    return phrase


def _require_sane(sections: Sequence[Mapping[str, Any]]) -> None:
    if not sections:
        raise Wrong(_("Write at least one section."))
    if len(sections) > MOST_SECTIONS or any(len(section["standing"]) > MOST_PHRASES for section in sections):
        raise Wrong(_("These are too many sections or phrases."))
    titles = [(section["part"], section["title"].casefold()) for section in sections]
    if len(set(titles)) != len(titles):
        raise Wrong(_("Two sections have the same name."))


def _key(section: Mapping[str, Any]) -> str:
    """What programs call it."""
    return re.sub(r"^[^a-z]+", "", slugify(section["title"]))[:32].strip("-") or section["part"]


def _free(key: str, taken: set[str]) -> str:
    found, nth = key, 1
    while found in taken:
        nth += 1
        found = f"{key}-{nth}"
    taken.add(found)
    return found
