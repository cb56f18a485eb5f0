"""HTML pages: main text, structure, what the page says of itself."""

import pytest
from reader_files import check_offsets, figures

from breakeven_errors import UnreadableInput
from crawler.readers import read

BODY = (
    "<h1>Trust to save £40m</h1><p>The trust must save £40m this year, its board was told, and more to come next.</p>"
)


def page(body, head=""):
    document = read(
        f"<!doctype html><html lang='en-GB'><head>{head}</head><body>{body}</body></html>".encode(), "page.html"
    )
    check_offsets(document)
    return document


@pytest.mark.parametrize(
    "furniture",
    [
        "<nav><ul><li>Tax: allowance £12,570</li></ul></nav>",
        "<div id='cookie-banner'><p>2% of pages, £99</p></div>",
        "<div class='cc-window cookieConsent'>We set 99 cookies</div>",
        "<aside><h2>Related</h2><ul><li><a>£99m uplift</a></li></ul></aside>",
        "<div role='dialog'>99 cookies</div>",
        "<footer><p>Donate £99</p></footer>",
        "<form><p>Join 99% of readers</p><input></form>",
        "<section class='related-articles'><h2>More</h2><p>£99m fund</p></section>",
        "<div class='c-newsletterSignup'>Join 99,000 people</div>",
        "<div hidden>£99</div>",
        "<div style='display: none'>£99</div>",
        "<script>var budget = '£99'</script>",
        "<h2>You may also like</h2><ul><li><a href='/a'>£99m for a scanner</a></li></ul>",
        "<div class='alert-banner'>Parking rises by 99p</div>",
        "<ol class='breadcrumb'><li>Home</li><li>99 results</li></ol>",
    ],
    ids=lambda text: text[:28],
)
@pytest.mark.parametrize(
    "frame",
    [
        "{furniture}<main><article>{body}</article></main>",
        "<main>{body}{furniture}</main>",
        "<div class='page has-sidebar'>{furniture}<div class='content'>{body}</div></div>",
    ],
    ids=["above main", "inside main", "bare divs"],
)
def test_furniture_is_left_out(furniture, frame):
    document = page(frame.format(furniture=furniture, body=BODY))
    assert "99" not in document.text
    assert "12,570" not in document.text
    assert "must save £40m this year, its board was told, and more to come next." in document.text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>&pound;29&nbsp;billion a year</p>", "£29 billion a year"),
        ("<p>effi&shy;ciency of 2%</p>", "efficiency of 2%"),
        ("<p>the \ufb01nal \ufb02ow</p>", "the final flow"),
        ("<p>cost £12<sup>2</sup> million</p>", "cost £12² million"),
        ("<p>in all 1,204<sup>a</sup></p>", "in all 1,204ᵃ"),
        ("<p>four sizes.<sup><a href='#fn'>[1]</a></sup></p>", "four sizes.[1]"),
        ("<p>on the 1<sup>st</sup> of May</p>", "on the 1st of May"),
        ("<p>was <del>£3m</del> <ins>£4m</ins></p>", "was £4m"),
        ("<p>a <b>bold</b><i>ly</i> put £5m</p>", "a boldly put £5m"),
        ("<dl><dt>Savings</dt><dd>£5m</dd></dl>", "Savings: £5m"),
        ("<dl><dt>From:</dt><dd>The board</dd></dl>", "From: The board"),
        ("<p>one<br>two</p>", "one\ntwo"),
        ("<p>in <time datetime='2025-05-01'>1 May 2025</time>, £6m</p>", "in 1 May 2025, £6m"),
        ("<div>loose £7m text<p>and a paragraph</p>tail</div>", "loose £7m text\n\nand a paragraph\n\ntail"),
        ("<a href='/x'><div>card</div><p>£8m</p></a>", "card\n\n£8m"),
        ("<pre>a   b\nc</pre>", "a b\nc"),
    ],
    ids=[
        "nbsp",
        "soft hyphen",
        "ligatures",
        "note digit",
        "note letter",
        "note in brackets",
        "ordinal",
        "struck out",
        "inline",
        "definition",
        "term with colon",
        "line break",
        "time",
        "mixed content",
        "block in link",
        "preformatted",
    ],
)
def test_text_is_what_a_reader_sees(markup, text):
    assert text in page(f"<main>{BODY}{markup}</main>").text


def test_blocks_know_their_kind_section_and_level():
    document = page(
        f"<main>{BODY}<h2>Money</h2><ul><li>save £1m</li><li>find £2m</li></ul><figure><figcaption>Chart"
        "</figcaption></figure></main>"
    )
    found = [(b.kind, document.text[b.start : b.end], b.heading, b.level) for b in document.blocks]
    assert found[2:] == [
        ("heading", "Money", "Trust to save £40m", 2),
        ("list_item", "save £1m", "Money", 0),
        ("list_item", "find £2m", "Money", 0),
        ("caption", "Chart", "Money", 0),
    ]


def test_table_keeps_spans_headers_and_caption():
    table = page(
        f"<main>{BODY}<table><caption>Plan (£m)</caption><thead><tr><th rowspan=2>Body</th><th colspan=2>Year</th></tr>"
        "<tr><th>Plan</th><th>Actual</th></tr></thead><tfoot><tr><th>All</th><td>3</td><td>(4)</td></tr></tfoot>"
        "<tbody><tr><th rowspan=2>One</th><td>1</td><td>2</td></tr><tr><td>5</td><td>&ndash;</td></tr></tbody></table>"
    ).tables[0]
    assert table.caption == "Plan (£m)"
    assert figures(table) == {
        (0, 0): "Body",
        (0, 1): "Year",
        (1, 1): "Plan",
        (1, 2): "Actual",
        (2, 0): "One",
        (2, 1): "1",
        (2, 2): "2",
        (3, 1): "5",
        (3, 2): "–",
        (4, 0): "All",
        (4, 1): "3",
        (4, 2): "(4)",
    }
    assert [cell.text for cell in table.cells if cell.header] == ["Body", "Year", "Plan", "Actual", "One", "All"]
    assert (table.cells[0].row_span, table.cells[1].column_span) == (2, 2)


def test_caption_in_the_line_above_and_headers_without_th():
    table = page(
        f"<main>{BODY}<p>Table 2: Savings (£m)</p><table><tr><td>Theme</td><td>Plan</td></tr>"
        "<tr><td>Estates</td><td>4.1</td></tr></table></main>"
    ).tables[0]
    assert table.caption == "Table 2: Savings (£m)"
    assert [cell.text for cell in table.cells if cell.header] == ["Theme", "Plan"]


def test_layout_table_is_no_table():
    document = page(f"<table role='presentation'><tr><td>{BODY}</td><td><p>Aside</p></td></tr></table>")
    assert not document.tables
    assert "must save £40m" in document.text


def test_headline_in_a_banner_is_kept():
    document = page(
        "<header><h1>Trust cuts 300 posts</h1></header><main><p>"
        + "The plan was put to the board. " * 9
        + "</p></main>"
    )
    assert document.text.startswith("Trust cuts 300 posts\n\n")
    assert document.title == "Trust cuts 300 posts"


LINKED = '<script type="application/ld+json">{}</script>'


@pytest.mark.parametrize(
    ("head", "body", "field", "value"),
    [
        (
            LINKED.format('{"@type":"NewsArticle","datePublished":"2025-06-11T23:30:00Z"}'),
            "",
            "published",
            "2025-06-12",
        ),
        (LINKED.format('[{"@graph":[{"@type":"Report","author":[{"name":"A"},{"name":"B"}]}]}]'), "", "author", "A, B"),
        (LINKED.format('{"@type":"Report",\n"publisher":{"name":"The\tFund"}}'), "", "publisher", "The Fund"),
        (LINKED.format("{broken"), "<p>Published 3 July 2025</p>", "published", "2025-07-03"),
        ("<meta property='article:published_time' content='2025-05-09T08:00:00+00:00'>", "", "published", "2025-05-09"),
        ("<meta name='DC.date.issued' content='9 May 2025'>", "", "published", "2025-05-09"),
        ("<meta property='article:modified_time' content='2025-05-10'>", "", "updated", "2025-05-10"),
        ("<meta property='og:site_name' content='Survey digest'>", "", "publisher", "Survey digest"),
        ("<meta name='govuk:format' content='correspondence'>", "", "kind", "letter"),
        ("", "<p>By the desk, <time datetime='2025-05-01'>1 May</time></p>", "published", "2025-05-01"),
        ("", "<p>Publication reference: PRN01930</p>", "reference", "PRN01930"),
        ("", "<p>Last updated: 4 June 2025</p>", "updated", "2025-06-04"),
        ("", "<p>Dear colleague</p>", "kind", "letter"),
        ("", "", "language", "en"),
    ],
    ids=[
        "json-ld in London time",
        "json-ld graph",
        "json-ld with control characters",
        "broken json-ld",
        "meta",
        "dublin core",
        "modified",
        "site name",
        "format",
        "time element",
        "reference",
        "updated in text",
        "letter",
        "language",
    ],
)
def test_page_says_what_it_is(head, body, field, value):
    assert getattr(page(f"<main>{BODY}{body}</main>", head), field) == value


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        ("<p>£5m – “saved”</p>".encode("cp1252"), None),
        ("<p>£5m – “saved”</p>".encode("utf-16"), None),
        ("<meta charset='iso-8859-1'><p>£5m – “saved”</p>".encode("cp1252"), None),
        ("<p>£5m – “saved”</p>".encode(), "text/html; charset=utf-8"),
    ],
    ids=["bare cp1252", "utf-16 with mark", "latin-1 that is cp1252", "header"],
)
def test_encodings(data, media_type):
    assert read(data, "page.html", media_type).text == "£5m – “saved”"


def test_page_nested_too_deep_is_refused_and_not_read_in_part():
    with pytest.raises(UnreadableInput, match=r"deep\.html: .*nested deeper than 255"):
        read(b"<p>text</p>" + b"<div>" * 5000 + "£5m".encode() + b"</div>" * 5000, "deep.html")
