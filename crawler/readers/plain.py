"""Structure of bare text and of markdown: headings, paragraphs, list items and tables; the text stays unchanged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from crawler.document import Block, Table
from crawler.readers.lost_borders import ENDS_LIKE_ROW, glued_rows
from crawler.readers.plain_tables import LONGEST_ROW, RULE_LINE, RULE_ROW, Line, aligned, has_gap, piped, tabbed

LINE_END = re.compile(r"\r\n?|\n|\u2028|\u2029|\f")
RARE_MARKS = "\r\u2028\u2029\f"
LINE_MARKS = "\n" + RARE_MARKS
BULLET = re.compile(r"\s*(?:[•·◦▪●*–—-]\s+|\d{1,3}[.)]\s+|\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})\)\s+)(?=\S)")
HASHES = re.compile(r"\s*(#{1,6})\s+(?=\S)")
BOLD_LINE = re.compile(r"\s*(\*\*|__)(?=\S)[^*_]+\1\s*")
NO_HEADING = re.compile(
    r"(?:[A-Z][a-z]+day,? )?\d{1,2} [A-Z][a-z]+ \d{4}|[A-Z][a-z]+ \d{1,2},? \d{4}|By .*|[\d/.-]+"
    r"|(?:Dear|Yours|To|cc|From)\b.*"
)
FRONT_KEY = re.compile(r"(title|subtitle|excerpt|description|summary|headline):\s*(?=\S)")
FRONT_TITLE = {"title", "headline"}
CAPTION = re.compile(r"(?:table|annex|appendix|figure|chart)\b", re.IGNORECASE)
SPACED = {"paragraph_open", "code_block", "fence"}  # tokens of markdown whose lines may be a table's, by their gaps
FENCE = re.compile(r"\s*(?:`{3}|~{3})")
LONGEST_HEADING = 120
LONGEST_MARKDOWN = 5_000_000  # characters: the parser steps through each in Python


def layout(text: str, markdown: bool = False) -> tuple[list[Block], list[Table]]:
    """Blocks and tables of a text in reading order. All offsets are into ``text`` as given.

    YAML front matter yields a block for its title and one for each line of summary; its other keys yield none.
    """
    lines = _lines(text)
    first, blocks = _front_matter(text, lines)
    body = _markdown if markdown and len(text) <= LONGEST_MARKDOWN else _plain
    found, tables = body(text, lines, first)
    blocks += found
    for number, table in enumerate(tables, start=1):
        table.number = number
    _give_headings(text, blocks)
    _give_captions(text, blocks, tables)
    return blocks, tables


def _lines(text: str) -> list[Line]:
    lines, start = [], 0
    if not any(mark in text for mark in RARE_MARKS):
        for line in text.split("\n"):
            end = start + len(line)
            lines.append(Line(start, end, line))
            start = end + 1
        if not line:
            lines.pop()  # what follows the last line end is no line
        return lines
    for m in LINE_END.finditer(text):
        lines.append(Line(start, m.start(), text[start : m.start()]))
        start = m.end()
    if start < len(text):
        lines.append(Line(start, len(text), text[start:]))
    return lines


def _front_matter(text: str, lines: Sequence[Line]) -> tuple[int, list[Block]]:
    """The number of the first line of the body, and blocks for the front matter's words."""
    if not lines or lines[0].text.strip() != "---":
        return 0, []
    end = next((i for i, line in enumerate(lines[1:200], start=1) if line.text.strip() in ("---", "...")), None)
    if end is None:
        return 0, []
    blocks = []
    for line in lines[1:end]:
        if key := FRONT_KEY.match(line.text):
            value = line.text[key.end() :].strip()
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
            start = line.start + key.end() + quoted
            stop = start + len(value) - 2 * quoted
            title = key.group(1) in FRONT_TITLE
            blocks.append(Block("heading" if title else "paragraph", start, stop, level=1 if title else 0))
    return end + 1, [block for block in blocks if text[block.start : block.end].strip()]


def _block(text: str, kind: str, start: int, end: int, level: int = 0) -> Block | None:
    """A block without outer white space, or None when nothing is left."""
    if start < end and not text[start].isspace() and not text[end - 1].isspace():
        return Block(kind, start, end, None, None, level)
    words = text[start:end]
    left = len(words) - len(words.lstrip())
    right = len(words.rstrip())
    return Block(kind, start + left, start + right, level=level) if right > left else None


def _row_blocks(text: str, table: Table) -> list[Block]:
    """A block for each row: its whole line, marks of emphasis and bars included."""
    starts = {cell.row: cell.start for cell in reversed(table.cells) if cell.text}
    blocks = []
    for row in sorted(starts):
        left = max(text.rfind(mark, 0, starts[row]) for mark in LINE_MARKS) + 1
        end = LINE_END.search(text, starts[row])
        blocks.append(_block(text, "table_row", left, end.start() if end else len(text)))
    return [block for block in blocks if block is not None]


# Bare text


def _plain(text: str, lines: Sequence[Line], first: int) -> tuple[list[Block], list[Table]]:
    blocks: list[Block] = []
    tables: list[Table] = []
    width = _wrap_width(lines)
    for run in _runs(lines, first):
        if len(run) == 1:
            if (block := _classify(text, run[0], run[0].end, alone=True, opening=not blocks)) is not None:
                blocks.append(block)
            continue
        tables += _read_run(text, run, width, blocks)
    return blocks, tables


def _read_run(text: str, run: Sequence[Line], width: int, blocks: list[Block]) -> list[Table]:
    """The tables of a run; its rows and paragraphs are added to the blocks."""
    tables, at = [], 0
    for begin, end, table in _tables_in(run):
        blocks += _paragraphs(text, run[at:begin], width, not blocks)
        blocks += _row_blocks(text, table)
        tables.append(table)
        at = end
    blocks += _paragraphs(text, run[at:], width, not blocks)
    return tables


def _runs(lines: Sequence[Line], first: int) -> Iterator[Sequence[Line]]:
    """Runs of lines without a blank one."""
    start = first
    for number in range(first, len(lines) + 1):
        if number == len(lines) or lines[number].blank:
            if number > start:
                yield lines[start:number]
            start = number + 1


def _tables_in(run: Sequence[Line]) -> Iterator[tuple[int, int, Table]]:
    """Tables in a run: (first line, line after the last, table)."""
    at = 0
    while at < len(run) - 1:
        reader, end = _candidate(run, at)
        table = reader(run[at:end]) if reader else None
        if table is not None:
            yield at, end, table
        at = end if reader else at + 1


def _candidate(run: Sequence[Line], at: int) -> tuple[Callable[[Sequence[Line]], Table | None] | None, int]:
    """The reader for the lines that begin at ``at``, and where they end; no reader when they look like prose."""
    line = run[at].text
    if len(line) > LONGEST_ROW:
        return None, at + 1
    if "|" in line and (line.count("|") >= 2 or RULE_ROW.fullmatch(run[at + 1].text)):
        return piped, _while(run, at, lambda text: "|" in text)
    if "\t" in line.strip():
        return tabbed, _while(run, at, lambda text: "\t" in text.strip())
    if has_gap(line) or line.startswith("     "):
        return aligned, _while(run, at, lambda text: has_gap(text) or _inside_aligned(text))
    if at == 0 and len(run) >= 3 and all(_ends_like_row(other.text) for other in run[-3:]):
        return glued_rows, len(run)
    return None, at + 1


def _ends_like_row(line: str) -> bool:
    return ENDS_LIKE_ROW.search(line.rstrip()[-1:]) is not None and not has_gap(line)


def _inside_aligned(text: str) -> bool:
    return bool(RULE_LINE.fullmatch(text)) or (len(text) < 60 and not text.rstrip().endswith((".", ":", ";")))


def _while(run: Sequence[Line], at: int, keeps: Callable[[str], bool]) -> int:
    end = at + 1
    while end < len(run) and len(run[end].text) <= LONGEST_ROW and keeps(run[end].text):
        end += 1
    return end


def _wrap_width(lines: Sequence[Line]) -> int:
    """The width that the text was wrapped to, or 0 when its paragraphs stand in one line each."""
    lengths = [len(line.text) for line in lines if not line.blank]
    longest = max(lengths, default=0)
    if longest > 200 or longest < 50 or sum(length > 0.8 * longest for length in lengths) < 3:
        return 0
    return longest


def _paragraphs(text: str, run: Sequence[Line], width: int, opening: bool) -> list[Block]:
    """Blocks of a run of lines that holds no table; wrapped lines are joined again."""
    groups: list[list[Line]] = []
    for line in run:
        if groups and _continues(groups[-1][-1], line, width):
            groups[-1].append(line)
        else:
            groups.append([line])
    blocks = []
    for number, group in enumerate(groups):
        alone = len(group) == 1
        block = _classify(text, group[0], group[-1].end, alone, opening and not number)
        if block is not None:
            blocks.append(block)
    return blocks


def _continues(before: Line, line: Line, width: int) -> bool:
    if not width or _bullet(line.text) or HASHES.match(line.text):
        return False
    word = line.text.split(None, 1)[0]
    return len(before.text.rstrip()) + 1 + len(word) > width


def _bullet(line: str) -> re.Match[str] | None:
    """The mark that begins a list item; none begins with a capital, as most lines do."""
    return None if line[:1].isupper() else BULLET.match(line)


def _classify(text: str, line: Line, end: int, alone: bool, opening: bool) -> Block | None:
    """The block that begins with a line and ends at ``end``."""
    if line.text.lstrip().startswith("#") and (hashes := HASHES.match(line.text)):
        return _block(text, "heading", line.start + hashes.end(), end, len(hashes.group(1)))
    if alone and not line.text[:1].isspace() and _is_heading(line.text.strip(), opening):
        return _block(text, "heading", line.start, end, 1 if opening else 2)
    if bullet := _bullet(line.text[:200]):
        return _block(text, "list_item", line.start + bullet.end(), end)
    return _block(text, "paragraph", line.start, end)


def _is_heading(line: str, opening: bool) -> bool:
    if not line or len(line) > LONGEST_HEADING or NO_HEADING.fullmatch(line):
        return False
    if BOLD_LINE.fullmatch(line):
        return True
    if line.endswith((".", ",", ";", ":", "”", '"')) or (not line[0].isalnum() and line[0] not in "£“‘'\""):
        return False
    if opening or line.isupper():
        return True
    words = line.split()
    title = line[0].isdigit() or (line[0].isupper() and ": " not in line)
    return title and len(words) <= 12 and not line.endswith("!")


# Markdown


def _markdown(text: str, lines: Sequence[Line], first: int) -> tuple[list[Block], list[Table]]:
    """Blocks from the line maps of markdown-it; inline marks stay in the text and are not parsed."""
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.disable(["inline", "text_join"])
    body = "\n".join(line.text.replace("\0", " ") for line in lines[first:])
    blocks: list[Block] = []
    tables: list[Table] = []
    items = 0
    for token in parser.parse(body):
        items += token.nesting if token.type.startswith("list_item") else 0
        if token.map is None:
            continue
        span = lines[first + token.map[0] : first + token.map[1]]
        if token.type == "table_open" and (table := piped([line for line in span if not line.blank])):
            tables.append(table)
            blocks += _row_blocks(text, table)
        elif token.type in SPACED and not items and any(has_gap(line.text) for line in span):
            inner = [line for line in span if not line.blank and not FENCE.match(line.text)]
            tables += _read_run(text, inner, 0, blocks)
        elif (block := _from_token(text, token, span, items)) is not None:
            blocks.append(block)
    return blocks, tables


def _from_token(text: str, token: Token, span: Sequence[Line], items: int) -> Block | None:
    if not span:
        return None
    start, end = span[0].start, span[-1].end
    if token.type == "heading_open":
        hashes = HASHES.match(span[0].text)
        stop = end if hashes else span[-2].end if len(span) > 1 else end
        return _block(text, "heading", start + (hashes.end() if hashes else 0), stop, int(token.tag[1]))
    if token.type == "paragraph_open":
        bullet = BULLET.match(span[0].text[:200]) if items else None
        if not items and len(span) == 1 and BOLD_LINE.fullmatch(span[0].text):
            return _block(text, "heading", start, end, 6)
        return _block(text, "list_item" if items else "paragraph", start + (bullet.end() if bullet else 0), end)
    if token.type in ("html_block", "code_block", "fence"):
        return _block(text, "paragraph", start, end)
    return None


# What holds blocks together


def _give_headings(text: str, blocks: list[Block]) -> None:
    heading = None
    for block in blocks:
        block.heading = heading
        if block.kind == "heading":
            heading = text[block.start : block.end].strip("*_ ")


def _give_captions(text: str, blocks: list[Block], tables: list[Table]) -> None:
    """The short line or heading right above a table is its caption; the table then begins there."""
    if not tables:
        return
    rows = [number for number, block in enumerate(blocks) if block.kind == "table_row"]
    for table in tables:
        number = next((n for n in rows if blocks[n].end > table.start), 0)
        above = blocks[number - 1] if number else None
        if above is None or above.kind == "table_row":
            continue
        words = text[above.start : above.end]
        short = len(words) <= LONGEST_HEADING and not words.endswith(".")
        if above.kind == "heading" or short or (CAPTION.match(words) and len(words) <= 2 * LONGEST_HEADING):
            table.caption, table.caption_start = words.strip("*_ "), above.start
            table.start = above.start
            if above.kind != "heading":
                above.kind = "caption"
