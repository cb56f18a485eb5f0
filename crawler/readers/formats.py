"""Which format an input has: by its first bytes, then by its name, then by what the server called it."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePath
from urllib.parse import urlsplit

from crawler.readers.base import Input
from crawler.readers.containers import DAMAGE

# Format to the module of this package that reads it.
READERS = {
    "html": "html",
    "text": "text",
    "markdown": "text",
    "pdf": "pdf",
    "docx": "word",
    "odt": "word",
    "xlsx": "sheets",
    "xls": "sheets",
    "ods": "sheets",
    "csv": "sheets",
    "eml": "mail",
    "zip": "archives",
    "image": "ocr",
}

_OFFICE = "application/vnd.openxmlformats-officedocument."
MEDIA_TYPES = {
    "html": "text/html",
    "text": "text/plain",
    "markdown": "text/markdown",
    "pdf": "application/pdf",
    "docx": _OFFICE + "wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "xlsx": _OFFICE + "spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "csv": "text/csv",
    "eml": "message/rfc822",
    "zip": "application/zip",
    "image": "image/png",
}

SUFFIXES = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".pdf": "pdf",
    ".docx": "docx",
    ".docm": "docx",
    ".odt": "odt",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xls",
    ".ods": "ods",
    ".csv": "csv",
    ".tsv": "csv",
    ".eml": "eml",
    ".zip": "zip",
    ".png": "image",
    ".jpg": "image",
    ".jpeg": "image",
    ".tif": "image",
    ".tiff": "image",
}

_TEXTUAL = {"html", "text", "markdown", "csv", "eml"}
_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
)
_REFUSED = (
    (b"{\\rtf", "rich text (RTF)"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"GIF8", "a GIF image"),
    (b"SQLite format 3", "an SQLite database"),
)
_HTML = re.compile(rb"(?is)\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype\s+html|html|head|body)\b")


def suffix_of(source: Input) -> str:
    """The lower-case ending of its name, or of its address."""
    path = urlsplit(source.url).path if source.url and "." not in PurePath(source.name).name else source.name
    return PurePath(path).suffix.lower()


def recognise(source: Input) -> str:
    """The format, a key of :data:`READERS`. Raises UnreadableInput for a format that is not read."""
    found = _by_signature(source)
    if found is not None:
        return found
    by_name = SUFFIXES.get(suffix_of(source))
    if by_name in _TEXTUAL:
        return by_name
    if _HTML.match(source.data[:4096]):
        return "html"
    by_type = _by_media_type(source)
    if by_type in _TEXTUAL:
        return by_type
    wanted = by_name or by_type
    if wanted is not None:
        raise source.error(f"it is not the {wanted} file that it is called", "fetch it again: it may be damaged")
    return _unnamed(source)


def _unnamed(source: Input) -> str:
    suffix = suffix_of(source)
    if suffix or b"\x00" in source.data[:4096]:
        described = f"files ending in {suffix} are not read" if suffix else "it is a binary file of unknown format"
        raise source.error(described, "give txt, md, html, pdf, docx, odt, xlsx, xls, ods, csv, eml or zip")
    return "text"


def _by_media_type(source: Input) -> str | None:
    plain = (source.media_type or "").split(";")[0].strip().lower()
    if plain == "application/xhtml+xml":
        return "html"
    return next((kind for kind, known in MEDIA_TYPES.items() if known == plain), None)


def _by_signature(source: Input) -> str | None:
    # A PDF may have a few bytes of rubbish before its mark; readers accept it within the first kilobyte.
    start = source.data[:1024]
    for mark, described in _REFUSED:
        if start.startswith(mark):
            raise source.error(f"it is {described}, which is not read", "save it as PDF, DOCX or plain text")
    for mark, kind in _SIGNATURES:
        if start.startswith(mark) or (kind == "pdf" and mark in start and SUFFIXES.get(suffix_of(source)) == "pdf"):
            return kind
    if start.startswith(b"PK\x03\x04") or start.startswith(b"PK\x05\x06"):
        return _inside_zip(source)
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _inside_ole(source)
    return None


def _inside_zip(source: Input) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
            names = set(archive.namelist())
            kind = archive.read("mimetype")[:100].decode("ascii", "replace").strip() if "mimetype" in names else ""
    except DAMAGE as error:
        raise source.error(f"its ZIP container is damaged ({error})", "fetch it again") from error
    if "word/document.xml" in names:
        return "docx"
    if any(name.startswith("xl/workbook") for name in names):
        return "xlsx"
    if any(name.startswith("ppt/") for name in names):
        raise source.error("PowerPoint slides are not read", "save them as PDF")
    return {MEDIA_TYPES["odt"]: "odt", MEDIA_TYPES["ods"]: "ods"}.get(kind, "zip")


def _inside_ole(source: Input) -> str:
    # Names of streams in the container's directory are UTF-16.
    if "EncryptedPackage".encode("utf-16-le") in source.data:
        raise source.error("it is encrypted", "save a copy without a password")
    if "Workbook".encode("utf-16-le") in source.data or suffix_of(source) == ".xls":
        return "xls"
    raise source.error("old Word and PowerPoint files are not read", "save it as DOCX or PDF")
