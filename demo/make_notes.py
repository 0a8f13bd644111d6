#!/usr/bin/env python
"""Drafts the demo's notes from what the recognizer made of its sound: `python manage.py shell < demo/make_notes.py`.

Beside each `<name>.json` it writes `<name>.note.json`: the draft of the embedded drafter with its flags, as the
pipeline makes it. The codes in it were chosen by hand, and stay.
"""

import json
from pathlib import Path

from django.conf import settings

from processing import evidence
from processing.drafters.embedded.drafter import EmbeddedDrafter
from processing.engines import Segment


def note(source: Path) -> None:
    told = json.loads(source.read_text(encoding="utf-8"))
    names = ("id", "start", "end", "speaker", "text", "confidence")
    segments = [Segment(**{name: each[name] for name in names}) for each in told["segments"]]
    drafted = EmbeddedDrafter().draft(segments, language=told["language"])
    drafted = evidence.check(drafted, segments, language=told["language"])
    target = source.with_suffix(".note.json")
    kept = json.loads(target.read_text(encoding="utf-8")) if target.exists() else {"suggestions": []}
    sections = {
        part: [{"text": one.text, "evidence": list(one.evidence), "flags": list(one.flags)} for one in written]
        for part, written in drafted.sections.items()
    }
    found = {"drafter": drafted.engine, "sections": sections, "coder": "", "suggestions": kept["suggestions"]}
    target.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


for path in sorted((Path(settings.BASE_DIR) / "demo").glob("*-??.json")):
    note(path)
