"""Kind, status, basis, polarity and measure by themselves, on sentences that nothing was fitted to."""

import pytest

import extract
from extract.confidence import log_odds
from extract.index import Index
from extract.kinds import likeliest, models_of
from extract.passages import label_cues


@pytest.fixture(scope="module")
def nlp():
    return extract.load()


def only(nlp, text):
    (fact,) = nlp(text)._.facts
    return fact


@pytest.mark.parametrize(
    ("text", "kind", "status"),
    [
        ("The hospital plans to save £14m next year.", "saving", "planned"),
        ("The trust overspent by £9.2m last year.", "deficit", "actual"),
        ("The group finished the year with a surplus of £3m.", "surplus", "actual"),
        ("Up to 250 jobs could go at the hospital.", "job_cut", "possible"),
        ("The hospital will close 120 posts by March.", "job_cut", "planned"),
        ("Agency staff cost the trust £6.4m last year.", "cost", "actual"),
        ("The government gave hospitals £450m of extra funding last year.", "funding", "actual"),
        ("The deficit is forecast to reach £31m.", "deficit", "forecast"),
        ("In our survey 64% of respondents said that they were worried.", "survey", "actual"),
    ],
)
def test_plain_sentences(nlp, text, kind, status):
    fact = only(nlp, text)
    assert (fact.kind, fact.status) == (kind, status)


@pytest.mark.parametrize(
    ("text", "basis"),
    [
        ("It will cut 200 whole-time equivalents.", "wte"),
        ("It will make 200 redundancies.", "redundancies"),
        ("It will lose 200 staff.", "people"),
        ("It must save 5% of its income.", "turnover"),
        ("It must cut 50% of its running costs.", "running_costs"),
        ("It will lose 4% of its workforce.", "workforce"),
        ("It must save £5m.", None),
    ],
)
def test_basis(nlp, text, basis):
    assert only(nlp, text).basis == basis


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("The trust denied that 500 jobs would go.", "denied"),
        ("Reports that 500 jobs will be axed are untrue, the trust said.", "denied"),
        ("There are no plans to cut 500 jobs.", "denied"),
        ("The trust will cut 500 jobs.", "stated"),
        ("The trust did not deny anything: 500 jobs will go.", "stated"),
    ],
)
def test_polarity(nlp, text, polarity):
    fact = only(nlp, text)
    assert fact.polarity == polarity
    assert fact.status == "possible" or polarity == "stated"


def test_measure_is_in_the_words_of_the_text(nlp):
    text = "The board approved a £97m savings drive."
    fact = only(nlp, text)
    assert fact.measure == "savings drive"
    assert fact.measure in text


def test_cues_are_words_stems_and_phrases():
    found = set(label_cues("Overspending left a black hole, and 40 posts may go")[0])
    assert {"deficit", "job", "s.modal"} <= found


def test_the_likeliest_of_the_allowed_classes_is_told_with_its_probability():
    by = models_of(
        {
            "kind": {"classes": ["a", "b", "c"], "features": {"unit x": [2.0, 0.0, -1.0], "chain y": [0.0, 1.0, 0.0]}},
            "status": {"classes": ["p", "q"], "features": {"chain y": [0.0, 3.0], "kind a": [1.0, 0.0]}},
        },
        Index(["unit x", "chain y", "kind a"]),
    )
    (scores,) = by.scores([[1, 2]])
    assert by.of_kind("a", "x") == [1.0, 0.0]
    assert scores == pytest.approx([2.0, 0.5, -1.0, 0.0, 1.5])
    assert likeliest(scores, range(3))[0] == 0
    assert likeliest([2.0, 0.0, 0.0, 9.0], [1, 2]) == (1, pytest.approx(0.5))


def test_log_odds_are_held():
    assert log_odds(0.5) == 0.0
    assert log_odds(1.0) == pytest.approx(-log_odds(0.0))
    assert 5.5 < log_odds(1.0) < 6.1
