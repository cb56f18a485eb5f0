"""What the models learn from: marked-up samples, the small network, choices, and numbers that count posts."""

from __future__ import annotations

import re

import numpy as np
import pytest

from breakeven_errors import UsageError
from crawler.readers.plain import layout
from extract import tallies
from extract.counts import considered
from extract.dating import likeliest
from extract.examples import DOCUMENT, SAMPLES, load_samples, read_sample, unmark
from extract.facts import Figure
from extract.figures import figures_of, sentences_of
from extract.index import UNKNOWN, GrowingIndex, Index, strengths
from extract.network import Network, laid_out, load, ones, save
from extract.pipeline import build
from extract.register import load as load_register
from extract.ties import NEXT
from extract.training_choice import Case
from extract.training_choice import fit as fit_choice
from extract.training_periods import cases_of as periods_of
from extract.training_periods import date
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
    assert not one.typical


INDEX = Index(["zone0< a", "zone0< b", "bag c"])


def network() -> Network:
    """One hidden unit that both ``a`` and ``b`` are needed to wake, for two classes."""
    inward = np.array([[1.0], [1.0], [0.0]], np.float32)
    outward, none = np.array([[2.0, -2.0]], np.float32), np.zeros(2, np.float32)
    return Network(INDEX.names[1:], inward, np.array([-1.0], np.float32), outward, none)


def scored(known: Network, *described: list[int], share: float = 1.0) -> np.ndarray:
    return laid_out(known, INDEX, strengths(INDEX), share).scores(ones(described, len(INDEX.names)))


def test_a_network_tells_features_together_from_each_alone() -> None:
    together, alone, other = scored(network(), [1, 2], [1], [3]).tolist()
    assert together == [2.0, -2.0]
    assert alone == other == [0.0, 0.0]
    assert scored(network(), [1, 2], share=0.5).tolist() == [[1.0, -1.0]]


def test_a_network_that_is_written_scores_the_same(tmp_path) -> None:
    save(network(), tmp_path / "network.npz")
    again = load(tmp_path / "network.npz")
    assert again.names == network().names
    assert scored(again, [1, 2], [3]) == pytest.approx(scored(network(), [1, 2], [3]), abs=1e-2)


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


def test_a_choice_learns_which_of_its_candidates_are_right() -> None:
    cases = [Case(f"d{n}", {"2024/25": {"near"}, "": {"none"}, "2023/24": {"far"}}, "2024/25") for n in range(20)]
    cases += [Case(f"e{n}", {"2022/23": {"far"}, "": {"none"}}, "") for n in range(20)]
    weight = fit_choice(cases, {})
    assert weight["near"] > weight["none"] > weight["far"]
    assert likeliest({"2020/21": {"far"}, "": {"none"}, "2021/22": {"near"}}, weight) == "2021/22"
    assert likeliest({"2020/21": {"far"}, "": {"none"}}, weight) is None


def test_an_expected_weight_gives_way_only_to_much_evidence() -> None:
    cases = [Case(f"d{n}", {"a": {"left"}, "b": {"right"}}, "b") for n in range(10)]
    assert fit_choice(cases, {"left": 3.0})["left"] > 2.0
    assert fit_choice(cases, {})["left"] < 0


def test_a_choice_heeds_what_counts_more() -> None:
    light = [Case(f"d{n}", {"a": {"left"}, "b": {"right"}}, "a") for n in range(10)]
    heavy = [Case(f"e{n}", {"a": {"left"}, "b": {"right"}}, "b", worth=10.0) for n in range(10)]
    weight = fit_choice([*light, *heavy], {})
    assert weight["right"] > weight["left"]


def test_a_period_is_learnt_from_samples(tmp_path) -> None:
    text = "@2024-06-01\nIt saved {£5m|saving|actual|-|2023/24} in 2023/24. A roof costs {£1m|cost|actual|-|-}.\n"
    (tmp_path / "parallel.txt").write_text(text, encoding="utf-8")
    (one,) = load_samples(build(("layout", "figures", "periods", "organisations")), tmp_path)
    first, second = periods_of(one)
    assert (first.gold, second.gold) == ("2023/24", "")
    assert {"2023/24", ""} == first.described.keys() == second.described.keys()
    assert one.typical
    assert first.worth > 1
    date(one, {"named 1": 1.0, "none": 0.5})
    assert [label for label, _, _ in one.doc._.spans] == ["2023/24", None]


def test_of_many_times_in_a_sentence_only_those_near_a_figure_are_weighed(tmp_path) -> None:
    listed = ", ".join(f"{{£{n}m|saving|actual|-|20{n}/{n + 1}}} in 20{n}/{n + 1}" for n in range(10, 48))
    (tmp_path / "made.txt").write_text(f"@2024-06-01\nIt saved {listed}.\n", encoding="utf-8")
    (one,) = load_samples(build(("layout", "figures", "periods", "organisations")), tmp_path)
    cases = periods_of(one)
    assert len(cases) == 38
    assert all(case.gold in case.described for case in cases)
    assert max(len(case.described) for case in cases) <= 2 * NEXT + 2
