"""From visits with notes to the numbers of `learned.Learned`."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from processing import vectors
from processing.drafters.embedded import features
from processing.drafters.embedded.learned import Learned, names
from processing.drafters.embedded.training import corpus
from processing.drafters.embedded.training.fitting import break_weights, softmax_weights
from processing.drafters.embedded.training.labels import Labelled, label
from processing.engines import PARTS

LEAST = 0.34  # found by five-fold cross-validation over the training visits (docs/scribe.md)
SHARP, HEADER_RIDGE = 10.0, 1e-3
OTHER_LANGUAGES = ("es", "pt")
Tell = Callable[[str], None]


def train(folder: Path, *, tell: Tell) -> Learned:
    """All of it. About ten minutes on one core, nearly all of them for the vectors."""
    breaks = break_weights(*corpus.gaps(folder)).astype(np.float16).astype(np.float32)
    tell("Ends of sentences learned.")
    visits = labelled(folder, breaks=breaks, tell=tell)
    headers, header_names = _headers(corpus.rows(folder / corpus.SECTIONS))
    tell("Section headers learned.")
    return fit(visits, breaks=breaks, headers=headers, header_names=header_names)


def labelled(folder: Path, *, breaks: np.ndarray, tell: Tell) -> list[Labelled]:
    """The visits in English and our own consultations in the other languages."""
    english = [label(row, breaks=breaks, language="en") for row in corpus.rows(folder / corpus.VISITS)]
    tell(f"{len(english)} visits in en read.")
    others = [label(row, breaks=None, language=name) for name in OTHER_LANGUAGES for row in corpus.consultations(name)]
    tell(f"{len(others)} consultations in {', '.join(OTHER_LANGUAGES)} read.")
    return english + others


def fit(
    visits: Sequence[Labelled],
    *,
    breaks: np.ndarray,
    headers: np.ndarray,
    header_names: np.ndarray,
    least: float = LEAST,
) -> Learned:
    """The two regressions over the statements of the visits."""
    rows = np.vstack([visit.rows[visit.notable] for visit in visits])
    worth = np.concatenate([visit.worth[visit.notable] for visit in visits])
    part = np.concatenate([visit.part[visit.notable] for visit in visits])
    sure = np.concatenate([visit.sure[visit.notable] for visit in visits])
    mean = rows.mean(axis=0)
    mean[3 * vectors.DIMENSIONS :] = 0  # the plain features stay as they are: one of them is the constant
    centred = rows - mean
    two = softmax_weights(centred, np.stack([1 - worth, worth], axis=1))
    return Learned(
        mean=mean,
        worth=two[:, 1] - two[:, 0],
        parts=softmax_weights(centred, np.eye(len(PARTS))[part], sure=sure),
        breaks=breaks,
        headers=headers,
        header_names=header_names,
        least=np.array(least),
    )


def _headers(rows: Sequence[corpus.Row]) -> tuple[np.ndarray, np.ndarray]:
    """Section headers of short dialogues, from their words."""
    found = sorted({row["section_header"] for row in rows})
    wanted = np.eye(len(found))[[found.index(row["section_header"]) for row in rows]]
    known = np.vstack([features.of_dialogue(row["dialogue"]) for row in rows])
    return softmax_weights(SHARP * known, wanted, ridge=HEADER_RIDGE, rounds=150) * SHARP, names(found)
