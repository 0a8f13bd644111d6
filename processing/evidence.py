"""Whether each sentence of a draft says what the words it rests on say, whichever drafter wrote it."""

from collections.abc import Sequence
from dataclasses import replace

from processing.engines import Drafted, Segment, Sentence
from processing.flags import NO_EVIDENCE


def check(drafted: Drafted, segments: Sequence[Segment], *, language: str) -> Drafted:
    """The same draft with only known segments named, and with the flags (flags.py) of each sentence."""
    known = {segment.id for segment in segments}
    sections = {part: [_checked(sentence, known) for sentence in written] for part, written in drafted.sections.items()}
    return replace(drafted, sections=sections)


def _checked(sentence: Sentence, known: set[str]) -> Sentence:
    evidence = tuple(dict.fromkeys(name for name in sentence.evidence if name in known))
    return replace(sentence, evidence=evidence, flags=() if evidence else (NO_EVIDENCE,))
