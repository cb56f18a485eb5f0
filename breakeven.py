"""The command line and nothing else: options, calls, exit statuses. Status 1: some input failed; 2: bad usage."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

import db as database
from breakeven_errors import BreakevenError, UsageError

if TYPE_CHECKING:
    from crawler.run import Options
    from crawler.settings import Pace
    from crawler.source import Source

Command = Callable[..., Any]


class Commands(click.Group):
    """A group whose errors are one line on stderr, never a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a :class:`BreakevenError` ends it with its message and its status."""
        try:
            return super().invoke(ctx)
        except BreakevenError as error:
            click.echo(f"breakeven: {error}", err=True)
            ctx.exit(error.exit_code)


def with_db(command: Command) -> Command:
    """The option that every command has."""
    option = click.option(
        "--db",
        "db_path",
        type=click.Path(path_type=Path),
        envvar="BREAKEVEN_DB",
        default="nhs.db",
        show_default=True,
        help="Database file; $BREAKEVEN_DB names another default.",
    )
    return option(command)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="breakeven")
def main() -> None:
    """Independent tracker of NHS finance news: documents in, checked and searchable figures out."""


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--workers", type=click.IntRange(1), help="Processes that extract; default: as many as pay.")
@with_db
@click.pass_context
def add(ctx: click.Context, paths: tuple[Path, ...], workers: int | None, db_path: Path) -> None:
    """Read files and folders as documents, then extract their facts."""
    from db import runs, work  # noqa: PLC0415 - spaCy takes a second to import

    db = database.connect(db_path)
    with runs.run(db, "add") as run:
        saved = work.add(run, paths)
        work.extract_pending(run, workers=workers)
    click.echo(work.summary(db, saved, len(run.failures)))
    ctx.exit(1 if run.failures else 0)


@main.command()
@click.option(
    "--all", "everything", is_flag=True, help="Every document again, not only what this pipeline has not read."
)
@click.option("--workers", type=click.IntRange(1), help="Processes that extract; default: as many as pay.")
@click.option("--dask", metavar="ADDRESS", help="Send the work to this Dask scheduler instead.")
@with_db
@click.pass_context
def extract(ctx: click.Context, everything: bool, workers: int | None, dask: str | None, db_path: Path) -> None:
    """Extract documents that have no facts of the current pipeline version."""
    from db import runs, work  # noqa: PLC0415

    with runs.run(database.connect(db_path, create=False), "extract") as run:
        count = work.extract_pending(run, everything=everything, workers=workers, dask=dask)
    click.echo(f"{count:,} documents extracted, {run.facts:,} facts, {len(run.failures):,} failures")
    ctx.exit(1 if run.failures else 0)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True, type=click.IntRange(0, 65535))
@with_db
def serve(host: str, port: int, db_path: Path) -> None:
    """Publish the database with Datasette and the site, until interrupted."""
    from web.serve import serve as run_server  # noqa: PLC0415

    published = db_path.is_file() and not os.access(db_path, os.W_OK)  # nothing can change it, nor need it be migrated
    if not published:
        database.connect(db_path, create=False).close()
    click.echo(f"http://{host}:{port}/")
    run_server(db_path, host=host, port=port, immutable=published)


@main.command()
@click.argument("table")
@click.option(
    "--format", "kind", type=click.Choice(["csv", "jsonl", "parquet", "xlsx"]), default="csv", show_default=True
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write; default: standard output.")
@with_db
def export(table: str, kind: str, out: Path | None, db_path: Path) -> None:
    """Write any table or view to a file."""
    from db.export import export as write  # noqa: PLC0415

    rows = write(database.connect(db_path, create=False), table, kind, out)
    if out:
        click.echo(f"{rows:,} rows of {table} in {out}")


@main.command()
@click.argument("gold", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--record", is_flag=True, help="Keep the figures in the table accuracy.")
@click.option("--against", type=click.Path(path_type=Path), help="Older database: print facts gained, lost, changed.")
@click.option("--misses", type=click.IntRange(0), default=0, help="Print up to N missed, spurious and wrong ones each.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@with_db
def evaluate(gold: Path, record: bool, against: Path | None, misses: int, as_json: bool, db_path: Path) -> None:
    """Precision, recall and F1 of the database's facts on a folder of gold files."""
    from db import evaluate as measure  # noqa: PLC0415

    db = database.connect(db_path, create=False)
    outcomes = measure.outcomes(db, gold)
    click.echo(measure.report(outcomes, misses, as_json))
    if against:
        click.echo("\n".join(measure.differences(against, db)))
    if record:
        measure.record(db, gold, outcomes)


@main.command()
@with_db
@click.pass_context
def check(ctx: click.Context, db_path: Path) -> None:
    """Prove the database sound; exit status 1 when some promise is broken."""
    from db.check import breaches  # noqa: PLC0415

    found = list(breaches(database.connect(db_path, create=False)))
    for breach in found:
        click.echo(breach, err=True)
    click.echo(f"{len(found):,} breaches" if found else "sound")
    ctx.exit(1 if found else 0)


@main.command()
@click.argument("spiders", nargs=-1)
@click.option("--since", metavar="DATE", help="Leave out what is older, such as 2025-04-01.")
@click.option("--limit", type=click.IntRange(1), help="Documents to ask for, a spider.")
@click.option("--backfill", metavar="YYYY-MM", help="One month of the spiders' archives in place of what is new.")
@click.option("--allow-private", metavar="HOST:PORT", multiple=True, help="A private address that may be asked.")
@with_db
@click.pass_context
def crawl(
    ctx: click.Context,
    spiders: tuple[str, ...],
    since: str | None,
    limit: int | None,
    backfill: str | None,
    allow_private: tuple[str, ...],
    db_path: Path,
) -> None:
    """Run the named spiders, or all, then extract what is new.

    `crawl feed URL`, `crawl sitemap URL` and `crawl url URL` collect from addresses.
    """
    from crawler.run import Options, sources_for  # noqa: PLC0415 - Scrapy takes a second to import
    from crawler.settings import CONTACT, Pace  # noqa: PLC0415

    if not os.environ.get(CONTACT):
        click.echo(f"breakeven: set {CONTACT} to an address, so that publishers can write to you", err=True)
    failures = _collect(db_path, sources_for(spiders), Options(since, limit, backfill), Pace(private=allow_private))
    ctx.exit(1 if failures else 0)


@main.command()
@click.option("--serve/--no-serve", "serving", default=True, help="Publish the database when it is built.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True, type=click.IntRange(0, 65535))
@with_db
def demo(serving: bool, host: str, port: int, db_path: Path) -> None:
    """Build a database from the sample sites, crawled over HTTP on this machine, and serve it."""
    from crawler.run import Options, sources_for  # noqa: PLC0415
    from crawler.settings import Pace  # noqa: PLC0415
    from samples.serve import running, sampled  # noqa: PLC0415

    with running() as server:
        _collect(db_path, sampled(sources_for(())), Options(), Pace(replica=server.address, delay=0.0))
    if serving:
        from web.serve import serve as run_server  # noqa: PLC0415

        click.echo(f"http://{host}:{port}/")
        run_server(db_path, host=host, port=port)


def _collect(db_path: Path, sources: list[Source], options: Options, pace: Pace) -> list[str]:
    """Crawl, join copies, extract, and say what came of it; return the failures."""
    from crawler.run import crawl, report  # noqa: PLC0415
    from db import crawling, runs, work  # noqa: PLC0415

    db = database.connect(db_path)
    with runs.run(db, "crawl") as run:
        store = crawling.CrawlStore(db, run, complete=options.whole)
        summary = crawl(sources, store, options, pace)
        click.echo(report(summary))
        for failure in run.failures:
            click.echo(f"breakeven: {failure}", err=True)
        copies = crawling.mark_copies(db)
        count = work.extract_pending(run)
    click.echo(
        f"{run.documents:,} documents new or changed, {copies:,} copies of others, "
        f"{count:,} extracted, {run.facts:,} facts"
    )
    return run.failures


@main.group()
def organisations() -> None:
    """Refresh the register of organisations, or ask it."""


@organisations.command("sync")
@click.argument("source", required=False, metavar="[FILE|URL]")
@with_db
@click.pass_context
def sync(ctx: click.Context, source: str | None, db_path: Path) -> None:
    """Refresh the register from ODS: its keyless reports, or its API when BREAKEVEN_ODS_KEY is set, or a file."""
    from db import organisations as register  # noqa: PLC0415

    changes, failures = register.refresh(database.connect(db_path), source)
    for failure in failures:
        click.echo(f"breakeven: {failure}", err=True)
    click.echo("\n".join(changes) or "nothing changed")
    ctx.exit(1 if failures else 0)


@organisations.command("resolve")
@click.argument("name")
@click.option("--date", "day", metavar="YYYY-MM-DD", help="When it was named; bodies that did not exist come last.")
@click.option("--with", "context", multiple=True, metavar="ID", help="A body that is named beside it; may be repeated.")
@with_db
def resolve(name: str, day: str | None, context: tuple[str, ...], db_path: Path) -> None:
    """Explain which bodies a name fits, best first."""
    from db import organisations as register  # noqa: PLC0415

    bodies = register.register_of(database.connect(db_path)) if db_path.is_file() else None
    click.echo(register.explain(register.resolver(bodies).resolve(name, day, context)))


@main.command()
@click.argument("fact", required=False)
@click.argument("fields", nargs=-1, metavar="FIELD=VALUE...")
@click.option("--reason", required=True, help="Why; it is published in the log of corrections.")
@click.option("--by", envvar="BREAKEVEN_BY", default="editor", show_default=True, help="Who says so; or $BREAKEVEN_BY.")
@click.option("--document", help="Id of the document of a figure that extraction has not found.")
@click.option("--quote", help="The figure's own words, as they stand in that document.")
@click.option("--start", type=click.IntRange(0), help="Where the quote starts, when it stands there more than once.")
@with_db
def correct(fact: str | None, fields: tuple[str, ...], db_path: Path, **said: str | int | None) -> None:
    """Correct a figure for good: its fields, verdict=wrong|right|missing, same=OTHER, apart=OTHER."""
    from db import corrections as people  # noqa: PLC0415

    if said["document"] and fact:
        fields = (fact, *fields)
        fact = None
    pairs = [field.partition("=") for field in fields]
    if not pairs or not all(name and mark for name, mark, _ in pairs):
        raise UsageError("say what is right as FIELD=VALUE, such as status=planned or verdict=wrong")
    values = {name: value for name, _, value in pairs}
    kept = people.correct(database.connect(db_path, create=False), {"fact": fact, "fields": values, **said})
    click.echo("\n".join(f"{one['fact']}: {one['field']} was {one['was']}, is {one['value']}" for one in kept))


@main.group()
def corrections() -> None:
    """Corrections as files: CSV in and out, gold files for `evaluate`; and those whose text is gone."""


@corrections.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@with_db
@click.pass_context
def import_corrections(ctx: click.Context, file: Path, db_path: Path) -> None:
    """Take corrections from a CSV file: fact (or document and quote), field, value, reason, by."""
    from db import correction_files  # noqa: PLC0415

    taken, failed = correction_files.read_csv(database.connect(db_path, create=False), file)
    for line in failed:
        click.echo(f"breakeven: {line}", err=True)
    click.echo(f"{taken:,} corrections taken, {len(failed):,} refused")
    ctx.exit(1 if failed else 0)


@corrections.command("export")
@click.option("--gold", type=click.Path(path_type=Path, file_okay=False), help="Folder for gold files instead.")
@click.option("--out", type=click.File("w", encoding="utf-8"), default="-", help="CSV file; default: standard output.")
@with_db
def export_corrections(gold: Path | None, out: TextIO, db_path: Path) -> None:
    """Write every correction as CSV, or the corrected documents as gold files."""
    from db import correction_files  # noqa: PLC0415

    db = database.connect(db_path, create=False)
    if gold:
        click.echo(f"{correction_files.write_gold(db, gold):,} documents in {gold}")
    else:
        correction_files.write_csv(db, out)


@corrections.command("pending")
@with_db
def pending_corrections(db_path: Path) -> None:
    """List the corrections whose text is gone from its document."""
    from db import corrections as people  # noqa: PLC0415

    for one in people.pending(database.connect(db_path, create=False)):
        click.echo(f"{one['document']}: {one['quote']!r}: {one['field']}={one['value']} ({one['reason']}, {one['by']})")


def following(command: Command) -> Command:
    """The options that narrow changes to what a reader follows."""
    for option in (
        click.option("--kind", type=click.Choice(["job_cut", "saving", "deficit", "funding"])),
        click.option("--organisation", metavar="ID"),
        click.option("--region", metavar="ID"),
        click.option("--search", "words", metavar="WORDS", help="In the title or in the sentence."),
    ):
        command = option(command)
    return command


@main.command()
@click.option("--since", default="7d", show_default=True, help="A date, a time, 36h or 7d.")
@click.option("--until", help="A date or a time; default: now.")
@click.option("--format", "kind_of", type=click.Choice(["text", "json", "atom"]), default="text", show_default=True)
@following
@with_db
def changes(since: str, until: str | None, kind_of: str, db_path: Path, **wanted: str | None) -> None:
    """What was added, revised or withdrawn between two moments, newest first."""
    from db import changes as log  # noqa: PLC0415

    end = log.moment(until) if until else None
    found = log.changes(database.connect(db_path, create=False), log.moment(since), end, log.Following(**wanted))
    if kind_of == "atom":
        from web.feeds import Entry, atom  # noqa: PLC0415

        base = os.environ.get("BREAKEVEN_URL", "http://localhost:8001").rstrip("/")
        entries = [Entry(**entry) for entry in log.entries(found, base)]
        click.echo(atom("What changed", f"{base}/feed.atom", f"{base}/", entries))
    else:
        click.echo(log.as_json(found) if kind_of == "json" else log.as_text(found))


@main.command()
@click.option("--since", help="A date, a time, 36h or 7d; default: since the last notice, or a day for --out.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Digest to write: .html, or .eml for a mail."
)
@click.option("--mail", is_flag=True, help="Send the digest by SMTP, as the environment says.")
@click.option("--webhook", is_flag=True, help="Post the changes as signed JSON, as the environment says.")
@click.option("--dead", is_flag=True, help="List the notices that are tried no more.")
@with_db
def notify(since: str | None, out: Path | None, mail: bool, webhook: bool, dead: bool, db_path: Path) -> None:
    """Tell people what changed: a digest as a file or by mail, and a webhook."""
    from db import notify as notices  # noqa: PLC0415
    from db.changes import moment  # noqa: PLC0415

    if not (out or mail or webhook or dead):
        raise UsageError("say how: --out FILE, --mail, --webhook, or --dead to list what never arrived")
    db = database.connect(db_path, create=False)
    if out:
        notices.write(db, out, moment(since or "1d"), moment("0h"), os.environ)
    start = moment(since) if since else None
    for channel in [name for name, asked in (("mail", mail), ("webhook", webhook)) if asked]:
        sent = notices.send(db, channel, start, moment("0h"), os.environ)
        click.echo(f"{channel}: {sent:,} sent" if sent else f"{channel}: nothing new")
    if dead:
        for letter in notices.dead_letters(db):
            click.echo(f"{letter['channel']} {letter['target']} {letter['until']}: {letter['error']}")


if __name__ == "__main__":
    main()
