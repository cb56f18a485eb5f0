"""ZIP archives: every member that can be read becomes a child; one that cannot costs itself alone."""

from __future__ import annotations

from pathlib import PurePosixPath

from breakeven_errors import UnreadableInput
from crawler import readers
from crawler.document import Document
from crawler.readers.base import Input, limit
from crawler.readers.containers import open_container, read_member
from crawler.readers.formats import SUFFIXES


def read(source: Input) -> Document:
    """Read an archive. Nothing is written to disk, so that a member's path can do no harm."""
    archive = open_container(source)
    document = Document("", title=PurePosixPath(source.name).name)
    for member in archive.infolist():
        path = PurePosixPath(member.filename)
        hidden = any(part.startswith((".", "__MACOSX")) and part != ".." for part in path.parts)
        if member.is_dir() or hidden or path.suffix.lower() not in SUFFIXES:
            continue
        try:
            data = read_member(source, archive, member.filename)
        except UnreadableInput as error:
            document.problems.append(str(error))
        else:
            read_member_document(source, member.filename, data, document)
    if not document.children:
        why = document.problems[0] if document.problems else "none of its members is of a format that is read"
        raise source.error(f"nothing in it can be read ({why})", "unpack it and give the documents")
    return document


def read_member_document(source: Input, name: str, data: bytes, into: Document) -> None:
    """Read one member or attachment into a child, or note in ``into.problems`` why it cannot be read."""
    path = f"{source.name}/{name}"
    if source.depth >= limit("max_depth"):
        into.problems.append(f"{path}: it lies deeper than {source.depth} archives; unpack the outer ones")
        return
    try:
        child = readers.read(data, name=path, depth=source.depth + 1)
    except UnreadableInput as error:
        into.problems.append(str(error))
        return
    child.part = name
    into.children.append(child)
