"""A small neural network beside the linear models of :mod:`extract.kinds`: what follows from features together.

Two networks with one hidden layer each, of kinds and of statuses, kept as one. Fitted by
:mod:`extract.training_network`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from scipy import sparse

from extract.index import Index

FILE = Path(__file__).parent / "data" / "network.npz"


@dataclass(slots=True)
class Network:
    """n features by ``names``, h hidden units, and a class for each kind and then for each status."""

    names: list[str]
    inward: np.ndarray  # n × h
    threshold: np.ndarray  # h
    outward: np.ndarray  # h × classes
    offset: np.ndarray  # of the classes

    def scores(self, rows: sparse.csr_matrix) -> np.ndarray:
        """The scores of figures, a row of features each: figures × classes, logarithms of odds."""
        hidden = rows @ self.inward
        hidden += self.threshold
        np.maximum(hidden, 0, out=hidden)
        found: np.ndarray = hidden @ self.outward + self.offset
        return found


def laid_out(network: Network, index: Index, strengths: np.ndarray, share: float) -> Network:
    """The network for rows of ones of an index, whose rows have the given strengths; ``share`` scales its scores."""
    inward = np.zeros((len(index.names), network.inward.shape[1]), np.float32)
    places = [index.row(name) for name in network.names]
    inward[places] = network.inward * strengths[places][:, None]
    outward, offset = network.outward * np.float32(share), network.offset * np.float32(share)
    return Network(index.names, inward, network.threshold, outward, offset)


def ones(described: Sequence[Sequence[int]], size: int) -> sparse.csr_matrix:
    """Described figures as a matrix of ones: figures × rows of the index, of which there are ``size``."""
    ends = np.zeros(len(described) + 1, np.int32)
    np.cumsum([len(rows) for rows in described], out=ends[1:])
    places = np.fromiter(chain.from_iterable(described), np.int32, ends[-1])
    return sparse.csr_matrix((np.ones(len(places), np.float32), places, ends), shape=(len(described), size))


def save(network: Network, path: Path = FILE) -> None:
    """Writes the network, to half precision."""
    np.savez_compressed(
        path,
        names=np.array("\n".join(network.names)),
        inward=network.inward.astype(np.float16),
        threshold=network.threshold.astype(np.float16),
        outward=network.outward.astype(np.float16),
        offset=network.offset.astype(np.float16),
    )


def load(path: Path = FILE) -> Network:
    """The network that :func:`save` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        parts = (stored[name].astype(np.float32) for name in ("inward", "threshold", "outward", "offset"))
        return Network(str(stored["names"]).split("\n"), *parts)
