"""Times that a figure may take from outside its sentence: the figure before, the list, the section's heading."""

from __future__ import annotations

from extract.facts import Figure
from extract.page import Page, cues, in_words, label_for

BACK = 8  # figures back that a sentence may go on about
OPENING = 600  # characters of a sentence in which it may say that it goes on
LIST = 20  # items back to the line that leads a list
BODY = 200  # characters of a block that is text and no title


def goes_on(page: Page, figure: Figure) -> str:
    """How a figure's sentence goes on about what stands before: as a ``part``, ``plainly``, ``perhaps`` or ``no``."""
    start, end = figure.sentence
    if cues().part_of.match(page.text[start : start + 30]):
        return "part"
    if cues().refers_strong.search(page.text[start : min(end, figure.end + 30, start + OPENING)]):
        return "plainly"
    return "perhaps" if cues().refers.search(page.text[start : start + 60]) else "no"


def of_figure_before(page: Page, index: int, how: str) -> str | None:
    """The period of the figure before, when the sentence goes on about it; across paragraphs not only perhaps."""
    figure = page.figures[index]
    if how == "no" or figure.block is None:
        return None
    earlier = [n for n in range(max(0, index - BACK), index) if page.figures[n].sentence != figure.sentence]
    if not earlier:
        return None
    before = page.figures[earlier[-1]]
    if before.block is None or before.cell is not None or figure.block - before.block > 2:
        return None
    if how == "perhaps" and figure.block > before.block:
        return None
    return next(page.labels[n] for n in earlier if page.figures[n].sentence == before.sentence)


def of_same_number(page: Page, figure: Figure) -> str | None:
    """The one period that the same number of posts has been given before: *the 430*."""
    if figure.unit != "posts":
        return None
    labels = page.repeated.get((figure.low, figure.high), ())
    return next(iter(labels)) if len(labels) == 1 else None


def of_list(page: Page, figure: Figure) -> str | None:
    """The year in the line that leads a list, for its items."""
    if figure.block is None or page.blocks[figure.block].kind != "list_item":
        return None
    for number in range(figure.block - 1, max(-1, figure.block - LIST), -1):
        block = page.blocks[number]
        leads = page.text[block.start : block.end].rstrip("*_ ").endswith(":")
        if leads or block.kind == "paragraph":
            named = [p for p in page.within(block.start, block.end) if p.label and (leads or p.kind != "month")]
            return label_for(page, figure, named[-1]) if named else None
        if block.kind != "list_item":
            return None
    return None


def year_of_heading(page: Page, block: int) -> str | None:
    """The financial year in a block's heading, when text stands above it, so that it is not the document's title."""
    heading = page.blocks[block].heading
    label = in_words(heading) if heading else None
    if label is None or "/" not in label:
        return None
    for above in page.blocks[:block]:
        if above.kind == "heading" and page.text[above.start : above.end].strip("*_ ") == heading:
            return None
        if above.end - above.start > BODY:
            return label
    return None
