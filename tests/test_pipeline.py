"""The spaCy pipeline as a whole: components, offsets, memory, errors of none."""

import pytest

import extract
from crawler.document import Document
from crawler.readers import read
from extract.pipeline import COMPONENTS

TEXT = """Leeds trust to cut 300 posts
12 June 2025

Leeds Teaching Hospitals NHS Trust must save £110m in 2025/26, or 6% of its turnover.

It denied that 900 jobs would go. "We ended 2024/25 with a deficit of £12.5m," the board heard.
"""
TABLE = """<html><body><article><h1>Finance report</h1><table><caption>Income and expenditure, £m</caption>
<tr><th>Line</th><th>Plan</th><th>Actual</th><th>Variance</th></tr>
<tr><th>Income</th><td>210.0</td><td>205.5</td><td>(4.5)</td></tr>
<tr><th>Pay</th><td>(140.0)</td><td>(144.0)</td><td>(4.0)</td></tr></table></article></body></html>"""


@pytest.fixture(scope="module")
def nlp():
    return extract.load()


@pytest.fixture(scope="module")
def facts(nlp):
    return {fact.quote: fact for fact in extract.read(nlp, read(TEXT.encode(), name="leeds.txt")).facts}


def test_the_components_are_registered_and_in_order(nlp):
    assert nlp.pipe_names == [f"breakeven_{name}" for name in COMPONENTS]


@pytest.mark.parametrize(
    ("quote", "kind", "status", "basis", "polarity"),
    [
        ("300 posts", "job_cut", "planned", "posts", "stated"),
        ("£110m", "saving", "planned", None, "stated"),
        ("6%", "saving", "planned", "turnover", "stated"),
        ("900 jobs", "job_cut", "possible", "jobs", "denied"),
        ("£12.5m", "deficit", "actual", None, "stated"),
    ],
)
def test_a_story_is_read(facts, quote, kind, status, basis, polarity):
    fact = facts[quote]
    assert (fact.kind, fact.status, fact.basis, fact.polarity) == (kind, status, basis, polarity)
    assert fact.organisation == "RR8"


def test_every_quote_stands_at_its_place(facts):
    text = read(TEXT.encode(), name="leeds.txt").text
    assert all(text[fact.start : fact.end] == fact.quote and fact.quote in fact.sentence for fact in facts.values())
    assert all(0 <= fact.confidence <= 1 for fact in facts.values())


def test_bare_text_gives_the_same_facts(nlp, facts):
    assert [fact.quote for fact in nlp(TEXT)._.facts] == list(facts)


def test_table_cells_are_told_by_their_labels(nlp):
    found = extract.read(nlp, read(TABLE.encode(), name="report.html"))
    told = {fact.quote: (fact.kind, fact.status) for fact in found.facts}
    assert told == {
        "210.0": ("funding", "planned"),
        "205.5": ("funding", "actual"),
        "(4.5)": ("deficit", "actual"),
        "(140.0)": ("cost", "planned"),
        "(144.0)": ("cost", "actual"),
        "(4.0)": ("deficit", "actual"),
    }
    values = {value.text: value for value in found.table_values}
    assert found.facts[values["205.5"].fact].quote == "205.5"


@pytest.mark.parametrize("text", ["", " \n\n", "No figures here.", "a" * 200_000, "£" * 5_000, "\x00 £5m \ufffd"])
def test_odd_texts_do_no_harm(nlp, text):
    doc = nlp(text)
    assert doc.text == text
    assert all(text[fact.start : fact.end] == fact.quote for fact in doc._.facts)


def test_words_do_not_pile_up_over_documents(nlp):
    extract.read(nlp, Document("Warm up. It saved £1m."))
    before = len(nlp.vocab.strings)
    for number in range(50):
        extract.read(nlp, Document(f"Word{number} again. Trust{number} saved £{number}m."))
    assert len(nlp.vocab.strings) == before


def test_the_version_is_stable_and_names_the_package():
    assert extract.PIPELINE == extract.PIPELINE
    assert extract.PIPELINE.startswith("0.")


def test_facts_of_recognised_text_are_less_sure(nlp, facts):
    document = read(TEXT.encode(), name="leeds.txt")
    document.ocr = True
    scanned = {fact.quote: fact.confidence for fact in extract.read(nlp, document).facts}
    assert scanned.keys() == facts.keys()
    assert all(sure < facts[quote].confidence for quote, sure in scanned.items())
