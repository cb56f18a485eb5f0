"""The finance calendar: times as texts name them, and the period of each figure."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.document import Document
from crawler.readers.plain import layout
from extract.dating import date_figures
from extract.figures import find_figures
from extract.page import page_of
from extract.periods import bounds, find_periods
from extract.tables import figures_in_tables

PUBLISHED = date(2025, 9, 10)


def labels(text: str, published: date | None = PUBLISHED, title: str | None = None) -> list[str | None]:
    document = Document(text=text, title=title, published=published.isoformat() if published else None)
    document.blocks, document.tables = layout(text, markdown="|" in text)
    figures = find_figures(text, document.blocks) + figures_in_tables(text, document.tables, document.blocks)
    figures.sort(key=lambda figure: figure.start)
    periods = find_periods(text, published)
    dated = date_figures(page_of(figures, periods, document, text, document.blocks, document.tables))
    return [label for label, _, _ in dated]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In 2013/14 the deficit was £5m.", ["2013/14"]),
        ("In 2013-14 the deficit was £5m.", ["2013/14"]),
        ("In 2013–14 the deficit was £5m.", ["2013/14"]),
        ("In 2013/2014 the deficit was £5m.", ["2013/14"]),
        ("In FY26 the deficit is £5m.", ["2025/26"]),
        ("In FY2025/26 the deficit is £5m.", ["2025/26"]),
        ("In 25/26 the deficit is £5m.", ["2025/26"]),
        ("Next year the gap will be £5m.", ["2026/27"]),
        ("This financial year savings of £5m are due.", ["2025/26"]),
        ("Savings of £5m are due by March 2027.", ["2027"]),
        ("The surplus was £5m at 31 March 2025.", ["2024/25"]),
        ("By the end of October 2024 the deficit was £5m.", ["2024/25"]),
        ("The trust must save £5m by 2028/29.", ["2028/29"]),
        ("Costs have risen £5m since 2018/19.", ["2018/19-"]),
        ("Between 2019/20 and 2023/24 costs rose by £5m.", ["2019/20-2023/24"]),
        ("Over three years it will save £5m.", [None]),
        ("Over the next twelve months it will save £5m.", [None]),
        ("The trust saved £5m in 2010-14.", ["2010-2014"]),
        ("Last year it lost £5m.", ["2024/25"]),
        ("It lost £5m the previous year.", ["2024/25"]),
        ("£5m will be invested between 2026/27 and 2028/29.", ["2026/27-2028/29"]),
        ("£5m from 2026/27 to 2028/29 is set aside.", ["2026/27-2028/29"]),
        ("For the year ended 31 March 2018 the surplus was £5m.", ["2017/18"]),
        ("For the year to March 2018 the surplus was £5m.", ["2017/18"]),
        ("In 2025/26 it will save £5m, up from £3m in 2024/25.", ["2025/26", "2024/25"]),
        ("It will save £5m in 2025/26 and £6m in 2026/27.", ["2025/26", "2026/27"]),
        ("Spending of £5m in 2015 will rise to £6m by 2020.", ["2015", "2020"]),
        ("Spending rose from £5m in 2022/23 to £6m in 2023/24.", ["2022/23", "2023/24"]),
        ("In Q3 2025/26 it spent £5m.", ["2025/26"]),
        ("In July 2025/26 it spent £5m.", ["2025/26"]),
        ("At month 8 of 2025/26 the overspend was £5m.", ["2025/26"]),
        ("It was fined £5m in June 2016.", ["2016"]),
        ("Savings in 2016/17 were £5m. Of this, £2m was recurrent.", ["2016/17", "2016/17"]),
        ("The 2025/26 plan is for £5m, of which £2m is identified.", ["2025/26", "2025/26"]),
        ("In the 2010s spending grew by 1.2% a year.", ["2010-2019"]),
        ("The trust spent £5m in the first half of 2024/25.", ["2024/25"]),
        ("The saving is worth £5m by 2030.", ["2030"]),
        ("In 2023 the trust made 50 posts redundant.", ["2023"]),
        ("It plans to cut 50 posts by the end of 2026.", ["2026"]),
        ("Planned savings: £5m (2025/26), £6m (2026/27).", ["2025/26", "2026/27"]),
        ("The £5m deficit in 2024/25, compared with £3m in 2023/24, was a record.", ["2024/25", "2023/24"]),
        ("We expect the in-year deficit to be £5m.", ["2025/26"]),
        ("Trusts overspent by £5m last year, against £3m in 2022/23.", ["2024/25", "2022/23"]),
        ("In 2024/25, £5m was saved; this year's target is £7m.", ["2024/25", "2025/26"]),
        ("The 2,012 staff got £5m.", [None]),
        ("Reference 2024/17 gives £5m.", [None]),
        ("On 2025-06-01 the trust paid £5m.", ["2025"]),
        ("It had saved £5m by November 2025 against a full-year target of £9m.", ["2025/26", "2025/26"]),
        ("Over the five years to 2015/16 the NHS saved £5bn.", ["2015/16"]),
        ("The 2015 Spending Review gave £5bn.", ["2015"]),
        ("From April 2026 rates rise by 5%.", ["2026"]),
    ],
)
def test_same_sentence(text: str, expected: list[str | None]) -> None:
    assert labels(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Savings of £5m are due this year.", [None]),
        ("Last year it saved £5m.", [None]),
        ("In 2024/25 it saved £5m.", ["2024/25"]),
    ],
)
def test_this_year_needs_the_date_of_publication(text: str, expected: list[str | None]) -> None:
    assert labels(text, published=None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In 2025/26 it lost £5m. That is £1m more than feared.", ["2025/26", "2025/26"]),
        ("In 2025/26 it lost £5m. A new roof costs £1m.", ["2025/26", None]),
        ("It will cut 430 posts in 2025/26.\n\nOf those, 200 posts are empty.", ["2025/26", "2025/26"]),
        ("In 2025/26 trusts must find:\n\n- £5m from agency staff\n- £3m from energy.", ["2025/26", "2025/26"]),
        ("It lost £5m in 2023/24 and £6m the year after.", ["2023/24", "2024/25"]),
        ("It grew 2% from 2025/26 to 2028/29. The board grew 3% over the same period.", ["2025/26-2028/29"] * 2),
        ("Trust to save £5m\n\nIt will save £5m in 2025/26.", [None, "2025/26"]),
    ],
)
def test_sentences_around(text: str, expected: list[str | None]) -> None:
    assert labels(text) == expected


def test_report_whose_title_names_its_year() -> None:
    text = "Finance report, month 8 2025/26\n\nThe deficit is £5m. In 2024/25 it was £3m."
    assert labels(text, title="Finance report, month 8 2025/26") == ["2025/26", "2024/25"]


@pytest.mark.parametrize(
    "title",
    [
        "Annual audit letter for the year ended 31 March 2015",
        "Opening budgets 2014/15",
        "Review of nine months to 31 December 2014",
        "Efficiency programme 2014/15, position after nine months",
        "Finance Report for the nine months to 31 December 2014 (2014/15, month 9)",
    ],
)
def test_papers_whose_titles_name_their_year(title: str) -> None:
    assert labels(f"{title}\n\nThe deficit is £5m.", title=title) == ["2014/15"]


def test_a_year_stated_for_all_figures() -> None:
    text = "Selected sums\n\nAll figures are for 2018-19.\n\nThe deficit is £5m."
    assert labels(text, title="Selected sums") == ["2018/19"]


def test_news_headline_dates_nothing() -> None:
    text = "Trusts lose £5m in 2025/26\n\nThe cash loan is £2m."
    assert labels(text, title="Trusts lose £5m in 2025/26") == ["2025/26", None]


def test_table_takes_its_years_from_columns_rows_and_caption() -> None:
    columns = "| Budget (£m) | 2024/25 | 2025/26 | Change |\n|---|---|---|---|\n| Resource | 1.0 | 3.0 | 2.0 |\n"
    assert labels(columns) == ["2024/25", "2025/26", "2025/26"]
    rows = "| Year | Spend £m |\n|---|---|\n| 2022/23 | 3.5 |\n| 2023/24 | 3.0 |\n"
    assert labels(rows) == ["2022/23", "2023/24"]
    caption = "Table 1: savings, 2023/24\n\n| £m | Plan | Actual |\n|---|---|---|\n| Total | 2.0 | 1.0 |\n"
    assert labels(caption) == ["2023/24", "2023/24"]


@pytest.mark.parametrize(
    ("text", "label", "kind"),
    [
        ("2025/26", "2025/26", "financial_year"),
        ("2025-2026", "2025/26", "financial_year"),
        ("1999/2000", "1999/00", "financial_year"),
        ("FY27", "2026/27", "financial_year"),
        ("2010–2014", "2010-2014", "span"),
        ("the 1990s", "1990-1999", "span"),
        ("since 2019", "2019-", "since"),
        ("between early 2024 and mid-2025", "2024-2025", "span"),
        ("31 March 2025", "2025", "month"),
        ("Sept 2024", "2024", "month"),
        ("the next twelve months", None, "duration"),
        ("the current financial year", "2025/26", "relative"),
    ],
)
def test_period_in_words(text: str, label: str | None, kind: str) -> None:
    (period,) = find_periods(text, PUBLISHED)
    assert (period.label, period.kind) == (label, kind)


@pytest.mark.parametrize(
    "text", ["£2,015", "2,024 posts", "24/7 care", "0115 496 0430", "2015m", "3/12 done", "1 in 2025 posts"]
)
def test_numbers_that_are_no_financial_year(text: str) -> None:
    assert [p for p in find_periods(text, PUBLISHED) if p.kind == "financial_year"] == []


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("2025/26", date(2025, 4, 1), date(2026, 3, 31)),
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("2023/24-2025/26", date(2023, 4, 1), date(2026, 3, 31)),
        ("2010-2014", date(2010, 1, 1), date(2014, 12, 31)),
        ("2018/19-", date(2018, 4, 1), None),
    ],
)
def test_bounds(label: str, first: date, last: date | None) -> None:
    assert bounds(label) == (first, last)
