"""The log of changes between two moments: as records, text, JSON and feed entries; and the command."""

import json
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from telling import AT, LATER, shed, tell

import db
from breakeven import main
from breakeven_errors import UsageError
from db.announcements import rebuild
from db.changes import Following, as_json, as_text, changes, entries, moment

BEFORE = "2026-01-01T00:00:00Z"


@pytest.fixture
def path(tmp_path):
    database = db.connect(tmp_path / "nhs.db")
    tell(database, "a", "2025-06-10", shed(), url="https://example.org/a")
    tell(database, "x", "2025-06-10", shed(200, organisation="RGT"))
    rebuild(database, AT)
    tell(database, "b", "2025-07-03", shed(430), ("Now it wants [510 posts] gone.", 510), url="https://example.org/b")
    rebuild(database, LATER)
    database.close()
    return tmp_path / "nhs.db"


@pytest.fixture
def tracker(path):
    database = db.connect(path)
    yield database
    database.close()


def told(found):
    return [(change.at, change.what, change.old, change.new) for change in found]


ADDED = [
    (AT, "added", None, "Cambridge University Hospitals: 200 posts to go, 2025/26"),
    (AT, "added", None, "Nottingham University Hospitals: 430 posts to go, 2025/26"),
]
REVISED = [(LATER, "revised", "430 posts", "510 posts")]
MOMENTS = {
    "everything": (BEFORE, None, REVISED + ADDED),
    "up to the first run": (BEFORE, AT, ADDED),
    "after the first run": (AT, None, REVISED),
    "after all": (LATER, None, []),
}


@pytest.mark.parametrize(("since", "until", "expected"), MOMENTS.values(), ids=MOMENTS)
def test_between_two_moments(tracker, since, until, expected):
    assert told(changes(tracker, since, until)) == expected


FOLLOWED = {
    "body": (Following(organisation="RGT"), 1),
    "kind": (Following(kind="saving"), 0),
    "region": (Following(region="Y60"), 2),
    "words": (Following(words="nottingham"), 2),
    "words of a sentence": (Following(words="wants 510"), 1),
}


@pytest.mark.parametrize(("following", "count"), FOLLOWED.values(), ids=FOLLOWED)
def test_following(tracker, following, count):
    assert len(changes(tracker, BEFORE, following=following)) == count


def test_entries_of_a_feed_keep_their_names_and_move_with_what_changes(tracker):
    early = {e["name"]: e for e in entries(changes(tracker, BEFORE, AT), "https://tracker.example")}
    late = {e["name"]: e for e in entries(changes(tracker, BEFORE), "https://tracker.example")}
    assert set(early) == set(late)
    assert sorted(entry["updated"] for entry in late.values()) == [AT, LATER]
    assert all(entry["href"] == f"https://tracker.example/{name}" for name, entry in late.items())


def test_text_gives_old_new_reason_and_the_words(tracker):
    text = as_text(changes(tracker, AT))
    assert "430 posts → 510 posts, a source says so" in text
    assert "“510 posts” in b https://example.org/b" in text


def test_text_of_nothing(tracker):
    assert as_text(changes(tracker, LATER)) == "nothing has changed"


def test_json_has_the_evidence(tracker):
    found = json.loads(as_json(changes(tracker, AT)))
    assert found[0]["sentence"] == "Now it wants 510 posts gone."
    assert found[0]["because"] == "source"


NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
TIMES = [
    ("2026-01-08", "2026-01-08T00:00:00Z"),
    ("2026-01-08T09:30:00Z", "2026-01-08T09:30:00Z"),
    ("2026-07-08T09:30:00+01:00", "2026-07-08T08:30:00Z"),
    ("36h", "2026-02-09T00:00:00Z"),
    ("7d", "2026-02-03T12:00:00Z"),
]


@pytest.mark.parametrize(("text", "expected"), TIMES)
def test_moments(text, expected):
    assert moment(text, NOW) == expected


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "", "9999999d"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(UsageError, match="is no time"):
        moment(text)


def test_command_prints_each_format(path):
    def run(*options):
        result = CliRunner().invoke(main, ["changes", "--since", "2026-01-01", "--db", str(path), *options])
        assert result.exit_code == 0, result.output
        return result.output

    assert "Cambridge University Hospitals: 200 posts to go" in run()
    assert len(json.loads(run("--format", "json", "--kind", "job_cut"))) == 3
    feed = ElementTree.fromstring(run("--format", "atom").encode())
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == 2


def test_command_refuses_what_is_no_time(path):
    result = CliRunner().invoke(main, ["changes", "--since", "soon", "--db", str(path)])
    assert result.exit_code == 2
    assert "'soon' is no time" in result.output
