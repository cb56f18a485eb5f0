"""Manners and guards, over real HTTP: one crawl meets a dozen hosts that each misbehave in one way."""

from __future__ import annotations

import gzip
from collections import defaultdict
from itertools import pairwise

import pytest
from crawl_helper import article, run, write_site, write_source

import db as database
from crawler.middlewares import private, retry_after
from samples.serve import running


@pytest.fixture(scope="module")
def met(tmp_path_factory):
    """The crawl's outcome, what each host was asked, and the failures by stage and address."""
    folder = tmp_path_factory.mktemp("polite")
    sites, sources = folder / "sites", folder / "sources"
    six = [f"secret-{number}" for number in range(6)]
    write_site(
        sites,
        "robots-race.example",
        {"robots.txt": "User-agent: *\nDisallow: /secret", **{f"{n}.html": article(n) for n in six}},
    )
    write_site(sites, "robots-500.example", {"a.html": article("a")}, [{"path": "/robots.txt", "status": 500}])
    write_site(
        sites,
        "robots-404.example",
        {"a.html": article("a")},
        [{"path": "/robots.txt", "status": 404, "body": "User-agent: *\nDisallow: /"}],
    )
    write_site(
        sites,
        "agent.example",
        {"robots.txt": "User-agent: breakeven\nDisallow: /a", "a.html": article("a"), "b.html": article("b")},
    )
    slow = {"path": "/a", "file": "a.html", "first": [503], "headers": {"Retry-After": "2"}, "validators": False}
    write_site(sites, "busy.example", {"a.html": article("a"), "b.html": article("b"), "c.html": article("c")}, [slow])
    write_site(
        sites,
        "too-busy.example",
        {f"{n}.html": article(n) for n in "abc"},
        [{"path": "/a", "status": 429, "headers": {"Retry-After": "3600"}}],
    )
    write_site(sites, "large.example", {"a.html": article("a", "word " * 60_000)})
    write_site(
        sites,
        "bomb.example",
        {},
        [{"path": "/a", "file": "bomb.gz", "type": "text/html", "headers": {"Content-Encoding": "gzip"}}],
    )
    (sites / "bomb.example" / "bomb.gz").write_bytes(gzip.compress(b"0" * 30_000_000))
    loop = [{"path": f"/{n}", "status": 302, "headers": {"Location": f"/{n + 1}"}} for n in range(20)]
    write_site(sites, "loop.example", {}, loop)
    away = [
        {"path": "/private", "status": 302, "headers": {"Location": "http://169.254.169.254/latest/meta-data/"}},
        {"path": "/loopback", "status": 302, "headers": {"Location": "http://127.0.0.1:1/"}},
        {"path": "/foreign", "status": 302, "headers": {"Location": "https://elsewhere.example/a"}},
        {"path": "/file", "status": 302, "headers": {"Location": "file:///etc/passwd"}},
    ]
    write_site(sites, "away.example", {}, away)
    write_site(sites, "elsewhere.example", {"a.html": article("a")})
    write_site(sites, "wall.example", {"a.html": article("a"), "robots.txt": ""}, [{"path": "/a", "status": 403}])
    write_site(sites, "gone.example", {}, [{"path": "/a", "status": 410}])
    write_site(sites, "cut.example", {"a.html": article("a")}, [{"path": "/a", "file": "a.html", "cut": True}])
    write_site(sites, "hangs.example", {"a.html": article("a")}, [{"path": "/a", "file": "a.html", "delay": 9}])
    write_site(sites, "greedy.example", {f"{n}.html": article(n, "word " * 10_000) for n in "abcdefgh"})
    asks = {
        "robots-race": six, "robots-500": ["a", "b"], "robots-404": ["a"], "agent": ["a", "b"], "busy": ["a", "b", "c"],
        "too-busy": ["a", "b", "c"], "large": ["a"], "bomb": ["a"], "loop": ["0"], "wall": ["a"], "gone": ["a"],
        "away": ["private", "loopback", "foreign", "file"], "cut": ["a"], "hangs": ["a"], "greedy": list("abcdefgh"),
    }  # fmt: skip
    for name, paths in asks.items():
        write_source(sources, name, [f"https://{name}.example/{path}" for path in paths])
    with running(sites) as server:
        settings = {"DOWNLOAD_MAXSIZE": 200_000, "DOWNLOAD_TIMEOUT": 4, "HOST_BYTE_BUDGET": 220_000, "RETRY_TIMES": 1}
        outcome = run(folder / "x.db", server, sources=sources, settings=settings)
        asked = defaultdict(list)
        for one in server.asked:
            asked[one.host.removesuffix(".example")].append(one)
    db = database.connect(folder / "x.db")
    failures = {(row["url"], row["stage"]): row["error"] for row in db["failures"].rows}
    documents = {row["url"].split("/", 2)[2] for row in db["documents"].rows}
    return outcome, asked, failures, documents


def paths(asked):
    return [one.path for one in asked]


def test_six_requests_waiting_for_one_robots_txt_are_all_refused(met):
    _, asked, failures, _ = met
    assert paths(asked["robots-race"]) == ["/robots.txt"]
    assert sum("robots-race" in url and stage == "forbidden" for url, stage in failures) == 6


def test_robots_txt_that_fails_means_wait(met):
    _, asked, failures, _ = met
    assert set(paths(asked["robots-500"])) == {"/robots.txt"}
    assert "status 500" in failures["https://robots-500.example/a", "robots"]


def test_robots_txt_that_is_not_there_allows_all_whatever_its_page_says(met):
    assert "robots-404.example/a" in met[3]


def test_rules_for_our_own_name_are_obeyed(met):
    _, asked, _, documents = met
    assert "/a" not in paths(asked["agent"])
    assert "agent.example/b" in documents


def test_the_user_agent_says_who_asks(met):
    agents = {one.agent for many in met[1].values() for one in many}
    assert len(agents) == 1
    assert agents.pop().startswith("breakeven/")


def test_retry_after_is_waited_for_by_the_whole_host(met):
    _, asked, _, documents = met
    busy = [one for one in asked["busy"] if one.path != "/robots.txt"]
    refused = next(one.at for one in busy if one.status == 503)
    assert all(one.at - refused >= 1.9 for one in busy if one.at > refused)
    assert "busy.example/a" in documents


def test_a_host_that_asks_for_an_hour_is_left_for_the_next_run(met):
    _, asked, failures, _ = met
    assert paths(asked["too-busy"]).count("/a") == 1
    assert "left for the next run" in failures["https://too-busy.example/a", "busy"]


@pytest.mark.parametrize("name", ["large", "bomb", "cut", "hangs", "loop"])
def test_oversized_packed_broken_slow_and_endless_answers_cost_themselves_alone(met, name):
    _, _, failures, documents = met
    assert not any(document.startswith(name) for document in documents)
    assert any(url.startswith(f"https://{name}.") for url, _ in failures)


def test_redirects_end_after_five(met):
    assert len(paths(met[1]["loop"])) <= 7  # robots.txt, the first, five more


@pytest.mark.parametrize("path", ["private", "loopback", "foreign", "file"])
def test_redirects_to_where_nobody_may_go_are_refused(met, path):
    _, asked, failures, _ = met
    assert any(url == f"https://away.example/{path}" for url, _ in failures), failures
    assert not asked["elsewhere"]


def test_a_wall_is_a_failure_and_a_page_that_is_gone_is_none(met):
    failures = met[2]
    assert ("https://wall.example/a", "blocked") in failures
    assert not any("gone.example" in url for url, _ in failures)


def test_a_host_is_asked_no_more_when_its_bytes_are_used_up(met):
    _, asked, failures, _ = met
    assert 4 <= len(paths(asked["greedy"])) < 9
    assert any("greedy" in url and stage == "budget" for url, stage in failures)


def test_one_request_at_a_time_and_the_pause_of_robots_txt(tmp_path):
    pages = {"robots.txt": "User-agent: *\nCrawl-delay: 1", **{f"{n}.html": article(n) for n in "abc"}}
    write_site(tmp_path / "sites", "slow.example", pages)
    write_source(tmp_path / "sources", "slow", [f"https://slow.example/{n}" for n in "abc"])
    with running(tmp_path / "sites") as server:
        run(tmp_path / "x.db", server, sources=tmp_path / "sources", settings={"DOWNLOAD_DELAY_JITTER": 0})
        times = [one.at for one in server.asked if one.path != "/robots.txt"]
    gaps = [later - sooner for sooner, later in pairwise(times)]
    assert len(gaps) == 2
    assert min(gaps[1:]) >= 0.9


@pytest.mark.parametrize("allowed", [True, False], ids=["allowed", "refused"])
def test_addresses_of_this_machine_need_leave(tmp_path, allowed):
    write_site(tmp_path / "sites", "127.0.0.1", {"a.html": article("a")})
    with running(tmp_path / "sites") as server:
        write_source(tmp_path / "sources", "here", [f"http://{server.address}/a"], hosts=["127.0.0.1"])
        private_ones = [server.address] if allowed else []
        run(tmp_path / "x.db", server, sources=tmp_path / "sources", live=True, private=private_ones)
        assert bool(server.asked) == allowed
    assert database.connect(tmp_path / "x.db")["documents"].count == int(allowed)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True), ("10.1.2.3", True), ("169.254.169.254", True), ("::1", True), ("localhost", True),
        ("printer.local", True), ("0.0.0.0", True), ("8.8.8.8", False), ("www.gov.uk", False),
    ],
)  # fmt: skip
def test_private_addresses_are_told(host, expected):
    assert private(host) is expected


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(b"120", 120.0), (None, 10.0), (b"soon", 10.0), (b"Wed, 21 Oct 2015 07:28:00 GMT", 0.0)],
    ids=["seconds", "absent", "nonsense", "past date"],
)
def test_retry_after_is_read(header, seconds):
    assert retry_after(header, 10.0) == seconds
