"""Copies of one text under several addresses, as of agency copy in many titles: MinHash over sentences (datasketch)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datasketch import MinHash

PERMUTATIONS = 64
SCHEME = "affine32"  # of the hashes; kept ones can be compared within one scheme alone
ALIKE = 0.7  # share of sentences that two copies have in common (Jaccard)
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
LEAST_WORDS = 4  # of a sentence: dates and bylines say nothing
LEAST_SENTENCES = 4  # shorter texts are too alike by chance


@dataclass(frozen=True, slots=True)
class Signed:
    """A document with its signature. ``published`` is ISO 8601 text or empty."""

    id: str
    published: str
    hashes: bytes


def signature(text: str) -> bytes:
    """The MinHash of a text's sentences as bytes (64 little-endian uint32); empty for a text too short to compare."""
    words = (re.findall(r"\w+", part.lower()) for part in SENTENCE.split(text))
    sentences = {" ".join(each) for each in words if len(each) >= LEAST_WORDS}
    if len(sentences) < LEAST_SENTENCES:
        return b""
    from datasketch import MinHash  # noqa: PLC0415 - it imports SciPy, which takes seconds

    hashed = MinHash(num_perm=PERMUTATIONS, scheme=SCHEME)
    hashed.update_batch([sentence.encode() for sentence in sentences])
    return hashed.hashvalues.astype("<u4").tobytes()


def copies(signed: Iterable[Signed]) -> dict[str, str]:
    """Each document that repeats another, with that one: the first published, then the first by id."""
    import numpy as np  # noqa: PLC0415
    from datasketch import MinHash, MinHashLSH  # noqa: PLC0415

    index = MinHashLSH(threshold=ALIKE, num_perm=PERMUTATIONS)
    kept: dict[str, MinHash] = {}
    found: dict[str, str] = {}
    for each in sorted(signed, key=lambda one: (one.published or "9999", one.id)):
        if not each.hashes:
            continue
        hashed = MinHash(hashvalues=np.frombuffer(each.hashes, "<u4"), scheme=SCHEME)
        alike = sorted(key for key in index.query(hashed) if kept[key].jaccard(hashed) >= ALIKE)
        if alike:
            found[each.id] = alike[0]
        else:
            index.insert(each.id, hashed)
            kept[each.id] = hashed
    return found
