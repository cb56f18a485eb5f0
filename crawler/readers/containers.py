"""ZIP containers (archives and office files) opened within limits: nothing is unpacked before its size is known."""

from __future__ import annotations

import io
import zipfile

from crawler.readers.base import Input, limit

DAMAGE = (zipfile.BadZipFile, RuntimeError, OSError, EOFError, ValueError, NotImplementedError, KeyError)
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY", "<!DOCTYPE".encode("utf-16-le"), "<!ENTITY".encode("utf-16-le"))


def open_container(source: Input) -> zipfile.ZipFile:
    """The container of an input. Raises UnreadableInput when it is damaged, encrypted or would unpack too large."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(source.data))
        members = archive.infolist()
    except DAMAGE as error:
        raise source.error(f"its ZIP container is damaged ({error})", "fetch it again") from error
    size = sum(member.file_size for member in members)
    if len(members) > limit("max_members"):
        raise source.error(f"it has {len(members):,} members", f"the limit is {limit('max_members'):,}; split it")
    if size > limit("max_expanded_bytes") or (size > 10_000_000 and size > limit("max_ratio") * len(source.data)):
        raise source.error(f"it would unpack to {size / 1e6:,.0f} MB", "it looks like a ZIP bomb; check it yourself")
    if any(member.flag_bits & 1 for member in members):
        raise source.error("it is encrypted", "save a copy without a password")
    return archive


def read_member(source: Input, archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of one member. Raises UnreadableInput when it is damaged."""
    try:
        return archive.read(name)
    except DAMAGE as error:
        raise source.error(f"its member {name} is damaged ({error})", "fetch it again") from error


def open_office(source: Input) -> zipfile.ZipFile:
    """The container of an office file, refused when a part declares entities: office files never need to."""
    archive = open_container(source)
    for name in archive.namelist():
        if name.endswith((".xml", ".rels")):
            data = read_member(source, archive, name)
            if any(mark in data for mark in _DECLARATIONS):
                raise source.error(f"its part {name} declares XML entities", "that is refused; save a fresh copy")
    return archive
