"""Structure of bare text and markdown, with offsets into the text as it came."""

from __future__ import annotations

import time

import pytest

from crawler.document import Table
from crawler.readers.plain import layout

GLUED = """Appendix 2 – Distance to fair shares by system

RegionSystemCoreSpecialised
Distance to targetDistance £m (within 2.5%)Distance to TargetDistance £m (within 2.5%)
EoENHS Alder, Birch and Cedar ICB(5.8)%(89.9)(3.8)%(29.3)
EoENHS Dale ICB(2.9)%(10.2)Within RangeWithin Range
SENHS Elm ICBWithin RangeWithin Range3.0%1,113.6
LondonNHS Fern ICBWithin RangeWithin RangeWithin RangeWithin Range
LondonNHS Gorse ICB2.6%5.24.0%67.0
"""


def blocks_of(text: str, markdown: bool = False) -> list[tuple[str, str]]:
    return [(block.kind, text[block.start : block.end]) for block in layout(text, markdown)[0]]


def rows_of(table: Table) -> list[list[str]]:
    rows: dict[int, list[str]] = {}
    for cell in table.cells:
        rows.setdefault(cell.row, []).append(cell.text)
    return [rows[number] for number in sorted(rows)]


def test_plain_text_has_headings_paragraphs_and_list_items() -> None:
    items = "  • first thing\n  • second thing;\n(a) third\n"
    text = f"Trust to save £5m\n\nBy A. Writer\n\n1. KEY POINTS\n\nIt saves money.\n\n{items}"
    assert blocks_of(text) == [
        ("heading", "Trust to save £5m"),
        ("paragraph", "By A. Writer"),
        ("heading", "1. KEY POINTS"),
        ("paragraph", "It saves money."),
        ("list_item", "first thing"),
        ("list_item", "second thing;"),
        ("list_item", "third"),
    ]


def test_blocks_know_the_heading_they_stand_under() -> None:
    blocks, _ = layout("Title of it\n\nOne sentence.\n\nNext section\n\nAnother sentence.\n")
    assert [block.heading for block in blocks] == [None, "Title of it", "Title of it", "Next section"]


def test_wrapped_lines_are_one_paragraph_and_whole_lines_are_many() -> None:
    wrapped = "The quick brown fox jumps over the lazy dog and then it\n" * 3 + "stops.\n"
    assert len(blocks_of(wrapped)) == 1
    whole = "\n".join(f"Paragraph {n} " + "has a good many words in it, " * 10 + "and ends." for n in range(3))
    assert len(blocks_of(whole)) == 3


@pytest.mark.parametrize("markdown", [True, False], ids=["markdown", "plain"])
def test_front_matter_yields_title_and_excerpt_only(markdown: bool) -> None:
    front = 'layout: post\ntitle: "New: 5 go"\ntags: [a]\nexcerpt: "So it is."\nimage: x/1.jpg'
    text = f"---\n{front}\n---\n\nBody text here.\n"
    assert blocks_of(text, markdown) == [
        ("heading", "New: 5 go"),
        ("paragraph", "So it is."),
        ("paragraph", "Body text here."),
    ]


def test_markdown_blocks() -> None:
    lists = "* a [link](http://x/5%)\n  1. deeper\n\n**Bold line**\n\n> quoted\n"
    text = f"# One\n\nSome *text*\nover lines.\n\nTwo\n---\n\n{lists}"
    assert blocks_of(text, markdown=True) == [
        ("heading", "One"),
        ("paragraph", "Some *text*\nover lines."),
        ("heading", "Two"),
        ("list_item", "a [link](http://x/5%)"),
        ("list_item", "deeper"),
        ("heading", "**Bold line**"),
        ("paragraph", "> quoted"),
    ]


@pytest.mark.parametrize("markdown", [True, False], ids=["markdown", "plain"])
def test_piped_table(markdown: bool) -> None:
    text = "## Savings, £m\n\n| | Plan | Actual |\n|---|--:|--:|\n| **Total** | **(2.5)** | n/a |\n"
    blocks, (table,) = layout(text, markdown)
    assert rows_of(table) == [["", "Plan", "Actual"], ["Total", "(2.5)", "n/a"]]
    assert [cell.header for cell in table.cells] == [True] * 3 + [False] * 3
    assert all(text[cell.start : cell.end] == cell.text for cell in table.cells)
    assert table.caption == "Savings, £m"
    assert text[blocks[-1].start : blocks[-1].end] == "| **Total** | **(2.5)** | n/a |"


def test_aligned_table_with_two_header_lines() -> None:
    text = (
        "Results by service\n\n"
        "                    Plan £000 Actual £000   Change\n"
        "                                                 %\n"
        "Mental health           1,200       1,150     (4.2)\n"
        "Community and more        600           -        -\n"
        "TOTAL                   1,800       1,150    (36.1)\n\nA note below.\n"
    )
    _, (table,) = layout(text)
    assert rows_of(table)[:3] == [
        ["Plan £000", "Actual £000", "Change"],
        ["%"],
        ["Mental health", "1,200", "1,150", "(4.2)"],
    ]
    assert [cell.column for cell in table.cells if cell.text == "%"] == [3]
    assert table.caption == "Results by service"
    assert all(text[cell.start : cell.end] == cell.text for cell in table.cells)


def test_heading_over_several_aligned_columns_spans_them() -> None:
    text = (
        "               Staff in month      Posts to go\n"
        "               Funded  Worked    Plan    Done\n"
        "Corporate       2,914   2,702     262     231\n"
        "Estates         1,486   1,459      60      22\n"
    )
    _, (table,) = layout(text)
    spans = {cell.text: (cell.column, cell.column_span) for cell in table.cells if cell.row == 0}
    assert spans == {"Staff in month": (1, 2), "Posts to go": (3, 2)}


def test_dots_that_lead_to_numbers_make_a_table_under_its_title() -> None:
    text = (
        "Revenue, seven months (£'000)\n"
        "  Income received ........... 132,480\n"
        "  Operating costs ........... 126,915\n"
        "  Surplus ...................   5,565\n"
    )
    blocks, (table,) = layout(text)
    assert rows_of(table)[0] == ["Income received", "132,480"]
    assert text[blocks[0].start : blocks[0].end] == "Revenue, seven months (£'000)"
    assert all(text[cell.start : cell.end] == cell.text for cell in table.cells)


def test_labels_and_values_that_are_no_table() -> None:
    text = (
        "Report to:       Trust Board, 8 May 2018\nSponsor:         Director of Finance\nPurpose:         To discuss\n"
    )
    assert layout(text)[1] == []


def test_lost_borders_come_back() -> None:
    _, (table,) = layout(GLUED)
    assert rows_of(table) == [
        ["Region", "System", "Core", "Specialised"],
        ["Distance to target", "Distance £m (within 2.5%)", "Distance to Target", "Distance £m (within 2.5%)"],
        ["EoE", "NHS Alder, Birch and Cedar ICB", "(5.8)%", "(89.9)", "(3.8)%", "(29.3)"],
        ["EoE", "NHS Dale ICB", "(2.9)%", "(10.2)", "Within Range", "Within Range"],
        ["SE", "NHS Elm ICB", "Within Range", "Within Range", "3.0%", "1,113.6"],
        ["London", "NHS Fern ICB", "Within Range", "Within Range", "Within Range", "Within Range"],
        ["London", "NHS Gorse ICB", "2.6%", "5.2", "4.0%", "67.0"],
    ]
    header = [(cell.column, cell.column_span) for cell in table.cells if cell.row == 0]
    assert header == [(0, 1), (1, 1), (2, 2), (4, 2)]
    assert table.caption == "Appendix 2 – Distance to fair shares by system"


def test_lost_borders_without_a_column_of_groups() -> None:
    text = "TrustDeficit (£m)Savings (£m)\nAlpha NHS Trust12.43.1\nBeta NHS Trust1.010.5\nGamma NHS Trust-3.20.0\n"
    _, (table,) = layout(text)
    assert rows_of(table)[0] == ["Trust", "Deficit (£m)", "Savings (£m)"]
    assert rows_of(table)[3] == ["Gamma NHS Trust", "-3.2", "0.0"]


@pytest.mark.parametrize(
    "text",
    ["We met in 2024.\nIt ended in 2025.\nMore came in 2026.\n", "First line\nSecond line\nThird line\n"],
    ids=["years", "words"],
)
def test_lines_of_prose_are_no_table(text: str) -> None:
    assert layout(text)[1] == []


@pytest.mark.parametrize("markdown", [True, False], ids=["markdown", "plain"])
@pytest.mark.parametrize("unit", ["word ", "a", "(1.0)%", "a  b ", "| ", "£5m to ", "."])
def test_a_long_line_takes_linear_time(unit: str, markdown: bool) -> None:
    text = unit * (4_000_000 // len(unit))
    begun = time.perf_counter()
    blocks, tables = layout(text, markdown)
    assert time.perf_counter() - begun < 20
    assert len(blocks) == 1
    assert tables == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_line_ends(end: str) -> None:
    text = f"One line of it{end}{end}Two lines, and more.{end}"
    assert [words for _, words in blocks_of(text)] == ["One line of it", "Two lines, and more."]


def test_nothing_in_nothing_out() -> None:
    assert layout("") == ([], [])
    assert layout("\n \n") == ([], [])


ALIGNED = """Line               Plan       Actual     Variance
Medical          48,310   50,120    (1,810)
Nursing          52,760   53,030      (270)
Clinical supplies 14,920   14,760        160
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ALIGNED, id="plain"),
        pytest.param(f"# Report\n\n{ALIGNED}\nAnd then **more** of it.\n", id="a paragraph"),
        pytest.param(f"# Report\n\n```\n{ALIGNED}```\n", id="a fence"),
    ],
)
def test_aligned_columns_are_a_table_in_markdown_too_and_a_long_label_may_touch_its_value(text: str) -> None:
    _, tables = layout(text, markdown=True)
    assert rows_of(tables[0])[1:] == [
        ["Medical", "48,310", "50,120", "(1,810)"],
        ["Nursing", "52,760", "53,030", "(270)"],
        ["Clinical supplies", "14,920", "14,760", "160"],
    ]
