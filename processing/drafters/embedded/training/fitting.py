"""Logistic regressions, fitted with numpy alone; the same input gives the same numbers."""

from collections.abc import Sequence

import numpy as np

from processing.drafters.embedded.breaks import BUCKETS


def softmax_weights(
    rows: np.ndarray, wanted: np.ndarray, *, sure: np.ndarray | None = None, ridge: float = 3e-3, rounds: int = 200
) -> np.ndarray:
    """Weights features × classes for rows of features and of class shares (Adam over the whole of it)."""
    weights = np.zeros((rows.shape[1], wanted.shape[1]))
    momentum, square = np.zeros_like(weights), np.zeros_like(weights)
    share = np.ones(len(rows)) / len(rows) if sure is None else sure / sure.sum()
    for step in range(1, rounds + 1):
        gradient = rows.T @ ((softmax(rows @ weights) - wanted) * share[:, None]) + ridge * weights
        momentum = 0.9 * momentum + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        rate = 0.03 * (1 - 0.9 * step / rounds)
        weights -= rate * (momentum / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return weights


def softmax(scores: np.ndarray) -> np.ndarray:
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)


def break_weights(gaps: Sequence[Sequence[int]], ends: Sequence[bool], *, passes: int = 3) -> np.ndarray:
    """One weight a bucket of breaks.py, by AdaGrad over gaps between words and whether a sentence ended there."""
    known, wanted = np.array(gaps), np.array(ends, dtype=float)
    weights, square = np.zeros(BUCKETS), np.full(BUCKETS, 1e-8)
    shuffled = np.random.default_rng(0)
    for _pass in range(passes):
        order = shuffled.permutation(len(known))
        for batch in np.array_split(order, max(1, len(order) // 256)):
            error = 1 / (1 + np.exp(-weights[known[batch]].sum(axis=1))) - wanted[batch]
            spread = np.repeat(error, known.shape[1])
            gradient = np.bincount(known[batch].ravel(), weights=spread, minlength=BUCKETS) / 16 + 1e-5 * weights
            square += gradient**2
            weights -= 0.15 * gradient / np.sqrt(square)
    return weights
