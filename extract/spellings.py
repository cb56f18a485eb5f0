"""Spellings of names: one way to cut any text into comparable words, and every way a name is known to be written."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from extract.register import Name, Organisation, Register

DATA = Path(__file__).parent / "data" / "names.yml"

# Words, with NHS cut loose from what a lost table border glued to it (EoENHS), camel case cut, and the marks that
# no name runs across: full stops, semicolons, colons, bars, column gaps and empty lines. ``St.`` keeps its stop.
TOKEN = re.compile(
    r"[^\W\d_A-Z]+|['’]s(?![^\W\d_])|[A-Z]+(?=NHS\b)|[A-Z]{2,}(?=s?(?![^\W\d_]))|[A-Z]+(?![^\W\d_A-Z])|[A-Z][^\W\d_A-Z]+"
    r"|[A-Z]+?(?=[A-Z][a-z])|[A-Z]|\d+|&"
    r"|(?P<stop>(?<!\bSt)[.!?](?=\s|$)|[;:|\t•]| {3,}|\n\s*\n|\n\s*[-*] )"
)
LOOSE = {"acronym", "ambiguous", "town"}  # kinds whose spelling takes no part in how capitals are compared
CAMEL = re.compile(r"(?<=[a-z])[A-Z](?=[a-z])")
SAME = {"&": "and", "saint": "st", "’s": "'s"}


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name as words, with the body that bears it."""

    organisation: str
    kind: str
    words: tuple[str, ...]  # as written, for the comparison of capital letters


@cache
def vocabulary() -> dict[str, Any]:
    """The word lists of ``data/names.yml``; texts of several words come as sets."""
    loaded: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    for key in ("generic_words", "speech", "not_places", "brief_endings"):
        loaded[key] = set(loaded[key].split())
    for key in ("cues", "heads"):
        loaded[key] = {kind: set(words.split()) for kind, words in loaded[key].items()}
    return loaded


def words_of(text: str) -> tuple[str, ...]:
    """The words of a name, without marks: ``St. George's`` is ``("St", "George", "'s")``."""
    return tuple(m.group() for m in TOKEN.finditer(text) if m.lastgroup is None)


def fold(word: str) -> str:
    """A word as it is compared: lower case, ``&`` as ``and``, one kind of apostrophe."""
    low = word.lower()
    return SAME.get(low, low)


def key_of(text: str) -> tuple[str, ...]:
    """The folded words of a text, by which two spellings are the same."""
    return tuple(fold(word) for word in words_of(text))


def base_of(one: Organisation, name: str) -> str:
    """A trust's name without its legal ending, a board's place without NHS and Integrated Care Board."""
    if one.kind == "icb":
        return name.removeprefix("NHS ").removesuffix(" Integrated Care Board")
    for ending in vocabulary()["trust_endings"]:
        if name.endswith(" " + ending):
            return name.removesuffix(" " + ending)
    return name


def place_of(one: Organisation) -> tuple[str, ...]:
    """The words of a name that tell its bearer from the others: ``("Nottingham",)``."""
    return _place(base_of(one, one.name))


@lru_cache(maxsize=5_000)
def _place(base: str) -> tuple[str, ...]:
    generic = vocabulary()["generic_words"]
    words = words_of(base)
    kept = [i for i, word in enumerate(words) if fold(word) not in generic]
    return words[kept[0] : kept[-1] + 1] if kept else ()


def place_words(one: Organisation) -> list[str]:
    """Those words of a name that may stand for its bearer alone, as a place does."""
    rules = vocabulary()
    words = [word for word in place_of(one) if len(word) > 3 and word[0].isupper()]
    return [
        word for word in words if fold(word) not in rules["generic_words"] and fold(word) not in rules["not_places"]
    ]


def generated(one: Organisation, names: list[Name]) -> dict[str, str]:
    """Spellings that follow from the formal names by rule, each with its kind (``short`` or ``place``)."""
    rules = vocabulary()
    found: dict[str, str] = {}
    for name in names:
        if name.kind not in {"official", "former"} or " " not in name.name:
            continue
        base = base_of(one, name.name)
        if one.kind == "icb" and name.name != base:
            found |= {form.format(base): "short" for form in rules["board_forms"]}
        elif one.kind.startswith("trust_") and name.name != base:
            found |= {f"{base} {form}": "short" for form in rules["trust_forms"]}
            found[base] = "short" if len(base.split()) > 2 else "ambiguous"
            found |= dict.fromkeys(_hospital_in_town(base), "short")
            if " " in (brief := brief_of(base)) and brief not in found:
                found[brief] = "ambiguous"
    return found


def brief_of(base: str) -> str:
    """What the press calls a trust: ``Great Western`` for Great Western Hospitals."""
    generic = vocabulary()["brief_endings"]
    words = base.removeprefix("The ").split()
    while words and words[0] in generic:
        words = words[1:]
    while words and words[-1].strip(",") in generic:
        words = words[:-1]
    return " ".join(words).rstrip(",") if words and words[0][0].isupper() else ""


def _hospital_in_town(base: str) -> list[str]:
    """``The Queen Elizabeth Hospital, King's Lynn`` is also the Queen Elizabeth in King's Lynn."""
    house, comma, town = base.removeprefix("The ").strip(", ").partition(", ")
    if not comma or "Hospital" not in house or "," in town or " and " in town:
        return []
    return [f"{house} in {town}", f"{house.removesuffix(' Hospital')} in {town}", f"{house} {town}"]


def _places(register: Register) -> list[tuple[str, str, str]]:
    """Names of acute trusts by place: (id, name, kind).

    ``Nottingham's hospitals`` (``place``) where one trust alone bears the place; the bare place or its first town
    (``Newcastle`` of Newcastle upon Tyne; ``town``), which may also be just that, or a board's.
    """
    rules = vocabulary()
    owners: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for one in register.organisations.values():
        if one.kind in rules["hospital_kinds"] and (place := place_of(one)):
            owners[place].append(one.id)
    areas: dict[str, list[str]] = defaultdict(list)
    for one in register.organisations.values():
        for word in words_of(base_of(one, one.name)) if one.kind == "icb" else ():
            areas[word].append(one.id)
    found = [
        (one, form.format(" ".join(place)), "place")
        for place, ids in owners.items()
        for one in ids
        for form in rules["hospital_forms"]
    ]
    for place, ids in owners.items():
        towns = [town for town in dict.fromkeys((" ".join(place), place[0])) if _is_town(town)]
        found += [(one, town, "town") for town in towns for one in (*ids, *areas.get(town, ()))]
    return found


def _is_town(name: str) -> bool:
    return len(name) > 3 and name[0].isupper() and " " not in name and fold(name) not in vocabulary()["not_places"]


def spellings(register: Register) -> dict[tuple[str, ...], list[Spelling]]:
    """Every spelling of every body by its key; listed names come before generated ones, which never overrule them."""
    found: dict[tuple[str, ...], dict[str, Spelling]] = defaultdict(dict)
    names: dict[str, list[Name]] = defaultdict(list)
    for name in register.names:
        names[name.organisation].append(name)
        _keep(found, name.organisation, name.name, name.kind)
    listed = {key: set(bearers) for key, bearers in found.items()}
    extra = [
        (one.id, text, kind)
        for one in register.organisations.values()
        for text, kind in generated(one, names[one.id]).items()
    ]
    forms = vocabulary()["hospital_forms"]
    extra += [
        (one.organisation, form.format(one.name), "place")
        for one in register.names
        if one.kind == "town"
        for form in forms
    ]
    for organisation, text, kind in extra + _places(register):
        if key_of(text) not in listed:
            _keep(found, organisation, text, kind)
    return {key: list(bearers.values()) for key, bearers in found.items()}


def _keep(found: dict[tuple[str, ...], dict[str, Spelling]], organisation: str, text: str, kind: str) -> None:
    if kind != "acronym" and (plain := CAMEL.sub(lambda hump: hump.group().lower(), text)) != text:
        _keep(found, organisation, plain, kind)  # Dorset Healthcare for Dorset HealthCare
    words = words_of(text)
    key = tuple(fold(word) for word in words)
    if not key or (len(key) == 1 and len(key[0]) < 2):
        return
    known = found[key].setdefault(organisation, Spelling(organisation, kind, words))
    if known.words[0].isupper() and known.kind not in LOOSE and kind not in LOOSE:
        found[key][organisation] = Spelling(
            organisation, known.kind, words
        )  # Unison beside UNISON: capitals are looser
    bare = tuple(word for word in key if word != "'s")
    if bare != key and kind not in {"ambiguous", "place", "town"}:  # Kings College for King's College
        joined = words_of(re.sub(r"['’]", "", text))
        found[tuple(fold(word) for word in joined)].setdefault(organisation, Spelling(organisation, kind, joined))
