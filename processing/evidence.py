"""Whether each sentence of a draft says what the words it rests on say, whichever drafter wrote it."""

from collections.abc import Sequence
from dataclasses import replace

from processing.engines import Drafted, Segment, Sentence
from processing.facts import comparison, support
from processing.facts import language as languages
from processing.facts.transcript import Said
from processing.flags import NO_EVIDENCE, UNSUPPORTED


def check(drafted: Drafted, segments: Sequence[Segment], *, language: str) -> Drafted:
    """The same draft with only known segments named, and with the flags (flags.py) of each sentence."""
    table = languages.of(language) or languages.of("en")
    assert table is not None  # English is always there
    said = Said(segments, table)
    return replace(
        drafted,
        sections={
            part: [_checked(sentence, said) for sentence in written] for part, written in drafted.sections.items()
        },
    )


def _checked(sentence: Sentence, said: Said) -> Sentence:
    named = tuple(dict.fromkeys(name for name in sentence.evidence if name in said.places))
    if not named:
        return replace(sentence, evidence=(), flags=(NO_EVIDENCE,))
    evidence = said.evidence(named)
    found = list(comparison.contradictions(sentence.text, evidence, said))
    if support.is_unsupported(sentence.text, evidence, said):
        found.append(UNSUPPORTED)
    return replace(sentence, evidence=named, flags=tuple(found))
