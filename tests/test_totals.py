"""Totals of job cuts: against sums made by hand, with what was left out and why."""

import pytest
from telling import AT, tell

import db
from db.announcements import rebuild

# Midlands: RX1 Nottingham in board QT1, RRK Birmingham. East of England: RGT Cambridge, RAJ Mid and South Essex
MIDLANDS, EAST = "Y60", "Y61"


@pytest.fixture
def tracker(tmp_path):
    database = db.connect(tmp_path / "nhs.db")
    yield database
    database.close()


def posts(words, value, organisation, **columns):
    return (words.replace("#", f"[{value:,} posts]"), value, {"organisation": organisation, "basis": "posts"} | columns)


def totals(database):
    """{(period, region, status, basis): (low, high, how many counted, how many left out)} of what counts."""
    query = "select * from job_cut_totals where announcements"
    return {
        tuple(row[name] for name in ("period", "region", "status", "basis")): tuple(
            row[name] for name in ("low", "high", "announcements", "left_out")
        )
        for row in database.query(query)
    }


def left_out(database):
    query = "select title, left_out from announcements where kind = 'job_cut' and not counted"
    return {row["title"].split(": ")[1]: row["left_out"] for row in database.query(query)}


def test_sums_by_period_region_status_and_basis(tracker):
    tell(tracker, "a", "2025-06-10", posts("It is to lose #.", 430, "RX1"))
    tell(tracker, "b", "2025-06-11", posts("It is to lose #.", 300, "RRK"))
    tell(tracker, "c", "2025-06-12", posts("It is to lose #.", 500, "RGT"))
    tell(tracker, "d", "2025-06-13", posts("It is to lose #.", 743, "RAJ", basis="wte"))
    tell(tracker, "e", "2024-06-13", posts("It is to lose #.", 600, "RAJ", period="2024/25"))
    tell(tracker, "f", "2025-06-14", posts("It may lose #.", 100, "RGN", status="possible"))
    rebuild(tracker, AT)
    assert totals(tracker) == {
        ("2025/26", MIDLANDS, "proposed", "posts"): (430 + 300, 430 + 300, 2, 0),
        ("2025/26", EAST, "proposed", "posts"): (500, 500, 1, 0),
        ("2025/26", EAST, "proposed", "wte"): (743, 743, 1, 0),
        ("2024/25", EAST, "proposed", "posts"): (600, 600, 1, 0),
        ("2025/26", EAST, "reported", "posts"): (100, 100, 1, 0),
    }


def test_a_range_gives_a_low_and_a_high(tracker):
    tell(tracker, "a", "2025-06-10", posts("It is to lose #.", 430, "RX1"))
    tell(
        tracker,
        "b",
        "2025-06-11",
        ("It is to lose [200 to 500 posts].", 200, {"organisation": "RRK", "high": 500, "basis": "posts"}),
    )
    rebuild(tracker, AT)
    assert totals(tracker)["2025/26", MIDLANDS, "proposed", "posts"] == (630, 930, 2, 0)


def test_the_same_cut_told_five_times_counts_once(tracker):
    for n in range(5):
        tell(tracker, f"d{n}", f"2025-06-1{n}", posts("It is to lose #.", 430, "RX1"))
    rebuild(tracker, AT)
    assert totals(tracker) == {("2025/26", MIDLANDS, "proposed", "posts"): (430, 430, 1, 0)}


def test_wholes_give_way_to_their_members(tracker):
    tell(tracker, "a", "2025-06-10", posts("It is to lose #.", 430, "RX1"))
    tell(tracker, "b", "2025-06-11", posts("The system is to lose #.", 900, "QT1"))
    tell(tracker, "c", "2025-06-12", posts("The country is to lose #.", 18000, None))
    rebuild(tracker, AT)
    assert totals(tracker) == {("2025/26", MIDLANDS, "proposed", "posts"): (430, 430, 1, 1)}
    why = "holds figures that are counted below it"
    assert left_out(tracker) == {"900 posts to go, 2025/26": why, "18,000 posts to go, 2025/26": why}


def test_a_whole_counts_where_nothing_below_it_does(tracker):
    tell(tracker, "a", "2025-06-10", posts("It is to lose #.", 430, "RX1", period="2023/24"))
    tell(tracker, "c", "2025-06-12", posts("The country is to lose #.", 18000, None))
    rebuild(tracker, AT)
    assert totals(tracker)["2025/26", None, "proposed", "posts"] == (18000, 18000, 1, 0)


def test_a_period_unknown_is_not_provably_another(tracker):
    tell(tracker, "a", "2025-06-10", posts("It is to lose #.", 430, "RX1"))
    tell(tracker, "b", "2025-09-10", posts("It is to lose #.", 90, "RX1", period=None))
    rebuild(tracker, AT)
    assert totals(tracker) == {("2025/26", MIDLANDS, "proposed", "posts"): (430, 430, 1, 0)}
    assert left_out(tracker) == {"90 posts to go": "may be among a larger figure of the same body"}


NEVER = {
    "denied": (posts("It denied that # would go.", 700, "RRK", status="possible"), "denied"),
    "withdrawn": (posts("The plan to lose # was scrapped.", 700, "RRK"), "withdrawn"),
    "share": (
        ("It is to lose [4%] of its staff.", 4, {"organisation": "RRK", "unit": "percent"}),
        "a share, not a count",
    ),
    "for each": (posts("They are to lose # each.", 700, None), "a figure for each of several bodies"),
}


@pytest.mark.parametrize(("told", "why"), NEVER.values(), ids=NEVER)
def test_never_in_a_total(tracker, told, why):
    tell(tracker, "a", "2025-06-10", posts("It is to lose #.", 430, "RX1"))
    tell(tracker, "b", "2025-06-11", told)
    rebuild(tracker, AT)
    assert totals(tracker) == {("2025/26", MIDLANDS, "proposed", "posts"): (430, 430, 1, 0)}
    assert list(left_out(tracker).values()) == [why]


def test_parts_are_left_out_of_the_total_and_say_of_what_they_are_part(tracker):
    words = "These are 620 permanent and 165 temporary ones."
    tell(
        tracker,
        "a",
        "2025-06-10",
        posts("It is to lose #.", 785, "RX1"),
        (words.replace("620", "[620]"), 620, {"organisation": "RX1", "basis": "posts"}),
        (words.replace("165", "[165]"), 165, {"organisation": "RX1", "basis": "posts"}),
    )
    rebuild(tracker, AT)
    assert totals(tracker) == {("2025/26", MIDLANDS, "proposed", "posts"): (785, 785, 1, 2)}
    row = next(tracker.query("select left_out_why from job_cut_totals where announcements"))
    assert row["left_out_why"].count("a part of another figure") == 2


def test_caps_and_floors_are_told(tracker):
    tell(tracker, "a", "2025-06-10", posts("It is to lose at least #.", 430, "RX1", qualifier="at_least"))
    tell(tracker, "b", "2025-06-10", posts("It is to lose up to #.", 300, "RRK", qualifier="at_most"))
    rebuild(tracker, AT)
    row = next(tracker.query("select * from job_cut_totals where announcements"))
    assert (row["caps"], row["floors"]) == (1, 1)
