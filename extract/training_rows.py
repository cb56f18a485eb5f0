"""What the trainings of the models share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse


def documents_of(documents: Sequence[str], rows: sparse.csr_matrix) -> np.ndarray:
    """In how many documents each feature (a column) stands; ``documents`` names that of each row of the matrix."""
    places = {name: place for place, name in enumerate(dict.fromkeys(documents))}
    owners = np.array([places[name] for name in documents])
    shape = len(places), len(documents)
    by_document = sparse.csr_matrix((np.ones(len(owners)), (owners, np.arange(len(owners)))), shape=shape) @ (rows > 0)
    found: np.ndarray = np.asarray((by_document > 0).sum(axis=0)).ravel()
    return found
