"""The measure agrees with the guide: places, values, one-to-one matching, F1."""

import json

import pytest

from breakeven_errors import UnreadableInput
from extract import scoring

TEXT = "The trust must save £5m this year. It may cut 40 posts. It must save £5m again."


def fact(quote, start, **given):
    base = {
        "quote": quote,
        "start": start,
        "end": start + len(quote),
        "unit": "GBP",
        "low": 5e6,
        "high": 5e6,
        "qualifier": "exact",
        "kind": "saving",
        "organisation": "RX1",
    }
    base |= {"period": None, "status": "planned", "sentence": None}
    return base | given


def gold(*facts, organisations=None, text=TEXT):
    named = None if organisations is None else frozenset(organisations)
    return scoring.GoldDocument("one", list(facts), named, text)


def scored(system, document, text=TEXT, named=()):
    return scoring.summary([scoring.compare(document, system, text, named)])


def test_equal_facts_score_one():
    result = scored([fact("£5m", 20)], gold(fact("£5m", 20), organisations=["RX1"]), named=["RX1"])
    assert result["figure"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert result["full"]["f1"] == result["organisations"]["f1"] == 1.0


@pytest.mark.parametrize(
    ("change", "fact_f1", "full_f1"),
    [
        pytest.param({"kind": "cost"}, 0.0, 0.0, id="wrong kind"),
        pytest.param({"organisation": None}, 0.0, 0.0, id="wrong organisation"),
        pytest.param({"status": "actual"}, 1.0, 0.0, id="wrong status"),
        pytest.param({"low": 5.02e6, "high": 5.02e6}, 1.0, 1.0, id="value within half a percent"),
    ],
)
def test_fields_count_where_the_guide_says(change, fact_f1, full_f1):
    result = scored([fact("£5m", 20, **change)], gold(fact("£5m", 20)))
    assert (result["figure"]["f1"], result["fact"]["f1"], result["full"]["f1"]) == (1.0, fact_f1, full_f1)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"unit": "percent"}, id="other unit"),
        pytest.param({"low": 5.1e6, "high": 5.1e6}, id="value too far off"),
        pytest.param({"start": 69, "end": 72}, id="other place"),
    ],
)
def test_what_does_not_match_counts_twice(change):
    result = scored([fact("£5m", 20) | change], gold(fact("£5m", 20)))
    assert result["facts"] == {"gold": 1, "system": 1, "matched": 0, "unsupported": 0}
    assert result["figure"]["f1"] == 0.0


def test_the_pair_with_most_equal_fields_is_taken_first():
    outcome = scoring.compare(gold(fact("£5m", 20), fact("£5m", 20, kind="cost")), [fact("£5m", 20, kind="cost")], TEXT)
    assert [theirs["kind"] for _, theirs in outcome.pairs] == ["cost"]
    assert [missed["kind"] for missed in outcome.missed] == ["saving"]


def test_without_offsets_places_are_compared_by_words():
    document = gold(fact("£5m", 69, sentence="It must save £5m again.") | {"start": None, "end": None}, text=None)
    inside = fact("£5m", 69, sentence="It must  save £5m again.")
    elsewhere = fact("£5m", 20, sentence="The trust must save £5m this year.")
    assert scored([inside], document)["figure"]["f1"] == 1.0
    assert scored([elsewhere], document)["figure"]["f1"] == 0.0


def test_a_quote_that_is_not_in_the_text_is_unsupported():
    assert scored([fact("£6m", 20)], gold())["facts"]["unsupported"] == 1


def test_an_absent_document_is_all_missed():
    result = scoring.summary([scoring.absent(gold(fact("£5m", 20), organisations=["RX1"]))])
    assert result["absent"] == ["one"]
    assert result["facts"]["gold"] == 1


def test_a_broken_gold_file_is_named(tmp_path):
    (tmp_path / "one.json").write_text("{")
    with pytest.raises(UnreadableInput, match=r"one\.json"):
        scoring.read_gold(tmp_path)


def test_gold_is_read_with_its_text(tmp_path):
    (tmp_path / "one.json").write_text(json.dumps({"facts": [], "title": "T", "organisations": ["RX1"]}))
    (tmp_path / "one.txt").write_text("T\n")
    (read,) = scoring.read_gold(tmp_path)
    assert (read.text, read.head["title"], read.organisations) == ("T\n", "T", {"RX1"})
