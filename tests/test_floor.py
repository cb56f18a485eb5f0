"""Quality does not fall below what was once reached, and no floor is lowered in silence."""

import json

import floor
import pytest

import extract


@pytest.fixture(scope="module")
def kept():
    return json.loads(floor.FLOORS.read_text())


def test_scores_stay_above_their_floors(kept):
    scores = floor.measure(extract.load())
    assert floor.below(scores, kept["floors"], kept["margin"]) == []
    assert scores["unsupported"] == 0


def test_the_set_is_the_one_that_the_floors_were_pinned_on(kept):
    assert kept["fingerprint"] == floor.fingerprint(), "the set has changed: python tests/floor.py --pin"


def test_a_fall_is_noticed_and_named():
    assert floor.below({"fact": 0.80}, {"fact": 0.85}, margin=0.01) == ["fact: 0.800, floor 0.850"]
    assert floor.below({"fact": 0.845}, {"fact": 0.85}, margin=0.01) == []


def test_pinning_raises_but_does_not_lower_without_a_reason():
    kept = {"floors": {"fact": 0.9, "kind": 0.7}, "margin": 0.02, "lowered": []}
    scores = {"fact": 0.8, "kind": 0.8, "unsupported": 0}
    assert floor.pinned(scores, kept, "")["floors"] == {"fact": 0.9, "kind": 0.8}
    lowered = floor.pinned(scores, kept, "labels put right")
    assert lowered["floors"] == {"fact": 0.8, "kind": 0.8}
    assert lowered["lowered"] == ["labels put right"]
