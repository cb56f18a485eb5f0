"""What the trainings of the models of kind and status share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from scipy import sparse

from extract.examples import Example

TYPICAL = 2.0  # how much more the documents count that are most like what is collected
LEAST = 3  # groups in which a feature must stand
Row = tuple[Example, list[int], str]  # document, features, class


def labelled(found: Sequence[Example]) -> Iterator[tuple[Example, int, str, str]]:
    """Document, place, kind and status of every labelled figure."""
    for one in found:
        for index, (kind, status) in one.gold.items():
            yield one, index, kind, status


def worth(rows: Sequence[Row]) -> np.ndarray:
    """How much each figure counts, 1 on average: documents by the square root of their figures."""
    sizes = Counter(one.group for one, _, _ in rows)
    found = np.array([sizes[one.group] ** -0.5 * (TYPICAL if one.typical else 1.0) for one, _, _ in rows])
    return found * len(rows) / found.sum()


def documents_of(documents: Sequence[str], rows: sparse.csr_matrix) -> np.ndarray:
    """In how many documents each feature (a column) stands; ``documents`` names that of each row of the matrix."""
    places = {name: place for place, name in enumerate(dict.fromkeys(documents))}
    owners = np.array([places[name] for name in documents])
    shape = len(places), len(documents)
    by_document = sparse.csr_matrix((np.ones(len(owners)), (owners, np.arange(len(owners)))), shape=shape) @ (rows > 0)
    found: np.ndarray = np.asarray((by_document > 0).sum(axis=0)).ravel()
    return found
