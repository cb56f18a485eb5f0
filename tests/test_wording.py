"""Figures in words, for titles, digests and feeds."""

import pytest

from db.wording import figure, name_of, number, title


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (97e6, "GBP", "£97m"),
        (3_646_033_000, "GBP", "£3.646bn"),
        (840_000, "GBP", "£840,000"),
        (18.76, "GBP", "£18.76"),
        (-15.6e6, "GBP", "-£15.6m"),
        (5.8, "percent", "5.8%"),
        (18_000, "posts", "18,000"),
        (12.5, "posts", "12.5"),
    ],
)
def test_number(value, unit, words):
    assert number(value, unit) == words


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((430, 430, "posts", "at_least", "posts"), "at least 430 posts"),
        ((350, 400, "posts", "exact", "jobs"), "350 to 400 jobs"),
        ((7, 7, "percent", "about", "running_costs"), "about 7% of running costs"),
        ((1e9, 1.3e9, "GBP", None, None), "£1bn to £1.3bn"),
    ],
)
def test_figure(given, words):
    assert figure(*given) == words


def test_title():
    assert title("deficit", "Somerset", "£2m", None) == "Somerset: deficit of £2m"
    assert title("saving", "Somerset", "£2m", "2025/26") == "Somerset: £2m to save, 2025/26"


@pytest.mark.parametrize(
    ("scope", "name"),
    [("RH5", "Somerset"), ("RH5+RX1", "Somerset and RX1"), ("icb", "Integrated care boards"), ("", "The NHS")],
)
def test_name(scope, name):
    assert name_of(scope, {"RH5": "Somerset"}) == name
