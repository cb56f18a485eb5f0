"""Pictures of the site for the documents: ``python -m web.pictures nhs.db docs/pictures home fact``."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

from breakeven_errors import BreakevenError, UsageError
from web.browser import FLAGS, chromium, serving

WIDTHS = {"": (1100, 1400), "-phone": (390, 1400)}
FIXED = {
    "home": "/",
    "search": "/search?q=posts",
    "job-cuts": "/job-cuts",
    "map": "/map",
    "surveys": "/surveys",
    "api": "/api",
}
PICKED = {
    "organisation": """select '/organisation/' || organisation from announcements where organisation is not null
      group by organisation order by count(*) desc limit 1""",
    "announcement": "select '/announcement/' || id from announcements order by revisions desc, documents desc limit 1",
    "fact": "select '/fact/' || fact from announcement_facts order by role = 'revision' desc limit 1",
    "document": "select '/document/' || document from facts group by document order by count(*) desc limit 1",
}


def addresses(db_path: Path) -> dict[str, str]:
    """Name of the picture to path of the page; the pages of single things show what a database has most of."""
    conn = sqlite3.connect(f"{db_path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        picked = {name: conn.execute(sql).fetchone() for name, sql in PICKED.items()}
    finally:
        conn.close()
    return FIXED | {name: row[0] for name, row in picked.items() if row}


def take(db_path: Path, folder: Path, names: list[str]) -> list[Path]:
    """Write a PNG of each named page (of every page when none is named) at desk and phone width; gives their paths."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only this command needs it

    browser_path = chromium()
    if browser_path is None:
        raise UsageError("no Chromium: install one, or name it in $BREAKEVEN_CHROMIUM")
    paths = addresses(db_path)
    if unknown := sorted(set(names) - set(paths)):
        raise UsageError(f"no page is called {unknown[0]!r}; there are {', '.join(paths)}")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with serving(db_path) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        for suffix, (width, height) in WIDTHS.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            for name in names or paths:
                page.goto(base + paths[name])
                written.append(folder / f"{name}{suffix}.png")
                page.screenshot(path=written[-1])
        browser.close()
    return written


def main(arguments: list[str]) -> int:
    """Take the pictures; 2 on bad usage."""
    if len(arguments) < 2:
        print("usage: python -m web.pictures DATABASE FOLDER [PAGE...]", file=sys.stderr)
        return 2
    try:
        for path in take(Path(arguments[0]), Path(arguments[1]), arguments[2:]):
            print(path)
    except BreakevenError as error:
        print(f"web.pictures: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
