"""Hard cases of evidence, a table a language: what was said, a sentence of a draft, the flags it must get.

What was said: turns between bars, `D:` doctor, `P:` patient, `O:` other. The sentence rests on all of them.
"""

from processing.engines import Segment, Speaker

Case = tuple[str, str, set[str]]
SPEAKERS: dict[str, Speaker] = {"D": "doctor", "P": "patient", "O": "other"}


def segments(said: str) -> list[Segment]:
    turns = [turn.strip().split(": ", 1) for turn in said.split("|")]
    return [
        Segment(id=f"s{place}", start=place, end=place + 1, speaker=SPEAKERS[who], text=text)
        for place, (who, text) in enumerate(turns)
    ]
