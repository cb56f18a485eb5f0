"""E-mail: subject, sender, date and body, with each attachment that can be read as a child."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr

from crawler.document import Document
from crawler.readers import head
from crawler.readers.archives import read_member_document
from crawler.readers.base import Input, fold, limit
from crawler.readers.dates import iso_date
from crawler.readers.html import from_tree, parse
from crawler.readers.plain import layout


def read(source: Input) -> Document:
    """Read a message (RFC 5322). Its subject is the headline; links and remote pictures are never loaded."""
    message = email.message_from_bytes(source.data, policy=email.policy.default)
    if not isinstance(message, EmailMessage) or not (message["from"] or message["subject"]):
        raise source.error("it is not an e-mail message", "save the message as EML with its headers")
    subject = fold(str(message["subject"] or "")).strip()
    document = _body(message, subject)
    document.title = subject or None
    name, address = parseaddr(str(message["from"] or ""))
    document.author = fold(name).strip() or address or None
    stamp = message["date"]
    document.published = iso_date(stamp.datetime) if stamp is not None and hasattr(stamp, "datetime") else None
    _attach(message, source, document)
    head.complete(document)
    return document


def _body(message: EmailMessage, subject: str) -> Document:
    part = message.get_body(("html", "plain"))
    content = _content(part) if part is not None else ""
    tree = parse(content) if part is not None and part.get_content_type() == "text/html" and content.strip() else None
    if tree is not None:
        return from_tree(tree, whole=True, heading=subject)
    text = f"{subject}\n\n{content}".strip().replace("\r\n", "\n").replace("\x00", "") + "\n"
    blocks, tables = layout(text, markdown=False)
    return Document(text, blocks, tables)


def _content(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError, KeyError):
        # An unknown or wrong charset: Windows-1252 reads most of what mail programs send.
        payload = part.get_payload(decode=True)
        return payload.decode("cp1252", "replace") if isinstance(payload, bytes) else ""


def _attach(message: EmailMessage, source: Input, document: Document) -> None:
    for number, part in enumerate(message.iter_attachments()):
        if number >= limit("max_attachments"):
            document.problems.append(f"{source.name}: it has more than {number} attachments; the rest were left out")
            return
        payload = part.get_payload(decode=True)
        name = part.get_filename() or f"attachment {number + 1}"
        if isinstance(payload, bytes) and not part.get_content_type().startswith("image/"):
            read_member_document(source, name, payload, document)
