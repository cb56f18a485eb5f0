"""Renders ``source.yml`` in every format: ``python -m samples.formats.make [FOLDER]``.

The libraries that write the formats are those of the ``test`` extra. The files beside this module are its output.
"""

from __future__ import annotations

import csv
import html
import io
import sys
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeAlias

import yaml

Untyped: TypeAlias = Any  # an object of a library without types
Report: TypeAlias = dict[str, Any]
Merges: TypeAlias = list[tuple[int, int, int, int]]  # first row, first column, last row, last column

HERE = Path(__file__).parent


def load() -> Report:
    """The report as ``source.yml`` has it."""
    loaded: Report = yaml.safe_load((HERE / "source.yml").read_text(encoding="utf-8"))
    return loaded


def grid(table: Report) -> tuple[list[list[str]], Merges]:
    """All rows of a table, and its spans: ``<`` goes on from the left, ``^`` from above."""
    rows = [list(row) for row in [*table["header"], *table["rows"]]]
    merges: Merges = []
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text in ("<", "^"):
                continue
            right, down = c, r
            while right + 1 < len(row) and row[right + 1] == "<":
                right += 1
            while down + 1 < len(rows) and rows[down + 1][c] == "^":
                down += 1
            if (right, down) != (c, r):
                merges.append((r, c, down, right))
    return [["" if text in ("<", "^") else text for text in row] for row in rows], merges


def number(text: str) -> float | None:
    """A cell's figure as a number: ``(8.4)`` is -8.4; None for words and dashes."""
    try:
        return -float(text[1:-1]) if text.startswith("(") else float(text)
    except ValueError:
        return None


def lines_of_date(report: Report) -> str:
    """The report's date as it is written out."""
    return f"{report['date'].day} {report['date']:%B %Y}"


def as_markdown(report: Report) -> bytes:
    """Markdown with front matter and pipe tables; a markdown table has no spans, so labels stand once."""
    out = [f'---\ntitle: "{report["title"]}"\ndate: {report["date"]}\n---', f"# {report['title']}", report["notice"]]
    for block in report["body"]:
        if "heading" in block:
            out.append(f"## {block['heading']}")
        elif "text" in block:
            out.append(block["text"])
        elif "list" in block:
            out.append("\n".join(f"- {item}" for item in block["list"]))
        else:
            out.append(_markdown_table(block["table"]))
    return ("\n\n".join(out) + "\n").encode()


def _markdown_table(table: Report) -> str:
    rows = [flat_header(table), ["---"] * len(table["rows"][0]), *table["rows"]]
    return table["caption"] + "\n\n" + "\n".join("| " + " | ".join(row) + " |" for row in rows)


def flat_header(table: Report) -> list[str]:
    """The label of each column with those above it in front."""
    columns = zip(*(_spread(row) for row in table["header"]), strict=True)
    return [" ".join(filter(None, column)) for column in columns]


def _spread(row: list[str]) -> list[str]:
    """A header row with the text of each span repeated under it."""
    out: list[str] = []
    for text in row:
        out.append(out[-1] if text == "<" else "" if text == "^" else text)
    return out


def as_html(report: Report) -> bytes:
    """A page with furniture around the report, as publishers have it."""
    body = "\n".join(_html_block(block) for block in report["body"])
    title = html.escape(report["title"])
    page = f"""<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>{title} | Sample Valley</title>
<script type="application/ld+json">
{{"@type": "Report", "headline": "{title}", "datePublished": "{report["date"]}"}}</script>
</head><body>
<div id="cookie-banner"><p>We set 4 cookies. 98% of visitors accept them.</p></div>
<header><nav><a href="/">Home</a> <a href="/jobs">Jobs: 120 vacancies</a></nav></header>
<main><article><h1>{title}</h1><p>{html.escape(report["notice"])}</p><p>{lines_of_date(report)}</p>
{body}
</article></main>
<aside><h2>Related content</h2><ul><li><a href="/a">£3 million for a new scanner</a></li></ul></aside>
<footer><p>Parking costs £2.20 an hour.</p></footer>
</body></html>
"""
    return page.encode()


def _html_block(block: Report) -> str:
    if "heading" in block:
        return f"<h2>{html.escape(block['heading'])}</h2>"
    if "text" in block:
        return f"<p>{html.escape(block['text']).replace('£', '&pound;')}</p>"
    if "list" in block:
        return "<ul>" + "".join(f"<li>{html.escape(item)}</li>" for item in block["list"]) + "</ul>"
    rows, merges = grid(block["table"])
    spans = {(r, c): (down - r + 1, right - c + 1) for r, c, down, right in merges}
    covered = {
        (a, b)
        for r, c, down, right in merges
        for a in range(r, down + 1)
        for b in range(c, right + 1)
        if (a, b) != (r, c)
    }
    out = [f"<table><caption>{html.escape(block['table']['caption'])}</caption>"]
    for r, row in enumerate(rows):
        tag = "th" if r < len(block["table"]["header"]) else "td"
        cells = [
            _html_cell(tag, text, spans.get((r, c), (1, 1))) for c, text in enumerate(row) if (r, c) not in covered
        ]
        out.append("<tr>" + "".join(cells) + "</tr>")
    return "\n".join([*out, "</table>"])


def _html_cell(tag: str, text: str, span: tuple[int, int]) -> str:
    return f'<{tag} rowspan="{span[0]}" colspan="{span[1]}">{html.escape(text)}</{tag}>'


def as_pdf(report: Report, ruled: bool = True) -> bytes:
    """PDF pages with a running header and page numbers; ``ruled`` draws lines round the cells of tables."""
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 - of the test extra
    from reportlab.lib.styles import getSampleStyleSheet  # noqa: PLC0415
    from reportlab.platypus import ListFlowable, Paragraph, SimpleDocTemplate  # noqa: PLC0415

    styles = getSampleStyleSheet()
    story = [Paragraph(report["title"], styles["Title"]), Paragraph(report["notice"], styles["Normal"])]
    story.append(Paragraph(lines_of_date(report), styles["Normal"]))
    for block in report["body"]:
        if "heading" in block:
            story.append(Paragraph(block["heading"], styles["Heading2"]))
        elif "text" in block:
            story.append(Paragraph(block["text"], styles["BodyText"]))
        elif "list" in block:
            items = [Paragraph(item, styles["BodyText"]) for item in block["list"]]
            story.append(ListFlowable(items, bulletType="bullet"))
        else:
            story += _pdf_table(block["table"], styles["BodyText"], ruled)
    out = io.BytesIO()
    template = SimpleDocTemplate(out, pagesize=A4, title=report["title"], invariant=1)

    def furniture(canvas: Untyped, document: Untyped) -> None:
        canvas.drawString(72, A4[1] - 40, "Sample Valley Hospitals NHS Trust: board papers")
        canvas.drawString(260, 30, f"Page {document.page}")

    template.build(story, onFirstPage=furniture, onLaterPages=furniture)
    return out.getvalue()


def _pdf_table(table: Report, style: Untyped, ruled: bool) -> list[Untyped]:
    from reportlab.lib import colors  # noqa: PLC0415
    from reportlab.platypus import Paragraph, Spacer, Table  # noqa: PLC0415

    rows, merges = grid(table)
    look: list[tuple[Untyped, ...]] = [("SPAN", (c, r), (right, down)) for r, c, down, right in merges]
    look += [("ALIGN", (1, 0), (-1, -1), "RIGHT")]
    look += [("ALIGN", (c, r), (right, down), "CENTER") for r, c, down, right in merges if right > c]
    look += [("GRID", (0, 0), (-1, -1), 0.5, colors.black)] if ruled else []
    return [Paragraph(table["caption"], style), Table(rows, style=look), Spacer(1, 10)]


def as_docx(report: Report) -> bytes:
    """A Word file with its styles for headings, lists and captions."""
    import docx  # noqa: PLC0415 - of the test extra

    document = docx.Document()
    document.add_heading(report["title"], 0)
    document.add_paragraph(report["notice"])
    document.add_paragraph(lines_of_date(report))
    for block in report["body"]:
        if "heading" in block:
            document.add_heading(block["heading"], 2)
        elif "text" in block:
            document.add_paragraph(block["text"])
        elif "list" in block:
            for item in block["list"]:
                document.add_paragraph(item, style="List Bullet")
        else:
            _docx_table(document, block["table"])
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _docx_table(document: Untyped, table: Report) -> None:
    rows, merges = grid(table)
    document.add_paragraph(table["caption"], style="Caption")
    made = document.add_table(len(rows), len(rows[0]))
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text:
                made.cell(r, c).text = text
    for r, c, down, right in merges:
        made.cell(r, c).merge(made.cell(down, right))


def as_xlsx(report: Report) -> bytes:
    """A workbook with a sheet for each table; figures are numbers under formats such as ``#,##0.0;(#,##0.0)``."""
    import openpyxl  # noqa: PLC0415

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for block in report["body"]:
        if "table" not in block:
            continue
        rows, merges = grid(block["table"])
        sheet = book.create_sheet(block["table"]["caption"].split(":")[0])
        sheet["A1"] = block["table"]["caption"]
        for r, row in enumerate(rows):
            for c, text in enumerate(row):
                _xlsx_cell(sheet.cell(r + 3, c + 1), text, r < len(block["table"]["header"]))
        for r, c, down, right in merges:
            sheet.merge_cells(start_row=r + 3, start_column=c + 1, end_row=down + 3, end_column=right + 1)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xlsx_cell(cell: Untyped, text: str, header: bool) -> None:
    value = None if header else number(text)
    cell.value = (text or None) if value is None else value
    if value is not None:
        cell.number_format = "#,##0.0_);(#,##0.0)" if "." in text else "0"


def as_ods(report: Report) -> bytes:
    """An OpenDocument sheet whose cells hold a number and the text that is shown for it."""
    import odfdo  # noqa: PLC0415 - of the test extra

    document = odfdo.Document("spreadsheet")
    document.body.clear()
    for block in report["body"]:
        if "table" in block:
            rows, _ = grid(block["table"])
            document.body.append(_odf_table(odfdo, block["table"]["caption"], rows, len(block["table"]["header"])))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _odf_table(odfdo: Untyped, caption: str, rows: list[list[str]], headers: int) -> Untyped:
    table = odfdo.Table(caption.split(":", maxsplit=1)[0])
    table.append_row(odfdo.Row())
    table.set_value((0, 0), caption)
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            value = None if r < headers else number(text)
            cell = odfdo.Cell(text if value is None else value, text=text) if text else odfdo.Cell()
            table.set_cell((c, r + 2), cell)
    return table


def as_odt(report: Report) -> bytes:
    """An OpenDocument text."""
    import odfdo  # noqa: PLC0415 - of the test extra

    document = odfdo.Document("text")
    body = document.body
    body.clear()
    body.append(odfdo.Header(1, report["title"]))
    body.append(odfdo.Paragraph(report["notice"]))
    body.append(odfdo.Paragraph(lines_of_date(report)))
    for block in report["body"]:
        if "heading" in block:
            body.append(odfdo.Header(2, block["heading"]))
        elif "text" in block:
            body.append(odfdo.Paragraph(block["text"]))
        elif "list" in block:
            body.append(odfdo.List(block["list"]))
        else:
            _odt_table(odfdo, body, block["table"])
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _odt_table(odfdo: Untyped, body: Untyped, table: Report) -> None:
    rows, merges = grid(table)
    body.append(odfdo.Paragraph(table["caption"]))
    made = odfdo.Table(table["caption"].split(":")[0])
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            made.set_value((c, r), text)
    for r, c, down, right in merges:
        made.set_span((c, r, right, down))
    body.append(made)


def as_csv(report: Report) -> bytes:
    """The last table alone, below its caption."""
    table = [block["table"] for block in report["body"] if "table" in block][-1]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([table["caption"]])
    writer.writerows(grid(table)[0])
    return out.getvalue().encode("utf-8-sig")


def as_eml(report: Report) -> bytes:
    """A message whose body is the summary, with the PDF attached."""
    message = EmailMessage()
    message["Subject"] = report["title"]
    message["From"] = "Sample press office <press@sample-valley.example>"
    message["Date"] = f"{report['date']:%a, %d %b %Y} 09:30:00 +0000"
    message.set_content(report["notice"] + "\n\n" + report["body"][1]["text"] + "\n")
    message.add_attachment(as_pdf(report), maintype="application", subtype="pdf", filename="report.pdf")
    message.set_boundary("sample-boundary")
    return message.as_bytes()


def as_zip(report: Report) -> bytes:
    """An archive of the markdown and the CSV."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in (("report.md", as_markdown(report)), ("savings.csv", as_csv(report))):
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


RENDERERS: dict[str, Callable[[Report], bytes]] = {
    "md": as_markdown,
    "html": as_html,
    "pdf": as_pdf,
    "docx": as_docx,
    "odt": as_odt,
    "xlsx": as_xlsx,
    "ods": as_ods,
    "csv": as_csv,
    "eml": as_eml,
    "zip": as_zip,
}


def main(folder: Path = HERE) -> None:
    """Write the report in every format into ``folder``."""
    report = load()
    for ending, render in RENDERERS.items():
        (folder / f"{report['name']}.{ending}").write_bytes(render(report))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
