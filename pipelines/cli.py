"""The command line.

What belongs here: commands, their arguments, what goes wrong and what to do about it. What does
not: work (copydesk), runs (launch.py), how results look (display.py) and the commands that look after
releases (releasing.py).

Every command imports what it needs when it runs: help and queries must not wait for Dagster.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assets.progress import counted
from copydesk.home import Home
from expectations import data_docs
from pipelines import docs_serving
from pipelines.releasing import commands
from pipelines.terminal import (
    BAD_ARGUMENT,
    FAILED,
    INTERRUPTED,
    HomeOption,
    err,
    fail,
    home_of,
    out,
    require_release,
)

if TYPE_CHECKING:
    from copydesk.sources import Discovery

app = typer.Typer(
    name="copydesk",
    help="Raw dumps of news pages in; a clean, checked, versioned dataset out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
LOOPBACK = "127.0.0.1"
REACHING = (
    "how an object store is reached, the environment says: AWS_ENDPOINT_URL, AWS_REGION, "
    "AWS_ACCESS_KEY_ID and so on (docs/inputs.md)"
)


TextColumn = Annotated[
    str | None,
    typer.Option(help="Field of JSON Lines or Parquet that holds text. Default: by convention."),
]
HtmlColumn = Annotated[str | None, typer.Option(help="Field that holds HTML.")]
UrlColumn = Annotated[str | None, typer.Option(help="Field that holds the page's address.")]


class Format(StrEnum):
    """How `sql` prints its answer."""

    table = "table"
    csv = "csv"
    json = "json"


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        out.print(f"copydesk {version('copydesk')}", highlight=False)
        raise typer.Exit


@app.callback()
def main(
    context: typer.Context,
    home: HomeOption = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Raw dumps of news pages in; a clean, checked, versioned dataset out."""
    context.obj = home


@app.command()
def build(
    context: typer.Context,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Files of dumps, directories of them, patterns, or s3://bucket/prefix; read in place.",
        ),
    ],
    text_column: TextColumn = None,
    html_column: HtmlColumn = None,
    url_column: UrlColumn = None,
    annotate: Annotated[
        bool,
        typer.Option(
            "--annotate/--no-annotate",
            help="Read names, quotations and times. Without, these tables are empty until a later run reads them.",
        ),
    ] = True,
    annotate_share: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="Read them in this share of the documents alone, always the same; articles.annotated says in which. Default: all.",
        ),
    ] = None,
    tour: Annotated[
        bool, typer.Option("--tour", help="Then show three queries and their answers.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Ingest, process and publish: dumps in, a release out."""
    from assets.pending import NO_RECOGNIZER, unreleased
    from pipelines import display

    started = time.monotonic()
    place = home_of(context, home)
    found = _discover(place, paths, (text_column, html_column, url_column))
    if found.left_out:
        out.print(
            f"{counted(sum(found.left_out.values()), 'file')} left out, whose names say no format that is known "
            f"({', '.join(sorted(end or 'no ending' for end in found.left_out))}); a file that you name is taken whatever its name"
        )
    waiting = unreleased(place)
    if not waiting:
        out.print(f"Nothing is new: {found.known:,} files are in the release already.")
        _repair(place)
    else:
        out.print(
            f"{counted(found.documents, 'new dump')} in {counted(found.new, 'file')}, "
            f"{counted(found.known, 'file')} known; {counted(len(waiting), 'batch', 'es')} to process"
        )
        _run(place, waiting, model="" if annotate else NO_RECOGNIZER, share=annotate_share)
    out.print(display.release_table(place))
    if tour:
        for renderable in display.tour(place, out.width):
            out.print(renderable)
    out.print(f"[dim]{place.published}[/] in {time.monotonic() - started:.1f} s", highlight=False)


def _discover(
    home: Home, paths: list[str], columns: tuple[str | None, str | None, str | None]
) -> Discovery:
    from copydesk import sources
    from copydesk.addresses import is_remote
    from copydesk.containers import Columns

    try:
        found = sources.discover(home.create(), paths, Columns(*columns))
    except (sources.SourceError, OSError) as error:
        asked = any(map(is_remote, paths))
        fail(str(error), REACHING if asked else "", BAD_ARGUMENT)
    if not found.known and not found.new:
        fail(
            f"there are no dumps in {', '.join(paths)}",
            f"dumps below a directory end in {', '.join(sources.SUFFIXES)}, and may be "
            f"compressed ({', '.join(sources.COMPRESSED_SUFFIXES)}); "
            "a file that you name is taken whatever its name",
            BAD_ARGUMENT,
        )
    return found


def _repair(home: Home) -> None:
    """Make up for a run that was killed between its release and what is derived from it."""
    import duckdb

    from copydesk import manifests, releases

    try:
        releases.repair(home.published)
    except (OSError, duckdb.Error, manifests.ReleaseError) as error:
        fail(f"the catalogue or `latest` is not of the newest release: {error}")


def _run(
    home: Home,
    batch_ids: list[str],
    only: Sequence[str] = (),
    again: bool = False,
    model: str = "",
    share: float | None = None,
) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from assets.pending import unreleased
    from assets.progress import told
    from pipelines.instance import prepare

    prepare(home)
    failures = list[str]()
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    ) as progress:
        task = progress.add_task("starting Dagster", total=None)
        from pipelines import launch  # imports Dagster, seconds

        progress.update(task, total=launch.step_count())
        try:
            with told(lambda line: progress.update(task, description=line)):
                for step in launch.run_edition(home, batch_ids, only, again, model, share):
                    name = step.name.rpartition("__")[2].replace("_", " ")
                    if step.state == "started":
                        progress.update(task, description=name)
                    elif step.state == "succeeded":
                        progress.advance(task)
                        said = f"  [green]✓[/] {name} [dim]{step.seconds:.1f} s[/]"
                        err.print(said, highlight=False)
                    elif step.state == "retried":
                        err.print(f"  [yellow]↻[/] {name}: trying again", highlight=False)
                    elif step.state == "failed":
                        failures.append(f"{name}: {step.error}")
                        err.print(f"  [red]✗[/] {name}", highlight=False)
        except KeyboardInterrupt:
            progress.stop()
            err.print("Interrupted. The same command goes on where it stopped.")
            raise typer.Exit(INTERRUPTED) from None
    if failures or unreleased(home):
        from pipelines import display

        for renderable in display.failed_checks(home):
            err.print(renderable)
        fail(
            failures[0] if failures else "the run ended without a release",
            "`copydesk ui` shows the run with its logs; what was released before is untouched",
        )


@app.command()
def sql(
    context: typer.Context,
    query: Annotated[str, typer.Argument(metavar='"QUERY"', help="One SELECT, in DuckDB's SQL.")],
    output: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.table,
    home: HomeOption = None,
) -> None:
    """Ask the newest release; read-only, and no files but the release's."""
    from copydesk import querying
    from pipelines import display

    place = home_of(context, home)
    require_release(place)
    try:
        answer = display.answer_frame(place, query)
    except querying.QueryError as error:
        fail(str(error), 'the tables: `copydesk sql "SHOW TABLES"`', FAILED)
    if output is Format.table:
        out.print(display.answer_table(answer, width=out.width))
    elif output is Format.csv:
        sys.stdout.write(display.answer_csv(answer))
    else:
        for row in display.answer_rows(answer):
            sys.stdout.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")


@app.command()
def fetch(
    source_uri: Annotated[
        str, typer.Argument(metavar="SOURCE_URI", help="As the table `documents` has it.")
    ],
    text_column: TextColumn = None,
    html_column: HtmlColumn = None,
) -> None:
    """Print the raw bytes of one document, read again where it was found."""
    from copydesk.containers import Columns
    from copydesk.reading import fetch as read_again
    from copydesk.sources import SourceError

    try:
        raw = read_again(source_uri, Columns(text_column, html_column))
    except SourceError as error:
        fail(str(error), 'the addresses: `copydesk sql "SELECT source_uri FROM documents"`')
    sys.stdout.buffer.write(raw)


@app.command()
def replay(
    context: typer.Context,
    reason: Annotated[
        str, typer.Option("--reason", help="Only rejections whose reason starts so.")
    ] = "",
    home: HomeOption = None,
) -> None:
    """Read the batches of rejected dumps again, after a fix; other batches stay as they are."""
    import polars as pl

    from pipelines import display

    place = home_of(context, home)
    require_release(place)
    rejected = (
        "SELECT batch_id, reason FROM documents WHERE status = 'rejected'"
        " AND NOT starts_with(reason, 'taken_down')"
    )
    before = display.answer_frame(place, rejected).filter(pl.col("reason").str.starts_with(reason))
    batches = before["batch_id"].unique().sort().to_list()
    if not batches:
        out.print("Nothing was rejected" + (f" for {reason}." if reason else "."))
        return
    _run(place, batches, only=batches, again=True)
    after = display.answer_frame(place, rejected).filter(pl.col("reason").str.starts_with(reason))
    out.print(
        f"{counted(before.height, 'rejected dump')} read again: {after.height:,} still rejected",
        highlight=False,
    )


@app.command()
def explain(
    context: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="One dump: a file, or s3://bucket/key.")
    ],
    home: HomeOption = None,
) -> None:
    """Show a dump, each block coloured by role with the reason, and the article beside it.

    What the home's other pages of the same site tell of it counts, where there is a home.
    """
    from copydesk.addresses import is_remote

    if not is_remote(file) and not Path(file).is_file():
        fail(f"{file} is not a file", "name one dump", BAD_ARGUMENT)
    from copydesk import explain as explaining

    place = home_of(context, home)
    try:
        templates = explaining.known_templates(place)
    except OSError as error:
        fail(f"{place.warehouse} cannot be read: {error.strerror or error}", code=BAD_ARGUMENT)
    try:
        explanation = explaining.explain(file, templates)
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror or error}", "name one dump", BAD_ARGUMENT)
    out.print(explaining.render(explanation, width=out.width))


@app.command()
def releases(context: typer.Context, home: HomeOption = None) -> None:
    """List the releases, newest first."""
    from pipelines import display

    place = home_of(context, home)
    require_release(place)
    out.print(display.releases_table(place))


@app.command()
def ui(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port on the loopback interface.")] = 3000,
    home: HomeOption = None,
) -> None:
    """Start Dagster's UI and daemon on loopback, on the same instance."""
    with _free(port):
        pass
    from pipelines.instance import prepare

    place = home_of(context, home)
    prepare(place)
    workspace = Path(__file__).parent.parent / "workspace.yaml"
    target = ["-w", str(workspace)] if workspace.exists() else ["-m", "pipelines.definitions"]
    out.print(
        f"Dagster: [link]http://{LOOPBACK}:{port}[/link]  (home {place.root}; Ctrl-C ends it)"
    )
    if docs_serving.serve_beside(data_docs.data_docs(place.local), data_docs.PORT):
        out.print(f"Data Docs: [link]http://{LOOPBACK}:{data_docs.PORT}[/link]")
    sys.stdout.flush()
    # Dagster recommends another package's command at every start.
    quiet = ["-W", "ignore:Function `dev_command` is superseded"]
    command = [sys.executable, *quiet, "-m", "dagster", "dev", *target, "-h", LOOPBACK]
    os.execv(sys.executable, [*command, "-p", str(port), "--log-level", "warning"])


@contextmanager
def _free(port: int) -> Iterator[None]:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            fail(f"port {port} is taken", f"try `copydesk ui --port {port + 1}`", BAD_ARGUMENT)
        yield


app.add_typer(commands)
