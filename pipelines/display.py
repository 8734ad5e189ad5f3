"""How releases and answers look in the terminal.

What belongs here: Rich tables of results, and the tour. What does not: fetching dumps, running
jobs.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import polars as pl
from rich import box
from rich.console import Group, RenderableType
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from copydesk import manifests, querying
from copydesk.home import Home

MAX_ROWS: Final = 50
MAX_CELL: Final = 120
MAX_RECORD_CELL: Final = 600
# A cell is read side by side with others if it takes no more lines than this and no word of it is broken, but for words
# longer than identifiers and dates are: addresses.
MAX_LINES: Final = 4
MAX_WORD: Final = 32
# What `box.SIMPLE_HEAD` takes beside each column, and once.
COLUMN_GAP: Final = 3
EDGE: Final = 1
# Dagster's UI calls a run by the head of its id.
RUN_ID: Final = re.compile(r"\b([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")

TOUR: Final = (
    (
        "Who and what is the news about?",
        """\
SELECT name, label, country_code, mention_count AS mentions,
       article_count AS articles
FROM entities
ORDER BY mention_count DESC, name
LIMIT 8""",
    ),
    (
        "Which countries do the newest articles speak of?",
        """\
SELECT a.published_at, coalesce(p.name, a.site) AS outlet, a.title,
       list(DISTINCT e.name ORDER BY e.name) AS countries
FROM articles a
JOIN mentions m USING (article_id)
JOIN entities e ON e.entity_id = m.entity_id AND e.label = 'country'
LEFT JOIN publishers p USING (publisher_id)
WHERE a.duplicate_of IS NULL
GROUP BY ALL
ORDER BY a.published_at DESC NULLS LAST, a.title
LIMIT 5""",
    ),
    (
        "What became of every character of the dumps?",
        """\
SELECT role, count(*) AS blocks, sum(length(text)) AS characters,
       round(100 * sum(length(text)) / sum(sum(length(text))) OVER (), 1)
         AS percent
FROM blocks
GROUP BY role
ORDER BY characters DESC, role
LIMIT 8""",
    ),
)


def _table(**options: Any) -> Table:
    return Table(box=box.SIMPLE_HEAD, header_style="bold", title_justify="left", **options)


def answer_frame(home: Home, sql: str) -> pl.DataFrame:
    """The newest release's answer.

    Raises:
        querying.QueryError: there is none, and why.
    """
    frame = pl.from_arrow(querying.query(home.published, sql))
    assert isinstance(frame, pl.DataFrame)
    return frame


def answer_rows(answer: pl.DataFrame) -> list[dict[str, object]]:
    """An answer's rows as dicts."""
    return answer.to_dicts()


def answer_csv(answer: pl.DataFrame) -> str:
    """An answer as CSV; lists are joined by `; `."""
    flat = answer.with_columns(
        pl.col(name).cast(pl.List(pl.String)).list.join("; ")
        for name, dtype in answer.schema.items()
        if isinstance(dtype, pl.List)
    )
    return flat.write_csv(datetime_format="%Y-%m-%dT%H:%M:%SZ")


def answer_table(answer: pl.DataFrame, width: int) -> RenderableType:
    """An answer as a table; long cells and many rows are cut, and it says so.

    Where `width` characters do not hold its columns legibly, row by row instead, a line for each column (as psql's
    `\\x auto`).
    """
    if answer.is_empty():
        return Text("  no rows", style="dim")
    rows = answer.head(MAX_ROWS).rows()
    columns = [
        (name, dtype.is_numeric(), [_cell(row[place]) for row in rows])
        for place, (name, dtype) in enumerate(answer.schema.items())
    ]
    needed = EDGE + sum(_narrowest(name, cells) + COLUMN_GAP for name, _, cells in columns)
    if needed > width:
        rendered: RenderableType = Group(*_records(answer.columns, rows))
    else:
        rendered = _side_by_side(columns)
    if answer.height <= MAX_ROWS:
        return rendered
    more = f"  {answer.height - MAX_ROWS:,} more rows; --format csv prints all"
    return Group(rendered, Text(more, style="dim"))


def _narrowest(name: str, cells: Sequence[str]) -> int:
    """How narrow a column may be and still be read."""
    word = max((len(word) for cell in cells for word in cell.split()), default=0)
    lines = max((-(-len(cell) // MAX_LINES) for cell in cells), default=0)
    return max(len(name), min(word, MAX_WORD), lines)


def _side_by_side(columns: Sequence[tuple[str, bool, list[str]]]) -> Table:
    table = _table()
    for name, numeric, cells in columns:
        # Rich takes from all that may wrap; what is one word gains nothing by it.
        whole = max((len(cell) for cell in cells), default=0) <= _narrowest(name, cells)
        table.add_column(
            name, justify="right" if numeric else "left", no_wrap=whole, overflow="fold"
        )
    for row in zip(*(cells for _, _, cells in columns), strict=True):
        table.add_row(*map(Text, row))
    return table


def _records(names: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[RenderableType]:
    for number, row in enumerate(rows, start=1):
        record = Table(box=None, show_header=False, title=f"row {number}", title_justify="left")
        record.add_column(style="bold", no_wrap=True)
        record.add_column(overflow="fold")
        for name, value in zip(names, row, strict=True):
            record.add_row(name, Text(_cell(value, MAX_RECORD_CELL)))
        yield record


def _cell(value: object, limit: int = MAX_CELL) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, list):
        return ", ".join(_cell(one, limit) for one in value)
    # DuckDB's sums of whole numbers are decimals.
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"{value:,}"
    text = " ".join(str(value).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def release_table(home: Home) -> RenderableType:
    """The newest release: rows per table, documents by status, checks."""
    number = manifests.head(home.published)
    assert number is not None
    newest = manifests.read_manifest(home.published, number)
    rows = _table(title=f"Release {newest.release}")
    rows.add_column("table")
    rows.add_column("rows", justify="right")
    rows.add_column("new", justify="right", style="dim")
    for name, entry in newest.tables.items():
        rows.add_row(name, f"{entry.rows:,}", f"+{entry.changes.added:,}")

    statuses = _table(title="Documents by status")
    statuses.add_column("status")
    statuses.add_column("documents", justify="right")
    counted = answer_frame(
        home, "SELECT status, count(*) AS n FROM documents GROUP BY status ORDER BY n DESC, status"
    )
    for status, count in counted.iter_rows():
        statuses.add_row(status, f"{count:,}")

    checks = _table(title="Checks")
    checks.add_column("severity")
    checks.add_column("passed", justify="right")
    checks.add_column("failed", justify="right")
    for severity in ("critical", "warning"):
        passed = [
            bool(check["success"]) for check in newest.checks if check["severity"] == severity
        ]
        failed = len(passed) - sum(passed)
        style = "yellow" if failed else "green"
        checks.add_row(severity, str(sum(passed)), Text(str(failed), style=style))

    columns = Table.grid(padding=(0, 3))
    columns.add_row(rows, Group(statuses, checks))
    return columns


def failed_checks(home: Home) -> Iterator[RenderableType]:
    """The critical checks that failed last, each with its first failing rows."""
    for outcome in _last_outcomes(home):
        if outcome["severity"] == "critical" and not outcome["success"]:
            yield Text(f"{outcome['table']}: {outcome['name']}", style="bold")
            table = _table()
            failing = outcome["failing"][:5]
            names = list(dict.fromkeys(name for row in failing for name in row))
            for name in names:
                table.add_column(name)
            for row in failing:
                table.add_row(*(Text(_cell(row.get(name))) for name in names))
            yield table


def _last_outcomes(home: Home) -> list[Mapping[str, Any]]:
    import json

    from copydesk.stores import open_store

    warehouse = open_store(home.warehouse)
    kept = warehouse.list("checks")
    if not kept:
        return []
    newest = max(kept, key=lambda stored: stored.modified)
    outcomes: list[Mapping[str, Any]] = json.loads(warehouse.read(newest.path))
    return outcomes


def tour(home: Home, width: int) -> Iterator[RenderableType]:
    """Three questions, each with its SQL and the newest release's answer."""
    for question, sql in TOUR:
        yield Text(f"\n{question}", style="bold")
        yield Syntax(sql, "sql", theme="ansi_dark", background_color="default", word_wrap=True)
        yield answer_table(answer_frame(home, sql), width=width)


def releases_table(home: Home) -> RenderableType:
    """All releases, newest first."""
    table = _table()
    for name in ("release", "published", "articles", "documents", "failed"):
        table.add_column(name, justify="left" if name == "published" else "right", no_wrap=True)
    table.add_column("message", overflow="fold")
    for number in reversed(manifests.list_releases(home.published)):
        manifest = manifests.read_manifest(home.published, number)
        failed = sum(not check["success"] for check in manifest.checks)
        table.add_row(
            str(manifest.release),
            manifest.published_at[:16].replace("T", " "),
            f"{manifest.tables['articles'].rows:,}",
            f"{manifest.tables['documents'].rows:,}",
            str(failed),
            RUN_ID.sub(r"\1", manifest.message),
        )
    return table
