"""Tells people what changed: a digest as a mail file or by SMTP, and a signed webhook with retries and dead letters.

A notice is kept before it is sent, so that one which fails waits for the next call. After :data:`TRIES` tries it is
dead: kept for people to look at, tried no more. Settings come from the environment; docs/announcements.md lists them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import ssl
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from email.utils import formatdate
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

import urllib3
from sqlite_utils import Database

from breakeven_errors import BreakevenError, UsageError
from db import ids
from db.changes import Change, as_text, changes, reason
from db.store import now

TRIES = 6  # of one notice, over all calls
PAUSES = (1.0, 4.0)  # seconds between the tries of one call
HEADINGS = {
    "revised": "Figures that changed",
    "status": "Plans that moved on",
    "added": "New",
    "withdrawn": "No longer found",
    "merged": "Found to be the same as another",
    "split": "Found to be two",
    "evidence": "More documents",
}


class NoticeError(BreakevenError):
    """A notice that could not be delivered; it waits for the next call, or is dead."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one receiver: the changes after ``since`` and not after ``until``."""

    id: str
    channel: str  # mail, webhook
    target: str
    since: str
    until: str
    body: str
    tries: int = 0


# -- the digest


def digest(found: list[Change], since: str, until: str, base: str | None = None) -> str:
    """The changes as one HTML page that needs nothing else; ``base`` is the address of the site, for links to it."""
    groups: dict[str, list[Change]] = defaultdict(list)
    for change in found:
        groups[change.what].append(change)
    sections = [_section(HEADINGS[what], groups[what], base) for what in HEADINGS if what in groups]
    template = Template(files("db").joinpath("data/digest.html").read_text(encoding="utf-8"))
    counts = ", ".join(f"{len(groups[what])} {what}" for what in HEADINGS if what in groups)
    return template.substitute(
        title=escape(f"NHS money and jobs: what changed, {since[:10]} to {until[:10]}"),
        summary=escape(counts or "Nothing has changed.").capitalize(),
        sections="\n".join(sections),
    )


def _section(heading: str, found: list[Change], base: str | None) -> str:
    items = "\n".join(_item(change, base) for change in found)
    return f"<h2>{escape(heading)}</h2>\n<ul>\n{items}\n</ul>"


def _item(change: Change, base: str | None) -> str:
    page = f"{base}/announcement/{change.announcement}" if base else None
    lines = [f"<p><strong>{_linked(change.title, page)}</strong></p>"]
    if change.old and change.what in ("revised", "status", "evidence"):
        words = f"{change.old} → {change.new}, {reason(change.because)}"
        lines.append(f'<p class="why">{escape(words)}</p>')
    if change.sentence:
        lines.append(f"<blockquote>{escape(change.sentence)}</blockquote>")
    if change.document:
        told = _linked(change.document_title or "Document", change.url)
        lines.append(f'<p class="why">{told}{escape(", " + change.published if change.published else "")}</p>')
    return "<li>" + "\n".join(lines) + "</li>"


def _linked(text: str, address: str | None) -> str:
    """A link where the address is of the web, else the bare words: a crawled address may be anything."""
    safe = address is not None and urlsplit(address).scheme in ("http", "https")
    return f'<a href="{escape(address or "")}">{escape(text)}</a>' if safe else escape(text)


def mail(found: list[Change], since: str, until: str, settings: Mapping[str, str]) -> EmailMessage:
    """The digest as a mail with a plain and an HTML part; sender and receivers from the settings, where given."""
    message = EmailMessage()
    message["Subject"] = f"NHS money and jobs: {len(found)} changes, {until[:10]}"
    message["From"] = settings.get("BREAKEVEN_MAIL_FROM", "breakeven@localhost")
    message["To"] = settings.get("BREAKEVEN_MAIL_TO", "undisclosed-recipients:;")
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{ids.digest('mail', message['To'], since, until)}@breakeven.invalid>"
    message.set_content(as_text(found) + "\n\nIndependent. Not an NHS service.\n")
    message.add_alternative(digest(found, since, until, settings.get("BREAKEVEN_URL")), subtype="html")
    return message


def write(db: Database, out: Path, since: str, until: str, settings: Mapping[str, str]) -> None:
    """Write the digest to a file: a whole mail when its name ends in ``.eml``, else HTML."""
    found = changes(db, since, until)
    if out.suffix == ".eml":
        out.write_bytes(mail(found, since, until, settings).as_bytes())
    else:
        out.write_text(digest(found, since, until, settings.get("BREAKEVEN_URL")), encoding="utf-8")


# -- delivery


def send(db: Database, channel: str, since: str | None, until: str, settings: Mapping[str, str]) -> int:
    """Send what is new to the receiver of a channel, after what still waits for it; returns how many notices arrived.

    Without ``since`` it goes on from the last notice. Raises :class:`NoticeError` when one did not arrive.
    """
    target = _target(channel, settings)
    _keep(db, channel, target, since, until)
    waiting = list(
        db.query(
            "select * from notices where channel = ? and target = ? and state = 'waiting' order by until",
            [channel, target],
        )
    )
    for row in waiting:
        notice = Notice(**{name: row[name] for name in Notice.__dataclass_fields__})
        _deliver(db, notice, settings)
    return len(waiting)


def _target(channel: str, settings: Mapping[str, str]) -> str:
    name = {"mail": "BREAKEVEN_MAIL_TO", "webhook": "BREAKEVEN_WEBHOOK_URL"}[channel]
    target = settings.get(name, "").strip()
    if not target:
        raise UsageError(f"{name} is not set; give the environment the receiver of the {channel}")
    parts = urlsplit(target)
    near = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if channel == "webhook" and not (parts.scheme == "https" or (parts.scheme == "http" and near)):
        raise UsageError(f"{target}: a webhook goes over https, or over http to this machine only")
    return target


def _keep(db: Database, channel: str, target: str, since: str | None, until: str) -> None:
    if since is None:
        row = db.execute(
            "select max(until) from notices where channel = ? and target = ?", [channel, target]
        ).fetchone()
        since = row[0] or "0000"
    found = changes(db, since, until)
    if not found:
        return
    key = ids.digest("notice", channel, target, since, until)
    body = json.dumps(
        {"notice": key, "since": since, "until": until, "changes": [asdict(c) for c in found]}, ensure_ascii=False
    )
    row = {"id": key, "channel": channel, "target": target, "since": since, "until": until, "body": body}
    db.table("notices").insert(row | {"state": "waiting", "at": until}, pk="id", ignore=True)


def _deliver(db: Database, notice: Notice, settings: Mapping[str, str]) -> None:
    tries, error = notice.tries, ""
    for pause in (*PAUSES, None):
        tries += 1
        try:
            deliver = _mail if notice.channel == "mail" else _post
            deliver(notice, settings)
        except NoticeError as failure:
            error = str(failure)
        else:
            _note(db, notice, "sent", tries, None)
            return
        if pause is None or tries >= TRIES:
            break
        time.sleep(pause)
    state = "dead" if tries >= TRIES else "waiting"
    _note(db, notice, state, tries, error)
    after = "it is a dead letter now" if state == "dead" else "it waits for the next call"
    raise NoticeError(f"{notice.channel} to {notice.target} did not arrive after {tries} tries ({error}); {after}")


def _note(db: Database, notice: Notice, state: str, tries: int, error: str | None) -> None:
    db.table("notices").update(notice.id, {"state": state, "tries": tries, "error": error, "at": now()})


def _post(notice: Notice, settings: Mapping[str, str]) -> None:
    secret = settings.get("BREAKEVEN_WEBHOOK_SECRET", "")
    if not secret:
        raise UsageError("BREAKEVEN_WEBHOOK_SECRET is not set; the receiver needs one to know that a notice is ours")
    body = notice.body.encode()
    headers = {
        "Content-Type": "application/json",
        "X-Breakeven-Notice": notice.id,
        "X-Breakeven-Signature": signature(secret, body, str(int(time.time()))),
    }
    try:
        answer = urllib3.request(
            "POST", notice.target, body=body, headers=headers, timeout=10.0, redirect=False, retries=False
        )
    except urllib3.exceptions.HTTPError as error:
        raise NoticeError(str(error)) from error
    if not 200 <= answer.status < 300:
        raise NoticeError(f"status {answer.status}")


def signature(secret: str, body: bytes, at: str) -> str:
    """``t=TIME,sha256=HEX``: HMAC-SHA256 of time, full stop and body, so that an old notice cannot be replayed."""
    mac = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256)
    return f"t={at},sha256={mac.hexdigest()}"


def _mail(notice: Notice, settings: Mapping[str, str]) -> None:
    found = [Change(**change) for change in json.loads(notice.body)["changes"]]
    message = mail(found, notice.since, notice.until, settings)
    try:
        with _smtp(settings) as server:
            server.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        raise NoticeError(str(error)) from error


def _smtp(settings: Mapping[str, str]) -> smtplib.SMTP:
    """A connection as ``BREAKEVEN_SMTP_*`` says: ``SECURITY`` is starttls (usual), tls or none."""
    host = settings.get("BREAKEVEN_SMTP_HOST", "")
    security = settings.get("BREAKEVEN_SMTP_SECURITY", "starttls")
    if not host or security not in ("starttls", "tls", "none"):
        raise UsageError("set BREAKEVEN_SMTP_HOST, and BREAKEVEN_SMTP_SECURITY to starttls, tls or none")
    port, context = _port(settings, security), ssl.create_default_context()
    server: smtplib.SMTP
    if security == "tls":
        server = smtplib.SMTP_SSL(host, port, timeout=20, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=20)
        if security == "starttls":
            server.starttls(context=context)
    if user := settings.get("BREAKEVEN_SMTP_USER"):
        server.login(user, settings.get("BREAKEVEN_SMTP_PASSWORD", ""))
    return server


def _port(settings: Mapping[str, str], security: str) -> int:
    text = settings.get("BREAKEVEN_SMTP_PORT") or {"tls": "465", "starttls": "587", "none": "25"}[security]
    if not text.isdigit():
        raise UsageError(f"BREAKEVEN_SMTP_PORT={text}: give a number")
    return int(text)


def dead_letters(db: Database) -> list[dict[str, Any]]:
    """Notices that are tried no more, newest first."""
    return list(
        db.query(
            "select id, channel, target, since, until, tries, error from notices where state = 'dead' order by at desc"
        )
    )
