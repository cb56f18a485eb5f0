"""Announcements: what is linked, the roles, ids that hold still, the log of changes; and quality on gold."""

import json

import pytest
from click.testing import CliRunner
from gold_database import GOLD, add_fact, agreement, build, fact_id, read_links
from telling import AT, LATER, PLAN, shed, tell

import db
from breakeven import main
from db.announcements import rebuild
from db.periods import compatible, dates, financial_year, overlap


@pytest.fixture
def tracker(tmp_path):
    database = db.connect(tmp_path / "nhs.db")
    yield database
    database.close()


def links(database):
    """{fact: (announcement, role)}."""
    query = "select fact, announcement, role from announcement_facts"
    return {fact: (announcement, role) for fact, announcement, role in database.execute(query).fetchall()}


def roles(database):
    """Roles of the facts of each announcement, in the order of the documents' names."""
    found = {}
    for fact, (announcement, role) in sorted(links(database).items()):
        found.setdefault(announcement, []).append((fact, role))
    return sorted(found.values())


def the_announcement(database):
    rows = list(database.query("select * from announcements"))
    assert len(rows) == 1
    return rows[0]


def everything(database):
    tables = (
        "announcements",
        "announcement_facts",
        "announcement_steps",
        "announcement_aliases",
        "announcement_changes",
    )
    return {table: list(database.execute(f"select * from {table} order by 1, 2")) for table in tables}


def again(database, at=LATER):
    database.execute(
        "insert or ignore into announcement_queue select distinct kind, coalesce(organisation, '') from facts"
    )
    rebuild(database, at)


# -- linking and roles


CASES = {
    "the same figure again": ([shed()], [shed()], ["first", "repeat"]),
    "rounded in a headline": (
        [("Trust to axe [almost 800 roles]", 800, {"qualifier": "about"}), shed(785)],
        [shed(785)],
        ["first", "repeat", "repeat"],
    ),
    "restated beside a larger claim": (
        [shed()],
        [shed(), ("Campaigners say [as many as 750] could go.", 750, {"status": "possible", "qualifier": "at_most"})],
        ["first", "repeat", "conflict"],
    ),
    "a new plan told beside the old": (
        [shed()],
        [("In May it said [430 posts] would close.", 430), ("Now it wants [510 posts] gone.", 510)],
        ["first", "repeat", "revision"],
    ),
    "posts that have gone": (
        [shed()],
        [shed(), ("So far [208 posts] have closed.", 208, {"status": "actual"})],
        ["first", "repeat", "outcome"],
    ),
    "a share in the same sentence": (
        [
            ("It will close [500 posts], 4% of the workforce.", 500),
            ("It will close 500 posts, [4%] of the workforce.", 4, {"unit": "percent"}),
        ],
        [],
        ["first", "repeat"],
    ),
    "history told a year on": (
        [shed(600, period="2024/25")],
        [("Last year's [600 posts] were not enough.", 600, {"period": "2024/25"})],
        ["first", "repeat"],
    ),
}


@pytest.mark.parametrize(("first", "second", "expected"), CASES.values(), ids=CASES)
def test_one_announcement_with_roles(tracker, first, second, expected):
    tell(tracker, "a", "2025-06-10", *first)
    if second:
        tell(tracker, "b", "2025-07-03", *second)
    rebuild(tracker, AT)
    assert [[role for _, role in group] for group in roles(tracker)] == [expected]


APART = {
    "another body": {"organisation": "RXF"},
    "another year": {"period": "2023/24"},
    "another kind": {"kind": "saving", "unit": "GBP"},
}


@pytest.mark.parametrize("other", APART.values(), ids=APART)
def test_what_differs_stays_apart(tracker, other):
    tell(tracker, "a", "2025-06-10", shed())
    tell(tracker, "b", "2025-07-03", shed(**other))
    rebuild(tracker, AT)
    assert [len(group) for group in roles(tracker)] == [1, 1]


def test_different_figures_in_different_documents_stay_apart_without_a_word_that_ties_them(tracker):
    tell(tracker, "a", "2025-06-10", shed(430))
    tell(tracker, "b", "2025-07-03", shed(90))
    rebuild(tracker, AT)
    assert [len(group) for group in roles(tracker)] == [1, 1]


NOT_ONE = {
    "two groups of staff": [("Some [120 nurses] are to go.", 120), ("It will lose [80 managers] too.", 80)],
    "two figures in one sentence": [
        ("It will close [300 posts] in Hull and 210 posts in York.", 300),
        ("It will close 300 posts in Hull and [210 posts] in York.", 210),
    ],
    "a group beside a much larger whole": [shed(500), ("A plan to cut [150 admin posts] is out.", 150)],
    "redundancies beside posts": [shed(500), ("It will make [200 people redundant].", 200, {"basis": "redundancies"})],
}


@pytest.mark.parametrize("told", NOT_ONE.values(), ids=NOT_ONE)
def test_figures_of_two_things_in_one_document_stay_apart(tracker, told):
    tell(tracker, "a", "2025-06-10", *told)
    rebuild(tracker, AT)
    assert [len(group) for group in roles(tracker)] == [1, 1]


def test_a_union_that_says_more_is_a_rival_and_not_a_revision(tracker):
    tell(tracker, "a", "2025-06-10", shed())
    tell(tracker, "b", "2025-07-03", shed(), ("The union puts it at [510 posts].", 510, {"speaker": "unison"}))
    rebuild(tracker, AT)
    assert [role for _, role in roles(tracker)[0]] == ["first", "repeat", "conflict"]
    assert the_announcement(tracker)["low"] == 430


def test_parts_are_announcements_of_their_own_that_say_of_what(tracker):
    parts = "The total is made up of {} permanent positions and {} temporary ones."
    tell(
        tracker,
        "a",
        "2025-06-10",
        shed(785),
        (parts.format("[620]", 165), 620),
        (parts.format(620, "[165]"), 165),
    )
    rebuild(tracker, AT)
    whole = links(tracker)[fact_id("a", 0)][0]
    rows = {row["low"]: row["part_of"] for row in tracker.query("select * from announcements")}
    assert rows == {785: None, 620: whole, 165: whole}


def test_group_of_named_bodies_is_a_scope(tracker):
    words = {"organisation": None, "period": None}
    tell(
        tracker,
        "a",
        "2025-11-27",
        ("Staff at two NHS boards heard that [over 500 jobs] are to go.", 500, words | {"qualifier": "over"}),
    )
    for body in ("QJG", "QMM"):
        row = {"document": "a", "organisation": body, "mentions": 1, "first_start": 0}
        tracker["document_organisations"].insert(row)
    rebuild(tracker, AT)
    assert (the_announcement(tracker)["scope"], the_announcement(tracker)["organisation"]) == ("QJG+QMM", None)


# -- what an announcement says


def test_headline_comes_from_the_official_paper_before_the_press(tracker):
    tell(
        tracker,
        "paper",
        "2025-06-12",
        ("The plan removes [at least 430 posts].", 430, {"qualifier": "at_least"}),
        kind="board_paper",
    )
    tell(tracker, "press", "2025-07-03", shed(432))
    rebuild(tracker, AT)
    row = the_announcement(tracker)
    assert (row["low"], row["headline"]) == (430, fact_id("paper", 0))
    assert row["title"] == "Nottingham University Hospitals: at least 430 posts to go, 2025/26"


def test_headline_comes_from_the_newer_of_two_alike(tracker):
    tell(tracker, "a", "2025-06-10", shed(500))
    tell(tracker, "b", "2025-07-03", shed(500), ("The target is now [510 posts].", 510))
    rebuild(tracker, AT)
    assert the_announcement(tracker)["low"] == 510
    assert the_announcement(tracker)["revisions"] == 1


def test_copies_of_one_text_count_once(tracker):
    words = (
        "The hospital trust said on Monday that it is to lose [430 posts] by next spring, most of them in offices.",
        430,
    )
    for name, day in (("a", "2025-06-10"), ("b", "2025-06-11"), ("c", "2025-09-01")):
        tell(tracker, name, day, words)
    rebuild(tracker, AT)
    assert the_announcement(tracker)["documents"] == 2


LADDERS = {
    "reported": ([shed(status="possible")], "reported"),
    "proposed": ([shed()], "proposed"),
    "consulting": ([("It is consulting on [430 posts] going.", 430)], "consulting"),
    "agreed": ([("The board approved the loss of [430 posts].", 430)], "agreed"),
    "begun": ([shed(), ("So far [208 posts] have closed.", 208, {"status": "actual"})], "begun"),
    "withdrawn": ([("The plan to lose [430 posts] has been put on hold.", 430)], "withdrawn"),
    "denied": ([("It denied that [430 posts] would go.", 430, {"status": "possible"})], "denied"),
}


@pytest.mark.parametrize(("told", "status"), LADDERS.values(), ids=LADDERS)
def test_ladder(tracker, told, status):
    tell(tracker, "a", "2025-06-10", *told)
    rebuild(tracker, AT)
    assert the_announcement(tracker)["status"] == status
    step = next(tracker.query("select * from announcement_steps where step = ?", [status]))
    assert (step["date"], step["document"]) == ("2025-06-10", "a")


def test_finished_once_the_year_is_over(tracker):
    tell(tracker, "a", "2025-06-10", shed())
    tell(tracker, "b", "2026-05-10", shed(), ("In all [428 posts] closed.", 428, {"status": "actual"}))
    rebuild(tracker, AT)
    assert the_announcement(tracker)["status"] == "finished"


def test_a_rival_claim_denied_does_not_deny_the_plan(tracker):
    tell(tracker, "a", "2025-06-10", shed(115), ("It denied that [700 people] would go.", 700, {"status": "possible"}))
    rebuild(tracker, AT)
    assert (the_announcement(tracker)["low"], the_announcement(tracker)["status"]) == (115, "proposed")


# -- ids that hold still, and why figures change


def test_rebuilding_changes_nothing(tracker):
    tell(tracker, "a", "2025-06-10", shed())
    tell(tracker, "b", "2025-07-03", shed(), ("It may be [750 posts].", 750, {"status": "possible"}))
    rebuild(tracker, AT)
    before = everything(tracker)
    again(tracker)
    assert everything(tracker) == before


def test_order_of_arrival_does_not_matter_for_links(tmp_path):
    told = {"a": ("2025-06-10", [shed()]), "b": ("2025-07-03", [shed(), ("Now [510 posts].", 510)])}
    found = []
    for name, order in (("x", "ab"), ("y", "ba")):
        database = db.connect(tmp_path / f"{name}.db")
        for document in order:
            tell(database, document, told[document][0], *told[document][1])
            rebuild(database, AT)
        found.append(roles(database))
        database.close()
    assert found[0] == found[1]


def test_id_stays_when_the_figure_is_read_anew(tracker):
    tell(tracker, "a", "2025-06-10", shed(430))
    rebuild(tracker, AT)
    before = the_announcement(tracker)
    tracker.execute("delete from facts")
    sentence = "The trust is to lose 430 posts this year."
    add_fact(tracker, "a", 9, **PLAN | {"quote": "430", "sentence": sentence, "low": 431, "high": 431, "start": 21})
    rebuild(tracker, LATER)
    assert the_announcement(tracker)["id"] == before["id"]
    change = next(tracker.query("select * from announcement_changes where what = 'revised'"))
    assert (change["old"], change["new"], change["because"]) == ("430 posts", "431 posts", "pipeline")


def test_revision_by_a_source_is_logged_and_moves_updated(tracker):
    tell(tracker, "a", "2025-06-10", shed(430))
    rebuild(tracker, AT)
    tell(tracker, "b", "2025-07-03", shed(430), ("Now it wants [510 posts] gone.", 510))
    rebuild(tracker, LATER)
    row = the_announcement(tracker)
    assert (row["low"], row["updated"]) == (510, LATER)
    changed = [(c["what"], c["because"]) for c in tracker.query("select * from announcement_changes order by at, what")]
    assert changed == [("added", "source"), ("revised", "source")]


def test_merged_ids_lead_on(tracker):
    tell(tracker, "a", "2025-06-10", shed(430))
    tell(tracker, "b", "2025-07-03", shed(90))
    rebuild(tracker, AT)
    ids = {announcement for announcement, _ in links(tracker).values()}
    tell(tracker, "c", "2025-08-01", shed(430), ("It had spoken of [90 posts] in July.", 90))
    rebuild(tracker, LATER)
    kept = the_announcement(tracker)["id"]
    alias = next(tracker.query("select * from announcement_aliases"))
    assert kept in ids
    assert (alias["alias"], alias["announcement"]) == ((ids - {kept}).pop(), kept)


def test_an_announcement_whose_text_is_gone_is_logged_as_withdrawn_and_comes_back_under_its_id(tracker):
    tell(tracker, "a", "2025-06-10", shed())
    rebuild(tracker, AT)
    before = the_announcement(tracker)["id"]
    tracker.execute("delete from facts")
    rebuild(tracker, LATER)
    assert tracker["announcements"].count == 0
    assert tracker["announcement_changes"].count_where("what = 'withdrawn'") == 1
    tell(tracker, "a", "2025-06-10", shed())
    rebuild(tracker, LATER)
    assert the_announcement(tracker)["id"] == before


def test_only_what_changed_is_linked_anew(tracker):
    tell(tracker, "a", "2025-06-10", shed())
    tell(tracker, "b", "2025-06-10", shed(organisation="RXF"))
    rebuild(tracker, AT)
    tell(tracker, "c", "2025-06-12", shed(organisation="RXF"))
    assert tracker.execute("select * from announcement_queue").fetchall() == [("job_cut", "RXF")]
    rebuild(tracker, LATER)
    assert tracker["announcement_queue"].count == 0


@pytest.mark.parametrize(
    ("one", "other", "alike", "shared"),
    [
        ("2025/26", "2025/26", True, True),
        ("2025/26", "2025", True, True),
        ("2025", "2024/25", False, True),
        ("2025/26", "2024/25", False, False),
        ("2023/24-2025/26", "2025/26", False, True),
        (None, "2025/26", True, True),
    ],
)
def test_periods_compare(one, other, alike, shared):
    assert (compatible(one, other), overlap(one, other)) == (alike, shared)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("2025/26", ("2025-04-01", "2026-03-31")),
        ("2010-2014", ("2010-01-01", "2014-12-31")),
        ("2018/19-", ("2018-04-01", None)),
        (None, (None, None)),
    ],
)
def test_dates_of_periods(label, expected):
    assert dates(label) == expected


@pytest.mark.parametrize(("day", "year"), [("2026-03-31", "2025/26"), ("2026-04-01", "2026/27"), ("", None)])
def test_financial_year_of_a_date(day, year):
    assert financial_year(day) == year


# -- quality on the gold set, where it is at hand


@pytest.fixture(scope="module")
def gold(tmp_path_factory):
    if not GOLD.is_dir():
        pytest.skip("the gold set is not at hand")
    database = build(tmp_path_factory.mktemp("gold") / "gold.db")
    rebuild(database, AT)
    yield database
    database.close()


def test_links_agree_with_those_made_by_reading(gold):
    query = "select af.fact, af.announcement from announcement_facts af join facts f on f.id = af.fact"
    found = dict(gold.execute(f"{query} where f.kind in ('job_cut', 'saving')").fetchall())
    wanted = read_links()
    assert set(wanted) <= set(found)
    measured = agreement(found, {fact: wanted[fact][0] if fact in wanted else fact for fact in found})
    assert measured["precision"] >= 0.95, json.dumps(measured)
    assert measured["recall"] >= 0.90, json.dumps(measured)
    assert measured["b_cubed_f1"] >= 0.95, json.dumps(measured)


def test_roles_agree_with_those_made_by_reading(gold):
    wanted = {fact: role for fact, (_, role) in read_links().items() if role}
    right = sum(links(gold)[fact][1] == role for fact, role in wanted.items())
    assert right / len(wanted) >= 0.95


FOLLOW_UPS = {
    "Nottingham posts": ("news-01", "news-02", "nottingham posts 2025/26"),
    "Nottingham savings": ("news-01", "news-02", "nottingham savings 2025/26"),
    "Southampton posts": ("news-03", "news-04", "southampton posts 2025/26"),
    "Cambridge posts": ("news-05", "news-06", "cambridge posts 2025/26"),
    "Cambridge redundancies": ("news-05", "news-06", "cambridge redundancies"),
    "Cornwall posts": ("news-08", "news-09", "cornwall posts 2025/26"),
    "Cornwall savings": ("news-08", "news-09", "cornwall savings 2025/26"),
    "eastern boards": ("news-12", "news-13", "eastern boards posts"),
    "Manchester posts": ("news-14", "news-15", "manchester posts"),
    "national posts": ("news-17", "news-18", "eighteen thousand"),
}


@pytest.mark.parametrize(("first", "then", "name"), FOLLOW_UPS.values(), ids=FOLLOW_UPS)
def test_follow_ups_are_one_announcement(gold, first, then, name):
    facts = [f for f, (announcement, _) in read_links().items() if announcement == name and f[:7] in (first, then)]
    found = {links(gold)[fact][0] for fact in facts}
    assert {fact[:7] for fact in facts} == {first, then}
    assert len(found) == 1


# -- with the real pipeline

SAMPLES = {
    "june.txt": "Trust to shed 430 posts\n10 June 2025\n\n"
    "Nottingham University Hospitals NHS Trust is to lose 430 posts in 2025/26 as it looks for £97m of savings.\n",
    "july.txt": "Posts in doubt\n3 July 2025\n\n"
    "Nottingham University Hospitals NHS Trust announced in June that 430 posts would close in 2025/26. "
    "Campaigners say as many as 750 jobs at Nottingham University Hospitals NHS Trust could go in 2025/26.\n",
}


def test_extracting_everything_again_leaves_ids_links_and_corrections(tmp_path):
    for name, text in SAMPLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    path = str(tmp_path / "nhs.db")
    run = CliRunner()
    files = [str(tmp_path / name) for name in SAMPLES]
    assert run.invoke(main, ["add", "--db", path, *files]).exit_code == 0
    database = db.connect(path)
    query = (
        "select f.id from facts f join documents d on d.id = f.document where f.low = 430 and d.path like '%june.txt'"
    )
    fact = database.execute(query).fetchone()[0]
    said = ["correct", fact, "basis=wte", "--reason", "the plan counts full-time posts", "--by", "editor", "--db", path]
    assert run.invoke(main, said).exit_code == 0
    before = everything(database) | {"corrections": list(database.query("select * from corrections"))}
    assert before["announcement_facts"]
    for _ in range(2):
        assert run.invoke(main, ["extract", "--all", "--db", path]).exit_code == 0
    assert everything(database) | {"corrections": list(database.query("select * from corrections"))} == before
    assert database.execute("select basis from facts where id = ?", [fact]).fetchone() == ("wte",)
    database.close()
