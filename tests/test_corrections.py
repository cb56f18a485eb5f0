"""Corrections: what people may say, how it outlives re-extraction, files in and out."""

import csv
import io
import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

import db
from breakeven import main
from breakeven_errors import UsageError
from crawler.document import Block, Document
from db import announcements, correction_files, corrections, results
from db.store import Store
from extract.facts import Fact, Result

TEXT = "The trust is to lose 430 posts this year.\n\nIt must save £97m.\n"
POSTS = Fact(
    21, 30, "430 posts", "The trust is to lose 430 posts this year.", "posts", 430, 430, "exact", "job_cut", "RX1",
    "2025/26", "2025-04-01", "2026-03-31", "planned", "posts", "stated", None, "posts", 0.9, "posts",
)  # fmt: skip
MONEY = replace(POSTS, start=56, end=60, quote="£97m", sentence="It must save £97m.", unit="GBP", low=97e6, high=97e6,
                kind="saving", basis=None, measure="savings")  # fmt: skip


@pytest.fixture
def tracker(tmp_path):
    database = db.connect(tmp_path / "nhs.db")
    yield database
    database.close()


def save(database, text=TEXT):
    blocks = [Block("paragraph", text.index(line), text.index(line) + len(line)) for line in text.split("\n") if line]
    document = Document(
        text, blocks, title="Paper", kind="news", published="2025-06-10", url="https://example.org/a.txt"
    )
    return Store(database).save(document).id


def extract(database, document, *facts):
    """What a run does for one document: write the results, apply the corrections, link."""
    with database.atomic():
        results.write(database, document, Result(list(facts)), "1")
        corrections.apply(database, document)
        announcements.rebuild(database)


@pytest.fixture
def paper(tracker):
    document = save(tracker)
    extract(tracker, document, POSTS, MONEY)
    return document


def facts(database):
    return {row["quote"]: row for row in database.query("select * from facts order by start")}


def correct(database, fact=None, **fields):
    said = {name: fields.pop(name) for name in ("document", "quote", "start") if name in fields}
    return corrections.correct(
        database, {"fact": fact, "fields": fields, "reason": "the paper says so", "by": "editor", **said}
    )


FIELDS = {
    "status": ("planned", "possible"),
    "organisation": ("RX1", "RRK"),
    "period": ("2025/26", "2026/27"),
    "low": (430, 420),
    "kind": ("job_cut", "saving"),
    "basis": ("posts", "wte"),
    "polarity": ("stated", "denied"),
}


@pytest.mark.parametrize(("field", "values"), FIELDS.items(), ids=FIELDS)
def test_a_corrected_field_outlives_re_extraction(tracker, paper, field, values):
    before, after = values
    fact = facts(tracker)["430 posts"]
    assert fact[field] == before
    correct(tracker, fact["id"], **{field: after})
    assert facts(tracker)["430 posts"][field] == after
    extract(tracker, paper, POSTS, MONEY)
    extract(tracker, paper, POSTS, MONEY)
    assert facts(tracker)["430 posts"][field] == after
    assert facts(tracker)["£97m"]["kind"] == "saving"


def test_a_corrected_period_brings_its_dates(tracker, paper):
    correct(tracker, facts(tracker)["430 posts"]["id"], period="2026/27")
    row = facts(tracker)["430 posts"]
    assert (row["period_start"], row["period_end"]) == ("2026-04-01", "2027-03-31")


def test_the_last_word_counts(tracker, paper):
    fact = facts(tracker)["430 posts"]["id"]
    correct(tracker, fact, status="possible")
    correct(tracker, fact, status="actual")
    extract(tracker, paper, POSTS, MONEY)
    assert facts(tracker)["430 posts"]["status"] == "actual"


def test_a_wrong_figure_stays_away(tracker, paper):
    correct(tracker, facts(tracker)["430 posts"]["id"], verdict="wrong")
    extract(tracker, paper, POSTS, MONEY)
    assert list(facts(tracker)) == ["£97m"]
    assert [row["kind"] for row in tracker["announcements"].rows] == ["saving"]


def test_a_missing_figure_is_there_with_its_sentence(tracker, paper):
    extract(tracker, paper, MONEY)
    correct(
        tracker,
        document=paper,
        quote="430 posts",
        verdict="missing",
        unit="posts",
        low="430",
        kind="job_cut",
        organisation="RX1",
    )
    extract(tracker, paper, MONEY)
    row = facts(tracker)["430 posts"]
    assert (row["low"], row["high"], row["start"], row["rule"]) == (430, 430, 21, "correction")
    assert row["sentence"] == "The trust is to lose 430 posts this year."
    assert row["passage"] is not None
    assert tracker["announcements"].count_where("kind = 'job_cut'") == 1


def test_a_missing_figure_that_extraction_finds_later_is_not_doubled(tracker, paper):
    extract(tracker, paper, MONEY)
    correct(
        tracker,
        document=paper,
        quote="430 posts",
        verdict="missing",
        unit="posts",
        low="430",
        kind="job_cut",
        status="possible",
    )
    extract(tracker, paper, POSTS, MONEY)
    assert tracker["facts"].count == 2
    assert facts(tracker)["430 posts"]["status"] == "possible"


def test_a_corrected_figure_that_extraction_loses_is_put_back(tracker, paper):
    correct(tracker, facts(tracker)["430 posts"]["id"], verdict="right")
    extract(tracker, paper, MONEY)
    assert facts(tracker)["430 posts"]["low"] == 430


def test_a_correction_follows_its_quote_to_a_new_place(tracker, paper):
    correct(tracker, facts(tracker)["430 posts"]["id"], status="possible")
    moved = "Update.\n\n" + TEXT.replace("this year", "by March")
    document = save(tracker, moved)
    assert document == paper
    posts = replace(POSTS, start=30, end=39, sentence="The trust is to lose 430 posts by March.")
    extract(tracker, document, posts, replace(MONEY, start=MONEY.start + 8, end=MONEY.end + 8))
    row = facts(tracker)["430 posts"]
    assert (row["start"], row["status"]) == (30, "possible")
    assert tracker["facts"].count == 2


def test_a_correction_whose_text_is_gone_is_reported_and_waits(tracker, paper, capsys):
    correct(tracker, facts(tracker)["430 posts"]["id"], status="possible")
    gone = save(tracker, "It must save £97m.\n")
    extract(tracker, gone, replace(MONEY, start=13, end=17))
    assert "'430 posts' was corrected, and its words are gone" in capsys.readouterr().err
    assert [row["quote"] for row in corrections.pending(tracker)] == ["430 posts"]
    extract(tracker, save(tracker), POSTS, MONEY)
    assert list(corrections.pending(tracker)) == []
    assert facts(tracker)["430 posts"]["status"] == "possible"


def test_what_a_correction_changes_is_said_to_be_a_correction(tracker, paper):
    correct(tracker, facts(tracker)["430 posts"]["id"], low="410", high="410")
    change = next(tracker.query("select * from announcement_changes where what = 'revised'"))
    assert (change["old"], change["new"], change["because"]) == ("430 posts", "410 posts", "correction")
    query = "select because from announcement_facts join facts f on f.id = fact where f.quote = '430 posts'"
    assert tracker.execute(query).fetchall() == [("correction",)]


def test_figures_may_be_ruled_the_same_and_apart(tracker, paper):
    extract(tracker, paper, POSTS, replace(MONEY, kind="job_cut", unit="posts", low=97, high=97, period="2023/24"))
    one, other = (facts(tracker)[quote]["id"] for quote in ("430 posts", "£97m"))
    before = [row["id"] for row in tracker["announcements"].rows]
    assert len(before) == 2
    correct(tracker, one, same=other)
    assert tracker["announcements"].count == 1
    assert tracker["announcement_aliases"].count == 1
    extract(tracker, paper, POSTS, replace(MONEY, kind="job_cut", unit="posts", low=97, high=97, period="2023/24"))
    assert tracker["announcements"].count == 1
    correct(tracker, one, apart=other)
    assert tracker["announcements"].count == 2
    now = {row["id"] for row in tracker["announcements"].rows}
    aliases = {row["alias"]: row["announcement"] for row in tracker["announcement_aliases"].rows}
    assert {aliases.get(announcement, announcement) for announcement in before} <= now


def test_a_ruling_may_name_an_announcement(tracker, paper):
    extract(tracker, paper, POSTS, replace(MONEY, period="2023/24"))
    announcement = next(tracker.query("select id from announcements where kind = 'saving'"))["id"]
    kept = correct(tracker, facts(tracker)["430 posts"]["id"], same=announcement)
    assert kept[0]["value"] == facts(tracker)["£97m"]["id"]


REFUSED = {
    "unknown fact": ({"fact": "nonsense", "status": "actual"}, "there is no such fact"),
    "unknown field": ({"colour": "red"}, "there is no such field"),
    "unknown status": ({"status": "sure"}, "status is one of"),
    "not a number": ({"low": "many"}, "give a plain number"),
    "unknown body": ({"organisation": "XYZ99"}, "no such id in the register"),
    "bad period": ({"period": "next year"}, "write it as 2025/26"),
    "unknown other": ({"same": "nonsense"}, "neither a fact nor an announcement"),
    "quote not there": (
        {"fact": None, "document": "paper", "quote": "440 posts", "verdict": "missing"},
        "do not stand in it",
    ),
    "document not there": (
        {"fact": None, "document": "nowhere", "quote": "x", "verdict": "missing"},
        "no such document",
    ),
    "missing without a kind": (
        {"fact": None, "document": "paper", "quote": "this year", "verdict": "missing", "unit": "posts", "low": "1"},
        "needs kind=",
    ),
}


@pytest.mark.parametrize(("said", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_meant_is_refused(tracker, paper, said, message):
    said = {"fact": facts(tracker)["430 posts"]["id"]} | said
    if said.get("document") == "paper":
        said["document"] = paper
    with pytest.raises(UsageError, match=message):
        correct(tracker, **said)
    assert tracker["corrections"].count == 0


def test_a_reason_is_needed(tracker, paper):
    row = {"fact": facts(tracker)["430 posts"]["id"], "fields": {"status": "actual"}, "by": "editor", "reason": " "}
    with pytest.raises(UsageError, match="give `reason`"):
        corrections.correct(tracker, row)


def test_an_ambiguous_quote_asks_for_its_place(tracker):
    document = save(tracker, "Some 430 posts.\nYes, 430 posts.\n")
    extract(tracker, document)
    said = {
        "document": document,
        "quote": "430 posts",
        "verdict": "missing",
        "unit": "posts",
        "low": "430",
        "kind": "job_cut",
    }
    with pytest.raises(UsageError, match="stands there 2 times"):
        correct(tracker, **said)
    correct(tracker, **said, start=21)
    assert facts(tracker)["430 posts"]["start"] == 21


# -- files


def test_csv_goes_round(tracker, paper, tmp_path):
    correct(tracker, facts(tracker)["430 posts"]["id"], status="possible", period="2026/27")
    correct(tracker, document=paper, quote="this year", verdict="missing", unit="percent", low="5", kind="other")
    out = io.StringIO()
    assert correction_files.write_csv(tracker, out) == 6
    (tmp_path / "c.csv").write_text(out.getvalue(), encoding="utf-8")

    other = db.connect(tmp_path / "other.db")
    extract(other, save(other), POSTS, MONEY)
    assert correction_files.read_csv(other, tmp_path / "c.csv") == (6, [])
    assert facts(other) == facts(tracker)
    correction_files.read_csv(other, tmp_path / "c.csv")
    assert other["corrections"].count == 6
    other.close()


def test_a_bad_row_of_a_csv_costs_that_row_alone(tracker, paper, tmp_path):
    fact = facts(tracker)["430 posts"]["id"]
    with (tmp_path / "c.csv").open("w", encoding="utf-8", newline="") as handle:
        rows = [
            ["fact", "field", "value", "reason", "by"],
            ["nonsense", "status", "actual", "r", "b"],
            [fact, "status", "actual", "r", "b"],
        ]
        csv.writer(handle).writerows(rows)
    taken, failed = correction_files.read_csv(tracker, tmp_path / "c.csv")
    assert taken == 1
    assert len(failed) == 1
    assert "line 2: nonsense" in failed[0]
    assert facts(tracker)["430 posts"]["status"] == "actual"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the first line names"),
        (b"fact,value\n1,2\n", "the first line names"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
    ids=["empty", "columns lacking", "not text"],
)
def test_a_file_that_is_no_list_of_corrections_is_refused(tracker, tmp_path, content, message):
    (tmp_path / "c.csv").write_bytes(content)
    with pytest.raises(UsageError, match=message):
        correction_files.read_csv(tracker, tmp_path / "c.csv")


def test_corrected_documents_are_gold_files(tracker, paper, tmp_path):
    correct(tracker, facts(tracker)["430 posts"]["id"], status="possible")
    assert correction_files.write_gold(tracker, tmp_path / "gold") == 1
    gold = json.loads((tmp_path / "gold" / "a.json").read_text(encoding="utf-8"))
    assert (tmp_path / "gold" / "a.txt").read_text(encoding="utf-8") == TEXT
    assert [(fact["quote"], fact["status"]) for fact in gold["facts"]] == [
        ("430 posts", "possible"),
        ("£97m", "planned"),
    ]


def test_log_tells_what_was_and_what_is(tracker, paper):
    correct(tracker, facts(tracker)["430 posts"]["id"], status="possible")
    row = next(tracker.query("select * from corrections_log"))
    said = ("status", "planned", "possible", "the paper says so", "editor", "applied", "430 posts", "Paper")
    assert tuple(row[name] for name in ("field", "was", "value", "reason", "by", "state", "quote", "title")) == said


# -- the commands


def run(tracker, *words):
    path = tracker.execute("pragma database_list").fetchone()[2]
    return CliRunner().invoke(main, [*words, "--db", path])


def test_commands_go_the_whole_way(tracker, paper, tmp_path):
    fact = facts(tracker)["430 posts"]["id"]
    said = run(tracker, "correct", fact, "status=possible", "--reason", "it says may")
    assert said.output == f"{fact}: status was planned, is possible\n"
    sheet = tmp_path / "corrections.csv"
    assert run(tracker, "corrections", "export", "--out", str(sheet)).exit_code == 0
    assert run(tracker, "corrections", "import", str(sheet)).output == "1 corrections taken, 0 refused\n"
    assert run(tracker, "corrections", "export", "--gold", str(tmp_path / "gold")).output.startswith("1 documents in")
    assert run(tracker, "corrections", "pending").output == ""


def test_command_takes_a_missing_figure(tracker, paper):
    extract(tracker, paper, MONEY)
    words = ["verdict=missing", "unit=posts", "low=430", "kind=job_cut", "--document", paper, "--quote", "430 posts"]
    assert run(tracker, "correct", *words, "--reason", "not found", "--by", "editor").exit_code == 0
    assert facts(tracker)["430 posts"]["low"] == 430


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nonsense"], "say what is right as FIELD=VALUE"),
        (["nonsense", "status=planned"], "there is no such fact"),
        (["nonsense", "status"], "say what is right as FIELD=VALUE"),
    ],
    ids=["no field", "no such fact", "no value"],
)
def test_command_says_what_is_wrong_and_ends_with_2(tracker, paper, words, message):
    result = run(tracker, "correct", *words, "--reason", "r", "--by", "editor")
    assert result.exit_code == 2
    assert message in result.output


def test_import_of_a_bad_row_ends_with_1(tracker, paper, tmp_path):
    (tmp_path / "c.csv").write_text("fact,field,value,reason,by\nnonsense,status,actual,r,b\n", encoding="utf-8")
    result = run(tracker, "corrections", "import", str(tmp_path / "c.csv"))
    assert result.exit_code == 1
    assert "0 corrections taken, 1 refused" in result.output
