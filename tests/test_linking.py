"""Names to organisations, on sentences of our own."""

import random
from datetime import date, timedelta

import pytest

from crawler.document import Block, Document
from extract.organisations import Linker, named
from extract.register import Register, load
from extract.spellings import TOKEN
from extract.words import STOP

REGISTER = load()
LINKER = Linker(REGISTER)


def linked(text, published="2025-06-01", blocks=()):
    mentions = LINKER.mentions(text, blocks, Document(text, published=published))
    assert all(text[one.start : one.end] == one.text for one in mentions)
    return [(one.text, one.organisation) for one in mentions]


def bodies(text, published="2025-06-01"):
    return {body for _, body in linked(text, published) if body}


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("It is Nottingham University Hospitals NHS Trust's plan.", "RX1"),
        ("NOTTINGHAM UNIVERSITY HOSPITALS NHS TRUST", "RX1"),
        ("Guy’s and St Thomas’ NHS Foundation Trust", "RJ1"),
        ("Guys & St. Thomas' NHS FT has a gap.", "RJ1"),
        ("Barking, Havering & Redbridge University Hospitals NHS Trust", "RF4"),
        ("Barking Havering and Redbridge University\nHospitals NHS Trust", "RF4"),
        ("Royal Cornwall Hospitals Foundation Trust", "REF"),
        ("Southampton’s hospital trust", "RHM"),
        ("the Devon ICS", "QJK"),
        ("Devon's integrated care board", "QJK"),
        ("NHS Devon Integrated Care Board", "QJK"),
        ("Somerset integrated care system", "QSL"),
        ("EoENHS Bedfordshire, Luton and Milton Keynes ICB -5.8%", "QHG"),
        ("NE&YNHS West Yorkshire ICB(18.3)", "QWO"),
        ("MidlandsUniversity Hospitals of Leicester NHS Trust 12.3", "RWE"),
        ("Hampshire and Isle of Wight Healthcare", "RW1"),
        ("Dorset Healthcare", "RDY"),
        ("the Swindon trust", "RN3"),
        ("the Department of Health said", "dhsc"),
        ("the National Audit Office", "national-audit-office"),
        ("Unison and its members", "unison"),
        ("UNISON AND ITS MEMBERS", "unison"),
    ],
)
def test_a_name_is_found_however_it_is_written(text, body):
    assert bodies(text) == {body}


@pytest.mark.parametrize(
    "text",
    [
        "NHS providers must save money, ministers and trusts agree.",
        "The weather was nice and the guardian of the purse was out.",
        "People in Devon and Essex pay.",
        "The wind comes from the North. Bristol is dry.",
        "An observer may unite the parts and prospect for gold.",
        "Devon County show and Medway town",
        "a deal with the RCNX group",
    ],
)
def test_words_that_are_no_names(text):
    assert bodies(text) == set()


def test_the_longest_name_wins():
    assert linked("Lancashire and South Cumbria NHS Foundation Trust") == [
        ("Lancashire and South Cumbria NHS Foundation Trust", "RW5")
    ]


@pytest.mark.parametrize(
    ("published", "body"),
    [
        pytest.param("2021-06-01", None, id="before it was made"),
        pytest.param("2025-06-01", "QJG", id="while it lived"),
        pytest.param("2026-07-01", "QJG", id="after it ended, by its full name"),
    ],
)
def test_a_board_is_linked_from_its_first_day(published, body):
    text = "NHS Suffolk and North East Essex Integrated Care Board"
    assert linked(text, published) == [(text, body)]


def test_no_body_is_linked_before_it_existed():
    rng = random.Random(7)
    for one in rng.sample([one for one in REGISTER.organisations.values() if one.opened], 120):
        eve = (date.fromisoformat(one.opened) - timedelta(days=1)).isoformat()
        assert one.id not in bodies(f"A paper of {one.name} says so.", eve)


def test_the_document_s_date_chooses_between_bodies_of_one_name():
    assert bodies("Frimley Park Hospital NHS Foundation Trust", "2012-05-01") != set()
    assert bodies("NHS Providers asked", "2025-01-01") == {"nhs-providers"}
    assert bodies("the NHS Alliance asked", "2025-01-01") == set()
    assert bodies("the NHS Alliance asked", "2026-07-01") == {"nhs-alliance"}


def test_brackets_bind_an_acronym_that_is_in_no_list():
    text = "North Bristol NHS Trust (NBXT) is to save £40m. NBXT will cut 211 posts."
    assert [body for _, body in linked(text)] == ["RVJ", "RVJ", "RVJ"]


def test_brackets_bind_an_acronym_against_a_body():
    text = "The national union hotline (NUH) was set up. NUH has ten lines."
    assert bodies(text) == set()


def test_an_ambiguous_name_is_settled_by_the_bodies_of_the_document():
    open_text = "Staff at Queen Elizabeth Hospital were told."
    assert [body for _, body in linked(open_text)] == [None]
    mention = LINKER.mentions(open_text)[0]
    assert len(mention.candidates) > 2
    assert ("Queen Elizabeth Hospital", "RRK") in linked(
        open_text + " University Hospitals Birmingham NHS Foundation Trust runs it."
    )


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        pytest.param("Queen Victoria is to lose 40 posts.", ("RPC",), id="a name without its ending"),
        pytest.param("Swindon is to lose 40 posts.", ("RN3",), id="the town of a hospital"),
        pytest.param("Newcastle is to lose 40 posts.", ("RTD",), id="the first town of a name"),
        pytest.param("Bath is to lose 40 posts.", ("RD1", "QOX"), id="a town that a board's name holds too"),
    ],
)
def test_what_the_press_calls_a_trust_is_left_open_with_those_it_may_be(text, candidates):
    mention = LINKER.mentions(text, (), Document(text, published="2025-06-01"))[0]
    assert (mention.organisation, mention.candidates) == (None, candidates)


def test_a_trust_comes_before_another_s_hospital_of_its_name():
    assert bodies("West Middlesex University Hospital is short of £3m.", "2012-06-01") == {"RFW"}
    assert bodies("West Middlesex University Hospital is short of £3m.", "2020-06-01") == {"RQM"}


def test_a_place_is_settled_by_the_next_word():
    assert bodies("The Devon board met.") == {"QJK"}
    assert bodies("The Devon council met.") == set()


def test_a_table_of_boards_settles_its_places():
    text = "Devon | 27.0\nDorset | 3.1\nSomerset | 0.4\n"
    rows, start = [], 0
    for line in text.splitlines(keepends=True):
        rows.append(Block("table_row", start, start + len(line) - 1))
        start += len(line)
    assert [body for _, body in linked(text, blocks=rows)] == ["QJK", "QVV", "QSL"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Unite, whose members marched, puts it at 500.", {"unite"}, id="a cue"),
        pytest.param("Unite we stand and divided we fall.", set(), id="a verb"),
        pytest.param("The Guardian reported on the plan.", {"guardian"}, id="a paper"),
        pytest.param("Standard charges went up, officials said.", set(), id="a common word"),
        pytest.param("Monitor said that the trust had to act.", {"monitor"}, id="one that speaks"),
    ],
)
def test_names_that_are_common_words_need_a_cue(text, found):
    assert bodies(text, "2015-03-01") == found


def test_names_outside_the_blocks_are_left_alone():
    text = "Related: NHS England\nBarts Health NHS Trust met."
    mentions = LINKER.mentions(text, [Block("paragraph", 21, len(text))])
    assert [one.organisation for one in mentions] == ["R1H"]


def test_a_hospital_counts_only_when_the_trust_s_name_holds_its_own():
    mentions = LINKER.mentions("Staff of Addenbrooke's and of Southampton General Hospital met.")
    assert [one.organisation for one in mentions] == ["RGT", "RHM"]
    assert set(named(mentions)) == {"RHM"}


def test_parties_and_suppliers_are_not_counted():
    mentions = LINKER.mentions("The Labour Party and Sodexo met NHS England and Cornwall Council.")
    assert set(named(mentions)) == {"X24", "cornwall-council"}


def test_counts_and_first_places():
    text = "NHS England wrote. Then NHS England wrote again."
    assert named(LINKER.mentions(text)) == {"X24": (2, 0)}


def test_words_are_the_same_whether_read_piece_by_piece_or_at_once():
    rng = random.Random(5)
    pieces = (
        "St|St.| |  |   |\t|\n|\n\n|\n- |.|!|;|:|•|NHS|EoENHS|Leeds|'s|’s|s|&|12|é|LTHTs|_|\u00a0|\x85|aB|(UHB)|the"
    )
    for _ in range(2_000):
        text = "".join(rng.choices(pieces.split("|"), k=12))
        tokens = list(TOKEN.finditer(text))
        stops = [token.lastgroup is not None for token in tokens]
        words = LINKER._words(text, ())
        assert [words.span(i) for i in range(len(tokens))] == [token.span() for token in tokens], repr(text)
        assert [number == STOP for number in words.numbers] == [*stops, True], repr(text)


def test_names_left_out_of_the_list_are_found_by_rule():
    """Of a fifth of the trusts' spellings, left out at random, most are found all the same."""
    rng = random.Random(3)
    kept, dropped = [], []
    for name in REGISTER.names:
        short = name.kind == "short" and REGISTER.organisations[name.organisation].kind.startswith(("trust_", "icb"))
        (dropped if short and rng.random() < 0.2 else kept).append(name)
    linker = Linker(Register(REGISTER.organisations, kept, REGISTER.relations))
    dropped = [name for name in dropped if REGISTER.organisations[name.organisation].lived("2025-06-01")]
    hits = 0
    for name in dropped:
        text = f"Leaders of {name.name} met."
        hits += name.organisation in {
            one.organisation for one in linker.mentions(text, (), Document(text, published="2025-06-01"))
        }
    assert hits >= 0.85 * len(dropped), f"{hits} of {len(dropped)}"
