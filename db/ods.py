"""Reads the Organisation Data Service: keyless CSV reports, the FHIR terminology API, and files of either kind.

CSV reports have 27 fields and no header: code, name, region, board, five lines of address, postcode, opened, closed.
In FHIR a body lives until the end of its Legal period, whatever ``active`` says.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from breakeven_errors import FetchError, SourceError, UsageError

REPORTS = "https://www.odsdatasearchandexport.nhs.uk/api/getReport?report={}"
TRUSTS_AND_BOARDS = ("etr", "ect", "eccg")  # trusts, care trusts, boards
API = "https://api.service.nhs.uk/organisation-data-terminology-api/fhir/Organization?roleCode={}&_count=500"
ROLES = ("RO197", "RO107", "RO261")  # NHS trust, care trust, integrated care board
KEY = "BREAKEVEN_ODS_KEY"
FIELDS, LARGEST = 27, 100_000_000  # fields of a row, bytes of an answer
CODE = re.compile(r"[A-Z0-9]{3,10}")
DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")
LOWER = {"And", "Of", "The", "For", "In", "On", "At", "Upon"}


@dataclass(frozen=True, slots=True)
class Record:
    """What ODS says of one body. Dates are ISO 8601; ``board`` is the code of its integrated care board."""

    code: str
    name: str
    board: str | None
    opened: str | None
    closed: str | None


def fetch(source: str | None, pool: urllib3.PoolManager | None = None) -> tuple[list[Record], bool]:
    """Records of a file or address, or of the default reports, and whether they should be all trusts and boards.

    With ``BREAKEVEN_ODS_KEY`` set the default is the FHIR API. Raises FetchError, SourceError or UsageError.
    """
    pool = pool or _pool()
    if source and not re.match(r"https?://", source):
        return parse(_file(Path(source)), source), False
    if source:
        return _answers(source, pool), True
    if os.environ.get(KEY):
        return [record for role in ROLES for record in _answers(API.format(role), pool)], True
    return [record for report in TRUSTS_AND_BOARDS for record in _answers(REPORTS.format(report), pool)], True


def _pool() -> urllib3.PoolManager:
    retries = urllib3.Retry(
        total=4,
        backoff_factor=0.5,
        status_forcelist=(429, 500, 502, 503, 504),
        allowed_methods={"GET"},
        respect_retry_after_header=True,
    )
    return urllib3.PoolManager(retries=retries, timeout=urllib3.Timeout(connect=10, read=60))


def _file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        why = error.strerror or "unknown error"
        raise UsageError(f"{path}: cannot be read ({why}); name a file in ODS's layout or an address") from error


def _answers(url: str, pool: urllib3.PoolManager) -> list[Record]:
    """The records of an address and of the pages that it links to."""
    records: list[Record] = []
    seen: set[str] = set()
    page: str | None = url
    while page and page not in seen:
        seen.add(page)
        data = _get(page, pool)
        records += parse(data, page)
        page = _next_page(data)
    return records


def _get(url: str, pool: urllib3.PoolManager) -> bytes:
    key = os.environ.get(KEY)
    ours = (
        urllib3.util.parse_url(url)[:4] == urllib3.util.parse_url(API.partition("?")[0])[:4]
    )  # the key goes nowhere else
    headers = {"apikey": key} if key and ours else {}
    try:
        answer = pool.request("GET", url, headers={"User-Agent": "breakeven", **headers}, preload_content=False)
        with answer:
            data: bytes = answer.read(LARGEST + 1)
            if len(data) <= LARGEST and answer.status == 200:
                answer.read()  # an answer shorter than its stated length raises here
    except urllib3.exceptions.HTTPError as error:
        why = type(error).__name__
        raise FetchError(f"{url}: could not be fetched ({why}); try again later, or name a file") from error
    if answer.status != 200:
        raise FetchError(f"{url}: answered {answer.status}; try again later, or name a file")
    if len(data) > LARGEST:
        raise FetchError(f"{url}: more than {LARGEST:,} bytes; that is no report of organisations")
    return data


def _next_page(data: bytes) -> str | None:
    if not data.lstrip().startswith(b"{"):
        return None
    links = json.loads(data).get("link", [])
    return next((link["url"] for link in links if link.get("relation") == "next"), None)


def parse(data: bytes, name: str) -> list[Record]:
    """Records of a CSV report or a FHIR bundle; SourceError when any part of it is not what it should be."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{name}: is not UTF-8 text, as ODS's reports are; nothing was changed") from error
    if text.lstrip().startswith("{"):
        return list(_bundle(text, name))
    return list(_report(text, name))


def _report(text: str, name: str) -> Iterator[Record]:
    number = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            if row:
                yield _row(row, f"{name}, line {number}")
    except csv.Error as error:
        where = f"{name}, line {number + 1}"
        raise SourceError(f"{where}: {error}; the report is cut short or damaged, nothing was changed") from error
    if not number:
        raise SourceError(f"{name}: is empty; nothing was changed")


def _row(row: list[str], where: str) -> Record:
    if len(row) != FIELDS or not CODE.fullmatch(row[0]) or not row[1].strip():
        raise SourceError(f"{where}: {len(row)} fields, not a row of ODS's {FIELDS}; nothing was changed")
    return Record(row[0], proper(row[1]), row[3] or None, _day(row[10], where), _day(row[11], where))


def _day(text: str, where: str) -> str | None:
    if not text.strip():
        return None
    match = DAY.match(text.strip())
    if not match:
        raise SourceError(f"{where}: {text!r} is no date; nothing was changed")
    return "-".join(match.groups())


def _bundle(text: str, name: str) -> Iterator[Record]:
    try:
        bundle = json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceError(f"{name}: is cut short or damaged ({error.msg}); nothing was changed") from error
    if bundle.get("resourceType") != "Bundle":
        raise SourceError(f"{name}: is no FHIR bundle of organisations; nothing was changed")
    for entry in bundle.get("entry", []):
        resource = entry.get("resource", {})
        if resource.get("resourceType") == "Organization":
            yield _resource(resource, name)


def _resource(resource: dict[str, Any], name: str) -> Record:
    codes = [one.get("value") for one in resource.get("identifier", []) if "ods" in one.get("system", "").lower()]
    code = next(iter(codes), None) or resource.get("id")
    if not code or not CODE.fullmatch(code) or not resource.get("name"):
        raise SourceError(f"{name}: an organisation without code or name; nothing was changed")
    opened, closed = _legal_period(resource)
    return Record(code, proper(resource["name"]), None, _day(opened or "", code), _day(closed or "", code))


def _legal_period(resource: dict[str, Any]) -> tuple[str | None, str | None]:
    """Start and end of the Legal period: of the body itself, else of its roles."""
    own = resource.get("extension", [])
    roles = [one for one in own if one.get("url", "").endswith("OrganisationRole")]
    nested = [inner for role in roles for inner in role.get("extension", [])]
    for extension in own + nested:
        if not extension.get("url", "").endswith("TypedPeriod"):
            continue
        parts = {part["url"]: part for part in extension.get("extension", [])}
        if parts.get("dateType", {}).get("valueCoding", {}).get("code") == "Legal":
            period = parts.get("period", {}).get("valuePeriod", {})
            return period.get("start"), period.get("end")
    return None, None


def proper(name: str) -> str:
    """A name in capitals, as ODS gives it, in the usual spelling: ``Guy's and St Thomas' NHS Foundation Trust``."""
    name = " ".join(name.split())
    if name != name.upper():
        return name
    words = [word if word in {"NHS", "ICB", "UK"} else _capital(word) for word in name.split()]
    return " ".join(word.lower() if i and word in LOWER else word for i, word in enumerate(words))


def _capital(word: str) -> str:
    """The first letter of each part of a word in capitals, the rest small."""
    large = re.sub(r"(^|-|\()([^\W\d_])", lambda m: m[1] + m[2].upper(), word.lower())
    return re.sub(r"-(On|Le|In|By|And|Upon)-", lambda m: m[0].lower(), large)
