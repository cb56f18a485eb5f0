"""Speed of the linker alone: python bench/linker.py [TEXT_FILE ...]

Without files it reads made-up text, of which one word in six belongs to a name.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from extract.organisations import Linker
from extract.register import load

SAMPLE = (
    "Leaders of Nottingham University Hospitals NHS Trust (NUH) told the board on Tuesday that savings of £12 million "
    "had slipped, and that NHS England wanted to see a new plan by the end of the month. The trust expects to lose "
    "about forty posts this year, by not filling vacancies, while NHS Devon ICB looks at what it pays for care.\n\n"
)


def main(names: list[str]) -> int:
    """Print words a second of processor time over the files, five runs, the best one."""
    text = "\n\n".join(Path(name).read_text(encoding="utf-8") for name in names) or SAMPLE * 400
    linker = Linker(load())
    count = len(text.split())
    best = 0.0
    for _ in range(5):
        began = time.process_time()
        found = linker.mentions(text)
        best = max(best, count / (time.process_time() - began))
    print(f"{count:,} words, {len(found):,} mentions, {best:,.0f} words a second")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
