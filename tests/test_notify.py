"""Notices: the digest, a webhook over real HTTP, mail over real SMTP, retries and dead letters."""

import email
import hashlib
import hmac
import json
import socketserver
import threading
from email import policy
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from click.testing import CliRunner
from telling import AT, LATER, shed, tell

import db
from breakeven import main
from breakeven_errors import UsageError
from db import notify
from db.announcements import rebuild
from db.changes import changes

BEFORE = "2026-01-01T00:00:00Z"
UNTIL = "2026-04-01T00:00:00Z"


@pytest.fixture
def tracker(tmp_path):
    database = db.connect(tmp_path / "nhs.db")
    tell(database, "a", "2025-06-10", shed(), url="https://example.org/a?b=1&c=2")
    rebuild(database, AT)
    words = "Now it wants [510 posts] gone & <b>soon</b>."
    tell(database, "b", "2025-07-03", shed(), (words, 510), url="javascript:alert(1)")
    rebuild(database, LATER)
    yield database
    database.close()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(notify, "PAUSES", (0.0, 0.0))


@pytest.fixture
def receiver():
    """An HTTP server that answers with the statuses it is given, then 204; keeps what it got."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.got.append((dict(self.headers), body))
            self.send_response(self.server.statuses.pop(0) if self.server.statuses else 204)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.got, server.statuses = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def settings_for(server):
    return {
        "BREAKEVEN_WEBHOOK_URL": f"http://127.0.0.1:{server.server_port}/hook",
        "BREAKEVEN_WEBHOOK_SECRET": "s3cret",
    }


def states(database):
    return [(row["state"], row["tries"]) for row in database.query("select * from notices order by until")]


# -- the digest


def test_digest_tells_what_changed_and_calls_nobody(tracker):
    page = notify.digest(changes(tracker, BEFORE), BEFORE, UNTIL, "https://tracker.example")
    assert "430 posts → 510 posts, a source says so" in page
    assert 'href="https://tracker.example/announcement/' in page
    assert "Independent. Not an NHS service." in page
    assert not any(word in page for word in ("src=", "<script", "@import", "url(", "<link"))


def test_digest_shows_crawled_words_as_words(tracker):
    page = notify.digest(changes(tracker, AT), AT, UNTIL)
    assert "gone &amp; &lt;b&gt;soon&lt;/b&gt;." in page
    assert "javascript:" not in page


def test_digest_of_nothing_says_so(tracker):
    assert "Nothing has changed." in notify.digest([], LATER, UNTIL)


# -- the webhook


def test_webhook_is_signed_and_goes_on_where_it_stopped(tracker, receiver):
    settings = settings_for(receiver)
    assert notify.send(tracker, "webhook", None, AT, settings) == 1
    assert notify.send(tracker, "webhook", None, UNTIL, settings) == 1
    assert notify.send(tracker, "webhook", None, UNTIL, settings) == 0
    first, second = (json.loads(body) for _, body in receiver.got)
    assert [change["what"] for change in first["changes"]] == ["added"]
    assert [change["what"] for change in second["changes"]] == ["revised"]
    headers, body = receiver.got[0]
    at, mac = (part.split("=")[1] for part in headers["X-Breakeven-Signature"].split(","))
    assert mac == hmac.new(b"s3cret", at.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Breakeven-Notice"] == first["notice"]


def test_webhook_tries_again(tracker, receiver):
    receiver.statuses = [503, 429]
    assert notify.send(tracker, "webhook", BEFORE, UNTIL, settings_for(receiver)) == 1
    assert states(tracker) == [("sent", 3)]
    assert len({body for _, body in receiver.got}) == 1


def test_webhook_that_fails_waits_and_then_is_a_dead_letter(tracker, receiver):
    receiver.statuses = [500] * 6
    with pytest.raises(notify.NoticeError, match=r"status 500.*waits for the next call"):
        notify.send(tracker, "webhook", BEFORE, UNTIL, settings_for(receiver))
    assert states(tracker) == [("waiting", 3)]
    with pytest.raises(notify.NoticeError, match="dead letter"):
        notify.send(tracker, "webhook", None, UNTIL, settings_for(receiver))
    assert states(tracker) == [("dead", 6)]
    assert [letter["error"] for letter in notify.dead_letters(tracker)] == ["status 500"]
    assert notify.send(tracker, "webhook", None, UNTIL, settings_for(receiver)) == 0
    assert len(receiver.got) == 6


def test_webhook_does_not_follow_redirects(tracker, receiver):
    receiver.statuses = [302] * 3
    with pytest.raises(notify.NoticeError, match="status 302"):
        notify.send(tracker, "webhook", BEFORE, UNTIL, settings_for(receiver))


def test_nobody_there_is_an_error_in_words(tracker, receiver):
    settings = settings_for(receiver) | {"BREAKEVEN_WEBHOOK_URL": "http://127.0.0.1:9/"}
    with pytest.raises(notify.NoticeError, match="did not arrive after 3 tries"):
        notify.send(tracker, "webhook", BEFORE, UNTIL, settings)


BAD = {
    "no receiver": ("webhook", {}, "BREAKEVEN_WEBHOOK_URL is not set"),
    "plain http elsewhere": ("webhook", {"BREAKEVEN_WEBHOOK_URL": "http://example.org/"}, "goes over https"),
    "no secret": ("webhook", {"BREAKEVEN_WEBHOOK_URL": "http://localhost:9/"}, "BREAKEVEN_WEBHOOK_SECRET is not set"),
    "no address": ("mail", {}, "BREAKEVEN_MAIL_TO is not set"),
    "no mail host": ("mail", {"BREAKEVEN_MAIL_TO": "a@example.org"}, "set BREAKEVEN_SMTP_HOST"),
    "odd port": (
        "mail",
        {"BREAKEVEN_MAIL_TO": "a@example.org", "BREAKEVEN_SMTP_HOST": "localhost", "BREAKEVEN_SMTP_PORT": "x"},
        "BREAKEVEN_SMTP_PORT=x",
    ),
}


@pytest.mark.parametrize(("channel", "settings", "message"), BAD.values(), ids=BAD)
def test_bad_settings_are_named(tracker, channel, settings, message):
    with pytest.raises(UsageError, match=message):
        notify.send(tracker, channel, BEFORE, UNTIL, settings)


# -- mail


@pytest.fixture
def postbox():
    """A minimal SMTP server on loopback that keeps the mails it is given."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.say("220 postbox")
            for line in self.rfile:
                word = line.decode().strip().upper()
                if word == "DATA":
                    self.say("354 go on")
                    self.server.mails.append(self.data())
                if word == "QUIT":
                    self.say("221 bye")
                    return
                self.say("250 ok")

        def data(self):
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            return b"".join(lines)

        def say(self, text):
            self.wfile.write(text.encode() + b"\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.mails = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_mail_arrives_in_plain_words_and_html(tracker, postbox):
    settings = {
        "BREAKEVEN_SMTP_HOST": "127.0.0.1",
        "BREAKEVEN_SMTP_PORT": str(postbox.server_address[1]),
        "BREAKEVEN_SMTP_SECURITY": "none",
        "BREAKEVEN_MAIL_TO": "desk@example.org",
        "BREAKEVEN_MAIL_FROM": "tracker@example.org",
    }
    assert notify.send(tracker, "mail", BEFORE, UNTIL, settings) == 1
    message = email.message_from_bytes(postbox.mails[0], policy=policy.default)
    assert message["To"] == "desk@example.org"
    assert "430 posts → 510 posts" in message.get_body(("plain",)).get_content()
    assert "430 posts → 510 posts" in message.get_body(("html",)).get_content()
    assert states(tracker) == [("sent", 1)]


# -- the command


def invoke(tracker, *options, **settings):
    path = tracker.execute("pragma database_list").fetchone()[2]
    return CliRunner().invoke(main, ["notify", "--db", path, *options], env=settings)


@pytest.mark.parametrize("name", ["digest.html", "digest.eml"])
def test_command_writes_the_digest(tracker, tmp_path, name):
    result = invoke(tracker, "--since", "2026-01-01", "--out", str(tmp_path / name))
    assert result.exit_code == 0, result.output
    text = (tmp_path / name).read_bytes()
    assert b"<html" in text
    assert (b"Subject: NHS money and jobs" in text) == name.endswith(".eml")


def test_command_sends_and_says_what_failed(tracker, receiver):
    receiver.statuses = [500] * 3
    failed = invoke(tracker, "--webhook", "--since", "2026-01-01", **settings_for(receiver))
    assert failed.exit_code == 1
    assert "did not arrive after 3 tries" in failed.output
    assert "webhook: 1 sent" in invoke(tracker, "--webhook", **settings_for(receiver)).output


def test_command_wants_to_know_how(tracker):
    result = invoke(tracker)
    assert result.exit_code == 2
    assert "say how" in result.output
