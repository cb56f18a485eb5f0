"""Fits the weights of :mod:`extract.tallies`, as a part of ``python -m extract.training``.

A number is a case when :mod:`extract.counts` considers it; it is right when a label covers it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from extract.counts import considered
from extract.examples import Labelled
from extract.figures import figures_of, sentences_of
from extract.tallies import Tally, describe

STRENGTH, LEAST = 1.0, 3  # C of scikit-learn; documents in which a feature must stand


@dataclass(slots=True)
class Case:
    """A number of a labelled document, and whether it counts posts that go."""

    document: str
    tally: Tally
    right: bool


def cases_of(one: Labelled) -> list[Case]:
    """The numbers of a document that may count posts."""
    text, blocks = one.doc.text, one.doc._.blocks
    sentences = sentences_of(text, blocks)
    figures_of(text, sentences)  # notes the numbers that are money or shares
    return [
        Case(one.group, tally, any(start < tally.end and tally.start < end for start, end in one.marks))
        for _, tally in considered(text, sentences)
    ]


def fit(cases: Sequence[Case]) -> dict[str, float]:
    """The weight of each feature."""
    described = [describe(case.tally) for case in cases]
    groups: dict[str, set[str]] = {}
    for case, features in zip(cases, described, strict=True):
        for name in features:
            groups.setdefault(name, set()).add(case.document)
    kept = [{n: x for n, x in features.items() if len(groups[n]) >= LEAST} for features in described]
    vectorizer = DictVectorizer()
    model = LogisticRegression(C=STRENGTH, max_iter=500, fit_intercept=False)
    sizes = Counter(case.document for case in cases)
    worth = np.array([sizes[case.document] ** -0.5 for case in cases])
    model.fit(vectorizer.fit_transform(kept), [case.right for case in cases], sample_weight=worth / worth.mean())
    pairs = zip(vectorizer.feature_names_, model.coef_[0], strict=True)
    return {name: round(float(weight), 3) for name, weight in pairs if abs(weight) >= 0.01}
