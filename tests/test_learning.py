"""What the models learn from: marked-up samples, the memory of labelled figures, and numbers that count posts."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from scipy import sparse

from breakeven_errors import UsageError
from crawler.readers.plain import layout
from extract import tallies
from extract.counts import considered
from extract.examples import DOCUMENT, SAMPLES, load_samples, read_sample, unmark
from extract.facts import Figure
from extract.figures import figures_of, sentences_of
from extract.index import UNKNOWN, GrowingIndex, Index, strengths
from extract.memory import WEIGHT, Memory, load, ones, recall, save
from extract.pipeline import build
from extract.register import load as load_register
from extract.training_rows import documents_of

KINDS = {"saving", "job_cut", "deficit", "surplus", "funding", "cost", "survey", "performance", "other"}
STATUSES = {"actual", "planned", "forecast", "possible"}
PERIOD = re.compile(r"(?:\d{4}(?:/\d\d)?)?-?(?:\d{4}(?:/\d\d)?)?")


def test_marks_are_taken_out_and_kept_with_their_places() -> None:
    plain, ((start, end, labels),) = unmark("It lost {£5m|deficit|actual|-|2024/25} last year.")
    assert plain == "It lost £5m last year."
    assert plain[start:end] == "£5m"
    assert labels == {"kind": "deficit", "status": "actual", "organisation": None, "period": "2024/25"}


def test_a_sample_without_markdown_is_read_as_bare_text() -> None:
    rows = ("Where      Plan £m   Done £m", "Wards       {12.5|saving|planned}      {9.1|saving|actual}")
    table = "\n".join((*rows, "Estates      1.5      1.2\n"))
    aligned, marks = read_sample(("2024-06-01", f"Savings\n\n{table}"), "made-1")
    piped, _ = read_sample(("", "# Savings\n\n| A | £m |\n|---|---|\n| B | 1 |\n"), "made-2")
    assert (aligned.published, piped.published) == ("2024-06-01", None)
    assert len(aligned.tables) == len(piped.tables) == 1
    assert [aligned.text[start:end] for start, end, _ in marks] == ["12.5", "9.1"]


def test_every_mark_of_the_shipped_samples_is_well_formed() -> None:
    bodies = load_register().organisations.keys() | {None}
    wrong = []
    for path in sorted(SAMPLES.glob("*.txt")):
        for _, marked in DOCUMENT.findall(path.read_text(encoding="utf-8")):
            plain, marks = unmark(marked)
            wrong += [(path.stem, plain[max(0, m.start() - 40) : m.end() + 40]) for m in re.finditer(r"[{}]", plain)]
            for start, end, labels in marks:
                right = labels["kind"] in KINDS and labels["status"] in STATUSES
                right &= labels.get("organisation") in bodies
                right &= PERIOD.fullmatch(labels.get("period") or "") is not None
                wrong += [] if right else [(path.stem, plain[start:end])]
    assert wrong == []


def test_training_without_samples_says_where_they_are(tmp_path) -> None:
    with pytest.raises(UsageError, match="checkout"):
        load_samples(build(("layout",)), tmp_path)


def test_samples_are_read_with_their_labels_by_figure(tmp_path) -> None:
    text = "@2024-06-01\n# News\n\nThe trust plans to save {£5m|saving|planned|RR8|2024/25} in 2024/25.\n"
    (tmp_path / "made.txt").write_text(text, encoding="utf-8")
    (one,) = load_samples(build(("layout", "figures", "periods", "organisations")), tmp_path)
    assert one.truth == {0: {"kind": "saving", "status": "planned", "organisation": "RR8", "period": "2024/25"}}
    assert not one.remembered


INDEX = Index(["zone0< a", "zone0< b", "bag c"])


def memory() -> Memory:
    figures = sparse.csr_matrix([[1.0, 1.0, 0.0], [0.0, 0.0, 0.4]], dtype=np.float32)
    return Memory(INDEX.names[1:], figures, np.array([[1.0, 0.0], [0.0, 1.0]], np.float32), 1.0)


def recalled(known: Memory, *described: list[int]) -> np.ndarray:
    return recall(known, INDEX, strengths(INDEX)).scores(ones(described, len(INDEX.names)))


def test_a_figure_like_a_remembered_one_is_drawn_to_its_class() -> None:
    same, near, far = recalled(memory(), [1, 2], [1], [3])
    assert same == pytest.approx([WEIGHT, WEIGHT * math.exp(-2.16)])
    assert near == pytest.approx([WEIGHT * math.exp(-1), WEIGHT * math.exp(-1.16)])
    assert same[0] > near[0] > far[0]
    assert far[1] == pytest.approx(WEIGHT)


def test_a_memory_that_is_written_recalls_the_same(tmp_path) -> None:
    save(memory(), tmp_path / "memory.npz")
    again = load(tmp_path / "memory.npz")
    assert again.names == INDEX.names[1:]
    assert recalled(again, [1], [3]) == pytest.approx(recalled(memory(), [1], [3]), abs=1e-2)


def test_features_are_counted_by_document() -> None:
    rows = ones([[1], [1, 2], [2]], 4)
    assert documents_of(["one", "one", "two"], rows).tolist() == [0, 1, 2, 0]


def test_an_index_that_grows_takes_in_what_it_is_asked_for_and_another_does_not() -> None:
    growing, fixed = GrowingIndex(), Index(["bag a"])
    assert [growing.rows("bag").get(word) for word in ("a", "b", "a")] == [1, 2, 1]
    assert growing.rows("two").get(("a", "b")) == 3
    assert growing.names == ["", "bag a", "bag b", "two a b"]
    assert [fixed.rows("bag").get(word, UNKNOWN) for word in ("a", "b")] == [1, UNKNOWN]
    assert Index(growing.names[1:]).row("two a b") == 3


def counts(text: str) -> list[Figure]:
    blocks, _ = layout(text)
    return [figure for figure in figures_of(text, sentences_of(text, blocks)) if figure.unit == "posts"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The trust is making 85 staff redundant.", [85]),
        ("Two hundred posts are to be axed at the ICB.", [200]),
        ("The trust will remove 300 posts. Of those, 112 are at the city hospital.", [300, 112]),
        ("The board announced 70 redundancies. A further 30 are to follow.", [70, 30]),
        ("It cut 200 jobs. The trust still employs 6,000 people.", [200]),
        ("It cut 200 jobs. Last year 900 patients waited.", [200]),
        ("The trust has created 45 new posts in maternity.", []),
    ],
)
def test_counts_of_posts_told_in_many_words(text: str, expected: list[float]) -> None:
    assert [figure.low for figure in counts(text)] == expected


def test_where_the_rules_say_no_the_model_has_to_be_sure() -> None:
    text = "It cut 200 jobs. The trust still employs 6,000 people."
    blocks, _ = layout(text)
    sentences = sentences_of(text, blocks)
    figures_of(text, sentences)
    (cut, kept) = (tally for _, tally in considered(text, sentences))
    sure, unsure = {"bias": 1.0}, {"bias": 0.0}
    assert tallies.likelihood(cut, unsure) == 0.5
    assert tallies.counts_posts(cut, unsure)
    assert not tallies.counts_posts(kept, sure)
    assert tallies.counts_posts(kept, {"bias": 2.0})
