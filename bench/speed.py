"""Words a second of our pipeline and of spaCy's full English one over the same texts, each in a process of its own.

    python bench/speed.py FOLDER... [--repeat N] [--model en_core_web_sm] [--sparse N]

The folders hold .txt and .md files. Without the model installed only our own figure is printed. ``--sparse N`` keeps,
outside tables, the paragraphs without a figure and every Nth of the others, since most prose has few. ``--documents N``
reads N documents in a row instead, and prints the peak of memory after each tenth part.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import spacy
from spacy.language import Language

import extract


def texts(folders: Sequence[Path]) -> list[str]:
    """The texts of the folders, in order."""
    paths = sorted(path for folder in folders for path in folder.iterdir() if path.suffix in {".txt", ".md"})
    return [path.read_text(encoding="utf-8") for path in paths]


def sparse(read: Sequence[str], every: int) -> list[str]:
    """The texts without tables and most paragraphs that hold a figure, a few joined so that they stay long."""
    nlp, met, kept = extract.load(), 0, []
    for doc in map(nlp, read):
        holding = {figure.block for figure in doc._.figures}
        for number, block in enumerate(doc._.blocks):
            met += number in holding
            if block.kind != "table_row" and (number not in holding or met % every == 0):
                kept.append(doc.text[block.start : block.end])
    return ["\n\n".join(part) for part in batched(kept, 40)]


def batched(parts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Runs of ``size`` parts; ``itertools`` has it from Python 3.12 on."""
    return (parts[first : first + size] for first in range(0, len(parts), size))


def density(read: Sequence[str]) -> str:
    """How many words the texts have, and how many of them come on one figure."""
    nlp = extract.load()
    words, figures = sum(len(text.split()) for text in read), sum(len(nlp(text)._.figures) for text in read)
    return f"{words:,} words, a figure in {words / max(1, figures):.0f}"


def speed(model: str, read: Sequence[str], repeat: int) -> float:
    """Words a second of processor time, models loaded and warm: of each text the fastest of the repeats counts."""
    nlp = extract.load() if model == "ours" else spacy.load(model)
    for text in read[:3]:
        nlp(text)
    return sum(len(text.split()) for text in read) / sum(
        min(_seconds(nlp, text) for _ in range(repeat)) for text in read
    )


def _seconds(nlp: Language, text: str) -> float:
    start = time.process_time()
    nlp(text)
    return time.process_time() - start


def memory(read: Sequence[str], documents: int) -> None:
    """Peak memory in MB while many documents are read."""
    nlp = extract.load()
    for number in range(documents):
        nlp(read[number % len(read)])
        if (number + 1) % (documents // 10) == 0:
            print(number + 1, "documents", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "MB")


def main() -> int:
    """Prints the figures, each model in a child of its own."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--sparse", type=int, default=0)
    parser.add_argument("--model", default="en_core_web_sm")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    parser.add_argument("--documents", type=int, default=0)
    options = parser.parse_args()
    read = texts(options.folders)
    if options.sparse:
        read = sparse(read, options.sparse)
    if options.documents:
        memory(read, options.documents)
    elif options.only:
        print(f"{options.only}: {speed(options.only, read, options.repeat):,.0f} words a second")
    else:
        there = importlib.util.find_spec(options.model) is not None
        print(density(read), flush=True)
        for model in ("ours", options.model) if there else ("ours",):
            subprocess.run([sys.executable, *sys.argv, "--only", model], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
