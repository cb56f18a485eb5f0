"""What a figure is like: a memory of labelled figures that corrects the linear models of :mod:`extract.kinds`.

Kernel ridge regression: a figure's likeness to each remembered one (a Gaussian of the distance between their features)
times fitted weights gives what is added to the scores of kinds and statuses. Fitted by :mod:`extract.training_memory`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from scipy import sparse

from extract.index import Index

FILE = Path(__file__).parent / "data" / "memory.npz"
WEIGHT = 2.5  # how much the memory counts beside the linear models, whose scores are logarithms of odds


@dataclass(slots=True)
class Memory:
    """``names`` of n features, ``figures`` (m × n) that are remembered, and their ``weights`` (m × classes)."""

    names: list[str]
    figures: sparse.csr_matrix  # of each feature that a figure has, its strength
    weights: np.ndarray
    width: float  # of the Gaussian, a squared distance


@dataclass(slots=True)
class Recall:
    """A memory laid out by the rows of an index, so that little is left to do for a figure.

    A likeness is the exponential of twice what two figures share, less the squared length of each, over the width:
    the length of the remembered ones is in their weights.
    """

    columns: sparse.csr_matrix  # rows of the index × figures: what a feature shares with each, twice, over the width
    squares: np.ndarray  # of the strength of each row, over the width
    weights: np.ndarray

    def scores(self, rows: sparse.csr_matrix) -> np.ndarray:
        """What is to be added to the scores of figures, a row of ones each: figures × classes, kinds first."""
        shared = (rows @ self.columns).toarray()
        np.exp(shared, out=shared)
        found: np.ndarray = (shared @ self.weights) * np.exp(-(rows @ self.squares))[:, None]
        return found


def recall(memory: Memory, index: Index, strengths: np.ndarray) -> Recall:
    """The memory for figures that are described by an index, whose rows have the given strengths."""
    places = np.array([index.row(name) for name in memory.names])
    figures = memory.figures.tocoo()
    shared = figures.data * strengths[places][figures.col] * np.float32(2 / memory.width)
    shape = len(index.names), figures.shape[0]
    columns = sparse.csr_matrix((shared, (places[figures.col], figures.row)), shape=shape)
    squares = np.zeros(len(index.names), np.float32)
    squares[places] = strengths[places] ** 2 / memory.width
    weights = WEIGHT * memory.weights * np.exp(-lengths(memory.figures) / np.float32(memory.width))[:, None]
    return Recall(columns, squares, weights)


def ones(described: Sequence[Sequence[int]], size: int) -> sparse.csr_matrix:
    """Described figures as a matrix of ones: figures × rows of the index, of which there are ``size``."""
    ends = np.zeros(len(described) + 1, np.int32)
    np.cumsum([len(rows) for rows in described], out=ends[1:])
    places = np.fromiter(chain.from_iterable(described), np.int32, ends[-1])
    return sparse.csr_matrix((np.ones(len(places), np.float32), places, ends), shape=(len(described), size))


def lengths(figures: sparse.csr_matrix) -> np.ndarray:
    """The squared length of each row."""
    found: np.ndarray = np.asarray(figures.multiply(figures).sum(axis=1), np.float32).ravel()
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
