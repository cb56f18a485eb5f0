"""Fit the weights of extract/subjects.py on gold documents, and print how good they are on documents left out.

    python bench/fit_subjects.py GOLD_FOLDER [GOLD_FOLDER ...]

A conditional logit: of each figure's candidates the gold one should score highest. Documents count by the square root
of their figures, and documents about one body stay together in cross-validation. Writes extract/data/subjects.json.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from crawler.document import Document
from crawler.readers import read
from extract import scene, subjects
from extract.facts import Figure
from extract.organisations import Linker
from extract.register import load

FOLDS, PENALTY, RAREST = 10, 2.0, 3
# What is known before any document is read: the weights are drawn towards these, all others towards 0.
PRIOR = {
    "nobody:total of 2": 5.0,
    "nobody:row of a group": 2.0,
    "nobody:group nearest": 1.0,
    "nobody:open nearest": 4.0,
    "nobody:all of a group nearest": 2.0,
    "nobody:group after across": 2.0,
    "nobody:group after from": 1.5,
    "nobody:group after in": 0.5,
    "nobody:group after at": 1.0,
    "nobody:joined names": 1.0,
    "nobody:joined before": 2.0,
    "nobody:paper group": 1.0,
    "nobody:only orders before": 1.0,
    "before:joined": -2.0,
    "row": 2.0,
    "column": 1.5,
    "caption": 1.0,
    "heading row": 1.0,
    "topic:silent True": 1.5,
    "topic:group True": 0.5,
    "lead:paper silent": 1.5,
    "lead:story silent": 1.0,
    "before:nearest name": 2.0,
    "before:nearest pronoun": 1.0,
    "before:nearest anaphor": 1.0,
    "after:at": 2.0,
    "after:from": -1.0,
    "is speaker": -3.0,
    "speaker before:speaks": -2.0,
    "nhs_england before:speaks": -1.0,
    "dhsc before:speaks": -3.0,
    "department before:speaks": -1.5,
    "nhs_england before:orders": -2.0,
    "dhsc before:orders": -2.0,
    "department before:orders": -2.0,
}
LOOSE = re.compile(r"[\s|*]")


@dataclass(slots=True)
class Case:
    """One gold figure: its document, its story, its described candidates and the right one."""

    document: str
    story: str
    described: subjects.Features
    gold: str


def cases_of(folder: Path, linker: Linker) -> list[Case]:
    """The figures of all gold documents of a folder."""
    cases: list[Case] = []
    for path in sorted(folder.glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        texts = [other for other in folder.glob(f"{path.stem}.*") if other.suffix != ".json"]
        if "facts" in gold and texts:
            document = read(texts[0].read_bytes(), name=texts[0].name, media_type=None, url=None)
            document.published = document.published or gold["published"]
            cases += _cases(path.stem, document, gold["facts"], linker)
    return cases


def _cases(name: str, document: Document, facts: list[dict[str, Any]], linker: Linker) -> list[Case]:
    mentions = linker.mentions(document.text, document.blocks, document)
    looked = scene.read(document.text, document.blocks, document.tables, mentions, linker.register, document)
    cases, places = [], _Places(document)
    for fact in facts:
        if figure := places.figure(fact):
            described = subjects.candidates(figure, looked, fact["kind"])
            cases.append(Case(name, looked.lead or name, described, fact["organisation"] or ""))
    return cases


class _Places:
    """Finds gold quotes in a document whose spaces and table marks may differ."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.index = [i for i, letter in enumerate(document.text) if not LOOSE.match(letter)]
        self.squashed = _squash(document.text)
        self.used: set[int] = set()
        self.last = 0

    def figure(self, fact: dict[str, Any]) -> Figure | None:
        sentence, quote = _squash(fact.get("sentence") or fact["quote"]), _squash(fact["quote"])
        start = max(self.squashed.find(sentence, self.last), -1)
        start = start if start >= 0 else self.squashed.find(sentence)
        place = self.squashed.find(quote, max(start, 0))
        while place in self.used and place >= 0:
            place = self.squashed.find(quote, place + 1)
        if start < 0 or not start <= place < start + len(sentence):
            return None
        self.used.add(place)
        self.last = start
        first, end = self.index[place], self.index[place + len(quote) - 1] + 1
        span = self.index[start], self.index[start + len(sentence) - 1] + 1
        numbers = fact["unit"], fact["low"], fact["high"], fact["qualifier"]
        return Figure(first, end, *numbers, sentence=span, rule="gold", cell=self._cell(first))

    def _cell(self, place: int) -> tuple[int, int, int] | None:
        for table in self.document.tables:
            for cell in table.cells:
                if cell.start <= place < cell.end:
                    return table.number, cell.row, cell.column
        return None


def _squash(text: str) -> str:
    for marks, plain in (("’‘", "'"), ("“”", '"'), ("–—−", "-")):
        text = re.sub(f"[{marks}]", plain, text)
    return LOOSE.sub("", text)


def fit(cases: list[Case]) -> dict[str, float]:
    """Weights of all features that are seen at least ``RAREST`` times or known beforehand."""
    cases = [case for case in cases if case.gold in case.described]
    counts = Counter(name for case in cases for names in case.described.values() for name in names)
    kept = {name for name, count in counts.items() if count >= RAREST} | PRIOR.keys()
    known = {name: i for i, name in enumerate(sorted(kept))}
    rows = [(k, names, one == case.gold) for k, case in enumerate(cases) for one, names in case.described.items()]
    owner = np.array([k for k, _, _ in rows])
    gold = np.array([right for _, _, right in rows], dtype=float)
    matrix = np.zeros((len(rows), len(known)))
    for i, (_, names, _) in enumerate(rows):
        matrix[i, [known[name] for name in names if name in known]] = 1
    sizes = Counter(case.document for case in cases)
    worth = np.array([sizes[case.document] ** -0.5 for case in cases])
    worth *= len(cases) / worth.sum()
    prior = np.array([PRIOR.get(name, 0.0) for name in known])

    def loss(weight: np.ndarray) -> tuple[float, np.ndarray]:
        score = matrix @ weight
        top = np.full(len(cases), -np.inf)
        np.maximum.at(top, owner, score)
        odds = np.exp(score - top[owner])
        share = odds / np.bincount(owner, odds)[owner]
        drawn = weight - prior
        value = -np.sum(np.log(share) * gold * worth[owner]) + PENALTY * drawn @ drawn / 2
        return float(value), PENALTY * drawn - matrix.T @ ((gold - share) * worth[owner])

    solved = minimize(loss, np.zeros(len(known)), jac=True, method="L-BFGS-B", options={"maxiter": 400})
    return {name: round(float(solved.x[i]), 4) for name, i in known.items()}


def share_right(cases: list[Case], weight: dict[str, float]) -> int:
    """The number of figures whose subject is right."""
    return sum(subjects.best(case.described, weight)[0] == case.gold for case in cases)


def main(folders: list[str]) -> int:
    """Fit, report, and write the weights."""
    linker = Linker(load())
    cases = [case for folder in folders for case in cases_of(Path(folder), linker)]
    stories = sorted({case.story for case in cases})
    np.random.RandomState(0).shuffle(stories)
    fold = {story: i % FOLDS for i, story in enumerate(stories)}
    right = 0
    for i in range(FOLDS):
        weight = fit([case for case in cases if fold[case.story] != i])
        right += share_right([case for case in cases if fold[case.story] == i], weight)
    weight = fit(cases)
    print(f"{len(cases)} figures, {len(stories)} stories, {len(weight)} features")
    print(f"left out {right / len(cases):.4f}, fitted {share_right(cases, weight) / len(cases):.4f}")
    subjects.WEIGHTS.write_text(json.dumps(weight, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
