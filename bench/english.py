"""What a statistical English model would add to the models of kind and status, left out.

    python bench/english.py MODEL GOLD_FOLDER...

Gives each figure the verb that governs it in a parse by the model, the verb's form, helpers and subject, and the noun
that the figure hangs on, beside its usual features; prints a row without and one with them, and what the parse took.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import spacy
from crossval import Entry, entry_of, line, run
from spacy.language import Language
from spacy.tokens import Doc, Token

from extract.examples import load_documents, load_samples
from extract.facts import Figure
from extract.index import UNKNOWN, GrowingIndex, templates
from extract.pipeline import build
from extract.register import load as load_register
from extract.training import READING


def told(figure: Figure, text: str, parses: dict[tuple[int, int], Doc], nlp: Language) -> Iterator[str]:
    """Names of what the parse of its sentence tells of a figure."""
    start, end = figure.sentence
    if figure.sentence not in parses:
        parses[figure.sentence] = nlp(text[start:end])
    span = parses[figure.sentence].char_span(figure.start - start, figure.end - start, alignment_mode="expand")
    if span is None:
        return
    above = list(span.root.ancestors)
    if noun := next((token for token in [span.root, *above] if token.pos_ == "NOUN"), None):
        yield f"noun {noun.lemma_.lower()}"
    if verb := next((token for token in above if token.pos_ in {"VERB", "AUX"}), None):
        yield f"path {span.root.dep_}"
        yield from _of_verb(verb)


def _of_verb(verb: Token) -> Iterator[str]:
    yield f"verb {verb.lemma_.lower()}"
    yield f"form {verb.tag_}"
    for child in verb.children:
        if child.dep_ in {"aux", "auxpass", "neg"}:
            yield f"helper {child.lemma_.lower()}"
        if child.dep_ in {"nsubj", "nsubjpass"}:
            yield f"subject {child.lemma_.lower()}"


def parsed(entries: Sequence[Entry], nlp: Language, index: GrowingIndex) -> list[Entry]:
    """The entries with the features of the parse added."""
    found = []
    for entry in entries:
        seen, parses = entry.example.seen, dict[tuple[int, int], Doc]()
        features = []
        for figure, rows in zip(seen.around.figures, seen.features, strict=True):
            names = told(figure, seen.around.text, parses, nlp) if rows and figure.cell is None else ()
            more = [index.rows(f"english_{name.split()[0]}").get(name, UNKNOWN) for name in names]
            features.append(list({*rows, *more}))
        example = replace(entry.example, seen=replace(seen, features=features))
        found.append(replace(entry, example=example))
    return found


def main() -> int:
    """Prints the two rows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("folders", nargs="+", type=Path)
    options = parser.parse_args()
    nlp, register, index = build(READING), load_register(), GrowingIndex()
    to = templates(index)
    entries = [entry_of(one, register, to) for folder in options.folders for one in load_documents(folder, nlp)]
    samples = [entry_of(one, register, to) for one in load_samples(nlp)]
    print(line("without", run(entries, samples, index)[0]), flush=True)
    start = time.process_time()
    english = spacy.load(options.model, exclude=["ner"])
    entries, samples = (parsed(part, english, index) for part in (entries, samples))
    took = time.process_time() - start
    print(line(f"with {options.model}", run(entries, samples, index)[0]))
    print(f"the sentences with figures took {took:.0f} s to parse")
    return 0


if __name__ == "__main__":
    sys.exit(main())
