"""The shipped register: what it holds and how it is asked."""

import re
from collections import Counter

import pytest

from breakeven_errors import SourceError
from extract.register import load
from extract.resolve import Resolver

REGISTER = load()
RESOLVER = Resolver(REGISTER)


def living(kind, day):
    return [one for one in REGISTER.organisations.values() if one.kind.startswith(kind) and one.lived(day)]


def boards(day):
    return [one for one in living("icb", day) if one.kind == "icb"]


@pytest.mark.parametrize(("day", "count"), [("2022-07-01", 42), ("2026-03-31", 42), ("2026-04-01", 36)])
def test_the_number_of_boards(day, count):
    assert len(boards(day)) == count


def test_there_were_no_boards_before_the_act():
    assert boards("2022-06-30") == []


def test_about_two_hundred_trusts_live():
    assert 195 <= len(living("trust_", "2026-03-31")) <= 215


def test_ids_are_codes_or_slugs():
    assert all(re.fullmatch(r"[A-Z0-9]{3,5}|[a-z0-9]+(-[a-z0-9]+)*", one) for one in REGISTER.organisations)


def test_every_body_has_its_formal_name_among_its_names():
    named = {(name.organisation, name.name) for name in REGISTER.names}
    assert all((one.id, one.name) in named for one in REGISTER.organisations.values())


def test_relations_are_the_five_of_the_contract():
    counts = Counter(relation.relation for relation in REGISTER.relations)
    assert set(counts) == {"parent", "successor", "part_of", "cluster", "hosts"}


@pytest.mark.parametrize(
    ("body", "day", "heirs"),
    [
        pytest.param("QJG", "2026-05-01", ["T6Y0W", "D7T5G"], id="a board that split"),
        pytest.param("QJG", "2026-03-01", ["QJG"], id="before it split"),
        pytest.param("nhs-confederation", "2026-05-01", ["nhs-alliance"], id="a membership body that merged"),
        pytest.param("RX1", "2026-05-01", ["RX1"], id="one that lives on"),
    ],
)
def test_who_stands_for_a_body_on_a_day(body, day, heirs):
    assert sorted(REGISTER.today(body, day)) == sorted(heirs)


def test_a_trust_that_changed_its_board_has_both_with_their_days():
    moved = [one for one in REGISTER.relations if one.organisation == "RA2" and one.relation == "parent"]
    assert [(one.start, one.end) for one in moved] == [("2022-07-01", "2026-03-31"), ("2026-04-01", None)]


def test_a_register_with_a_name_of_nobody_is_refused(tmp_path):
    header = "id,name,short_name,kind,region,parent,status,opened,closed,successor,latitude,longitude\n"
    (tmp_path / "organisations.csv").write_text(header + "ZZZ,Sample,Sample,charity,,,active,,,,,\n")
    (tmp_path / "aliases.csv").write_text("organisation,alias,alias_kind\nYYY,Sample,official\n")
    (tmp_path / "relations.csv").write_text("organisation,relation,other,date\n")
    with pytest.raises(SourceError, match="'YYY'"):
        load(tmp_path)


def test_a_register_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"organisations\.csv"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("name", "day", "wanted"),
    [
        pytest.param("NUH", None, "RX1", id="acronym"),
        pytest.param("RX1", None, "RX1", id="code"),
        pytest.param("Guys & St. Thomas’ NHS FT", None, "RJ1", id="marks and endings"),
        pytest.param("Notingham University Hospital", None, "RX1", id="misspelt"),
        pytest.param("NHS Suffolk and North East Essex ICB", "2025-01-01", "QJG", id="a board of then"),
        pytest.param("office for budget responsibility", None, "obr", id="small letters"),
    ],
)
def test_the_best_candidate(name, day, wanted):
    assert RESOLVER.resolve(name, day)[0].organisation == wanted


def test_a_name_that_several_bear_is_sure_for_none():
    found = RESOLVER.resolve("Queen Elizabeth Hospital")
    assert len(found) > 2
    assert not any(one.sure for one in found)


def test_context_decides_and_says_so():
    best = RESOLVER.resolve("Queen Elizabeth Hospital", context=["RRK"])[0]
    assert best.organisation == "RRK"
    assert "in the same place" in " ".join(best.because)


def test_a_body_that_did_not_exist_then_comes_last_and_says_so():
    found = RESOLVER.resolve("NHS Essex ICB", "2025-01-01")
    assert found[0].score < 70
    assert "did not exist on 2025-01-01" in " ".join(found[0].because)


def test_nothing_fits_nonsense():
    assert RESOLVER.resolve("Qwxzv Plmk") == []
