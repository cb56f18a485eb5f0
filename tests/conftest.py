"""The site over the database of samples, on real HTTP, started once for all tests that ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import site_sample

from web.browser import serving


@pytest.fixture(scope="session")
def site_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of ``site_sample.yml``."""
    return site_sample.build(tmp_path_factory.mktemp("site") / "samples.db")


@pytest.fixture(scope="session")
def site(site_db: Path) -> Iterator[httpx.Client]:
    """A client of the running site; its ``base_url`` is the address."""
    with serving(site_db) as base, httpx.Client(base_url=base, timeout=20) as client:
        yield client
