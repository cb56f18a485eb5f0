"""How likely a fact is to be right: figure, kind and organisation, as a calibrated probability.

A logistic curve over the models' own log-odds and a few traits of the figure, fitted by :mod:`extract.training` on
documents that the models had not seen; its weights are in ``data/model.json``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache

from extract.facts import Figure
from extract.kinds import MODEL, Label


@cache
def weights() -> dict[str, float]:
    """The fitted weight of each trait."""
    loaded: dict[str, float] = json.loads(MODEL.read_text(encoding="utf-8"))["confidence"]
    return loaded


def confidence(figure: Figure, label: Label, subject_sure: float, by: Mapping[str, float] | None = None) -> float:
    """Probability (0 to 1) that value, kind and organisation are all right."""
    known = weights() if by is None else by
    score = 0.0
    for name, value in traits(figure, label, subject_sure).items():
        score += known.get(name, 0.0) * value
    return round(1 / (1 + math.exp(-score)), 3)


def traits(figure: Figure, label: Label, subject_sure: float) -> dict[str, float]:
    """What the curve is told of a fact."""
    kind, subject = log_odds(label.kind_sure), log_odds(subject_sure)
    return {
        "bias": 1.0,
        "kind": kind,
        "subject": subject,
        "both": min(kind, subject),
        "cell": float(figure.cell is not None),
        "percent": float(figure.unit == "percent"),
        "posts": float(figure.unit == "posts"),
        "denied": float(label.polarity == "denied"),
    }


def log_odds(probability: float) -> float:
    """Log-odds, held between -6 and 6."""
    held = min(max(probability, 0.0025), 0.9975)
    return math.log(held / (1 - held))
