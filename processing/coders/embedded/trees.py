"""Boosted decision trees in numpy: learnt by histograms, a few hundred small ones, saved as three arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

BINS: Final = 48
DEPTH: Final = 4


@dataclass(frozen=True, slots=True)
class Trees:
    """Complete binary trees of DEPTH levels. A row goes right at a split if its value is greater than the bound."""

    feature: np.ndarray  # trees × (2 ** DEPTH - 1)
    bound: np.ndarray
    leaf: np.ndarray  # trees × 2 ** DEPTH
    start: float

    def chances(self, rows: np.ndarray) -> np.ndarray:
        """Of each row, 0 to 1."""
        total = np.full(len(rows), self.start)
        everyone = np.arange(len(rows))
        for feature, bound, leaf in zip(self.feature, self.bound, self.leaf, strict=True):
            at = np.zeros(len(rows), dtype=np.int64)
            for _level in range(DEPTH):
                at = 2 * at + 1 + (rows[everyone, feature[at]] > bound[at])
            total += leaf[at - (2**DEPTH - 1)]
        return _chance(total)

    def saved(self) -> dict[str, Any]:
        rounded = [[float(f"{value:.5g}") for value in row] for row in self.bound]
        leaves = [[round(float(value), 5) for value in row] for row in self.leaf]
        return {"feature": self.feature.tolist(), "bound": rounded, "leaf": leaves, "start": self.start}


def read(saved: dict[str, Any]) -> Trees:
    return Trees(
        np.array(saved["feature"], dtype=np.int64), np.array(saved["bound"]), np.array(saved["leaf"]), saved["start"]
    )


def learn(rows: np.ndarray, truth: np.ndarray, *, rounds: int = 200, rate: float = 0.07, least: float = 8) -> Trees:
    """`least`: the weight (sum of p·(1-p)) that a side of a split must have."""
    bounds = [_bounds(column) for column in rows.T]
    binned = np.stack([np.searchsorted(b, c, side="left") for b, c in zip(bounds, rows.T, strict=True)], axis=1)
    start = float(np.log(truth.mean() / (1 - truth.mean())))
    total = np.full(len(rows), start)
    made = []
    for _round in range(rounds):
        chance = _chance(total)
        tree, gain = _tree(binned, chance - truth, chance * (1 - chance), bounds, least)
        total += rate * gain
        made.append((tree[0], tree[1], rate * tree[2]))
    feature, bound, leaf = (np.stack(part) for part in zip(*made, strict=True))
    return Trees(feature, bound, leaf, start)


def _tree(binned: np.ndarray, slope: np.ndarray, weight: np.ndarray, bounds: Sequence[np.ndarray], least: float) -> Any:
    features = binned.shape[1]
    at = np.zeros(len(binned), dtype=np.int64)
    feature, bound = np.zeros(2**DEPTH - 1, dtype=np.int64), np.full(2**DEPTH - 1, np.inf)
    for level in range(DEPTH):
        first, count = 2**level - 1, 2**level
        gains = np.empty((count, features, BINS))
        for column in range(features):
            cell = (at - first) * BINS + binned[:, column]
            g = np.bincount(cell, slope, count * BINS).reshape(count, BINS).cumsum(1)
            h = np.bincount(cell, weight, count * BINS).reshape(count, BINS).cumsum(1)
            gains[:, column] = _gain(g, h, least)
        best = gains.reshape(count, -1).argmax(1)
        for node in range(count):
            column, cut = divmod(int(best[node]), BINS)
            feature[first + node] = column
            if gains[node, column, cut] > 0 and cut < len(bounds[column]):
                bound[first + node] = bounds[column][cut]
        cuts = np.array(
            [
                np.searchsorted(bounds[f], b) if np.isfinite(b) else BINS
                for f, b in zip(feature[first : first + count], bound[first : first + count], strict=True)
            ]
        )
        node_of = at - first
        right = binned[np.arange(len(at)), feature[at]] > cuts[node_of]
        at = 2 * at + 1 + right
    place = at - (2**DEPTH - 1)
    g, h = np.bincount(place, slope, 2**DEPTH), np.bincount(place, weight, 2**DEPTH)
    leaf = -g / (h + 3)
    return (feature, bound, leaf), leaf[place]


def _gain(g: np.ndarray, h: np.ndarray, least: float) -> np.ndarray:
    """Of cutting after each bin; nothing where a side would be too light."""
    whole_g, whole_h = g[:, -1:], h[:, -1:]
    gain = g**2 / (h + 3) + (whole_g - g) ** 2 / (whole_h - h + 3) - whole_g**2 / (whole_h + 3)
    return np.where((h < least) | (whole_h - h < least), 0.0, gain)


def _bounds(column: np.ndarray) -> np.ndarray:
    return np.unique(np.quantile(column, np.linspace(0, 1, BINS + 1)[1:-1]))[: BINS - 1]


def _chance(total: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-total))
