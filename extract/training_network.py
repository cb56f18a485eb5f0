"""Fits :mod:`extract.network`, as a part of ``python -m extract.training``.

Each pass draws rows by what they count and hides some of their features, so that the network leans on none.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import linalg, sparse
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from extract.examples import Example
from extract.index import Index, strengths
from extract.network import Network, ones
from extract.training_rows import LEAST, Row, documents_of, labelled, worth

HIDDEN = 32  # units for kinds, and as many for statuses
PASSES, KEPT = 10, 0.6  # passes over the figures, and the share of features that each pass shows
BATCH, RATE, PENALTY = 1024, 0.004, 1e-4


def fit(found: Sequence[Example], index: Index) -> Network:
    """The network of the examples."""
    kinds: list[Row] = [(one, one.seen.features[i], kind) for one, i, kind, _ in labelled(found)]
    statuses: list[Row] = [(one, one.seen.features[i], status) for one, i, _, status in labelled(found)]
    both = ones([features for _, features, _ in (*kinds, *statuses)], len(index.names))
    kept = np.flatnonzero(documents_of([one.group for one, _, _ in (*kinds, *statuses)], both) >= LEAST)
    with threadpool_limits(1):  # the matrices are small: threads only wait for each other
        parts = [_fit(rows, index, kept) for rows in (kinds, statuses)]
    return Network(
        [index.names[row] for row in kept],
        np.hstack([part.coefs_[0] for part in parts]).astype(np.float32),
        np.hstack([part.intercepts_[0] for part in parts]).astype(np.float32),
        linalg.block_diag(*(part.coefs_[1] for part in parts)).astype(np.float32),
        np.hstack([part.intercepts_[1] for part in parts]).astype(np.float32),
    )


def _fit(rows: Sequence[Row], index: Index, kept: np.ndarray) -> MLPClassifier:
    matrix = ones([features for _, features, _ in rows], len(index.names))[:, kept]
    matrix = (matrix @ sparse.diags(strengths(index)[kept])).tocsr().astype(np.float32)
    return train(matrix, [name for _, _, name in rows], worth(rows))


def train(matrix: sparse.csr_matrix, names: Sequence[str], counts: np.ndarray) -> MLPClassifier:
    """A network that tells the class, by ``names``, of each row of features; ``counts`` is how much each row counts."""
    classes, wanted = np.unique(names, return_inverse=True)
    random = np.random.default_rng(0)
    batch, share = min(BATCH, len(wanted)), counts / counts.sum()
    model = MLPClassifier((HIDDEN,), alpha=PENALTY, batch_size=batch, learning_rate_init=RATE, random_state=0)
    for _ in range(PASSES):
        drawn = random.choice(len(wanted), len(wanted), p=share)
        shown = matrix[drawn]
        shown.data *= (random.random(len(shown.data)) < KEPT) / np.float32(KEPT)
        model.partial_fit(shown, wanted[drawn], classes=np.arange(len(classes)))
    return model
