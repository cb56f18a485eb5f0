"""How Datasette is started: the database under the name ``nhs``, the metadata file, the settings, the port."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import uvicorn
from datasette.app import Datasette
from datasette.plugins import pm

from breakeven_errors import DatabaseError
from web.licences import PublicDatabase
from web.settings import DATABASE, SETTINGS, metadata


def datasette_for(db_path: str | Path, immutable: bool = False, **settings: bool | int | str) -> Datasette:
    """A Datasette over one database file. ``immutable`` is quicker, for a file that nothing writes to.

    Keyword arguments replace single settings. Raises :class:`breakeven_errors.DatabaseError`
    when there is no such file.
    """
    pm.get_plugin(
        "datasette.handle_exception"
    ).rich = None  # else each page that is not found prints the program's variables on the terminal
    path = Path(db_path)
    if not path.is_file():
        raise DatabaseError(f"{path}: there is no such database; make one with `breakeven add` or `breakeven demo`")
    shown = os.path.relpath(path)  # error messages and debug pages name no folder of this machine
    https = {"force_https_urls": True} if os.environ.get("BREAKEVEN_HTTPS") else {}
    secret = os.environ.get("BREAKEVEN_SECRET") or secrets.token_hex(32)
    datasette = Datasette(
        [shown], metadata=metadata(), settings={**SETTINGS, **https, **settings}, cors=True, secret=secret
    )
    for name in list(datasette.databases):
        if name != "_internal":
            datasette.remove_database(name)
    datasette.add_database(PublicDatabase(datasette, shown, is_mutable=not immutable), name=DATABASE)
    return datasette


def serve(db_path: str | Path, host: str = "127.0.0.1", port: int = 8001, immutable: bool = False) -> None:
    """Serve until interrupted."""
    app = datasette_for(db_path, immutable=immutable).app()
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)
