"""Plain text, markdown, and what the first lines of a document say of it."""

import pytest

from breakeven_errors import UnreadableInput
from crawler.readers import read


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
        ("\ufeff£5m".encode(), "£5m"),
        ("£5m".encode("utf-16"), "£5m"),
        ("£5m – cut".encode("cp1252"), "£5m – cut"),
        (b"a\x00b" + b"c" * 40, "ab" + "c" * 40),
        ("£29\u00a0billion, effi\u00adciency".encode(), "£29\u00a0billion, effi\u00adciency"),
        ('---\ntitle: "Saved"\n---\n\nBody £5m\n'.encode(), '---\ntitle: "Saved"\n---\n\nBody £5m\n'),
    ],
    ids=["line ends", "byte-order mark", "utf-16", "cp1252", "NUL", "spaces and hyphens stay", "front matter stays"],
)
def test_text_is_the_file_and_nothing_else(data, text):
    assert read(data, "report.txt").text == text


@pytest.mark.parametrize(
    ("head", "published"),
    [
        ("10 June 2025", "2025-06-10"),
        ("Published 3 July 2025", "2025-07-03"),
        ("Published: Thursday 3rd July, 2025", "2025-07-03"),
        ("Date: 2 June 2025", "2025-06-02"),
        ("Thursday 1 May 2025", "2025-05-01"),
        ("Report to:       Trust Board, 8 May 2018", "2018-05-08"),
        ("*Guidance. Sample document. 5 December 2025.*", "2025-12-05"),
        ("**Sample press release, 5 November 2025**", "2025-11-05"),
        ("Embargoed until 00:01 Tuesday 11 November 2025", "2025-11-11"),
        ("Answered on 21 May 2025", "2025-05-21"),
        ("FOR RELEASE: 4 August 2025", "2025-08-04"),
        ("November 6, 2025", "2025-11-06"),
        ("06/11/2025", "2025-11-06"),
        ("2025-11-06", "2025-11-06"),
        ("YEAR ENDED 31 MARCH 2018", None),
        ("Updated 4 May 2025", None),
        ("Responses are due by 30 May 2025", None),
        ("Position at 30 September 2024", None),
        ("31 February 2025", None),
        ("Savings are needed by March 2026", None),
    ],
)
def test_date_of_the_document(head, published):
    text = f"Hospital trust sets out its plan\n{head}\n\nThe trust must save money, its board heard.\n"
    assert read(text.encode(), "news.txt").published == published


def test_dates_in_the_body_are_not_the_documents_own():
    body = (
        "The trust wrote to its staff, who had heard of the plan at a meeting on Tuesday 3 June 2025 and again since."
    )
    assert read(f"Trust sets out plan\n\n{body}\n".encode(), "news.txt").published is None


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Trust to close 40 posts\n1 May 2025\n\nBody text.\n", "Trust to close 40 posts"),
        ("\n\n-\nHealthcare\n-\n\nTrusts under pressure this year\n\nBy\n", "Trusts under pressure this year"),
        (
            "LETTER TO TRUSTS\nSample text\n\nDate: 2 June 2025\n\nTEMPORARY STAFFING IN 2025/26\n\nDear colleague\n",
            "TEMPORARY STAFFING IN 2025/26",
        ),
        ("A BOARD\n\nReport to:   Trust Board\n\n1. KEY POINTS\n\n1.1 The result is a surplus.\n", "A BOARD"),
        ("# Plan for the year\n\nText\n", "Plan for the year"),
    ],
    ids=["first line", "after a kicker", "banners", "labels", "markdown"],
)
def test_headline(text, title):
    assert read(text.encode(), "a.txt").title == title


def test_front_matter_is_read():
    front = 'title: "Deal: £1bn"\ndate: 2025-11-12 23:30:00 +0000\nauthor: ledger\npublisher: Digest\nkind: news'
    text = f"---\n{front}\n---\nText\n"
    found = read(text.encode(), "post.md")
    assert (found.title, found.published, found.author) == ("Deal: £1bn", "2025-11-12", "ledger")
    assert (found.publisher, found.kind, found.media_type) == ("Digest", "news", "text/markdown")


@pytest.mark.parametrize("front", ["a: [", "- a\n- b", "date: 2025-13-45", "x: !!python/object:os.system"])
def test_bad_front_matter_is_text(front):
    found = read(f"---\n{front}\n---\n\nThe trust must save £5m.\n".encode(), "post.md")
    assert "£5m" in found.text
    assert found.published is None


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "a.txt", "empty"),
        (b"\x00\x00", "a.txt", "empty"),
        (bytes(range(32)) * 40, "a.txt", "not text"),
        (b"\x7fELF\x02\x01", "a.txt", "a program"),
        (b"{\\rtf1 hello}", "a.rtf", "RTF"),
        (b"\x1f\x8b\x08", "a.gz", "gzip"),
        (b"hello", "a.exe", "files ending in .exe"),
        (b"hello", "a.pdf", "not the pdf file"),
        (b"a\x00\x01\x02\x03", "a", "binary"),
        (b"<html></html>", "a.html", "no text"),
    ],
    ids=["nothing", "NULs", "control bytes", "ELF", "RTF", "gzip", "exe", "false pdf", "binary", "empty page"],
)
def test_what_cannot_be_read_is_named(data, name, says):
    with pytest.raises(UnreadableInput, match=f"^{name}: .*{says}"):
        read(data, name)


@pytest.mark.parametrize(
    ("data", "name", "media_type", "url", "found"),
    [
        (b"<!-- c --><!DOCTYPE html><p>text</p>", "input", None, None, "text/html"),
        (b"<p>text</p>", "input", "text/html; charset=utf-8", None, "text/html"),
        (b"text", "input", None, "https://a.example/letter.md?x=1", "text/markdown"),
        (b"text", "letter", None, None, "text/plain"),
        (b"a,b\n1,2\n", "x.csv", None, None, "text/csv"),
    ],
    ids=["by content", "by header", "by address", "by default", "by name"],
)
def test_format_is_recognised(data, name, media_type, url, found):
    assert read(data, name, media_type, url).media_type == found
