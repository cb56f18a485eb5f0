"""Measures of the readers: ``python -m bench.readers [facts|cells|pack|main PAGES_FOLDER]``.

``facts``: the same report in every format gives the same facts. ``cells``: precision and recall of table cells by
format. ``pack``: pages a second and peak memory for a pack of 300 pages. ``main``: main text of the HTML pages in a
folder against trafilatura, readability-lxml and plain text, as far as these are installed.
"""

from __future__ import annotations

import importlib
import io
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import lxml.html
import pypdfium2
from spacy.language import Language

import extract
from crawler.document import Document
from crawler.readers import read, worker
from samples.formats import make

FIGURE = re.compile(r"[£$]?\d[\d,.]*\d?%?")


def facts() -> None:
    """Facts of the whole report by format, against those of the HTML page."""
    report, nlp = make.load(), extract.load()
    found = {}
    for ending in ("html", "pdf", "docx", "odt", "md"):
        document = read(make.RENDERERS[ending](report), f"report.{ending}")
        found[ending] = Counter(_fact_keys(document, nlp))
    print("format  facts  same as HTML  only here  only in HTML")
    page = found["html"]
    for ending, keys in found.items():
        same, here, there = (keys & page).total(), (keys - page).total(), (page - keys).total()
        print(f"{ending:6}  {keys.total():5}  {same:12}  {here:9}  {there:12}")


def _fact_keys(document: Document, nlp: Language) -> Iterator[tuple[object, ...]]:
    for fact in extract.read(nlp, document).facts:
        quote = " ".join(fact.quote.split())
        yield (
            quote,
            fact.unit,
            fact.low,
            fact.high,
            fact.kind,
            fact.organisation,
            fact.period,
            fact.status,
            fact.qualifier,
        )


def cells() -> None:
    """Cells of the report's tables by format: text at its row and column, and how far a label spans."""
    report = make.load()
    tables = [block["table"] for block in report["body"] if "table" in block]
    print("format        cells  found  precision  recall")
    for name in ("html", "pdf", "pdf unruled", "docx", "odt", "xlsx", "ods", "md", "csv"):
        ending = name.split()[0]
        data = make.as_pdf(report, ruled=False) if " " in name else make.RENDERERS[ending](report)
        wanted = tables[-1:] if ending == "csv" else tables
        truth = Counter(cell for n, table in enumerate(wanted) for cell in _true_cells(n, table, ending == "md"))
        document = read(data, f"report.{ending}")
        got = Counter(
            (n, c.row, c.column, c.text) for n, table in enumerate(document.tables) for c in table.cells if c.text
        )
        right = (truth & got).total()
        print(
            f"{name:12}  {truth.total():5}  {got.total():5}  {right / got.total():9.3f}  {right / truth.total():6.3f}"
        )


def _true_cells(number: int, table: make.Report, flat: bool) -> Iterator[tuple[int, int, int, str]]:
    """The filled cells as the source has them; in markdown (``flat``) the header is one row."""
    rows = [make.flat_header(table), *table["rows"]] if flat else make.grid(table)[0]
    for r, row in enumerate(rows):
        yield from ((number, r, c, text) for c, text in enumerate(row) if text)


def pack() -> None:
    """A pack of about 300 pages: prose on all, a drawn table on each third and one without lines on each fifth."""
    data = _make_pack(280)
    start = time.perf_counter()
    document = worker.read_safely(data, "pack.pdf")
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    tables = sum(len(child.tables) for child in document.children)
    pages = len(pypdfium2.PdfDocument(data))
    print(f"{pages} pages, {len(data) / 1e6:.1f} MB, {len(document.children)} papers, {tables} tables")
    print(f"{seconds:.1f} s, {pages / seconds:.1f} pages a second, peak memory {peak:.0f} MB")


def _make_pack(count: int) -> bytes:
    from reportlab.lib.styles import getSampleStyleSheet  # noqa: PLC0415 - of the test extra
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table  # noqa: PLC0415

    report, style = make.load(), getSampleStyleSheet()["BodyText"]
    texts = [block["text"] for block in report["body"] if "text" in block] * 3
    table = next(block["table"] for block in report["body"] if "table" in block)
    story = []
    for n in range(1, count + 1):
        story += [Paragraph(f"{n}. {text}", style) for text in texts]
        if n % 3 == 0:
            story.append(Table(make.grid(table)[0], style=[("GRID", (0, 0), (-1, -1), 0.5, "black")]))
        if n % 5 == 0:
            story.append(Table(make.grid(table)[0]))
        story.append(PageBreak())

    out = io.BytesIO()
    SimpleDocTemplate(out).build(story, onFirstPage=_bookmark, onLaterPages=_bookmark)
    return out.getvalue()


def _bookmark(canvas: make.Untyped, document: make.Untyped) -> None:
    canvas.drawString(72, 30, f"Page {document.page}")
    if document.page % 15 == 1:
        canvas.bookmarkPage(f"p{document.page}")
        canvas.addOutlineEntry(f"Item {document.page // 15 + 1}. Finance report", f"p{document.page}", 0)


def main_text(folder: Path) -> None:
    """Body words kept and furniture figures let in, by extractor; the truth is the text of each page's ``article``."""
    pages: list[bytes] = [path.read_bytes() for path in sorted(folder.glob("*.html"))]
    print(f"{len(pages)} pages\nextractor     body words kept  furniture figures  tables as rows")
    for name, run in _extractors().items():
        kept = total = leaked = rows = 0
        for page in pages:
            article = next(_tree(page).iter("article"))
            for unseen in list(article.iter("aside", "script", "nav")):
                unseen.drop_tree()
            truth, got = _words(" ".join(map(str, article.itertext()))), _words(run(page))
            kept, total = kept + (truth & got).total(), total + truth.total()
            whole = _words(" ".join(_tree(page).itertext()))
            leaked += sum(
                n for word, n in (got & (whole - truth)).items() if FIGURE.fullmatch(word) and got[word] > truth[word]
            )
            rows += sum("\t" in line or "|" in line for line in run(page).split("\n"))
        print(f"{name:12}  {kept / total:15.4f}  {leaked:17}  {rows:14}")


def _tree(page: bytes | str) -> make.Untyped:
    return lxml.html.fromstring(page)


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[£$]?\d[\d,.]*\d%?|[£$]?\d%?|[^\W\d_]+", text))


def _extractors() -> dict[str, Callable[[bytes], str]]:
    found: dict[str, Callable[[bytes], str]] = {"this reader": lambda page: read(page, "page.html").text}
    if importlib.util.find_spec("trafilatura"):
        trafilatura = importlib.import_module("trafilatura")
        found["trafilatura"] = lambda page: trafilatura.extract(page, include_tables=True) or ""
    if importlib.util.find_spec("readability"):
        readability = importlib.import_module("readability")
        found["readability"] = lambda page: str(_tree(readability.Document(page.decode()).summary()).text_content())
    found["plain text"] = lambda page: str(_tree(page).text_content())
    return found


def main(arguments: list[str]) -> None:
    """Run the measures named, or all that need no folder."""
    for name in arguments[:1] or ["facts", "cells", "pack"]:
        if name == "main":
            main_text(Path(arguments[1]))
        else:
            {"facts": facts, "cells": cells, "pack": pack}[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
