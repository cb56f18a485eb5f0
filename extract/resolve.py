"""Which bodies a name fits, best first, and why: for the terminal and for reconciliation."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches

from extract.register import Organisation, Register
from extract.spellings import Spelling, key_of, spellings, vocabulary

KIND_SCORES = {
    "official": 100,
    "acronym": 95,
    "short": 95,
    "former": 90,
    "site": 85,
    "place": 80,
    "ambiguous": 60,
    "town": 50,
}
KIND_WORDS = {
    "official": "its formal name",
    "acronym": "its acronym",
    "short": "a usual short name",
    "former": "a name that it had",
    "site": "a hospital or unit of it",
    "place": "the place of its hospitals",
    "ambiguous": "a name that others bear or that is also a common word",
    "town": "the town of its hospital",
}
LIKENESS = 0.75  # below it two names are not alike


@dataclass(slots=True)
class Candidate:
    """A body that a name may mean. ``score`` runs from 0 to 100; ``sure`` when no other comes near."""

    organisation: str
    name: str
    score: float
    because: list[str]
    sure: bool = False


class Resolver:
    """Looks names up in the register. Building takes a fraction of a second; keep one."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.bearers = spellings(register)
        self.by_word: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        for key in self.bearers:
            for word in set(key) - vocabulary()["generic_words"]:
                self.by_word[word].add(key)

    def resolve(
        self, text: str, day: str | None = None, context: Iterable[str] = (), limit: int = 10
    ) -> list[Candidate]:
        """Candidates for a name, best first. ``day`` is an ISO date, ``context`` ids of bodies that are also named."""
        found: dict[str, Candidate] = {}
        if one := self.register.organisations.get(text.strip()):
            self._add(found, one, 100, "its code")
        key = key_of(text)
        for spelling in self.bearers.get(key, ()):
            self._add_spelling(found, spelling, text)
        if not found:
            self._alike(found, key)
        for candidate in found.values():
            self._weigh(candidate, day, set(context))
        ranked = sorted(found.values(), key=lambda one: (-one.score, one.organisation))[:limit]
        if ranked and ranked[0].score >= 70 and (len(ranked) == 1 or ranked[0].score - ranked[1].score >= 10):
            ranked[0].sure = True
        return ranked

    def _add(self, found: dict[str, Candidate], one: Organisation, score: float, because: str) -> None:
        if one.id not in found or found[one.id].score < score:
            found[one.id] = Candidate(one.id, one.name, score, [because])

    def _add_spelling(self, found: dict[str, Candidate], spelling: Spelling, text: str) -> None:
        score, words = KIND_SCORES[spelling.kind], KIND_WORDS[spelling.kind]
        if spelling.kind == "acronym" and re.sub(r"\W", "", text) != "".join(spelling.words).replace("&", ""):
            score, words = score - 15, f"{words} but for capital letters"
        self._add(found, self.register.organisations[spelling.organisation], score, f"{text.strip()!r} is {words}")

    def _alike(self, found: dict[str, Candidate], key: tuple[str, ...]) -> None:
        words = {near for word in key for near in self._spelt_like(word)}
        near = {other for word in words for other in self.by_word[word]}
        asked = " ".join(key)
        for other in near:
            likeness = SequenceMatcher(None, asked, " ".join(other)).ratio()
            if likeness < LIKENESS:
                continue
            for spelling in self.bearers[other]:
                because = f"like {' '.join(spelling.words)!r}, {likeness:.0%} the same"
                self._add(found, self.register.organisations[spelling.organisation], 70 * likeness, because)

    def _spelt_like(self, word: str) -> list[str]:
        """Distinctive words of the register's names that a word may be, itself or misspelt."""
        if word in self.by_word or word in vocabulary()["generic_words"]:
            return [word] if word in self.by_word else []
        return get_close_matches(word, self.by_word, n=3, cutoff=0.8)

    def _weigh(self, candidate: Candidate, day: str | None, context: set[str]) -> None:
        one = self.register.organisations[candidate.organisation]
        if day and not one.lived(day):
            candidate.score -= 40
            candidate.because.append(f"did not exist on {day} ({one.opened or '?'} to {one.closed or 'now'})")
        elif one.closed:
            heirs = ", ".join(heir for heir in self.register.today(one.id) if heir != one.id) or "nobody"
            candidate.score -= 5 if not day else 0
            candidate.because.append(f"closed on {one.closed}, today {heirs}")
        if one.id in context or one.parent in context:
            candidate.score = min(100, candidate.score + 10)
            candidate.because.append("named, or its board is, in the same place")
