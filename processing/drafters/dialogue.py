"""A visit written as a dialogue: `[doctor] …`, `Doctor: …`, `D: …`, a turn a line, to segments."""

import re

from processing.engines import Segment, Speaker

DOCTOR = {"doctor", "d", "dr", "doc", "physician", "clinician", "médico", "medico", "médica", "medica", "doctora"}
PATIENT = {"patient", "p", "pt", "pat", "paciente"}
MARK = re.compile(r"(?:^|(?<=\s))\[(?P<name>[^\W\d_][\w ]{0,30})\]:?\s*")
NAMED = re.compile(r"^\s*(?P<name>[^\W\d_][\w /]{0,30}):\s+", re.MULTILINE)
SECONDS_A_WORD = 0.4  # nobody recorded it: a time that grows with what was said


def parse(dialogue: str) -> list[Segment]:
    """Each turn as a segment `s0`, `s1`, …; a text that names no speaker is one turn of the doctor's: a dictation."""
    turns = _turns(dialogue)
    segments, clock = [], 0.0
    for number, (speaker, text) in enumerate(turns):
        ends = clock + SECONDS_A_WORD * len(text.split())
        segments.append(Segment(id=f"s{number}", start=clock, end=ends, speaker=speaker, text=text))
        clock = ends
    return segments


def _turns(dialogue: str) -> list[tuple[Speaker, str]]:
    marks = list(MARK.finditer(dialogue)) or list(NAMED.finditer(dialogue))
    if not marks:
        return [("doctor", dialogue.strip())] if dialogue.strip() else []
    ends = [mark.start() for mark in marks[1:]] + [len(dialogue)]
    said = [(_speaker(mark["name"]), dialogue[mark.end() : end].strip()) for mark, end in zip(marks, ends, strict=True)]
    before = dialogue[: marks[0].start()].strip()
    first: list[tuple[Speaker, str]] = [("doctor", before)] if before else []
    return first + [(who, text) for who, text in said if text]


def _speaker(name: str) -> Speaker:
    word = name.lower().replace("_", " ").strip()
    if word in DOCTOR or word.split()[0] in DOCTOR:
        return "doctor"
    return "patient" if word in PATIENT else "other"
