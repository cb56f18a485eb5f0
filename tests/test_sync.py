"""The refresh from ODS: real databases, and a real server that replays reports in ODS's layout, all made up here."""

import csv
import io
import json
import threading
import time
import types
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3

import db as database
from breakeven_errors import FetchError, SourceError, UsageError
from db import ods, organisations
from extract.register import load

REGISTER = load()
LIVING = [
    one
    for one in REGISTER.organisations.values()
    if (one.kind.startswith("trust_") or one.kind == "icb") and len(one.id) in (3, 5)
]


def row(code, name, board="", opened="20100401", closed=""):
    return [code, name, "Y60", board, "1 SAMPLE ROAD", "", "", "TOWN", "", "AB1 2CD", opened, closed] + [""] * 15


def report(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return ("\ufeff" + out.getvalue()).encode()


def whole(changes=()):
    """The trusts and boards of the register as ODS reports them, with some rows changed or added."""
    rows = {
        one.id: row(
            one.id,
            one.name.upper(),
            one.parent or "",
            *(day.replace("-", "") if day else "" for day in (one.opened, one.closed)),
        )
        for one in LIVING
    }
    rows |= {changed[0]: changed for changed in changes}
    return report(rows.values())


@pytest.fixture
def db(tmp_path):
    opened = database.connect(tmp_path / "test.db")
    yield opened
    opened.close()


@pytest.fixture
def served():
    """A loopback server: fill ``answers`` with path to list of (status, headers, body); the last one repeats."""

    class Handler(BaseHTTPRequestHandler):
        answers = types.MappingProxyType({})
        asked = ()

        def do_GET(self):
            self.asked.append((self.path, dict(self.headers)))
            queue = self.answers[self.path]
            status, headers, body = queue.pop(0) if len(queue) > 1 else queue[0]
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    Handler.answers, Handler.asked = {}, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", Handler
    server.shutdown()
    server.server_close()


def everything(db):
    tables = ("organisations", "organisation_names", "organisation_relations")
    return {table: sorted(map(str, db.execute(f"select * from {table}").fetchall())) for table in tables}


def test_a_report_that_says_nothing_new_changes_nothing(db, tmp_path):
    before = everything(db)
    path = tmp_path / "etr.csv"
    path.write_bytes(whole())
    assert organisations.sync(db, str(path)) == []
    assert everything(db) == before


def test_changes_are_applied_once_and_told(db, tmp_path):
    path = tmp_path / "etr.csv"
    changes = [
        row("RX1", "TRENT VALLEY UNIVERSITY HOSPITALS NHS TRUST", "QT1"),
        row("RHM", REGISTER.organisations["RHM"].name, "QRL", closed="20260930"),
        row("Z1Z9Z", "SAMPLE COMMUNITY HEALTH NHS TRUST", "QT1", opened="20260701"),
    ]
    path.write_bytes(whole(changes))
    told = organisations.sync(db, str(path))
    assert sorted(line.split()[0] for line in told) == ["RHM", "RX1", "Z1Z9Z"]
    assert organisations.sync(db, str(path)) == []
    after = organisations.register_of(db)
    assert after.organisations["RX1"].name == "Trent Valley University Hospitals NHS Trust"
    assert after.organisations["RHM"].closed == "2026-09-30"
    assert after.organisations["Z1Z9Z"].kind == "trust_community"
    old = [
        name
        for name in after.names
        if name.organisation == "RX1" and name.name.startswith("Nottingham University Hospitals NHS")
    ]
    assert old[0].end, "the name before it keeps its row, with its last day"
    assert set(REGISTER.organisations) < set(after.organisations), "nothing is deleted"


def test_a_trust_moves_to_another_board(db, tmp_path):
    path = tmp_path / "etr.csv"
    path.write_bytes(report([row("RX1", REGISTER.organisations["RX1"].name, "QK1")]))
    assert organisations.sync(db, str(path)) == [
        "RX1 Nottingham University Hospitals NHS Trust: now under "
        "NHS Leicester, Leicestershire and Rutland Integrated Care Board"
    ]
    parents = [
        one for one in organisations.register_of(db).relations if (one.organisation, one.relation) == ("RX1", "parent")
    ]
    assert sorted((one.other, bool(one.end)) for one in parents) == [("QK1", False), ("QT1", True)]


def test_sites_and_practices_of_a_report_are_not_added(db, tmp_path):
    path = tmp_path / "ets.csv"
    path.write_bytes(report([row("RX1", REGISTER.organisations["RX1"].name), row("RX1RA", "SAMPLE DAY HOSPITAL")]))
    assert organisations.sync(db, str(path)) == []
    assert "RX1RA" not in organisations.register_of(db).organisations


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(whole()[:-40], id="cut in a row"),
        pytest.param(b"\n".join(whole().split(b"\n")[:120]) + b"\n", id="cut between rows"),
        pytest.param(b"<!doctype html><title>Down for maintenance</title>", id="a page"),
        pytest.param(b"", id="nothing"),
        pytest.param(whole().replace(b"2010", b"soon", 1), id="no date"),
        pytest.param(b"\xff\xfe" + whole(), id="another encoding"),
        pytest.param(report([row("ZZZ", "SAMPLE PRACTICE")]), id="another report"),
        pytest.param(b'{"resourceType": "Bundle", "entry": [', id="cut bundle"),
        pytest.param(b'{"resourceType": "OperationOutcome"}', id="no bundle"),
    ],
)
def test_a_damaged_download_changes_nothing(db, served, data):
    base, handler = served
    handler.answers = {"/report": [(200, {}, data)]}
    before = everything(db)
    with pytest.raises(SourceError, match="/report"):
        organisations.sync(db, f"{base}/report")
    assert everything(db) == before


def test_a_download_shorter_than_its_length_changes_nothing(db, served):
    base, handler = served
    data = whole()
    handler.answers = {"/report": [(200, {"Content-Length": str(len(data) + 10), "Connection": "close"}, data)]}
    with pytest.raises(FetchError, match=r"IncompleteRead|ProtocolError"):
        organisations.sync(db, f"{base}/report")


def test_a_busy_server_is_asked_again_after_the_time_that_it_names(db, served):
    base, handler = served
    handler.answers = {"/report": [(429, {"Retry-After": "1"}, b""), (503, {}, b""), (200, {}, whole())]}
    began = time.monotonic()
    assert organisations.sync(db, f"{base}/report") == []
    assert len(handler.asked) == 3
    assert time.monotonic() - began >= 1


def test_a_server_that_stays_down_is_an_error_that_names_it(db, served):
    base, handler = served
    handler.answers = {"/report": [(404, {}, b"gone")]}
    with pytest.raises(FetchError, match="/report: answered 404"):
        organisations.sync(db, f"{base}/report")


def test_default_reports_are_read_without_a_key(db, served, monkeypatch):
    base, handler = served
    monkeypatch.delenv(ods.KEY, raising=False)
    monkeypatch.setattr(ods, "REPORTS", f"{base}/getReport?report={{}}")
    care = [row("TAJ", REGISTER.organisations["TAJ"].name.upper())]
    handler.answers = {
        "/getReport?report=etr": [(200, {}, whole([row("RX1", "TRENT VALLEY HOSPITALS NHS TRUST", "QT1")]))],
        "/getReport?report=ect": [(200, {}, report(care))],
        "/getReport?report=eccg": [
            (200, {}, report([row("QT1", REGISTER.organisations["QT1"].name.upper(), opened="20220701")]))
        ],
    }
    began = time.monotonic()
    assert len(organisations.sync(db)) == 1
    assert time.monotonic() - began < 5


def resource(code, name, start, end=None, active=True, kind="Legal"):
    period = {"start": start} | ({"end": end} if end else {})
    parts = [{"url": "dateType", "valueCoding": {"code": kind}}, {"url": "period", "valuePeriod": period}]
    return {
        "resourceType": "Organization",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": code}],
        "name": name,
        "active": active,
        "extension": [{"url": "https://sample.test/Extension-England-TypedPeriod", "extension": parts}],
    }


def bundle(resources, following=None):
    links = [{"relation": "next", "url": following}] if following else []
    return json.dumps(
        {"resourceType": "Bundle", "link": links, "entry": [{"resource": one} for one in resources]}
    ).encode()


def test_the_fhir_api_is_read_page_by_page_with_the_key(db, served, monkeypatch):
    base, handler = served
    monkeypatch.setenv(ods.KEY, "sample-key")
    monkeypatch.setattr(ods, "API", f"{base}/Organization?roleCode={{}}")
    every = [
        resource(one.id, one.name.upper(), one.opened or "2010-04-01", one.closed) for one in LIVING if one.id != "RHM"
    ]
    legal = resource("RHM", "University Hospital Southampton NHS Foundation Trust", "1993-04-01", "2026-10-31")
    handler.answers = {
        "/Organization?roleCode=RO197": [(200, {}, bundle(every, f"{base}/page2"))],
        "/page2": [(200, {}, bundle([legal]))],
        "/Organization?roleCode=RO107": [(200, {}, bundle([]))],
        "/Organization?roleCode=RO261": [(200, {}, bundle([]))],
    }
    assert organisations.sync(db) == ["RHM University Hospital Southampton NHS Foundation Trust: closed 2026-10-31"]
    assert {headers.get("apikey") for _, headers in handler.asked} == {"sample-key"}


@pytest.mark.parametrize(
    ("kind", "active", "closed"),
    [
        pytest.param("Legal", True, "2026-09-30", id="a legal end closes, whatever the status"),
        pytest.param("Operational", False, None, id="neither an operational end nor the status does"),
    ],
)
def test_the_legal_end_decides(tmp_path, kind, active, closed):
    path = tmp_path / "bundle.json"
    path.write_bytes(bundle([resource("RX1", "Sample NHS Trust", "2006-04-01", "2026-09-30", active, kind)]))
    assert ods.fetch(str(path))[0][0].closed == closed


def test_a_file_that_is_not_there_is_bad_usage(db, tmp_path):
    with pytest.raises(UsageError, match=r"no-such-file\.csv"):
        organisations.sync(db, str(tmp_path / "no-such-file.csv"))


def test_a_failed_refresh_is_kept_and_a_later_one_mends_it(db, tmp_path):
    path = tmp_path / "etr.csv"
    changes, failures = organisations.refresh(db, str(path))
    assert (changes, len(failures)) == ([], 1)
    assert db.execute("select stage, path from failures").fetchall() == [("register", str(path))]
    path.write_bytes(whole())
    assert organisations.refresh(db, str(path)) == ([], [])
    assert db.execute("select count(*) from failures").fetchone() == (0,)
    assert db.execute("select status from runs order by rowid").fetchall() == [("failed",), ("done",)]


def test_an_address_that_nobody_serves_is_an_error(db):
    pool = urllib3.PoolManager(retries=urllib3.Retry(total=0), timeout=1)
    with pytest.raises(FetchError, match="could not be fetched"):
        organisations.sync(db, "http://127.0.0.1:9/report", pool)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("GUY'S AND ST THOMAS' NHS FOUNDATION TRUST", "Guy's and St Thomas' NHS Foundation Trust"),
        (
            "NHS STAFFORDSHIRE AND STOKE-ON-TRENT INTEGRATED CARE BOARD",
            "NHS Staffordshire and Stoke-on-Trent Integrated Care Board",
        ),
        ("Already Written NHS Trust", "Already Written NHS Trust"),
    ],
)
def test_names_in_capitals_are_spelt_as_usual(given, wanted):
    assert ods.proper(given) == wanted


def test_every_body_leads_to_the_one_of_today(db):
    lines = dict.fromkeys(("QJG", "RX1", "nhs-providers"), ())
    for body in lines:
        rows = db.execute(
            "select present, standing from organisation_line where organisation = ? order by present", [body]
        )
        lines[body] = tuple(rows.fetchall())
    assert lines == {
        "QJG": (("D7T5G", "predecessor"), ("T6Y0W", "predecessor")),
        "RX1": (("RX1", "itself"),),
        "nhs-providers": (("nhs-alliance", "predecessor"),),
    }


def test_reconciliation_speaks_the_protocol():
    asked = {"q0": {"query": "NUH", "limit": 3}, "q1": {"query": "Queen Elizabeth Hospital", "type": "trust_acute"}}
    answer = organisations.reconcile(asked)
    assert answer["q0"]["result"][0]["id"] == "RX1"
    assert answer["q0"]["result"][0]["match"]
    assert len(answer["q1"]["result"]) > 1
    assert not any(one["match"] for one in answer["q1"]["result"]), "a name that several bear is never a match"
    assert set(answer["q1"]["result"][0]) >= {"id", "name", "score", "match", "type"}
    manifest = organisations.manifest("https://example.org")
    assert manifest["view"]["url"] == "https://example.org/organisation/{{id}}"
    assert {"versions", "name", "identifierSpace", "schemaSpace"} <= set(manifest)
