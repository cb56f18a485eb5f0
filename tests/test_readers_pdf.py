"""PDF files: reading order, furniture of pages, hyphens, tables, packs and scans."""

import io
import shutil

import pytest
from PIL import Image, ImageDraw, ImageFont
from reader_files import check_offsets, figures, lines, pdf
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader, simpleSplit

from breakeven_errors import UnreadableInput
from crawler.readers import ocr, read

PROSE = [
    "The trust must save four million pounds in the",
    "coming year, its board was told at the meeting,",
    "and plans to close a ward and two clinics will",
    "be drawn up by the executive team this spring.",
    "A vacancy freeze has been in place since last",
    "autumn and will go on until the summer at least.",
]


def read_pdf(*pages, **options):
    document = read(pdf(*pages, **options), "report.pdf")
    check_offsets(document)
    return document


def paragraphs(document):
    return [document.text[b.start : b.end] for b in document.blocks if b.kind == "paragraph"]


def test_lines_make_paragraphs():
    document = read_pdf(lines(*PROSE, "", "Next paragraph of £5m."))
    assert paragraphs(document) == [" ".join(PROSE), "Next paragraph of £5m."]


def test_columns_are_read_one_after_the_other():
    text = " ".join(PROSE)
    left = lines(*simpleSplit(text, "Helvetica", 9, 230), x=50, size=9, y=120)
    right = lines(*simpleSplit(text.upper(), "Helvetica", 9, 230), x=310, size=9, y=120)
    mixed = sorted([*left, *right], key=lambda line: line[1])
    document = read_pdf([(50, 80, 20, "Plan for the year"), *mixed])
    assert document.text == "Plan for the year\n\n" + " ".join(PROSE) + "\n\n" + " ".join(PROSE).upper()


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("There is ineffi-", "ciency in the wards.", "There is inefficiency in the wards."),
        ("It is a long-", "term and long-term plan.", "It is a long-term and long-term plan."),
        ("It is a non-", "recurrent saving.", "It is a non-recurrent saving."),
        ("It costs £50-", "60m a year.", "It costs £50-60m a year."),
        ("It ran in 2025-", "26 only.", "It ran in 2025-26 only."),
        ("It costs £1.2", "billion a year.", "It costs £1.2 billion a year."),
    ],
    ids=["broken word", "compound seen elsewhere", "compound by its first half", "range", "year", "amount"],
)
def test_line_ends(first, second, joined):
    # The lines are as wide as the text gets, so that the break between them is the margin's.
    assert joined in read_pdf([(72, 100, 11, first), (72, 114, 11, second)]).text.replace("\n\n", " ")


def test_running_headers_footers_and_page_numbers_are_dropped():
    pages = [
        [
            (72, 40, 9, "Trust Board papers 99"),
            *lines(f"Paper {n} says that the trust saved £{n}m this year."),
            (280, 815, 9, f"Page {n} of 4"),
            (72, 815, 9, "Draft"),
        ]
        for n in range(1, 5)
    ]
    document = read_pdf(*pages)
    assert paragraphs(document) == [f"Paper {n} says that the trust saved £{n}m this year." for n in range(1, 5)]
    assert [block.page for block in document.blocks] == [1, 2, 3, 4]


def test_paragraph_over_a_page_break_is_one():
    document = read_pdf(lines("The trust will save £5m in the year and", y=700), lines("more than that in the next."))
    assert document.text == "The trust will save £5m in the year and more than that in the next."


def test_mark_of_a_note_does_not_lengthen_a_figure():
    def page(canvas):
        canvas.setFont("Helvetica", 11)
        canvas.drawString(72, 700, "It cost £12")
        canvas.setFont("Helvetica", 6)
        canvas.drawString(72 + canvas.stringWidth("It cost £12", "Helvetica", 11), 704, "3")
        canvas.setFont("Helvetica", 11)
        canvas.drawString(140, 700, "million in the year.")

    assert "£12³" in read_pdf(page).text


def ruled(*rows):
    def page(canvas):
        for n, row in enumerate(rows):
            for m, text in enumerate(row):
                canvas.rect(72 + 120 * m, 700 - 20 * n, 120, 20)
                canvas.drawString(76 + 120 * m, 706 - 20 * n, text)

    return page


def test_drawn_table_over_two_pages_is_one_without_its_second_header():
    head = ("Theme", "Plan (£m)")
    document = read_pdf(
        ruled(head, ("Estates", "4.1"), ("Pay", "7.2")), ruled(head, ("Drugs", "(3.3)"), ("Total", "8.0"))
    )
    assert len(document.tables) == 1
    assert [cell.text for cell in document.tables[0].cells] == [
        "Theme",
        "Plan (£m)",
        "Estates",
        "4.1",
        "Pay",
        "7.2",
        "Drugs",
        "(3.3)",
        "Total",
        "8.0",
    ]
    assert {block.page for block in document.blocks if "Drugs" in document.text[block.start : block.end]} == {2}


def test_table_without_lines_and_a_label_on_two_lines():
    page = [(72, 100, 11, "Table 1: Savings (£m)")]
    page += [(250, 120, 10, "Plan"), (320, 120, 10, "Actual")]
    rows = [("Estates and", None), ("facilities", ("4.1", "3.9")), ("Pay", ("7.2", "(1.0)")), ("Drugs", ("1.0", "–"))]
    for n, (label, values) in enumerate(rows):
        page.append((72, 140 + 14 * n, 10, label))
        page += [(250 + 70 * m, 140 + 14 * n, 10, value) for m, value in enumerate(values or ())]
    table = read_pdf(page).tables[0]
    assert table.caption == "Table 1: Savings (£m)"
    assert {(0, 1): "Plan", (0, 2): "Actual"}.items() <= figures(table).items()
    values = [cell.text for cell in table.cells if cell.column > 0 and cell.row > 0 and cell.text]
    assert values == ["4.1", "3.9", "7.2", "(1.0)", "1.0", "–"]


def test_turned_page_is_read_as_it_is_shown():
    def page(canvas):
        canvas.setPageRotation(90)
        canvas.rotate(90)
        for n, text in enumerate(PROSE):
            canvas.drawString(72, -100 - 14 * n, text)

    assert read_pdf(page).text == " ".join(PROSE)


PAPERS = [
    "1. Apologies and declarations",
    "2. Chief executive's report",
    "3. Finance report, month 9",
    "4. Workforce report",
]


def pack_pages():
    front = lines("Trust Board, in public", "Thursday 22 January 2026", "Agenda")
    papers = [lines(f"Paper {n} tells of £{n}m in savings this year.", y=120) for n in range(1, 13)]
    return [front, *papers]


def test_pack_is_cut_at_its_bookmarks():
    marks = [(title, 2 + 3 * n, 0) for n, title in enumerate(PAPERS)]
    document = read_pdf(*pack_pages(), bookmarks=marks)
    assert [child.part for child in document.children] == PAPERS
    finance = document.children[2]
    assert "£7m" in finance.text
    assert "£10m" not in finance.text
    assert [block.page for block in finance.blocks] == [8, 9, 10]
    assert {child.published for child in document.children} == {"2026-01-22"}
    assert "£" not in document.text


def test_pack_without_bookmarks_is_cut_at_its_cover_sheets():
    pages = pack_pages()
    for n, title in enumerate(PAPERS):
        pages[1 + 3 * n] = lines(
            "Meeting: Trust Board", f"Title: {title[3:]}", f"Agenda item: {n + 1}", "Purpose: Assurance", pitch=30
        )
    document = read_pdf(*pages)
    assert [child.title for child in document.children] == [title[3:] for title in PAPERS]


@pytest.mark.parametrize(
    "marks", [[], [("Foreword", 1, 0), ("Method", 5, 0), ("Annex", 9, 0)]], ids=["none", "chapters"]
)
def test_long_report_is_no_pack(marks):
    assert not read_pdf(*pack_pages(), bookmarks=marks).children


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (pdf(lines("secret"), password="word"), "encrypted"),
        (pdf(lines("text"))[:200], "damaged"),
        (b"%PDF-1.7\n" + b"\xff" * 5000, "damaged"),
    ],
    ids=["encrypted", "cut off", "junk"],
)
def test_pdf_that_cannot_be_opened(data, says):
    with pytest.raises(UnreadableInput, match=f"^bad.pdf: .*{says}"):
        read(data, "bad.pdf")


def scan(text="The trust saved 45 million pounds in 2024/25."):
    image = Image.new("L", (1654, 600), 255)
    ImageDraw.Draw(image).text((150, 200), text, fill=0, font=ImageFont.load_default(size=44))
    return image


def scanned_pdf():
    return pdf(lambda canvas: canvas.drawImage(ImageReader(scan()), 0, 400, A4[0], A4[0] * 600 / 1654))


def test_scanned_page_without_tesseract_says_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnreadableInput, match="scanned images without text; install"):
        read(scanned_pdf(), "scan.pdf")


def test_scanned_page_among_others_is_named_as_left_out(monkeypatch):
    def draw(canvas):
        canvas.drawString(72, 700, "The trust has a deficit of 45 million pounds for the year 2024/25.")
        canvas.showPage()
        canvas.drawImage(ImageReader(scan()), 0, 400, A4[0], A4[0] * 600 / 1654)

    monkeypatch.setenv("PATH", "")
    document = read(pdf(draw), "mixed.pdf")
    assert "45 million pounds" in document.text
    (problem,) = document.problems
    assert problem.startswith("mixed.pdf: 1 of 2 pages are scanned images and were left out, first page 2; install")


@pytest.mark.parametrize("kind", ["pdf", "png"])
def test_scanned_page_is_recognised_and_marked(kind):
    out = io.BytesIO()
    scan().save(out, "PNG", dpi=(200, 200))
    data = scanned_pdf() if kind == "pdf" else out.getvalue()
    if shutil.which("tesseract") is None or ocr.missing():
        with pytest.raises(UnreadableInput, match="install"):
            read(data, f"scan.{kind}")
        return
    document = read(data, f"scan.{kind}")
    assert document.ocr
    assert "saved 45 million pounds in 2024/25" in document.text
