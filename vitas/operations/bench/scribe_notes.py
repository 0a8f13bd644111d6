"""`manage.py bench_scribe notes`: the embedded drafter's notes against those that people wrote of the same visits."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from processing import evidence
from processing.drafters import written
from processing.drafters.dialogue import parse
from processing.drafters.embedded import learned
from processing.drafters.embedded.drafter import EmbeddedDrafter
from processing.drafters.embedded.training import corpus, unsaid
from processing.drafters.embedded.training.rouge import rouge_l, rouge_n, words
from vitas.operations.bench.scribe_work import Work

LEAST = 42.0  # ROUGE-1 on ACI-BENCH's validation part
PUBLISHED = (
    "published, on its tests: transcript copied 32.8, best retrieval 43.9–48.0, BART by section 53.5, GPT-4 51.8"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Of one visit. `bare`: sentences without evidence; `flagged`: by evidence.py; `unsaid`: words nobody said."""

    rouge: tuple[float, float, float]
    length: tuple[int, int]
    sentences: int
    bare: int
    flagged: int
    unsaid: Sequence[str]
    seconds: float


def measure(work: Work) -> bool:
    """Tells the figures; whether ROUGE-1 is reached, each sentence rests on something and no word was made up."""
    visits = _rows(work, "aci_valid.jsonl")
    if not visits:
        return True
    copied = mean(rouge_n(row["dialogue"], row["note"], 1) for row in visits)
    good = _told(work, "ACI-BENCH valid", [_measured(row["dialogue"], row["note"], "en") for row in visits])
    work.tell(f"  {PUBLISHED}; transcript copied here {copied:.1f}")
    _recognised(work, visits)
    for language in ("es", "pt"):
        if own := corpus.consultations(language)[: work.few or None]:
            _told(
                work,
                f"own consultations in {language} (trained on them too)",
                [_measured(row["dialogue"], row["note"], language) for row in own],
            )
    _headers(work)
    return good


def _measured(dialogue: str, note: str, language: str) -> Measured:
    segments = parse(dialogue)
    began = time.monotonic()
    drafted = EmbeddedDrafter().draft(segments, language=language)
    spent = time.monotonic() - began
    sentences = [
        each for part in evidence.check(drafted, segments, language=language).sections.values() for each in part
    ]
    text = written.note(drafted, language=language)
    return Measured(
        rouge=(rouge_n(text, note, 1), rouge_n(text, note, 2), rouge_l(text, note)),
        length=(len(words(text)), len(words(note))),
        sentences=len(sentences),
        bare=sum(not each.evidence for each in sentences),
        flagged=sum(bool(each.flags) for each in sentences),
        unsaid=unsaid.words(drafted, segments) if language == "en" else (),
        seconds=spent,
    )


def _told(work: Work, name: str, visits: Sequence[Measured]) -> bool:
    one, two, long = (mean(each.rouge[i] for each in visits) for i in range(3))
    ours, theirs = (mean(each.length[i] for each in visits) for i in range(2))
    bare, invented = sum(each.bare for each in visits), [word for each in visits for word in each.unsaid]
    work.tell(
        f"  {name}, {len(visits)} visits: ROUGE-1 {one:.1f}, ROUGE-2 {two:.1f}, ROUGE-L {long:.1f}"
        f" (F × 100, no stemming); {ours:.0f} words where people wrote {theirs:.0f}"
    )
    work.tell(
        f"    {sum(each.sentences for each in visits)} sentences, {bare} without evidence,"
        f" {sum(each.flagged for each in visits)} flagged to be looked at; {len(invented)} words that nobody said"
        f"{' (' + ', '.join(sorted(set(invented))[:12]) + ')' if invented else ''};"
        f" {mean(each.seconds for each in visits):.1f} s a visit, {max(each.seconds for each in visits):.1f} at most"
    )
    return one >= LEAST and not bare and not invented


def _recognised(work: Work, visits: Sequence[dict[str, Any]]) -> None:
    """The same visits as a recogniser and as a person wrote them down. The pairs have names of their own."""
    pairs = _rows(work, "aci_asr_pairs_valid.jsonl")
    notes = [max(visits, key=lambda visit: rouge_n(visit["dialogue"], pair["human"], 2))["note"] for pair in pairs]
    for source in ("asr", "human") if pairs else ():
        measured = [_measured(pair[source], note, "en") for pair, note in zip(pairs, notes, strict=True)]
        bare = sum(each.bare for each in measured)
        work.tell(
            f"  {len(pairs)} visits, {source} transcript: ROUGE-1 {mean(each.rouge[0] for each in measured):.1f},"
            f" {bare} sentences without evidence, {sum(len(each.unsaid) for each in measured)} words nobody said"
        )


def _headers(work: Work) -> None:
    rows = _rows(work, "mts_valid.jsonl")
    if rows:
        found = learned.current().header_of([row["dialogue"] for row in rows])
        right = sum(header == row["section_header"] for header, row in zip(found, rows, strict=True))
        work.tell(
            f"  MTS-Dialog valid: section header right in {right} of {len(rows)} ({100 * right / len(rows):.1f} %)"
        )


def _rows(work: Work, name: str) -> list[dict[str, Any]]:
    file = work.data / name if work.data else None
    if file is None or not file.exists():
        work.tell(f"  not measured: --data names no folder with {name} in it")
        return []
    return corpus.rows(file)[: work.few or None]
