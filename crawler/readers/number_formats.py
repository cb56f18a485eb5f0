"""Spreadsheet numbers as the sheet shows them, by ECMA-376 number format codes (part 1, section 18.8.31).

The text that a reader quotes is the shown one: 0.075 under the format ``0.0%`` reads 7.5%.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal

_SECTION = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<digits>[0#?][0#?,. ]*(?:E[+-]?0+)?)|(?P<general>General)|(?P<percent>%)|(?P<other>.)",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[\d.]+)")
_DATE_CODE = re.compile(r"yyyy|yy|mmmm|mmm|mm|m|dddd|ddd|dd|d|hh|h|ss|s|AM/PM", re.IGNORECASE)
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[[^\]]*\]|_.|;.*|@')
_TESTS = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "=": lambda a, b: a == b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "<>": lambda a, b: a != b,
}


@dataclass(slots=True)
class _Section:
    """One part of a format: literal text around one run of digit places."""

    before: str = ""
    digits: str = ""
    after: str = ""
    percent: int = 0
    condition: re.Match[str] | None = None
    general: bool = False

    def literal(self, text: str) -> None:
        if self.digits or self.general:
            self.after += text
        else:
            self.before += text


def shown(value: float, code: str | None) -> str:
    """``value`` as text under the format ``code``; None and ``General`` show it as it is."""
    sections = [_parse(part) for part in _SECTION.split(code or "General")[:3]]
    section, bare = _choose(sections, value)
    if not (section.digits or section.general):
        literal = (section.before + section.after).strip()
        return literal if len(sections) > 1 or literal else general(value)
    number = Decimal(repr(float(value))) * (100**section.percent)
    body = general(float(abs(number))) if section.general else _digits(abs(number), section.digits)
    sign = "-" if value < 0 and not bare and any(c in "123456789" for c in body) else ""
    return f"{sign}{section.before}{body}{section.after}".strip()


def general(value: float) -> str:
    """A number under no format: up to eleven characters, no trailing zeros."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.10g}"


def shown_date(value: date | datetime | time, code: str | None) -> str:
    """A date or time under a date format, with months and days in English."""
    if not isinstance(value, datetime):
        day, hour = (value, time()) if isinstance(value, date) else (date(1900, 1, 1), value)
        value = datetime.combine(day, hour)
    plain = _LITERAL.sub(lambda m: m.group(1) or m.group(2) or "", code or "")
    if not re.search("[ymdhs]", plain, re.IGNORECASE):
        plain = "yyyy-mm-dd"
    minutes = re.compile(r"(?<=h:)m+|m+(?=:s)", re.IGNORECASE)
    plain = minutes.sub("NN", plain)
    filled = _DATE_CODE.sub(lambda m: _date_part(value, m.group().lower()), plain)
    return filled.replace("NN", f"{value.minute:02}").strip()


def _date_part(value: datetime, code: str) -> str:
    parts = {"yyyy": "%Y", "yy": "%y", "mmmm": "%B", "mmm": "%b", "mm": "%m", "dddd": "%A", "ddd": "%a", "dd": "%d"}
    parts |= {"hh": "%H", "ss": "%S", "am/pm": "%p"}
    if code in parts:
        return value.strftime(parts[code])
    return str({"m": value.month, "d": value.day, "h": value.hour, "s": value.second}[code])


def _parse(part: str) -> _Section:
    section = _Section()
    for token in _TOKEN.finditer(part):
        text = token.group()
        if token["bracket"] is not None:
            section.condition = _CONDITION.match(token["bracket"]) or section.condition
            # [$£-809] names a currency and a locale; colours and the like show nothing.
            section.literal(token["bracket"][1:].split("-")[0] if token["bracket"].startswith("$") else "")
        elif token["digits"] and not section.digits:
            section.digits = text.rstrip(" ")
            section.literal(" " * (len(text) - len(section.digits)))
        elif token["percent"]:
            section.percent += 1
            section.literal("%")
        elif token["general"]:
            section.general = True
        elif token["space"] is None and token["fill"] is None and text != "@":
            section.literal(token["quoted"] or token["escaped"] or token["other"] or "")
    return section


def _choose(sections: list[_Section], value: float) -> tuple[_Section, bool]:
    """The section for a value, and whether its own literals carry the sign."""
    for section in sections:
        if section.condition and _TESTS[section.condition[1]](value, float(section.condition[2])):
            return section, False
    if any(section.condition for section in sections):
        return sections[-1], False
    if value < 0 and len(sections) > 1:
        return sections[1], True
    if value == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], False


def _digits(number: Decimal, places: str) -> str:
    """A positive number in a run of digit places such as ``#,##0.0`` or ``0.0,,``; halves go up."""
    if "e" in places.lower():
        return f"{float(number):.{places.lower().split('e')[0].count('0') - 1}E}"
    trimmed = places.rstrip(",")
    number = number.scaleb(-3 * (len(places) - len(trimmed)))
    whole, _, fraction = trimmed.partition(".")
    rounded = number.quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP)
    left, _, right = f"{rounded:,f}".partition(".")
    while right and len(right) > fraction.count("0") and right.endswith("0"):
        right = right[:-1]
    if "," not in whole:
        left = left.replace(",", "")
    if left == "0" and "0" not in whole:
        left = ""
    left = left.zfill(whole.replace(",", "").count("0")) if "," not in whole else left
    return left + ("." + right if right else "") or "0"
