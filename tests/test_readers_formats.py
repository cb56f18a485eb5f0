"""The sample report, which a script of the project renders in every format, reads the same in each."""

import datetime
import email.message
import io

import openpyxl
import pytest
import xlwt
from reader_files import archive, check_offsets, figures

from breakeven_errors import UnreadableInput
from crawler.readers import read
from crawler.readers.number_formats import shown, shown_date
from samples.formats import make

REPORT = make.load()
TABLES = [block["table"] for block in REPORT["body"] if "table" in block]
WHOLE = ["md", "html", "pdf", "docx", "odt"]
SHEETS = ["xlsx", "ods"]


@pytest.fixture(scope="module", params=[*WHOLE, *SHEETS, "csv", "unruled pdf"])
def rendered(request):
    ending = request.param.split()[-1]
    data = make.as_pdf(REPORT, ruled=False) if request.param == "unruled pdf" else make.RENDERERS[ending](REPORT)
    return request.param, read(data, f"report.{ending}")


def test_every_figure_of_every_table(rendered):
    name, document = rendered
    wanted = TABLES[-1:] if name == "csv" else TABLES
    assert len(document.tables) == len(wanted)
    for table, source in zip(document.tables, wanted, strict=True):
        header = max(cell.row for cell in table.cells if cell.header)
        rows = [[c.text for c in table.cells if c.row == row] for row in sorted({c.row for c in table.cells})]
        assert rows[header + 1 :] == source["rows"]
        assert table.caption == source["caption"]


def test_labels_span_the_columns_that_they_head(rendered):
    name, document = rendered
    if name in ("md", "csv"):  # these formats have no spans
        assert all(cell.column_span == 1 for table in document.tables for cell in table.cells)
        return
    spans = {
        cell.text: (cell.column, cell.column_span) for cell in document.tables[0].cells if cell.row == 0 and cell.text
    }
    assert spans == {"Year to date": (1, 3), "Full year 2025/26": (4, 2)}


def test_offsets_are_exact(rendered):
    if rendered[0] != "md":  # a markdown cell's text may be shorter than its place
        check_offsets(rendered[1])


@pytest.mark.parametrize("ending", [*WHOLE, "unruled pdf"])
def test_whole_text_in_order(ending):
    data = make.as_pdf(REPORT, False) if " " in ending else make.RENDERERS[ending](REPORT)
    document = read(data, f"report.{ending.split()[-1]}")
    at = 0
    for block in REPORT["body"]:
        for words in block.get("list", [block.get("heading") or block.get("text")]):
            if words:
                assert words in document.text[at:]
                at = document.text.index(words, at)
    assert (document.title, document.published) == (REPORT["title"], "2026-01-22")
    assert document.kind == "board_paper"


@pytest.mark.parametrize("ending", sorted(make.RENDERERS))
def test_sample_files_are_what_the_script_makes(ending):
    kept = read((make.HERE / f"{REPORT['name']}.{ending}").read_bytes(), f"report.{ending}")
    made = read(make.RENDERERS[ending](REPORT), f"report.{ending}")
    assert kept.text == made.text
    assert [child.text for child in kept.children] == [child.text for child in made.children]


@pytest.mark.parametrize("ending", SHEETS)
def test_raw_numbers_stand_beside_the_shown_ones(ending):
    cells = read(make.RENDERERS[ending](REPORT), f"report.{ending}").tables[0].cells
    assert {cell.value for cell in cells if cell.text == "(309.8)"} == {-309.8}


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (0.075, "0.0%", "7.5%"),
        (0.075, "0%", "8%"),
        (-12.5, "#,##0.0;(#,##0.0)", "(12.5)"),
        (-12.5, "#,##0.0_);[Red](#,##0.0)", "(12.5)"),
        (0, '#,##0;(#,##0);"-"', "-"),
        (1234567.891, "#,##0", "1,234,568"),
        (1234567, '£#,##0.0,,"m"', "£1.2m"),
        (1234567, "[$£-809]#,##0", "£1,234,567"),
        (-5, "£#,##0", "-£5"),
        (1234, "#,##0,", "1"),
        (2.5, "0", "3"),
        (2.5, "0.##", "2.5"),
        (2, "0.##", "2"),
        (0.1 + 0.2, "General", "0.3"),
        (12.0, None, "12"),
        (1e6, "General", "1000000"),
        (7, '0 "WTE"', "7 WTE"),
        (7, "000", "007"),
        (0.5, "#.0", ".5"),
        (-0.2, "0", "0"),
        (1500000, '[>=1000000]0.0,,"m";[>=1000]0,"k";0', "1.5m"),
        (1500, '[>=1000000]0.0,,"m";[>=1000]0,"k";0', "2k"),
        (12345.678, "0.00E+00", "1.23E+04"),
    ],
)
def test_numbers_as_the_sheet_shows_them(value, code, text):
    assert shown(value, code) == text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("dd/mm/yyyy", "04/05/2025"),
        ("mmm-yy", "May-25"),
        ("d mmmm yyyy", "4 May 2025"),
        ("hh:mm", "09:07"),
        ("[$-809]dd mmmm yyyy;@", "04 May 2025"),
        ("General", "2025-05-04"),
    ],
)
def test_dates_as_the_sheet_shows_them(code, text):
    assert shown_date(datetime.datetime(2025, 5, 4, 9, 7), code) == text


def workbook(fill):
    book = openpyxl.Workbook()
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return read(out.getvalue(), "book.xlsx")


def test_hidden_sheets_notes_and_several_tables_in_a_sheet():
    def fill(book):
        sheet = book.active
        rows = [
            ["Allocations"],
            ["£'000"],
            [],
            ["Trust", "Plan"],
            ["A", 1.5],
            ["Note: provisional"],
            [],
            [None, "Post", "WTE"],
            [None, "Nurse", 3],
        ]
        for row in rows:
            sheet.append(row)
        book.create_sheet("Workings")["A1"] = "secret 99"
        book["Workings"].sheet_state = "hidden"

    document = workbook(fill)
    assert "99" not in document.text
    assert document.tables[0].caption == "Allocations\n£'000"
    assert figures(document.tables[0]) == {(0, 0): "Trust", (0, 1): "Plan", (1, 0): "A", (1, 1): "1.5"}
    assert figures(document.tables[1]) == {(0, 0): "Post", (0, 1): "WTE", (1, 0): "Nurse", (1, 1): "3"}
    assert "Note: provisional" in [document.text[b.start : b.end] for b in document.blocks if b.kind == "paragraph"]


def test_labels_over_empty_cells_span_them_without_merging():
    def fill(book):
        for row in (["Trust", "Year to date", None, "Full"], ["Name", "Plan", "Actual", "Plan"], ["A", 1, 2, 3]):
            book.active.append(row)

    first = [cell for cell in workbook(fill).tables[0].cells if cell.row == 0]
    assert [(cell.text, cell.column_span) for cell in first] == [("Trust", 1), ("Year to date", 2), ("Full", 1)]


@pytest.mark.parametrize(
    ("data", "cells"),
    [
        ("Trust;Plan\nA;1,5\n", {(1, 1): "1,5"}),
        ('\ufeffTrust,Plan\nA,"£1,234"\n', {(1, 1): "£1,234"}),
        ("Trust\tPlan\nA\t(3.1)\n", {(1, 1): "(3.1)"}),
    ],
    ids=["semicolons", "quotes and mark", "tabs"],
)
def test_csv(data, cells):
    assert figures(read(data.encode(), "a.csv").tables[0]).items() >= cells.items()


def message(**parts):
    made = email.message.EmailMessage()
    made["Subject"], made["From"] = "Savings of £4m", "The Press Office <press@a.example>"
    made["Date"] = "Thu, 01 May 2025 23:30:00 +0000"
    made.set_content(parts.get("plain", "The trust must save £4m this year.\n"))
    if "html" in parts:
        made.add_alternative(parts["html"], subtype="html")
    for name, data in parts.get("files", {}).items():
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return read(made.as_bytes(), "mail.eml")


def test_mail_is_its_subject_body_and_headers():
    document = message()
    assert document.text == "Savings of £4m\n\nThe trust must save £4m this year.\n"
    assert (document.title, document.author, document.published) == ("Savings of £4m", "The Press Office", "2025-05-02")


def test_mail_in_html_keeps_its_tables():
    document = message(html="<p>See below</p><table><tr><td>A</td><td>£4m</td></tr></table>")
    check_offsets(document)
    assert document.text == "Savings of £4m\n\nSee below\n\nA\t£4m"


def test_attachments_are_children_and_a_bad_one_costs_itself_alone():
    document = message(files={"r.docx": make.as_docx(REPORT), "bad.pdf": b"%PDF-1.4 junk", "tool.exe": b"MZ"})
    assert [(child.part, child.title) for child in document.children] == [("r.docx", REPORT["title"])]
    assert [problem.split(":")[0] for problem in document.problems] == ["mail.eml/bad.pdf", "mail.eml/tool.exe"]


def test_archive_members_are_children():
    inner = archive({"deep.txt": "Saved £5m".encode()})
    document = read(archive({"a/one.txt": b"Saved 4m", "../two.md": b"# Two", "in.zip": inner, "x.bin": b"1"}), "a.zip")
    assert [child.part for child in document.children] == ["a/one.txt", "../two.md", "in.zip"]
    assert document.children[2].children[0].text == "Saved £5m"


@pytest.mark.parametrize(
    "members", [{}, {"a.bin": b"1"}, {"a.pdf": b"%PDF-1.4 junk"}], ids=["empty", "unknown", "damaged"]
)
def test_archive_with_nothing_to_read_is_refused(members):
    with pytest.raises(UnreadableInput, match="nothing in it can be read"):
        read(archive(members), "a.zip")


def test_old_workbook_keeps_its_number_formats_and_values():
    book = xlwt.Workbook()
    sheet = book.add_sheet("Finance")
    for column, label in enumerate(["Trust", "Saving", "Variance"]):
        sheet.write(0, column, label)
    sheet.write(1, 0, "A")
    sheet.write(1, 1, 0.075, xlwt.easyxf(num_format_str="0.0%"))
    sheet.write(1, 2, -12.5, xlwt.easyxf(num_format_str="0.0;(0.0)"))
    out = io.BytesIO()
    book.save(out)
    (table,) = read(out.getvalue(), "book.xls").tables
    assert figures(table)[(1, 1)] == "7.5%"
    assert figures(table)[(1, 2)] == "(12.5)"
    assert [cell.value for cell in table.cells if cell.row == 1 and cell.column > 0] == [0.075, -12.5]
