"""A note beside what was said: each sentence with the lines that it rests on, and with what has to be looked at."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from processing.flags import FLAGS, Flag
from processing.said import Line, Use, used
from records.notes import bodies
from records.notes.models import Note

TWO_WORDINGS: Final = Flag(
    bodies.CONFLICT,
    gettext_lazy("Two wordings"),
    gettext_lazy("Two people wrote this sentence at the same time. Keep one; the other goes."),
)
_FLAGS: Final = {**FLAGS, bodies.CONFLICT: TWO_WORDINGS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A sentence of the note. `lines` are those of the transcript that is shown, in their order.

    `elsewhere`: it rests on another recording of the visit. `by`: who worded it, as `bodies` says.
    """

    id: str
    text: str
    label: str
    lines: Sequence[Line]
    flags: Sequence[Flag]
    kept: bool
    elsewhere: str
    by: str

    @property
    def is_open(self) -> bool:
        return bool(self.flags) and not self.kept

    @property
    def evidence(self) -> str:
        return " ".join(line.id for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    key: str
    title: str
    sentences: Sequence[Written]


@dataclass(slots=True, kw_only=True)
class Sheet:
    """What the page shows of a note."""

    note: Note
    sections: list[Section]
    said: list[Line] = field(default_factory=list)

    @property
    def open(self) -> list[Written]:
        """Sentences that must be edited, removed or kept before the note may be signed."""
        return [sentence for section in self.sections for sentence in section.sentences if sentence.is_open]

    @property
    def is_empty(self) -> bool:
        return not any(section.sentences for section in self.sections)


def of(note: Note, said: list[Line], *, recording: str) -> Sheet:
    """`said` are the lines of `recording`. Marks on them where they went, too."""
    known = {line.id: line for line in said}
    uses: dict[str, list[Use]] = defaultdict(list)
    sections = [_section(section, known, uses, recording) for section in note.body.get("sections", [])]
    used(said, uses)
    return Sheet(note=note, sections=sections, said=said)


def _section(
    section: Mapping[str, Any], known: Mapping[str, Line], uses: dict[str, list[Use]], recording: str
) -> Section:
    title, written = bodies.title_of(section), section["sentences"]
    sentences = [_written(sentence, title, at, known, recording) for at, sentence in enumerate(written, start=1)]
    for sentence in sentences:
        for line in sentence.lines:
            uses[line.id].append(Use(sentence=sentence.id, label=sentence.label))
    return Section(key=str(section["key"]), title=title, sentences=sentences)


def _written(
    sentence: Mapping[str, Any], title: str, number: int, known: Mapping[str, Line], recording: str
) -> Written:
    source = str(sentence.get("recording") or "")
    evidence = sentence.get("evidence", ())
    lines = [known[name] for name in evidence if name in known] if source in ("", recording) else []
    return Written(
        id=str(sentence["id"]),
        text=str(sentence["text"]),
        label=_("%(section)s %(number)s") % {"section": title, "number": number},
        lines=sorted(lines, key=lambda line: line.start),
        flags=[flag for code in sentence.get("flags", ()) if (flag := _FLAGS.get(code))],
        kept=bool(sentence.get("kept")),
        elsewhere=source if evidence and source not in ("", recording) else "",
        by=str(sentence.get("by") or ""),
    )
