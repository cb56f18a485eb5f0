"""Documents into facts: a spaCy pipeline of named components, and the plain records that it yields.

``nlp = extract.load(); nlp(text)._.facts`` reads bare text; :func:`extract.read` reads a document with its structure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.document import Document
from extract.facts import Result

if TYPE_CHECKING:
    from spacy.language import Language


def load() -> Language:
    """The pipeline with all its components, ready to read; loading takes about a second."""
    from extract.pipeline import build  # noqa: PLC0415 - importing the package alone loads neither spaCy nor a component

    return build()


def read(nlp: Language, document: Document) -> Result:
    """Facts, mentions and table values of one document, with offsets into ``document.text``."""
    from extract.pipeline import run  # noqa: PLC0415

    return run(nlp, document)


def __getattr__(name: str) -> str:
    """``PIPELINE``: the pipeline's version, worked out on first use from the files that decide what it finds."""
    if name == "PIPELINE":
        from extract.pipeline import version  # noqa: PLC0415

        return version()
    raise AttributeError(f"module 'extract' has no attribute {name!r}")
