"""Raw bytes as they were read, outside the database: ``NAME-archive/ab/cd/SHA256.gz`` beside ``NAME.db``."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from pathlib import Path

from sqlite_utils import Database

from breakeven_errors import DatabaseError


def folder_of(db: Database) -> Path:
    """The archive's folder, beside the database's file."""
    path = Path(next(row[2] for row in db.execute("pragma database_list").fetchall() if row[1] == "main"))
    return path.with_name(f"{path.stem}-archive")


def keep(folder: Path, raw: bytes) -> str:
    """Store bytes under their hash, once, and return the place inside the folder. A kill leaves no half file there."""
    sha256 = hashlib.sha256(raw).hexdigest()
    place = f"{sha256[:2]}/{sha256[2:4]}/{sha256}.gz"
    target = folder / place
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(f".{os.getpid()}.partial")
        partial.write_bytes(gzip.compress(raw, compresslevel=6, mtime=0))
        partial.replace(target)
    return place


def read(folder: Path, place: str) -> bytes:
    """The bytes kept at a place. Raises :class:`breakeven_errors.DatabaseError` when they are gone or damaged."""
    path = folder / place
    try:
        raw = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise DatabaseError(
            f"{path}: archived bytes cannot be read ({error}); restore the folder from a backup"
        ) from error
    if hashlib.sha256(raw).hexdigest() != path.stem:
        raise DatabaseError(f"{path}: archived bytes do not match their hash; restore the folder from a backup")
    return raw
