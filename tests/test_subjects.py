"""Whose figure it is and who says so, on texts of our own about bodies of the register; every figure is made up."""

import re

import pytest

from crawler.document import Document
from crawler.readers.plain import layout
from extract import scene, subjects
from extract.facts import Figure
from extract.organisations import Linker
from extract.register import load

REGISTER = load()
LINKER = Linker(REGISTER)


def look(text, published="2025-06-01", title=None):
    blocks, tables = layout(text, markdown="|---" in text)
    document = Document(text, blocks, tables, title=title, published=published)
    return scene.read(text, blocks, tables, LINKER.mentions(text, blocks, document), REGISTER, document)


def figure_at(looked, quote):
    start = looked.text.index(quote)
    block = looked.block_at(start)
    cell = None
    for table in looked.tables:
        for one in table.cells:
            if one.start <= start < one.end:
                cell = (table.number, one.row, one.column)
    begin = max([cut for cut in looked.cuts if cut <= start and cut >= block.start], default=block.start)
    end = min([cut for cut in looked.cuts if cut > start and cut < block.end], default=block.end)
    return Figure(start, start + len(quote), "GBP", 1.0, 1.0, "exact", (begin, end), "test", cell=cell)


def subject(text, quote, kind=None, **given):
    looked = look(text, **given)
    return subjects.subjects_of([figure_at(looked, quote)], [kind], looked)[0][0]


def test_words_that_point_are_found_as_by_one_search_for_all_of_them():
    sorts = {"a": "the trust|trust|the (?:big )?board", "b": "(?<!old )(?:care )?providers?|[Ll]ocal (?:team|area)s?"}
    whole = re.compile(rf"\b(?:(?P<a>{sorts['a']})|(?P<b>{sorts['b']}))\b", re.IGNORECASE)
    known = scene.by_first_word(sorts)
    assert known.keys() == {"the", "trust", "care", "provider", "providers", "local"}
    text = "The Trust and local areas; old providers, care Providers: trusts of the big board, a provider, the trusty."
    words = [match for match in scene.WORD.finditer(text) if match.group().lower() in known]
    found = [match for word in words if (match := known[word.group().lower()].match(text, word.start()))]
    ends = [match.end() for match in found]
    first = [match for index, match in enumerate(found) if match.start() >= max(ends[:index], default=0)]
    assert [(m.span(), m.lastgroup) for m in first] == [(m.span(), m.lastgroup) for m in whole.finditer(text)]


STORY = """Leeds hospitals look for savings after a hard winter
3 June 2025

Leeds Teaching Hospitals NHS Trust (LTHT) must save £71m in 2025/26.

The trust said that 210 posts would go. It has a budget of £1.9bn.

Across England, trusts have to find £9bn this year.

NHS England told LTHT in May that it would be paid £12m to help with winter. Its pay bill rose by £6m.

Bradford Teaching Hospitals NHS Foundation Trust is looking for £33m. The union there fears for 90 jobs.
"""


@pytest.mark.parametrize(
    ("quote", "kind", "body"),
    [
        pytest.param("£71m", "saving", "RR8", id="named in the clause"),
        pytest.param("210 posts", "job_cut", "RR8", id="the trust"),
        pytest.param("£1.9bn", "funding", "RR8", id="it"),
        pytest.param("£9bn", "saving", None, id="all trusts"),
        pytest.param("£6m", "cost", "RR8", id="its, after an acronym"),
        pytest.param("£33m", "saving", "RAE", id="another body named"),
        pytest.param("90 jobs", "job_cut", "RAE", id="the body of the sentence before"),
    ],
)
def test_figures_of_a_story(quote, kind, body):
    assert subject(STORY, quote, kind) == body


PAPER = """FINANCE REPORT, MONTH 5
Report to: Trust Board, 9 October 2025

DORSET COUNTY HOSPITAL NHS FOUNDATION TRUST

1. SUMMARY

We ended August £2.4m behind plan. Savings of £5.1m have been made.

Our forecast is a deficit of £8.8m.

2. POSITION, £m

Line                Plan      Actual
Income              120.5      121.0
Pay                 (80.2)     (82.9)
Total                40.3       38.1

3. THE REGION

Trusts in the South West overspent by £61m between them.
"""


@pytest.mark.parametrize(
    ("quote", "kind", "body"),
    [
        pytest.param("£2.4m", "deficit", "RBD", id="we"),
        pytest.param("£5.1m", "saving", "RBD", id="nobody named"),
        pytest.param("£8.8m", "deficit", "RBD", id="our"),
        pytest.param("(82.9)", "cost", "RBD", id="a row of its own table"),
        pytest.param("£61m", "deficit", None, id="the trusts of a region"),
    ],
)
def test_figures_of_a_body_s_own_paper(quote, kind, body):
    assert subject(PAPER, quote, kind) == body


TABLE = """# Support by board, 2025/26

Boards get support as follows.

| Board | Support (£m) | Share (%) |
|---|---|---|
| NHS Devon ICB | 12.5 | 4.1 |
| NHS Dorset ICB | 3.25 | 1.3 |
| Total | 15.75 | 2.6 |
"""


@pytest.mark.parametrize(("quote", "body"), [("12.5", "QJK"), ("3.25", "QVV"), ("1.3", "QVV"), ("15.75", None)])
def test_rows_of_a_table_and_their_total(quote, body):
    assert subject(TABLE, quote, "funding") == body


def test_a_column_s_body():
    text = """# Budgets

| Year | Department of Health and Social Care, £bn |
|---|---|
| 2024/25 | 188.2 |
| 2025/26 | 199.4 |
"""
    assert subject(text, "199.4", "funding") == "dhsc"


@pytest.mark.parametrize(
    ("text", "quote", "kind", "body"),
    [
        pytest.param(
            "Trusts overspent by £1.4bn last year, the Nuffield Trust calculated.",
            "£1.4bn",
            "deficit",
            None,
            id="a speaker",
        ),
        pytest.param(
            "A survey by NHS Providers finds that 47% are scaling back services.",
            "47%",
            "survey",
            None,
            id="a pollster",
        ),
        pytest.param(
            "The Department of Health and Social Care said that £26bn more was going into the NHS.",
            "£26bn",
            "funding",
            None,
            id="government money for the NHS",
        ),
        pytest.param(
            "The Department of Health and Social Care's budget grows by 2.8% a year.",
            "2.8%",
            "funding",
            "dhsc",
            id="the department's own total",
        ),
        pytest.param(
            "NHS England has told all boards to live on £18.76 a head.", "£18.76", "funding", None, id="an order to all"
        ),
        pytest.param(
            "Barts Health NHS Trust and NHS Dorset ICB are £40m short between them.",
            "£40m",
            "deficit",
            None,
            id="two bodies",
        ),
        pytest.param(
            "Savings of £14m are planned at Barts Health NHS Trust.",
            "£14m",
            "saving",
            "R1H",
            id="named after the figure",
        ),
        pytest.param(
            "Barts Health NHS Trust plans to save £14m and East Kent Hospitals University NHS Foundation Trust £23m.",
            "£23m",
            "saving",
            "RVV",
            id="the nearer of two",
        ),
    ],
)
def test_figures_of_a_sentence(text, quote, kind, body):
    assert subject(text, quote, kind) == body


def test_the_figures_of_a_body_that_no_register_lists_are_nobody_s():
    text = (
        "Prescribing report\n\nNHS Ipswich and East Suffolk Clinical Commissioning Group\n\n"
        "The CCG has a drugs budget of £54m. It will overspend by £3m.\n\n"
        "Ipswich Hospital NHS Trust is not part of these figures."
    )
    assert subject(text, "£54m", "funding", published="2014-11-19") is None


def test_we_are_the_body_of_the_headline():
    text = (
        "# Chief executive's report, NHS Kent and Medway ICB\n\n## Costs\n\nWe must take £14m out of our running costs."
    )
    assert subject(text, "£14m", "saving") == "QKS"


def test_a_place_in_the_headline_of_a_system_s_paper_is_its_board():
    text = "South Yorkshire: three-year plan\n\nThe system expects a gap of £90m. The ICB will save £9m of it itself."
    assert subject(text, "£9m", "saving", published="2025-11-27") == "QF7"


def test_rows_of_trusts_name_a_trust_by_its_place_alone():
    text = (
        "# Savings by trust\n\n| Trust | £m |\n|---|---|\n| Manchester University NHS Foundation Trust | 148 |\n"
        "| Tameside and Glossop Integrated Care NHS Foundation Trust | 22 |\n| Stockport | 26.9 |\n"
    )
    assert subject(text, "26.9", "saving") == "RWJ"


def test_a_name_that_could_be_two_bodies_is_left_open():
    text = (
        "Barnsley Hospital NHS Foundation Trust is to cut 90 posts.\n\n"
        "Two other trusts look at cuts. Queen Elizabeth Hospital could lose 60 posts."
    )
    assert subject(text, "60 posts", "job_cut") is None


@pytest.mark.parametrize(
    ("quote", "kind", "body"),
    [
        pytest.param("£22.6bn", "funding", "dhsc", id="the department's own"),
        pytest.param("4%", "other", None, id="a think-tank's estimate"),
        pytest.param("£1.2bn", "cost", None, id="the NHS"),
        pytest.param("12%", "other", None, id="a union's demand"),
    ],
)
def test_figures_of_a_national_text(quote, kind, body):
    text = (
        "Chancellor's statement: what it means for health\n30 October 2024\n\n"
        "The Department of Health and Social Care receives £22.6bn more for day-to-day spending over two years.\n\n"
        "The Institute for Fiscal Studies puts real growth at 4%.\n\n"
        "Employers' national insurance will cost the NHS £1.2bn.\n\n"
        "The RCN has called for a 12% pay rise.\n\n"
        "North East Ambulance Service NHS Foundation Trust welcomed the news.\n"
    )
    assert subject(text, quote, kind) == body


@pytest.mark.parametrize(
    ("text", "quote", "body"),
    [
        ("The deficit was £1.4bn, according to the Nuffield Trust.", "£1.4bn", "nuffield-trust"),
        ("The Royal College of Nursing said that 500 posts were at risk.", "500 posts", "rcn"),
        ("Barts Health NHS Trust is £14m short.", "£14m", None),
    ],
)
def test_who_says_so(text, quote, body):
    looked = look(text)
    assert subjects.speaker_of(figure_at(looked, quote), looked) == body


def test_the_winner_s_share_is_a_probability():
    looked = look(STORY)
    for match in re.finditer(r"£\d+m", STORY):
        described = subjects.candidates(figure_at(looked, match.group()), looked, "saving")
        assert subjects.NOBODY in described
        assert 1 / len(described) - 1e-9 <= subjects.choose([described], subjects.chooser())[0][1] <= 1


def test_a_body_named_in_short_alone_may_own_a_figure_and_is_then_linked():
    text = (
        "Who has to save what\n12 June 2025\n\nBarts Health NHS Trust has to save £90m this year.\n\n"
        "Airedale plans savings of £14m, and Queen Victoria £6m. Nobody in Swindon would say."
    )
    looked = look(text, published="2025-06-12")
    figures = [figure_at(looked, quote) for quote in ("£14m", "£6m")]
    found = [body for body, _ in subjects.subjects_of(figures, ["saving", "saving"], looked)]
    assert found == ["RCF", "RPC"]
    linked = {one.text: one.organisation for one in subjects.settled(looked, figures, found)}
    assert linked == {"Barts Health NHS Trust": "R1H", "Airedale": "RCF", "Queen Victoria": "RPC", "Swindon": None}


def test_a_town_that_only_says_where_speaks_for_nobody():
    text = "Trusts at work\n\nPeople in Swindon paid more. Swindon paid less."
    looked = look(text)
    assert [(one.sort, one.organisation) for one in looked.anchors(0, len(text)) if one.sort == "town"] == [
        ("town", "RN3")
    ]
