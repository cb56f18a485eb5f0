"""Hostile files end in a clear failure, within the limits of time and memory, and cost nobody else."""

import contextlib
import io
import os
import zipfile

import openpyxl
import pytest
from reader_files import archive, lines, pdf

from breakeven_errors import UnreadableInput, UsageError
from crawler.readers import base, files, read, worker
from samples.formats import make


@pytest.fixture
def limits(monkeypatch):
    """Sets limits of ``readers.yml`` for one test."""
    return lambda **changed: [
        monkeypatch.setitem(base.settings()["limits"], name, value) for name, value in changed.items()
    ]


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


def with_part(data, name, part):
    """An office file with one of its parts replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        return archive({**{n: old.read(n) for n in old.namelist()}, name: part})


REPORT = make.load()


@pytest.mark.parametrize(
    "part", [BOMB, EXTERNAL, BOMB.decode().encode("utf-16")], ids=["bomb", "external", "utf-16 bomb"]
)
@pytest.mark.parametrize(
    ("ending", "name"),
    [
        ("docx", "word/document.xml"),
        ("xlsx", "xl/workbook.xml"),
        ("xlsx", "xl/sharedStrings.xml"),
        ("odt", "content.xml"),
        ("ods", "content.xml"),
    ],
    ids=lambda value: value,
)
def test_xml_entities_are_refused(ending, name, part):
    with pytest.raises(UnreadableInput, match="declares XML entities"):
        read(with_part(make.RENDERERS[ending](REPORT), name, part), f"bomb.{ending}")


@pytest.mark.parametrize(("ending", "name"), [("zip", "a.txt"), ("docx", "word/media/a.bin"), ("xlsx", "xl/a.bin")])
def test_zip_bomb_is_refused_before_it_is_unpacked(ending, name):
    bomb = with_part(make.RENDERERS[ending](REPORT), name, b"0" * 60_000_000)
    with pytest.raises(UnreadableInput, match=r"would unpack to 6\d MB"):
        read(bomb, f"bomb.{ending}")


def test_archives_inside_archives_end(limits):
    limits(max_depth=2)
    data = archive({"a.txt": b"found"})
    for _ in range(4):
        data = archive({"in.zip": data})
    with pytest.raises(UnreadableInput, match="deeper than 2 archives"):
        read(data, "nested.zip")


@pytest.mark.parametrize("ending", ["docx", "xlsx", "ods", "odt", "zip", "eml", "pdf", "html", "csv"])
@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9])
def test_truncated_files_are_read_or_refused(ending, keep):
    data = make.RENDERERS[ending](REPORT)
    outcome = None
    with contextlib.suppress(UnreadableInput):
        outcome = read(data[: int(len(data) * keep)], f"cut.{ending}")
    assert outcome is None or outcome.text or outcome.children


@pytest.mark.parametrize("ending", ["docx", "xlsx", "ods", "odt", "pdf"])
def test_files_with_wrong_bytes_are_read_or_refused(ending):
    data = bytearray(make.RENDERERS[ending](REPORT))
    for at in range(50, len(data), 97):
        data[at] ^= 0x55
    with pytest.raises(UnreadableInput, match=r"^bad\."):
        read(bytes(data), f"bad.{ending}")


def test_sheet_of_too_many_rows_is_refused(limits):
    limits(max_rows=2000)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for n in range(3000):
        sheet.append([n, n])
    out = io.BytesIO()
    book.save(out)
    for data, name in ((out.getvalue(), "rows.xlsx"), (b"a,b\n" * 3000, "rows.csv")):
        with pytest.raises(UnreadableInput, match=f"^{name}: it has more than 2,000 rows"):
            read(data, name)


def test_repeated_rows_of_ods_do_not_fill_the_memory():
    content = make.as_ods(REPORT)
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        xml = old.read("content.xml").decode()
    huge = xml.replace("<table:table-row>", '<table:table-row table:number-rows-repeated="1048576">')
    assert huge != xml
    document = read(with_part(content, "content.xml", huge.encode()), "huge.ods")
    assert len(document.text) < 3_000_000


def test_file_of_two_gigabytes_is_refused_by_its_size(tmp_path):
    path = tmp_path / "huge.pdf"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 2_000_000_000)
    with pytest.raises(UnreadableInput, match=r"huge\.pdf: it has 2,000 MB and the limit is 100 MB"):
        files.load(path)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(UnreadableInput, match="No such file"):
        files.load(tmp_path / "none.txt")


def test_walk_passes_over_hidden_files_and_labels(tmp_path):
    for name in ("b.txt", "a/c.PDF", ".git/d.txt", "e.json", ".hidden.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = list(files.walk([tmp_path, tmp_path / "e.json"]))
    assert [path.relative_to(tmp_path).as_posix() for path in found] == ["b.txt", "a/c.PDF", "e.json"]
    with pytest.raises(UsageError, match="no such file or folder"):
        list(files.walk([tmp_path / "none"]))


@pytest.mark.parametrize("ending", sorted(make.RENDERERS))
def test_worker_gives_the_same_document(ending):
    data = make.RENDERERS[ending](REPORT)
    assert worker.read_safely(data, f"report.{ending}") == read(data, f"report.{ending}")


def test_worker_passes_on_what_is_wrong():
    with pytest.raises(UnreadableInput, match=r"^a\.pdf: it is encrypted; save a copy without a password"):
        worker.read_safely(pdf(lines("x"), password="word"), "a.pdf")


def test_worker_that_takes_too_long_is_stopped(limits):
    limits(seconds=0)
    with pytest.raises(UnreadableInput, match=r"^a\.pdf: it takes more than 0 seconds"):
        worker.read_safely(pdf(lines("x")), "a.pdf")


def test_worker_that_runs_out_of_memory_is_an_error_and_no_crash(monkeypatch):
    code = "import sys; sys.stdin.read(0); bytearray(10**15)"
    monkeypatch.setattr(worker, "_command", lambda: [worker.sys.executable, "-c", code])
    with pytest.raises(UnreadableInput, match=r"^a\.pdf: it needs more than \d+ MB of memory"):
        worker.read_safely(pdf(lines("x")), "a.pdf")
