"""The spaCy pipeline: layout, figures, periods, organisations, kinds, subjects, facts.

Each component is a function from ``Doc`` to ``Doc`` that fills extensions (see ``docs/architecture.md``); the work is
in the modules of the same names. The tokeniser is cheap, as most words of a text are near no figure.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from importlib.metadata import version as installed
from pathlib import Path

import spacy
from spacy.attrs import LOWER, NORM
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from crawler.document import Document, Table
from crawler.readers.plain import layout as read_layout
from extract import scene as scenes
from extract import subjects as whose
from extract.confidence import confidence
from extract.dating import date_figures
from extract.facts import Fact, Figure, Mention, Result, TableValue
from extract.features import Surroundings
from extract.figures import find_figures
from extract.kinds import Label, label_figures, shipped_templates
from extract.organisations import Linker
from extract.page import page_of
from extract.periods import find_periods
from extract.register import load as load_register
from extract.tables import figures_in_tables, table_values

Component = Callable[[Doc], Doc]
Span = tuple[str | None, str | None, str | None]
Subject = tuple[str | None, float, str | None]
COMPONENTS = ("layout", "figures", "periods", "organisations", "kinds", "subjects", "facts")
EXTENSIONS = (
    "blocks",
    "tables",
    "table_values",
    "figures",
    "periods",
    "spans",  # of each figure: period label, first and last day
    "mentions",
    "labels",  # of each figure: extract.kinds.Label
    "subjects",  # of each figure: organisation, how sure, speaker
    "facts",
)
TOKEN = re.compile(r"(\S+|[^\S ]+| )( ?)")
OCR_SHARE = 0.8  # of its confidence a fact keeps when its text was recognised from an image: a guess
LONGEST = 100_000_000  # characters; spaCy's own limit is for models that need memory in proportion


def build(components: Sequence[str] = COMPONENTS) -> Language:
    """A blank English pipeline with the named components, by default all seven."""
    # Of each new word only these are worked out: all of spaCy's attributes would take half of the time.
    nlp = spacy.blank("en", vocab=Vocab(lex_attr_getters=dict.fromkeys((LOWER, NORM), str.lower)))
    nlp.tokenizer = Words(nlp.vocab)
    nlp.max_length = LONGEST
    for name in components:
        nlp.add_pipe(f"breakeven_{name}")
    return nlp


def run(nlp: Language, document: Document) -> Result:
    """One document read; the memory zone frees its words, so that memory stays flat over many documents."""
    with nlp.memory_zone():
        doc = nlp.make_doc(document.text)
        doc._.source = document
        nlp(doc)
        return Result(doc._.facts, doc._.mentions, doc._.table_values)


@cache
def version() -> str:
    """The package's version and a hash of the code and data that decide what is found."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    files = [*folder.glob("*.py"), *folder.glob("data/**/*"), folder.parent / "crawler" / "readers" / "plain.py"]
    for path in sorted(file for file in files if file.is_file() and file.suffix != ".md"):
        digest.update(path.read_bytes())
    return f"{installed('breakeven')}+{digest.hexdigest()[:10]}"


class Words:
    """Tokeniser: a token is a run of non-space characters, or of white space other than one space."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The text as a ``Doc`` whose ``text`` is the same."""
        pairs = TOKEN.findall(text)
        doc = Doc(self.vocab, words=[word for word, _ in pairs], spaces=[bool(space) for _, space in pairs])
        doc.user_data["text"] = text
        return doc

    def to_bytes(self, exclude: tuple[str, ...] = ()) -> bytes:
        """Nothing to keep: spaCy asks when a pipeline is saved."""
        return b""

    def from_bytes(self, data: bytes, exclude: tuple[str, ...] = ()) -> Words:
        """Nothing to restore."""
        return self


def text_of(doc: Doc) -> str:
    """The document's text as it came, which spaCy would put together anew from its tokens at each call."""
    text: str | None = doc.user_data.get("text")
    return doc.text if text is None else text


def _extend() -> None:
    if not Doc.has_extension("source"):
        Doc.set_extension("source", default=None)
        for name in EXTENSIONS:
            Doc.set_extension(name, default=None)


@Language.factory("breakeven_layout", assigns=["doc._.blocks", "doc._.tables"])
def layout(nlp: Language, name: str) -> Component:
    """Blocks and tables: those of the source where a reader found them, else those of the bare text."""
    _extend()

    def component(doc: Doc) -> Doc:
        source = doc._.source
        if source is not None and source.blocks:
            doc._.blocks, doc._.tables = source.blocks, source.tables
        else:
            doc._.blocks, doc._.tables = read_layout(text_of(doc))
        return doc

    return component


@Language.factory("breakeven_figures", requires=["doc._.blocks"], assigns=["doc._.figures", "doc._.table_values"])
def figures(nlp: Language, name: str) -> Component:
    """Amounts, shares and counts of prose and tables, in the order of the text."""

    def component(doc: Doc) -> Doc:
        text, blocks, tables = text_of(doc), doc._.blocks, doc._.tables
        found = find_figures(text, blocks) + figures_in_tables(text, tables, blocks)
        doc._.figures = sorted(found, key=lambda figure: (figure.start, figure.end))
        doc._.table_values = table_values(text, tables, blocks)
        return doc

    return component


@Language.factory("breakeven_periods", requires=["doc._.figures"], assigns=["doc._.periods", "doc._.spans"])
def periods(nlp: Language, name: str) -> Component:
    """Times as the text names them, resolved against the date of publication, and the period of each figure."""

    def component(doc: Doc) -> Doc:
        text, known = text_of(doc), doc._
        known.periods = find_periods(text, published(known.source))
        known.spans = []
        if known.figures:
            page = page_of(known.figures, known.periods, known.source, text, known.blocks, known.tables)
            known.spans = date_figures(page)
        return doc

    return component


def published(source: Document | None) -> date | None:
    """The date that words such as *next year* are resolved against."""
    stated = (source.published or "")[:10] if source else ""
    return date.fromisoformat(stated) if re.fullmatch(r"\d{4}-\d\d-\d\d", stated) else None


@Language.factory("breakeven_organisations", requires=["doc._.blocks"], assigns=["doc._.mentions"])
def organisations(nlp: Language, name: str) -> Component:
    """Mentions of the bodies of the register."""
    linker = Linker(load_register())

    def component(doc: Doc) -> Doc:
        doc._.mentions = linker.mentions(text_of(doc), doc._.blocks, doc._.source)
        return doc

    return component


@Language.factory("breakeven_kinds", requires=["doc._.figures"], assigns=["doc._.labels"])
def kinds(nlp: Language, name: str) -> Component:
    """Kind, status, basis, polarity and measure of each figure.

    The words that the models know stay in the vocabulary, so that not every document enters them anew.
    """
    for word in shipped_templates().bag:
        nlp.vocab[str(word)]

    def component(doc: Doc) -> Doc:
        doc._.labels = label_figures(surroundings(doc))
        return doc

    return component


def surroundings(doc: Doc) -> Surroundings:
    """What the features of kind and status are drawn from."""
    return Surroundings(text_of(doc), doc._.figures, doc._.spans, doc._.blocks, doc._.table_values, doc._.source)


@Language.factory(
    "breakeven_subjects",
    requires=["doc._.labels", "doc._.mentions"],
    assigns=["doc._.subjects", "doc._.mentions"],
)
def subjects(nlp: Language, name: str) -> Component:
    """Whose each figure is, how sure that is, who says so; a name in short is linked where a figure is its body's."""
    register = load_register()

    def component(doc: Doc) -> Doc:
        doc._.subjects = []
        if doc._.figures:
            scene = scenes.read(
                text_of(doc), doc._.blocks, doc._.tables, doc._.mentions, register, doc._.source, doc._.figures
            )
            found = whose.subjects_of(doc._.figures, [label.kind for label in doc._.labels], scene)
            said = [whose.speaker_of(figure, scene) for figure in doc._.figures]
            doc._.subjects = [(*subject, speaker) for subject, speaker in zip(found, said, strict=True)]
            doc._.mentions = whose.settled(scene, doc._.figures, [organisation for organisation, _ in found])
        doc._.mentions = [one for one in doc._.mentions if one.organisation or one.kind != "town"]
        return doc

    return component


@Language.factory("breakeven_facts", requires=["doc._.labels", "doc._.subjects"], assigns=["doc._.facts"])
def facts(nlp: Language, name: str) -> Component:
    """Everything known of each figure put together, and the values of the tables."""

    def component(doc: Doc) -> Doc:
        text, known = text_of(doc), doc._
        rows = zip(known.figures, known.spans, known.labels, known.subjects, strict=True)
        found = [fact(text, *row) for row in rows]
        if known.source is not None and known.source.ocr:
            for one in found:
                one.confidence = round(one.confidence * OCR_SHARE, 3)
        if known.table_values:
            _join_tables(found, known.table_values, _named_in_rows(known.mentions, known.tables))
        known.facts = found
        return doc

    return component


def fact(text: str, figure: Figure, span: Span, label: Label, subject: Subject) -> Fact:
    """All that is known of one figure of a document."""
    period, first, last = span
    organisation, sureness, speaker = subject
    return Fact(
        start=figure.start,
        end=figure.end,
        quote=text[figure.start : figure.end],
        sentence=text[figure.sentence[0] : figure.sentence[1]],
        unit=figure.unit,
        low=figure.low,
        high=figure.high,
        qualifier=figure.qualifier,
        kind=label.kind,
        organisation=organisation,
        period=period,
        period_start=first,
        period_end=last,
        status=label.status,
        basis=label.basis,
        polarity=label.polarity,
        speaker=speaker,
        measure=label.measure,
        confidence=confidence(figure, label, sureness),
        rule=f"{figure.rule}/{label.rule}",
        block=figure.block,
        cell=figure.cell,
    )


def _join_tables(facts: Sequence[Fact], values: Sequence[TableValue], named: dict[tuple[int, int], str]) -> None:
    """Gives table values the organisation of their fact, else of another of the row, else the one the row names."""
    by_cell = {fact.cell: index for index, fact in enumerate(facts) if fact.cell}
    by_row = {cell[:2]: facts[index].organisation for cell, index in by_cell.items()}
    for value in values:
        row = value.table_no, value.row
        value.fact = by_cell.get((*row, value.column))
        value.organisation = value.organisation or by_row.get(row) or named.get(row)


def _named_in_rows(mentions: Sequence[Mention], tables: Sequence[Table]) -> dict[tuple[int, int], str]:
    """Table number and row to the organisation in its cells, where there is just one."""
    known = sorted((mention.start, mention.organisation) for mention in mentions if mention.organisation)
    starts = [start for start, _ in known]
    found: dict[tuple[int, int], set[str]] = {}
    for table in tables:
        for cell in table.cells:
            for n in range(bisect_left(starts, cell.start), bisect_left(starts, cell.end)):
                found.setdefault((table.number, cell.row), set()).add(known[n][1])
    return {row: bodies.pop() for row, bodies in found.items() if len(bodies) == 1}
