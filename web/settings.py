"""How Datasette is run in public: one place for its settings and for the limits of each SQLite connection."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml

# https://docs.datasette.io/en/stable/settings.html
SETTINGS: dict[str, bool | int | str] = {
    "default_allow_sql": False,
    "allow_facet": False,  # facets named in metadata.yml still work
    "suggest_facets": False,  # each page would try every column: seconds on a large table
    "allow_download": False,
    "sql_time_limit_ms": 1000,
    "facet_time_limit_ms": 200,
    "num_sql_threads": 2,
    "max_returned_rows": 200,
    "default_page_size": 30,  # keeps a table page of sentences under 150 kB
    "max_csv_mb": 0,  # a longer file would be cut with status 200
    "default_cache_ttl": 300,
    "truncate_cells_html": 400,
    "template_debug": False,
    "trace_debug": False,
}

# https://www.sqlite.org/c3ref/limit.html: LENGTH must exceed the longest document's text, in bytes
LIMITS: dict[str, int] = {
    "SQLITE_LIMIT_LENGTH": 64_000_000,
    "SQLITE_LIMIT_SQL_LENGTH": 20_000,
    "SQLITE_LIMIT_EXPR_DEPTH": 100,
    "SQLITE_LIMIT_COMPOUND_SELECT": 20,
    "SQLITE_LIMIT_LIKE_PATTERN_LENGTH": 200,
    "SQLITE_LIMIT_ATTACHED": 0,
}
HEAP_LIMIT = 268_435_456  # bytes for all of SQLite's memory in this process
DENIED_FUNCTIONS = frozenset({"fts3_tokenizer", "randomblob", "zeroblob", "load_extension"})

DATABASE = "nhs"  # the name in every address, whatever the file is called


def metadata() -> dict[str, Any]:
    """``metadata.yml``: titles, licences, columns and queries. ``web/metadata.yml`` is a link in a checkout."""
    return yaml.safe_load(files("web").joinpath("metadata.yml").read_text(encoding="utf-8"))
