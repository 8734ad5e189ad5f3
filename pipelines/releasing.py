"""The commands that look after releases.

What belongs here: their arguments and what they print. What does not: what they do (copydesk).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from expectations import data_docs
from pipelines import docs_serving
from pipelines.terminal import HomeOption, err, fail, home_of, out, require_release

if TYPE_CHECKING:
    from copydesk.home import Home
    from copydesk.releases import PublishOutcome

commands = typer.Typer()

ReleaseArgument = Annotated[str, typer.Argument(metavar="RELEASE", help="A number or a tag.")]


@contextmanager
def _releases(context: typer.Context, option: Path | None) -> Iterator[Home]:
    """The home, which has a release; what goes wrong ends the command with a message."""
    from copydesk.manifests import ReleaseError

    home = home_of(context, option)
    require_release(home)
    try:
        yield home
    except (ReleaseError, OSError) as error:
        fail(escape(str(error)), "nothing else was changed")


def _say(outcome: PublishOutcome) -> None:
    """What came of a change."""
    made = "made" if outcome.created else "stays the newest: nothing to change"
    out.print(f"release {outcome.release} {made}", highlight=False)
    if outcome.warning:
        err.print(f"[yellow]warning[/] {escape(outcome.warning)}", highlight=False)


@commands.command()
def rollback(context: typer.Context, release: ReleaseArgument, home: HomeOption = None) -> None:
    """Release again what an older release held; what was taken down stays down."""
    with _releases(context, home) as place:
        from copydesk import retention, rollbacks

        number = retention.find_release(place.published, release)
        _say(rollbacks.roll_back(place.published, number))


@commands.command()
def tag(
    context: typer.Context,
    release: ReleaseArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="For instance 2026-11-23.0.")],
    delete: Annotated[bool, typer.Option("--delete", help="Forget the name instead.")] = False,
    home: HomeOption = None,
) -> None:
    """Name a release; tagged releases are kept by `prune`."""
    with _releases(context, home) as place:
        from copydesk import retention

        if delete:
            retention.untag(place.published, name)
            out.print(f"forgot {name}", highlight=False)
            return
        number = retention.find_release(place.published, release)
        retention.tag(place.published, number, name)
        out.print(f"release {number} is {name}", highlight=False)


@commands.command()
def catalog(
    context: typer.Context,
    release: Annotated[
        str | None, typer.Option("--release", help="A number or a tag; default: the newest.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write it.", dir_okay=False)
    ] = None,
    home: HomeOption = None,
) -> None:
    """Write a DuckDB catalogue of any release: time travel."""
    with _releases(context, home) as place:
        from copydesk import catalogue, manifests, retention

        newest = manifests.head(place.published)
        number = retention.find_release(place.published, release or str(newest))
        name = f"catalog-{manifests.release_name(number)}.duckdb"
        directory = place.published if isinstance(place.published, Path) else None
        path = output or (directory or Path.cwd()) / name
        path.unlink(missing_ok=True)
        catalogue.build_catalogue(
            path,
            place.published,
            manifests.read_manifest(place.published, number),
            beside=directory is not None and path.parent.resolve() == directory.resolve(),
        )
        out.print(f"duckdb -readonly {path}", highlight=False, soft_wrap=True)


@commands.command()
def diff(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="A number or a tag.")],
    new: Annotated[
        str | None, typer.Argument(metavar="[NEW]", help="A number or a tag; default: the newest.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Show what changed between two releases, with the causes."""
    with _releases(context, home) as place:
        from copydesk import differences, manifests, retention

        left = retention.find_release(place.published, old)
        right = retention.find_release(place.published, new or str(manifests.head(place.published)))
        table = Table(box=box.SIMPLE_HEAD, header_style="bold", title=f"{left} → {right}")
        for name in ("table", "rows", "change", "cause"):
            table.add_column(name, justify="right" if name == "rows" else "left")
        found = differences.diff(place.published, left, right)
        for each in found:
            table.add_row(each.table, f"{each.rows:,}", each.change, each.cause)
        if any(each.cause == differences.OTHER_ROWS for each in found):
            table.caption = (
                f"{differences.OTHER_ROWS}: what is told from all articles together, such as entities, publishers and"
                " duplicates, follows the rows above"
            )
        out.print(table if table.row_count else f"{left} and {right} hold the same rows")


@commands.command()
def compact(
    context: typer.Context,
    max_files: Annotated[
        int, typer.Option("--max-files", min=1, help="Merge tables of more files than this.")
    ] = 50,
    home: HomeOption = None,
) -> None:
    """Merge small files; the rows stay the same."""
    with _releases(context, home) as place:
        from copydesk import compaction

        _say(compaction.compact(place.published, max_files))


@commands.command()
def prune(
    context: typer.Context,
    keep: Annotated[int, typer.Option("--keep", min=1, help="Releases to keep.")] = 10,
    grace: Annotated[
        float, typer.Option("--grace", min=0, help="Days before an unneeded file is deleted.")
    ] = 7,
    home: HomeOption = None,
) -> None:
    """Drop old releases that have no tag; delete their files after a grace period."""
    with _releases(context, home) as place:
        from copydesk import retention

        pruned = retention.prune(place.published, keep, timedelta(days=grace))
        out.print(
            f"dropped {len(pruned.releases):,} releases, deleted {len(pruned.files):,} files;"
            f" {pruned.waiting:,} files wait for their grace to end",
            highlight=False,
        )


@commands.command()
def takedown(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="URL|ARTICLE_ID", help="Which article.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept.")],
    purge: Annotated[
        bool, typer.Option("--purge", help="Take it out of all older releases as well.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Release everything but an article; it stays down when its dump comes in again."""
    with _releases(context, home) as place:
        from copydesk import takedowns

        outcome, ids = takedowns.take_down(place.published, what, reason)
        out.print(f"taken down: {', '.join(ids)}", highlight=False)
        _say(outcome)
        if purge:
            changed = takedowns.purge(place.published, ids)
            out.print(f"purged from {len(changed):,} older releases", highlight=False)


@commands.command()
def verify(
    context: typer.Context,
    release: Annotated[
        str | None, typer.Argument(metavar="[RELEASE]", help="A number or a tag; default: all.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Read releases again: checksums, rows, order, keys, foreign keys."""
    with _releases(context, home) as place:
        from copydesk import manifests, retention, verification

        numbers = (
            [retention.find_release(place.published, release)]
            if release
            else manifests.list_releases(place.published)
        )
        faults = {each: verification.verify(place.published, each) for each in numbers}
        for number, found in faults.items():
            out.print(f"release {number}: {'whole' if not found else 'faulty'}", highlight=False)
            for fault in found:
                out.print(f"  {escape(fault)}", highlight=False, soft_wrap=True)
        if any(faults.values()):
            fail(
                "a release is not what was released",
                "a copy of the named files under their names mends it; so does an older release"
                " (`copydesk rollback`)",
            )


@commands.command()
def rejects(context: typer.Context, home: HomeOption = None) -> None:
    """List the dumps that were rejected, with the reasons."""
    with _releases(context, home) as place:
        from pipelines import display

        answer = display.answer_frame(
            place,
            "SELECT split_part(reason, ':', 1) AS code, reason, source_uri, batch_id FROM documents"
            " WHERE status = 'rejected' ORDER BY ALL",
        )
        out.print(display.answer_table(answer, width=out.width))


@commands.command()
def docs(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port on the loopback interface.")] = data_docs.PORT,
    home: HomeOption = None,
) -> None:
    """Serve Great Expectations' Data Docs of the last validation on loopback."""
    directory = data_docs.data_docs(home_of(context, home).local)
    if not (directory / "index.html").exists():
        fail(f"there are no Data Docs in {directory}", "`copydesk build PATH...` writes them")
    try:
        server = docs_serving.server(directory, port)
    except OSError:
        fail(f"port {port} is taken", f"try `copydesk docs --port {port + 1}`", 2)
    with server:
        out.print(f"Data Docs: [link]http://{data_docs.LOOPBACK}:{port}[/link]  (Ctrl-C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return
