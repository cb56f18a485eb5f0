"""Files and folders given to the command line: which files to try, and how one is opened within the limits."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from breakeven_errors import UnreadableInput, UsageError
from crawler.readers import too_large
from crawler.readers.base import limit

# what programs keep beside documents: labels, descriptions
BESIDE = frozenset({".json", ".yml", ".yaml"})


def walk(paths: Iterable[Path]) -> Iterator[Path]:
    """The files to read, in order: each path that is a file, and every file in a folder.

    A folder that may not be read is given too, for :func:`load` to name. Passed over are hidden files and folders, and
    endings in :data:`BESIDE`. Raises :class:`breakeven_errors.UsageError` for a path that is not there.
    """
    for path in paths:
        if path.is_file():
            yield path
        elif path.is_dir():
            yield from _inside(path)
        else:
            raise UsageError(f"{path}: there is no such file or folder; check the path")


def _inside(folder: Path) -> Iterator[Path]:
    shut: list[str] = []
    for here, folders, names in os.walk(folder, onerror=lambda error: shut.append(error.filename)):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (path for name in sorted(names) if _wanted(path := Path(here, name)))
    yield from map(Path, shut)


def _wanted(path: Path) -> bool:
    return not path.name.startswith(".") and path.suffix.lower() not in BESIDE and path.is_file()


def load(path: Path) -> bytes:
    """The bytes of a file, refused by its size before any are read. Raises :class:`UnreadableInput`."""
    try:
        size = path.stat().st_size
        if size > limit("max_bytes"):
            raise too_large(str(path), size)
        return path.read_bytes()
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror}; check that it exists and may be read") from error
