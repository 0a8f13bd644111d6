"""Learning to code from CodiEsp's training documents: the lexicon, then trees that weigh what speaks for a code."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from processing.coders.embedded import trees
from processing.coders.embedded.features import candidates, rows
from processing.coders.embedded.lexicon import Lexicon, Phrase, content, term_bags
from processing.coders.embedded.standing import denied_before
from processing.coders.embedded.stems import stems
from processing.coders.embedded.weighing import Scorer
from records.codes import lay_words, sources
from records.codes.folding import fold

TABLE: Final = "cie-10-es"
DIAGNOSIS: Final = "D"
FOLDS: Final = 5

Document = dict[str, Any]


def documents(path: Path) -> list[Document]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def learn(given: Sequence[Document]) -> Scorer:
    lexicon, found, truth = _prepared(given)
    forest = trees.learn(np.concatenate([rows(each) for each in found]), np.concatenate(truth))
    return Scorer(lexicon, forest)


def threshold(given: Sequence[Document]) -> tuple[float, float]:
    """The chance from which codes are taken, and the F1 it gives, over documents that the trees had not seen."""
    _lexicon, found, truth = _prepared(given)
    numbers = [rows(each) for each in found]
    chances = [np.zeros(len(each)) for each in truth]
    for fold_at in range(FOLDS):
        train = [at for at in range(len(given)) if at % FOLDS != fold_at]
        forest = trees.learn(np.concatenate([numbers[at] for at in train]), np.concatenate([truth[at] for at in train]))
        for at in range(fold_at, len(given), FOLDS):
            chances[at] = forest.chances(numbers[at])
    flat, right = np.concatenate(chances), np.concatenate(truth)
    whole = sum(len(each["codes"]) for each in given)
    tried = [(_f1(flat >= at, right, whole), at) for at in np.arange(0.2, 0.6, 0.01)]
    best = max(tried)
    return round(float(best[1]), 2), float(best[0])


def _f1(taken: np.ndarray, right: np.ndarray, whole: int) -> float:
    return 2 * float((taken & right).sum()) / (float(taken.sum()) + whole)


def _prepared(given: Sequence[Document]) -> tuple[Lexicon, list[Any], list[np.ndarray]]:
    lexicon = Lexicon(
        texts=[stems(each["text"]) for each in given],
        codes=[each["codes"] for each in given],
        evidence=[_evidence(each) for each in given],
        terms=term_bags(terms()),
    )
    readings = [lexicon.read(each["text"], number) for number, each in enumerate(given)]
    lexicon.learn_from(readings)
    found = []
    for each, reading in zip(given, readings, strict=True):
        folded = fold(each["text"])
        starts = [word.start for word in reading.words]
        found.append(candidates(lexicon, reading, partial(_denied, folded, starts)))
    truth = [np.array([code in each["codes"] for code in of]) for each, of in zip(given, found, strict=True)]
    return lexicon, found, truth


def _denied(folded: str, starts: Sequence[int], at: int) -> bool:
    return denied_before(folded, starts[at])


def _evidence(document: Document) -> dict[Phrase, set[str]]:
    found: dict[Phrase, set[str]] = defaultdict(set)
    for each in document["evidence"]:
        phrase = stems(each["text"])
        if each["type"] == DIAGNOSIS and phrase and content(phrase):
            found[phrase].add(each["code"])
    return found


def terms() -> Iterator[tuple[str, str]]:
    """Spanish texts of the table and lay words, each with the final code that it stands for."""
    rows = sources.of(TABLE).rows
    known, finer = {row.code for row in rows}, lay_words.finer_of(row for row in rows if len(row.code) < 8)
    for row in sources.of("cie-10").rows:
        if code := lay_words.nearest(row.code, known, finer):
            yield row.display.split(",")[0].split("(")[0].split("[")[0], code
    for said in lay_words.all_said():
        if said.language == "es" and (code := lay_words.nearest(said.code, known, finer)):
            yield said.words, code
