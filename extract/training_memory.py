"""Fits :mod:`extract.memory`, as a part of ``python -m extract.training``: kernel ridge regression in closed form.

Remembered are the figures of documents as the tracker collects them whose kind or status no table label tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy import linalg

from extract.examples import Example
from extract.memory import Memory, likeness, rows_of, squares

RIDGE = 0.3  # the larger, the less one figure alone counts
LEAST, MOST = 2, 0.2  # documents in which a feature must stand, and the share of figures in which it may


def fit(found: Sequence[Example], kinds: Sequence[str], statuses: Sequence[str]) -> Memory:
    """The memory of the examples; its weights have a column for each kind and then one for each status."""
    told = [
        (one.group, one.seen.features[i], labels)
        for one in found
        if one.remembered
        for i, labels in one.gold.items()
        if one.seen.told_kind[i] is None or one.seen.told_status[i] is None
    ]
    groups: dict[str, set[str]] = {}
    for group, features, _ in told:
        for name in features:
            groups.setdefault(name, set()).add(group)
    counts = Counter(name for _, features, _ in told for name in features)
    most = MOST * len(told)
    names = sorted(name for name, where in groups.items() if len(where) >= LEAST and counts[name] <= most)
    rows = rows_of([features for _, features, _ in told], {name: place for place, name in enumerate(names)})
    norms = squares(rows)
    sample = rows[:: max(1, rows.shape[0] // 1500)]
    distances = squares(sample)[:, None] + squares(sample)[None] - 2 * (sample @ sample.T).toarray()
    width = float(np.median(distances))
    wanted = np.array(
        [[label == name for name in kinds] + [state == name for name in statuses] for *_, (label, state) in told]
    )
    sizes = Counter(group for group, _, _ in told)
    worth = np.array([sizes[group] ** -0.5 for group, _, _ in told])  # so that one long paper does not rule
    like = likeness(rows, rows.T.tocsr(), norms, width).astype(np.float64)
    like[np.diag_indices(len(told))] += RIDGE * np.median(worth) / worth
    weights = linalg.solve(like, wanted - wanted.mean(axis=0), assume_a="pos", overwrite_a=True)
    return Memory(names, rows, weights.astype(np.float32), width)
