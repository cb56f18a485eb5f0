"""Figures and labelled values of tables, however the table came."""

from __future__ import annotations

import pytest

from crawler.document import Cell, Document, Table
from crawler.readers import read
from crawler.readers.plain import layout
from extract.facts import Figure
from extract.tables import figures_in_tables, table_values, unit_in


def document(text: str) -> Document:
    """A text with its layout; text that begins with a tag goes through the reader of pages."""
    if text.startswith("<"):
        page = f"<html><body><main><h1>Paper for the board</h1><p>Words come first.</p>{text}</main></body></html>"
        return read(page.encode(), name="paper.html")
    found = Document(text=text)
    found.blocks, found.tables = layout(text, markdown="|" in text)
    return found


def figures(text: str) -> list[Figure]:
    source = document(text)
    return figures_in_tables(source.text, source.tables, source.blocks)


def values(text: str) -> list[tuple[str, float, float]]:
    return [(figure.unit, figure.low, figure.high) for figure in figures(text)]


HEAD = "| Trust | {} |\n|---|---|\n| A | {} |\n"


@pytest.mark.parametrize(
    ("heading", "cell", "expected"),
    [
        ("Saving £m", "5.1", [("GBP", 5_100_000, 5_100_000)]),
        ("Saving (£ million)", "(5.1)", [("GBP", -5_100_000, -5_100_000)]),
        ("Saving £000", "1,250", [("GBP", 1_250_000, 1_250_000)]),
        ("Saving £'000", "-1,250", [("GBP", -1_250_000, -1_250_000)]),
        ("Saving £bn", "1.5*", [("GBP", 1_500_000_000, 1_500_000_000)]),
        ("Saving (£)", "3,646,033", [("GBP", 3_646_033, 3_646_033)]),
        ("Saving", "£1.2m to £1.5m", [("GBP", 1_200_000, 1_500_000)]),
        ("Saving", "£450,000", [("GBP", 450_000, 450_000)]),
        ("Saving %", "5.1", [("percent", 5.1, 5.1)]),
        ("Share of turnover", "5.1", [("percent", 5.1, 5.1)]),
        ("Saving £m", "5.1%", [("percent", 5.1, 5.1)]),
        ("Saving £m", "n/a", []),
        ("Saving £m", "–", []),
        ("Saving £m", "0.0", [("GBP", 0, 0)]),
        ("Posts to go", "430", [("posts", 430, 430)]),
        ("WTE removed to date", "31.5", [("posts", 31.5, 31.5)]),
        ("WTE in post", "4,300", []),
        ("Headcount", "4,300", []),
        ("Beds", "600", []),
        ("Month", "6", []),
        ("Population (millions)", "1.5", []),
        ("Replies", "72", []),
    ],
)
def test_unit_from_the_heading(heading: str, cell: str, expected: list[tuple[str, float, float]]) -> None:
    assert values(HEAD.format(heading, cell)) == expected


def test_caption_gives_the_unit_and_a_column_its_own() -> None:
    head = "| Theme | Plan | Recurrent (%) | Population (millions) |\n|---|---|---|---|\n"
    text = f"Table 2: Savings (£m)\n\n{head}| Beds | 14.0 | 71 | 2.5 |\n"
    assert values(text) == [("GBP", 14_000_000, 14_000_000), ("percent", 71, 71)]


def test_money_table_about_redundancies_holds_money() -> None:
    text = "Redundancy payments (£m)\n\n| Group | Compulsory redundancies |\n|---|---|\n| Trusts | 16.0 |\n"
    assert values(text) == [("GBP", 16_000_000, 16_000_000)]


def test_a_range_in_a_cell_takes_the_unit_of_its_column() -> None:
    assert values(HEAD.format("Estimate £m", "560-610")) == [("GBP", 560_000_000, 610_000_000)]
    assert values(HEAD.format("Posts to go", "between 190 and 230")) == [("posts", 190, 230)]
    assert values(HEAD.format("Year £m", "2024-25")) == []


def test_thousands_of_people_are_no_money() -> None:
    assert values(HEAD.format("Population (000)", "1,290")) == []
    assert values(HEAD.format("Spend (000)", "1,290")) == [("GBP", 1_290_000, 1_290_000)]


def test_a_hospital_in_a_heading_hides_no_money() -> None:
    assert values("| £m | South Tees Hospitals |\n|---|---|\n| Income | 921.4 |\n") == [
        ("GBP", 921_400_000, 921_400_000)
    ]


def test_shares_stated_above_a_table_count() -> None:
    text = "Response figures are in per cent.\n\n| Region | Thought of leaving |\n|---|---|\n| London | 64 |\n"
    assert values(text) == [("percent", 64, 64)]


def test_row_labels_give_units() -> None:
    money = "| Deficit (£m) | 12.1 |\n| Agency spend as % of pay | 4.1 |\n"
    rows = f"{money}| Staff (WTE) | 4,100 |\n| Redundancies (number) | 40 |\n"
    assert values(f"| | 2024/25 |\n|---|---|\n{rows}") == [
        ("GBP", 12_100_000, 12_100_000),
        ("percent", 4.1, 4.1),
        ("posts", 40, 40),
    ]


def test_unit_stated_above_for_all_amounts() -> None:
    text = (
        "All amounts are in thousands of pounds (£000).\n\nIncome    158,940   161,612\nPay      (114,310) (115,022)\n"
    )
    assert [low for _, low, _ in values(text)] == [158_940_000, 161_612_000, -114_310_000, -115_022_000]


def test_label_that_states_a_figure() -> None:
    text = "| Growth | Budget needed |\n|---|---|\n| 2% a year | £198bn |\n"
    assert values(text) == [("percent", 2, 2), ("GBP", 198_000_000_000, 198_000_000_000)]


SPANS = (
    "<table><caption>Ready reckoner (£m)</caption><thead><tr><th rowspan=2>Board</th><th rowspan=2>Population</th>"
    "<th colspan=2>Envelope</th></tr><tr><th>Quarter 4</th><th>Full year</th></tr></thead><tbody>"
    "<tr><th rowspan=2>Single</th><td>1.0</td><td>4.7</td><td>18.8</td></tr>"
    "<tr><td>1.5</td><td>7.0</td><td>28.1</td></tr>"
    "</tbody></table>"
)


def test_spans_of_a_page_reach_every_cell_below_and_beside() -> None:
    source = document(SPANS)
    found = table_values(source.text, source.tables, source.blocks)
    assert [(v.row_label, v.column_label, v.value, v.unit) for v in found if v.row == 3] == [
        ("Single", "Population", 1.5, None),
        ("Single", "Envelope – Quarter 4", 7_000_000, "GBP"),
        ("Single", "Envelope – Full year", 28_100_000, "GBP"),
    ]
    assert [figure.low for figure in figures(SPANS)] == [4_700_000, 18_800_000, 7_000_000, 28_100_000]


def test_figure_of_a_cell_has_its_place_row_and_quote() -> None:
    text = "| Trust | Saving £m |\n|---|---|\n| Alpha | 5.1 |\n| Beta | **(6.2)** |\n"
    source = document(text)
    first, second = figures_in_tables(source.text, source.tables, source.blocks)
    assert (first.cell, second.cell) == ((1, 1, 1), (1, 2, 1))
    assert text[second.start : second.end] == "(6.2)"
    assert text[slice(*second.sentence)] == "| Beta | **(6.2)** |"


def test_lost_borders_give_labelled_values_with_empty_cells() -> None:
    rows = "EoENHS Alder ICB(5.8)%(89.9)\nSENHS Birch ICBWithin RangeWithin Range\nSENHS Cedar ICB3.0%13.6\n"
    text = f"RegionSystemDistanceDistance £m\n{rows}"
    source = document(text)
    found = table_values(source.text, source.tables, source.blocks)
    assert [(v.row_label, v.column_label, v.text, v.value) for v in found] == [
        ("EoE – NHS Alder ICB", "Distance", "(5.8)%", -5.8),
        ("EoE – NHS Alder ICB", "Distance £m", "(89.9)", -89_900_000),
        ("SE – NHS Birch ICB", "Distance", "Within Range", None),
        ("SE – NHS Birch ICB", "Distance £m", "Within Range", None),
        ("SE – NHS Cedar ICB", "Distance", "3.0%", 3.0),
        ("SE – NHS Cedar ICB", "Distance £m", "13.6", 13_600_000),
    ]


def test_spreadsheet_cells_keep_raw_numbers_where_no_unit_is_known() -> None:
    cells = [Cell(0, 0, "Name"), Cell(0, 1, "Size"), Cell(1, 0, "A"), Cell(1, 1, "big", value=7.5)]
    (value,) = table_values("", [Table(1, 0, 0, cells)])
    assert (value.value, value.unit) == (7.5, None)


def test_empty_table_is_no_trouble() -> None:
    assert figures_in_tables("", [Table(1, 0, 0, [])], []) == []
    assert table_values("", [Table(1, 0, 0, [])]) == []


@pytest.mark.parametrize(
    ("words", "name", "scale"),
    [
        ("Variance £m", "GBP", 1e6),
        ("£ billion", "GBP", 1e9),
        ("Surplus (£'000s)", "GBP", 1e3),
        ("Growth (% a year)", "percent", 1),
        ("Distance to target £m value (to +/- 2.5% range)", "GBP", 1e6),
        ("Posts to be removed", "posts", 1),
        ("Staff in month", "wte", 1),
        ("Number of patients", "other", 1),
        ("Region", "", 1),
    ],
)
def test_unit_in_words(words: str, name: str, scale: float) -> None:
    unit = unit_in(words)
    assert (unit.name, unit.scale) == (name, scale)
