"""Codes: CodiEsp's development documents beside what is published on its test, and the speed of the search."""

import json
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import connection

from processing.coders.embedded import model, tables
from processing.coders.embedded.coder import HELD, EmbeddedCoder
from processing.coders.embedded.stems import stems
from records.codes import lay_words, searching
from records.codes.models import Code, CodeSystem
from vitas.operations.bench.scribe_work import Work

TABLE: Final = "cie-10-es"
MUST: Final = {"MAP": 0.52, "F1": 0.69}
PUBLISHED: Final = "published on the test: best MAP .521, F1 .687; a look-up of training evidence .505, .682"
SEARCH_MS: Final = 50.0


def measure(work: Work) -> bool:
    return all([_coder(work), _search(work)])


def _coder(work: Work) -> bool:
    train, dev = _documents(work, "codiesp_train.jsonl", 0), _documents(work, "codiesp_dev.jsonl", work.few)
    if not train or not dev:
        work.tell("  not measured: --data names no folder with codiesp_train.jsonl and codiesp_dev.jsonl in it")
        return True
    work.tell(f"  CodiEsp dev, {len(dev)} documents, full codes; {PUBLISHED}")
    scorer, threshold = model.load()
    known, coder = tables.packaged(TABLE), EmbeddedCoder(tables.packaged)
    began = time.perf_counter()
    named = [coder.find(each["text"], language="es", known=known, mentions=True) for each in dev]
    spent = (time.perf_counter() - began) / len(dev)
    reached = _told(work, "coder, all mentions", dev, [[one.code for one in each] for each in named])
    whole = [[one.code for one in scorer.weigh(each["text"])] for each in dev]
    ranked = statistics.mean(_average_precision(given, each["codes"]) for given, each in zip(whole, dev, strict=True))
    work.tell(f"    its whole ranking, below the threshold of {threshold} too: MAP {ranked:.3f}")
    _told(work, "coder, affirmed only", dev, [[one.code for one in each if one.standing in HELD] for each in named])
    _told(work, "look-up of evidence ", dev, [_looked_up(_evidence(train), each["text"]) for each in dev])
    work.tell(f"    {1000 * spent:.0f} ms a document")
    return reached


def _told(work: Work, name: str, documents: Sequence[dict[str, Any]], given: Sequence[Sequence[str]]) -> bool:
    pairs = list(zip(given, (set(each["codes"]) for each in documents), strict=True))
    right, taken = sum(len(true & set(found)) for found, true in pairs), sum(len(set(found)) for found, _true in pairs)
    whole = sum(len(true) for _found, true in pairs)
    mean = statistics.mean(_average_precision(found, true) for found, true in pairs)
    f1 = 2 * right / (taken + whole)
    work.tell(f"    {name}: MAP {mean:.3f}  F1 {f1:.3f}  P {right / max(1, taken):.3f}  R {right / whole:.3f}")
    return mean >= MUST["MAP"] and f1 >= MUST["F1"]


def _average_precision(ranked: Sequence[str], true: Iterable[str]) -> float:
    """As trec_eval: the mean, over all codes of the document, of the precision where each was found."""
    wanted, found, total = set(true), 0, 0.0
    for place, code in enumerate(ranked, start=1):
        if code in wanted:
            found += 1
            total += found / place
    return total / len(wanted) if wanted else 0.0


def _documents(work: Work, name: str, few: int) -> list[dict[str, Any]]:
    path = work.data / name if work.data is not None else None
    if path is None or not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines[: few or None]]


def _evidence(documents: Sequence[dict[str, Any]]) -> dict[tuple[str, ...], str]:
    uses: dict[tuple[str, ...], Counter[str]] = {}
    for each in documents:
        for one in each["evidence"]:
            if one["type"] == "D":
                uses.setdefault(stems(one["text"]), Counter())[one["code"]] += 1
    return {phrase: counts.most_common(1)[0][0] for phrase, counts in uses.items()}


def _looked_up(evidence: dict[tuple[str, ...], str], text: str) -> list[str]:
    """The longest phrases from left to right; codes in the order of the text."""
    words, found, at = stems(text), [], 0
    while at < len(words):
        size = next((size for size in range(8, 0, -1) if words[at : at + size] in evidence), 0)
        if size:
            found.append(evidence[words[at : at + size]])
        at += size or 1
    return list(dict.fromkeys(found))


def _search(work: Work) -> bool:
    made = CodeSystem._meta.db_table in connection.introspection.table_names()  # a database that `make run` has made
    table = CodeSystem.objects.order_by("-codes_count").first() if made else None
    if table is None:
        work.tell("  search: not measured, no table is loaded (manage.py load_codes)")
        return True
    texts = Code.objects.filter(system=table, common__gt=0).order_by("code").values_list("display", flat=True)[:150]
    asked = [said.words for said in lay_words.all_said()][::9]
    asked += [" ".join(text.split()[:2]) for text in texts] + [text.split()[0][:4] for text in texts[::5]]
    asked += ["e11", "k35.8", "s", "fractura", "fracture", "hipertencion", "diabetis", "neumonai", "left", "pain"]
    spent = []
    for words in asked:
        began = time.perf_counter()
        searching.search(table.key, words)
        spent.append(1000 * (time.perf_counter() - began))
    p95 = statistics.quantiles(spent, n=20)[-1]
    rows = f"{table.codes_count:,} codes of {table.key}"
    work.tell(
        f"  search over {rows}: {len(asked)} searches, median {statistics.median(spent):.1f} ms, p95 {p95:.1f} ms"
    )
    return p95 < SEARCH_MS
