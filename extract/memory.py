"""What a figure is like: a memory of labelled figures that corrects the linear models of :mod:`extract.kinds`.

Kernel ridge regression: a figure's likeness to each remembered one (a Gaussian of the distance between their features)
times fitted weights gives what is added to the scores of kinds and statuses. Fitted by :mod:`extract.training_memory`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy import sparse

FILE = Path(__file__).parent / "data" / "memory.npz"
WEIGHT = 4.0  # how much the memory counts beside the linear models, whose scores are logarithms of odds


@dataclass(slots=True)
class Memory:
    """``names`` of n features, ``figures`` (m × n) that are remembered, and their ``weights`` (m × classes)."""

    names: list[str]
    figures: sparse.csr_matrix
    weights: np.ndarray
    width: float  # of the Gaussian, a squared distance
    columns: sparse.csr_matrix = field(init=False)
    norms: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.columns = self.figures.T.tocsr()
        self.norms = squares(self.figures)

    def recall(self, rows: sparse.csr_matrix) -> np.ndarray:
        """What is to be added to the scores of described figures: figures × classes, kinds before statuses."""
        recalled: np.ndarray = likeness(rows, self.columns, self.norms, self.width) @ self.weights
        return WEIGHT * recalled


def rows_of(described: Sequence[Mapping[str, float]], index: Mapping[str, int]) -> sparse.csr_matrix:
    """Described figures as a matrix; features that the index does not hold are left out."""
    values: list[float] = []
    places: list[int] = []
    ends = [0]
    for features in described:
        for name, value in features.items():
            if (place := index.get(name)) is not None:
                places.append(place)
                values.append(value)
        ends.append(len(places))
    return sparse.csr_matrix((np.array(values, np.float32), places, ends), shape=(len(described), len(index)))


def squares(rows: sparse.csr_matrix) -> np.ndarray:
    """The squared length of each row."""
    found: np.ndarray = np.asarray(rows.multiply(rows).sum(axis=1)).ravel()
    return found


def likeness(rows: sparse.csr_matrix, columns: sparse.csr_matrix, norms: np.ndarray, width: float) -> np.ndarray:
    """How like each row is to each remembered figure, 0 to 1."""
    distances = squares(rows)[:, None] + norms[None] - 2 * (rows @ columns).toarray()
    found: np.ndarray = np.exp(distances / -width)
    return found


def save(memory: Memory, path: Path = FILE) -> None:
    """Writes the memory; strengths and weights are kept to half precision."""
    figures = memory.figures
    np.savez_compressed(
        path,
        names=np.array("\n".join(memory.names)),
        places=figures.indices.astype(np.int32),
        strengths=figures.data.astype(np.float16),
        ends=figures.indptr.astype(np.int32),
        weights=memory.weights.astype(np.float16),
        width=np.array(memory.width),
    )


def load(path: Path = FILE) -> Memory:
    """The memory that :func:`save` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        names = str(stored["names"]).split("\n")
        parts = (stored["strengths"].astype(np.float32), stored["places"], stored["ends"])
        figures = sparse.csr_matrix(parts, shape=(len(stored["ends"]) - 1, len(names)))
        return Memory(names, figures, stored["weights"].astype(np.float32), float(stored["width"]))
