"""Figures in prose: each case is a sentence and what a careful reader takes from it."""

from __future__ import annotations

import re

import pytest

from crawler.readers.plain import layout
from extract.facts import Figure
from extract.figures import find_figures
from extract.lexicon import vocabulary
from extract.sentences import sentence_spans

Expected = tuple[str, float, float, str]


def pounds(low: float, high: float | None = None, qualifier: str = "exact") -> Expected:
    return "GBP", low, low if high is None else high, qualifier


def percent(low: float, high: float | None = None, qualifier: str = "exact") -> Expected:
    return "percent", low, low if high is None else high, qualifier


def posts(low: float, high: float | None = None, qualifier: str = "exact") -> Expected:
    return "posts", low, low if high is None else high, qualifier


def figures_of(text: str) -> list[Figure]:
    blocks, _ = layout(text)
    return find_figures(text, blocks)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The trust must save £12.4mn this year.", [pounds(12_400_000)]),
        ("In 2012–13 the deficit was £1.5bn.", [pounds(1_500_000_000)]),
        ("In 2020-21 redundancy payments rose.", []),
        ("Redundancies cost £222m in 2010-11 and £141m in 2011-12.", [pounds(222_000_000), pounds(141_000_000)]),
        ("The trust will lose 20-21 jobs.", [posts(20, 21)]),
        ("Savings of between £50 million and £60 million are planned.", [pounds(50_000_000, 60_000_000)]),
        ("It faces a £50-60m gap.", [pounds(50_000_000, 60_000_000)]),
        ("It faces a £50m–£60m gap.", [pounds(50_000_000, 60_000_000)]),
        ("Costs rose from £50m to £60m.", [pounds(50_000_000), pounds(60_000_000)]),
        ("Estimates range from £50m to £60m.", [pounds(50_000_000, 60_000_000)]),
        ("A bill of £600,000 to £1.2 million is expected.", [pounds(600_000, 1_200_000)]),
        ("Around 6.4pc of staff will go.", [percent(6.4, qualifier="about")]),
        ("More than a third (37%) of trusts are in deficit.", [percent(37)]),
        ("More than a third of trusts are in deficit.", [percent(33.3, qualifier="over")]),
        ("Two-thirds of trusts overspent.", [percent(66.7)]),
        ("Nine out of ten leaders are worried.", [percent(90)]),
        ("Some 9 in 10 leaders are worried.", [percent(90, qualifier="about")]),
        ("One in every five posts will go.", [percent(20)]),
        ("It will cut 18,000 administrative and managerial jobs.", [posts(18_000)]),
        ("The trust will lose 500 posts or more.", [posts(500, qualifier="at_least")]),
        ("Between 3 and 11 per cent of the workforce could go.", [percent(3, 11)]),
        ("3-11% of the workforce could go.", [percent(3, 11)]),
        ("Running costs will be halved by October.", [percent(50)]),
        ("Five hundred jobs are at risk.", [posts(500)]),
        ("The overspend has passed half a billion pounds.", [pounds(500_000_000, qualifier="over")]),
        ("Thirty-six per cent of staff replied.", [percent(36)]),
        ("Performance fell by 2.5 percentage points.", [percent(2.5)]),
        ("The US system spends $4bn or €3.5bn a year.", []),
        ("Call 0115 496 0430 or 020 7946 0000 before 30 June 2025.", []),
        ("See https://www.example.org/cuts-500-jobs?q=50% for details.", []),
        ("The hospital employs 5,000 staff and treats 600 patients a day.", []),
        ("Thousands of jobs and millions of pounds are at stake.", []),
        ("The trust plans to recruit 200 nurses and create 50 new posts.", []),
        ("Up to 1,200 jobs could be lost at the hospital.", [posts(1_200, qualifier="at_most")]),
        ("As many as 250 nurses will be made redundant.", [posts(250, qualifier="at_most")]),
        ("Unions say 340 full-time equivalent posts are under threat.", [posts(340)]),
        ("The board agreed to delete 85.5 WTE posts.", [posts(85.5)]),
        ("Headcount will shrink by 300, from 4,000 to 3,700.", [posts(300)]),
        ("It has approved 120 voluntary redundancies.", [posts(120)]),
        ("No fewer than 90 managers face the axe.", [posts(90, qualifier="at_least")]),
        ("The cut amounts to £3.2 billion, or 4.5 per cent.", [pounds(3_200_000_000), percent(4.5)]),
        ("It saved £1,250k against a plan of £1.5M.", [pounds(1_250_000), pounds(1_500_000)]),
        ("The fund is worth two million pounds.", [pounds(2_000_000)]),
        ("Savings came to a little over £20m.", [pounds(20_000_000, qualifier="over")]),
        ("It is just short of £20m.", [pounds(20_000_000, qualifier="under")]),
        ("Spending is capped at £20m at most.", [pounds(20_000_000, qualifier="at_most")]),
        ("The bill came to £20m or so.", [pounds(20_000_000, qualifier="about")]),
        ("The deficit, at £7.5m-plus, is rising.", [pounds(7_500_000, qualifier="at_least")]),
        ("Trusts have to find c.£350m.", [pounds(350_000_000, qualifier="about")]),
        ("Trusts have to find ~£350m.", [pounds(350_000_000, qualifier="about")]),
        ("In the second half of 2024/25 spending rose.", []),
        ("Half of the savings are recurrent.", [percent(50)]),
        ("It took half an hour and cost half as much.", [percent(50)]),
        ("The first quarter of 2025/26 was bad, and quarter 4 was worse.", []),
        ("A quarter of boards are in deficit.", [percent(25)]),
        ("Three quarters of trusts are in deficit.", [percent(75)]),
        ("This is the third year and a third wave of cuts.", []),
        ("The surplus was £0.3m (0.1%).", [pounds(300_000), percent(0.1)]),
        ("Unison said 1,000 people could lose their jobs.", [posts(1_000)]),
        ("A thousand posts will go.", [posts(1_000)]),
        ("Around 60 to 80 roles are affected by the restructuring.", [posts(60, 80, qualifier="about")]),
        ("150-200 posts will close.", [posts(150, 200)]),
        ("The Government will spend an extra £8bn a year by 2020.", [pounds(8_000_000_000)]),
        ("Agency spend fell 30 per cent, to £2.1bn.", [percent(30), pounds(2_100_000_000)]),
        ("The price is £18.76 per head.", [pounds(18.76)]),
        ("A 5% cut, worth £1,234,567, was agreed.", [percent(5), pounds(1_234_567)]),
        ("The trust has a workforce of 9,000 and a budget of £900 million.", [pounds(900_000_000)]),
        ("There are 300 vacancies across the trust.", []),
        ("A total of 56 redundancies were made in 2011/12.", [posts(56)]),
        ("Ministers want to cut 24,000 management jobs by 2013.", [posts(24_000)]),
        ("PCTs and SHAs are to shed 20,900 staff.", [posts(20_900)]),
        ("The pay bill will fall by £5m–6m.", [pounds(5_000_000, 6_000_000)]),
        ("Between 10% and 15% of posts will be frozen.", [percent(10, 15)]),
        ("Recruitment to 75 posts has been frozen.", [posts(75)]),
        ("The trust will not fill 45 vacant posts, saving £1.8m.", [posts(45), pounds(1_800_000)]),
        ("We expect to spend less than 1.5% on agency staff.", [percent(1.5, qualifier="under")]),
        ("Nearly £800m is owed.", [pounds(800_000_000, qualifier="about")]),
        ("Losses of £3m to £4m a month continue.", [pounds(3_000_000, 4_000_000)]),
        ("Fewer than 50 compulsory redundancies are expected.", [posts(50, qualifier="under")]),
        (
            "The plan has a financial gap of £1.1 billion; of this, £300m is unidentified.",
            [pounds(1_100_000_000), pounds(300_000_000)],
        ),
        ("At least one in three trusts missed its plan.", [percent(33.33, qualifier="at_least")]),
        ("Waiting times rose to 62 days; 7.4 million people are waiting.", []),
        ("The trust said it needed a £6m-£7m loan.", [pounds(6_000_000, 7_000_000)]),
        ("The trust will remove 3.5 per cent of posts (about 210 WTE).", [percent(3.5), posts(210, qualifier="about")]),
        ("The trust has 12,000 staff but says up to 600 may have to go.", [posts(600, qualifier="at_most")]),
        ("Some 4,000 NHS England staff have applied for voluntary redundancy.", []),
        ("The service will see 22 of its 60 posts go.", [posts(22)]),
        ("Pay awards of 5.5% for consultants and 6% for juniors.", [percent(5.5), percent(6)]),
        ("Inflation hit 10.1%, its highest for 40 years.", [percent(10.1)]),
        ("They will get £1,655 each.", [pounds(1_655)]),
        ("The trust forecast a £9m-to-£12m deficit.", [pounds(9_000_000, 12_000_000)]),
        ("A deficit of -£4.2m was reported.", [pounds(-4_200_000)]),
        ("The gap is £5m -£6m.", [pounds(5_000_000, 6_000_000)]),
        (
            "The cost improvement programme (CIP) of £23.4m (4.1% of turnover) is red-rated.",
            [pounds(23_400_000), percent(4.1)],
        ),
        ("Redundancies: 37. Posts removed: 112.", [posts(37), posts(112)]),
        ("Staff numbers must fall by 1,150 whole-time equivalents by March.", [posts(1_150)]),
        ("It cut 1 in 10 management posts.", [percent(10)]),
        ("Over the past 5 years it lost 700 beds.", []),
        ("More than 6,000 nursing posts have gone since 2010, according to the RCN.", [posts(6_000, qualifier="over")]),
        (
            "The scheme cost £1.2bn; £900m of this went on 20,000 redundancies.",
            [pounds(1_200_000_000), pounds(900_000_000), posts(20_000)],
        ),
        ("Up to half of corporate staff may go.", [percent(50, qualifier="at_most")]),
        ("The board has 320 staff; 160 of them will leave.", [posts(160)]),
        ("In April it will close two wards with 48 beds, affecting 65 staff.", [posts(65)]),
        ("He has 35 years' experience and managed 200 people.", []),
        ("The trust asked 9,500 staff to take unpaid leave.", []),
        (
            "NHS providers ended the year £960m in the red - £380m worse than plan.",
            [pounds(960_000_000), pounds(380_000_000)],
        ),
        ("The tariff will be cut by 1.5 per cent (not 1.9 per cent).", [percent(1.5), percent(1.9)]),
        (
            "That leaves £22 billion to find by 2020/21, the so-called Nicholson challenge of £15-£20 billion.",
            [pounds(22_000_000_000), pounds(15_000_000_000, 20_000_000_000)],
        ),
        ("Two in three (66%) said so; one in four did not.", [percent(66), percent(25)]),
        ("It had 1,100 applications for the mutually agreed resignation scheme, and accepted 430.", [posts(430)]),
        ("Jobs growth: 1,500 new jobs will be created.", []),
        ("The hospital is to lay off 110 workers.", [posts(110)]),
        ("110 workers are being laid off.", [posts(110)]),
        ("About 2,000 of NHS England's 15,300 staff are to leave by March.", [posts(2_000, qualifier="about")]),
        ("Management costs are to be reduced by 45%.", [percent(45)]),
        ("Staffing will fall from 1,900 to around 1,000, a reduction of 900 jobs.", [posts(900)]),
        ("A 50 per cent cut is possible, or perhaps 60.", [percent(50)]),
        ("It costs 85p in the pound and £2.50 at the door.", [pounds(2.5)]),
    ],
)
def test_sentence(text: str, expected: list[Expected]) -> None:
    found = [(f.unit, f.low, f.high, f.qualifier) for f in figures_of(text)]
    assert [f[0] for f in found] == [e[0] for e in expected]
    assert [f[3] for f in found] == [e[3] for e in expected]
    assert [n for f in found for n in f[1:3]] == pytest.approx([n for e in expected for n in e[1:3]], rel=0.002)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("It pays around £12m each.", "around £12m"),
        ("It pays an extra £8bn a year.", "£8bn"),
        ("It pays £19 per head.", "£19"),
        ("More than a third (37%) agreed.", "37%"),
        ("It will lose 500 posts or more.", "500 posts or more"),
        (
            "It will lose some 18,000 administrative and managerial jobs.",
            "some 18,000 administrative and managerial jobs",
        ),
        ("It will cost between £1 billion and £1.3 billion.", "between £1 billion and £1.3 billion"),
        ("It will cost £1bn to £1.3bn, roughly, in all.", "£1bn to £1.3bn, roughly"),
        ("It is a loss of 743 whole-time equivalent (WTE) posts.", "743 whole-time equivalent (WTE) posts"),
        ("Just under a quarter of trusts agreed.", "Just under a quarter"),
        ("The worst was as high as £100m.", "as high as £100m"),
    ],
)
def test_quote_takes_in_qualifier_and_noun(text: str, quote: str) -> None:
    figures = figures_of(text)
    assert [text[f.start : f.end] for f in figures] == [quote]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Up to 800 jobs could be lost. The first trust has earmarked 549 and the second 251.", [800, 549, 251]),
        ("The trust will close 430 posts.\n\nAsked about the 430, it said nothing.", [430, 430]),
        ("Several trusts want to lose 500 posts. One is after around 1,000.", [500, 1000]),
        ("It will lose 785 posts: 620 permanent and 165 temporary.", [785, 620, 165]),
        ("Some 263 roles will go at one hospital and 205 at the other.", [263, 205]),
        ("It cut 40 jobs. The hospital has 600 beds and 300 cars.", [40]),
        ("It cut 40 jobs out of 3,000. It plans to grow by 115.", [40]),
    ],
)
def test_number_without_a_noun_takes_it_from_before(text: str, values: list[float]) -> None:
    assert [f.low for f in figures_of(text)] == values


def test_front_matter_title_and_excerpt_count_and_other_keys_do_not() -> None:
    front = 'title: "Trust to save £5m"\nexcerpt: "And 40 jobs go."\ntags: [£9m]\nimage: a/70%.jpg'
    text = f"---\n{front}\n---\n\nIt saves £5m.\n"
    assert [text[f.start : f.end] for f in figures_of(text)] == ["£5m", "40 jobs", "£5m"]


def test_figure_knows_its_sentence_and_block() -> None:
    text = "A heading\n\nNothing here. Dr. Smith saved £5m in 2024. More follows."
    (figure,) = figures_of(text)
    assert text[slice(*figure.sentence)] == "Dr. Smith saved £5m in 2024."
    blocks, _ = layout(text)
    assert figure.block is not None
    assert blocks[figure.block].kind == "paragraph"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("He said no. She said yes.", ["He said no.", "She said yes."]),
        ("See No. 5 on p. 12. Then stop.", ["See No. 5 on p. 12.", "Then stop."]),
        ("Costs rose c. £5.5m in all. Done.", ["Costs rose c. £5.5m in all.", "Done."]),
        ('"It is bad." It was.', ['"It is bad."', "It was."]),
        ("J. K. Smith wrote it. A. Jones read it!", ["J. K. Smith wrote it.", "A. Jones read it!"]),
        ("no stop at all", ["no stop at all"]),
        ("Prof. Dash, e.g. Penny, agreed? Yes.", ["Prof. Dash, e.g. Penny, agreed?", "Yes."]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text, 0, len(text))] == sentences


def test_long_text_without_spaces_is_read_in_a_moment() -> None:
    text = "7" * 2_000_000
    assert figures_of(text) == []


@pytest.mark.parametrize("name", ["units", "counts"])
def test_patterns_hold_no_capitals_since_they_are_matched_in_lower_case(name: str) -> None:
    patterns = {key: str(value) for key, value in vocabulary(name).items() if key != "abbreviations"}
    plain = {key: re.sub(r"\\.", "", pattern) for key, pattern in patterns.items()}
    assert [key for key, pattern in plain.items() if pattern != pattern.lower()] == []


@pytest.mark.parametrize(
    "text", ["THE TRUST MUST SAVE £5M OR LOSE 500 POSTS.", "The Trust Must Save £5m Or Lose 500 Posts."]
)
def test_capitals_make_no_difference(text: str) -> None:
    found = figures_of(text)
    assert [(figure.unit, figure.low) for figure in found] == [("GBP", 5_000_000), ("posts", 500)]
    assert text[slice(found[1].start, found[1].end)].lower() == "500 posts"
    assert found[1].noun in ("POSTS", "Posts")
