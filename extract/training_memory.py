"""Fits :mod:`extract.memory`, as a part of ``python -m extract.training``: kernel ridge regression in closed form.

Remembered are the figures of documents as the tracker collects them whose kind or status no table label tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy import linalg, sparse

from extract.examples import Example
from extract.index import Index, strengths
from extract.memory import Memory, lengths, ones
from extract.training_rows import documents_of

RIDGE = 0.15  # the larger, the less one figure alone counts
LEAST, MOST = 2, 0.1  # documents in which a feature must stand, and the share of figures in which it may


def fit(found: Sequence[Example], index: Index, kinds: Sequence[str], statuses: Sequence[str]) -> Memory:
    """The memory of the examples; its weights have a column for each kind and then one for each status."""
    told = [
        (one.group, one.seen.features[i], labels)
        for one in found
        if one.remembered
        for i, labels in one.gold.items()
        if one.seen.told_kind[i] is None or one.seen.told_status[i] is None
    ]
    rows = ones([rows for _, rows, _ in told], len(index.names))
    common = MOST * len(told) < rows.sum(axis=0).A1
    kept = np.flatnonzero((documents_of([group for group, _, _ in told], rows) >= LEAST) & ~common)
    figures = (rows[:, kept] @ sparse.diags(strengths(index)[kept])).tocsr()
    sample = figures[:: max(1, figures.shape[0] // 1500)]
    width = float(np.median(_distances(sample)))
    wanted = np.array(
        [[label == name for name in kinds] + [state == name for name in statuses] for *_, (label, state) in told]
    )
    sizes = Counter(group for group, _, _ in told)
    worth = np.array([sizes[group] ** -0.5 for group, _, _ in told])  # so that one long paper does not rule
    like = np.exp(_distances(figures) / -width).astype(np.float64)
    like[np.diag_indices(len(told))] += RIDGE * np.median(worth) / worth
    weights = linalg.solve(like, wanted - wanted.mean(axis=0), assume_a="pos", overwrite_a=True)
    return Memory([index.names[row] for row in kept], figures, weights.astype(np.float32), width)


def _distances(figures: sparse.csr_matrix) -> np.ndarray:
    """Squared distances of all pairs."""
    norms = lengths(figures)
    found: np.ndarray = norms[:, None] + norms[None] - 2 * (figures @ figures.T).toarray()
    return found
