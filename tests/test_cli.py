"""The commands as a user meets them: statuses, messages, what a second run and a kill leave behind."""

import csv
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile

import distributed
import pytest
from click.testing import CliRunner
from sqlite_utils import Database

import db as database
from breakeven import main
from db import work
from db.store import Store

TRUST = "Manchester University NHS Foundation Trust"
PAGE = f"Trust to cut jobs\n\nPublished 3 July 2025\n\n{TRUST} will cut {{}} jobs and save £{{}}m in 2025/26.\n"
TABLE = """<html><body><main><h1>Costs</h1><p>Costs of the boards.</p>
<table><tr><th>Board</th><th>Cost</th></tr><tr><td>NHS Devon ICB</td><td>£1m</td></tr>
<tr><td>NHS Dorset ICB</td><td>Within Range</td></tr></table>
</main></body></html>"""
TIMES = {"first_seen", "last_seen", "fetched", "updated", "at", "since", "until"}


@pytest.fixture
def folder(tmp_path):
    """Six made-up articles in a folder, one of them an HTML page with a table."""
    folder = tmp_path / "papers"
    folder.mkdir()
    for number in range(1, 6):
        (folder / f"cuts-{number}.txt").write_text(PAGE.format(100 * number, number), encoding="utf-8")
    (folder / "table.html").write_text(TABLE, encoding="utf-8")
    return folder


@pytest.fixture
def call(tmp_path):
    """Call a command in this process with a database in the test's folder."""

    def run(*words, db="nhs.db"):
        return CliRunner().invoke(main, [*map(str, words), "--db", str(tmp_path / db)])

    return run


def everything(path, leave=("last_seen",)):
    """All rows of a database, but for runs and the columns named."""
    db = Database(path)
    names = [name for name in db.table_names() if not name.startswith(("_", "runs")) and "_fts" not in name]
    rows = {
        name: sorted(str({key: value for key, value in row.items() if key not in leave}) for row in db.table(name).rows)
        for name in names
    }
    db.close()
    return rows


def test_add_tells_what_it_did_and_adding_again_changes_nothing(call, folder, tmp_path):
    answer = call("add", folder)
    assert answer.exit_code == 0, answer.output
    lines = answer.stdout.splitlines()
    assert lines[0].split() == ["documents", "6", "(6", "new,", "0", "changed,", "0", "as", "before)"]
    assert any(line.split() == ["job_cut", "5"] for line in lines)
    assert "Manchester University" in answer.stdout
    assert lines[-1].split() == ["failures", "0"]
    before = everything(tmp_path / "nhs.db")
    again = call("add", folder)
    assert "6 as before" in again.stdout
    assert everything(tmp_path / "nhs.db") == before
    assert call("check").stdout == "sound\n"


def test_facts_are_found_with_their_words(call, folder, tmp_path):
    call("add", folder)
    db = Database(tmp_path / "nhs.db")
    rows = db.execute("select quote, low, organisation, period from job_cuts order by low").fetchall()
    assert rows == [(f"{n}00 jobs", 100 * n, "R0A", "2025/26") for n in range(1, 6)]
    values = db.execute("select row_label, column_label, value, unit, organisation from table_values order by row")
    assert values.fetchall() == [
        ("NHS Devon ICB", "Cost", 1e6, "GBP", "QJK"),
        ("NHS Dorset ICB", "Cost", None, None, "QVV"),
    ]


BAD = {
    "binary.txt": bytes(range(256)) * 40,
    "empty.txt": b"",
    "encoding.txt": ("病院は二百の職を減らす。" * 40).encode("shift_jis"),
    "type.xyz": b"a format of its own",
    "line.txt": b"x" * 50_000_000,
    "damaged.pdf": b"%PDF-1.7 and nothing more",
}


def test_each_bad_input_costs_itself_alone(call, folder, tmp_path):
    for name, content in BAD.items():
        (folder / name).write_bytes(content)
    for _ in range(2):
        answer = call("add", folder)
        assert answer.exit_code == 1
        assert answer.stdout.splitlines()[-1].split() == ["failures", str(len(BAD))]
        lines = answer.stderr.splitlines()
        assert len(lines) == len(BAD)
        assert all(any(name in line for line in lines) for name in BAD)
    db = Database(tmp_path / "nhs.db")
    failures = {row["path"].rsplit("/", 1)[1]: row for row in db.table("failures").rows}
    assert set(failures) == set(BAD)
    assert {row["stage"] for row in failures.values()} == {"read"}
    assert db.table("documents").count == 6
    (folder / "empty.txt").write_text(PAGE.format(900, 9), encoding="utf-8")
    call("add", folder)
    assert db.table("failures").count == len(BAD) - 1


def test_a_folder_without_read_rights_is_a_failure(call, folder, monkeypatch):
    shut = folder / "shut"
    shut.mkdir()
    scan = os.scandir

    def refuse(path):  # the superuser may read any folder, so that its rights alone prove nothing
        if os.fspath(path) == str(shut):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    answer = call("add", folder)
    assert answer.exit_code == 1
    assert str(shut) in answer.stderr
    assert "6 new" in answer.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["add"], "Missing argument"),
        (["add", "no/such/file.txt"], "no/such/file.txt: there is no such file"),
        (["export", "nothing"], "there is no such table or view"),
        (["export", "facts", "--format", "ods"], "Invalid value"),
        (["evaluate", "no/such/folder"], "does not exist"),
        (["extract", "--dask", "nonsense://1"], "no Dask scheduler answers"),
        (["fly"], "No such command"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_bad_usage_ends_with_2(call, folder, tmp_path, words, message):
    Store(database.connect(tmp_path / "nhs.db")).save(work.Document("A text", native_id="1"))
    answer = call(*words)
    assert answer.exit_code == 2
    assert message in answer.stderr
    assert "Traceback" not in answer.output


@pytest.mark.parametrize("command", ["extract", "check", "export facts", "serve"])
def test_commands_that_read_make_no_database(call, tmp_path, command):
    answer = call(*command.split())
    assert answer.exit_code == 1
    assert "there is no such database" in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_environment_names_the_database(folder, tmp_path):
    there = {**os.environ, "BREAKEVEN_DB": str(tmp_path / "other.db")}
    answer = CliRunner().invoke(main, ["export", "facts"], env=there)
    assert "other.db" in answer.stderr


def test_extract_reads_what_is_new_and_all_when_told(call, folder, tmp_path):
    call("add", folder)
    before = everything(tmp_path / "nhs.db")
    assert call("extract").stdout.startswith("0 documents extracted")
    assert call("extract", "--all").stdout.startswith("6 documents extracted")
    assert everything(tmp_path / "nhs.db") == before


def test_an_older_pipeline_is_read_again(call, folder, tmp_path):
    call("add", folder)
    before = everything(tmp_path / "nhs.db")
    db = database.connect(tmp_path / "nhs.db")
    db.execute("update documents set pipeline = 'older'")
    db.execute("update facts set pipeline = 'older', kind = 'other' where kind = 'job_cut'")
    db.close()
    assert call("extract").stdout.startswith("6 documents extracted")
    assert everything(tmp_path / "nhs.db")["facts"] == before["facts"]


def test_processes_and_dask_find_what_one_process_finds(call, folder, tmp_path):
    call("add", folder)
    before = everything(tmp_path / "nhs.db")
    answer = call("extract", "--all", "--workers", 2)
    assert answer.stdout.splitlines()[-1].startswith("6 documents extracted"), answer.output
    assert everything(tmp_path / "nhs.db") == before
    with distributed.LocalCluster(1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
        answer = call("extract", "--all", "--dask", cluster.scheduler_address)
    assert answer.stdout.splitlines()[-1].startswith("6 documents extracted"), answer.output
    assert everything(tmp_path / "nhs.db") == before


def test_an_error_in_extraction_costs_its_document_alone(call, folder, tmp_path, monkeypatch):
    read = work.extract.read

    def stumble(nlp, document):
        if "300 jobs" in document.text:
            raise ZeroDivisionError("by nothing")
        return read(nlp, document)

    monkeypatch.setattr(work.extract, "read", stumble)
    answer = call("add", folder)
    assert answer.exit_code == 1
    assert "cuts-3.txt: extraction failed (ZeroDivisionError: by nothing)" in answer.stderr
    db = Database(tmp_path / "nhs.db")
    assert db["job_cuts"].count == 4
    assert [row["stage"] for row in db.table("failures").rows] == ["extract"]
    monkeypatch.undo()
    assert call("extract").exit_code == 0
    assert db["job_cuts"].count == 5
    assert db.table("failures").count == 0


def test_a_killed_run_is_completed_by_the_next(call, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    for number in range(1, 61):
        (folder / f"cuts-{number:02}.txt").write_text(PAGE.format(10 * number, number), encoding="utf-8")
    command = [sys.executable, "-m", "breakeven", "add", str(folder), "--db", str(tmp_path / "killed.db")]
    for full in ("documents", "facts"):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(tmp_path / "killed.db", full, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert call("check", db="killed.db").stdout == "sound\n"
    assert call("add", folder, db="killed.db").exit_code == 0
    assert call("add", folder, db="whole.db").exit_code == 0
    assert everything(tmp_path / "killed.db", TIMES) == everything(tmp_path / "whole.db", TIMES)
    statuses = [row["status"] for row in Database(tmp_path / "killed.db").table("runs").rows]
    assert statuses.count("done") >= 1


def wait_for(path, table, process):
    """Wait until a table of a database that another process writes holds a few rows, or the process ends."""
    while process.poll() is None:
        if path.exists():
            db = Database(path)
            filled = db.table(table).exists() and db.table(table).count > 5
            db.close()
            if filled:
                return
        time.sleep(0.02)


def test_export_to_a_file_and_to_standard_output(call, folder, tmp_path):
    call("add", folder)
    answer = subprocess.run(
        [sys.executable, "-m", "breakeven", "export", "job_cuts", "--db", str(tmp_path / "nhs.db")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert {row["organisation_name"] for row in csv.DictReader(io.StringIO(answer.stdout))} == {TRUST}
    told = call("export", "facts", "--format", "xlsx", "--out", tmp_path / "facts.xlsx").stdout
    assert f"in {tmp_path / 'facts.xlsx'}" in told


def test_evaluate_prints_and_records(call, folder, tmp_path):
    call("add", folder)
    quote = "100 jobs"
    start = PAGE.format(100, 1).index(quote)
    place = {"quote": quote, "start": start, "end": start + len(quote), "unit": "posts", "low": 100, "high": 100}
    labels = {"kind": "job_cut", "organisation": "R0A", "period": "2025/26", "status": "planned", "qualifier": "exact"}
    gold = {"facts": [place | labels]}
    (folder / "cuts-1.json").write_text(json.dumps(gold))
    figures = json.loads(call("evaluate", folder, "--json", "--record").stdout)
    assert figures["figure"]["recall"] == 1.0
    assert Database(tmp_path / "nhs.db").table("accuracy").count_where("measure = 'figure recall' and value = 1.0") == 1
    text = call("evaluate", folder, "--against", tmp_path / "nhs.db", "--misses", 1).stdout
    assert "0 gained, 0 lost, 0 changed" in text
    assert "spurious: cuts-1: '£1m'" in text


def test_check_names_a_breach(call, folder, tmp_path):
    call("add", folder)
    db = database.connect(tmp_path / "nhs.db")
    db.execute("update facts set sentence = 'Nothing of the kind'")
    db.close()
    answer = call("check")
    assert answer.exit_code == 1
    assert "promise 1" in answer.stderr
    assert "breaches" in answer.stdout


def test_serve_publishes_tables_search_and_json(call, folder, tmp_path):
    call("add", folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "breakeven", "serve", "--db", str(tmp_path / "nhs.db"), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == f"http://127.0.0.1:{port}/\n"
        facts = json.loads(fetch(port, "/nhs/facts.json?_shape=array&kind=job_cut&_search=jobs"))
        assert len(facts) == 5
        faceted = json.loads(fetch(port, "/nhs/facts.json?_size=1"))
        assert {row["value"] for row in faceted["facet_results"]["kind"]["results"]} >= {"job_cut", "saving"}
        passages = json.loads(fetch(port, "/nhs/passages.json?_shape=array&_search=cutting"))
        assert len(passages) >= 5
        assert fetch(port, "/nhs/documents.csv?_col=title&kind__isnull=1").startswith("id,title")
    finally:
        process.terminate()
        process.wait()


@pytest.mark.parametrize("writable", [True, False], ids=["working file", "published file"])
def test_a_file_that_nothing_can_change_is_served_as_such(call, folder, monkeypatch, writable):
    served = []
    call("add", folder)
    monkeypatch.setattr("web.serve.serve", lambda path, **options: served.append(options["immutable"]))
    monkeypatch.setattr(os, "access", lambda path, mode: writable or mode != os.W_OK)  # for a superuser
    assert call("serve").exit_code == 0
    assert served == [not writable]


def fetch(port, path):
    """The text at an address of the site, which may take a moment to come up."""
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
                return answer.read().decode()
        except ConnectionError:
            time.sleep(0.1)
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionError):
                raise
            time.sleep(0.1)
    raise TimeoutError(path)


def test_a_bad_member_of_an_archive_costs_itself_alone(call, tmp_path):
    pack = tmp_path / "papers.zip"
    with zipfile.ZipFile(pack, "w") as archive:
        archive.writestr("good.txt", PAGE.format(300, 1))
        archive.writestr("bad.pdf", b"this is no portable document")
    answer = call("add", pack)
    assert answer.exit_code == 1
    assert len(answer.stderr.splitlines()) == 1
    db = Database(tmp_path / "nhs.db")
    assert [row["path"] for row in db.table("failures").rows] == [f"{pack}/bad.pdf"]
    assert db["job_cuts"].count >= 1
    with zipfile.ZipFile(pack, "w") as archive:
        archive.writestr("good.txt", PAGE.format(300, 1))
    assert call("add", pack).exit_code == 0
    assert db.table("failures").count == 0
