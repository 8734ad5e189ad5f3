"""Whether the files of a release hold together: order, keys, foreign keys, and what changed.

What belongs here: questions to Parquet files that are about to be, or were, released. What does
not: what follows from the answers (releases.py), and expectations about values (the package
`expectations`).

Only what differs from the parent is read where that is enough. The parent was verified when it was
released, so among the files kept from it no key repeats and no reference dangles; what may break is
what is new, and references of kept rows to rows that are gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

from copydesk.manifests import Reference, ReleaseConflict, ReleaseError, Takedown
from copydesk.sql import MEMORY_LIMIT, identifier, literal
from copydesk.stores import Store, pattern

# Offending rows named in an error: enough to find the cause, not a dump.
EXAMPLES: Final = 3
# Keys by which a row belongs to an article. (An article's id is its dump's.)
WITHHELD_BY: Final = frozenset({"article_id", "document_id"})


@dataclass(frozen=True, slots=True)
class Part:
    """One table's files, as DuckDB reads them, against the parent: new, kept from it, gone since."""

    key: tuple[str, ...]
    references: tuple[Reference, ...]
    new: tuple[str, ...]
    kept: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@contextmanager
def engine(spill: Path, store: Store) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory DuckDB that loads no extension, reads `store` and spills into `spill`."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(spill),
    }
    with duckdb.connect(config=settings) as connection:
        store.register(connection)
        yield connection


def check_order(
    name: str, sort_by: Sequence[str], key: Sequence[str], path: Path, source: str
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The primary keys of a file's first and last row; two empty tuples for a file of no rows.

    `source` names the file in errors. Where the table is sorted by its key, this also proves that no key repeats within the file.

    Raises:
        ReleaseError: the rows are not in the table's order.
    """
    names = list(dict.fromkeys([*sort_by, *key]))
    rows = pl.scan_parquet(path, glob=False, hive_partitioning=False).select(names).collect()
    if rows.height == 0:
        return (), ()
    # Lexicographic comparison with the row before; ties are an error only where the order is the
    # key's.
    rising: pl.Expr = pl.lit(tuple(sort_by) != tuple(key))
    for column in reversed(sort_by):
        here, before = pl.col(column), pl.col(column).shift(1)
        later = (here > before).fill_null(here.is_null() & before.is_not_null())
        rising = later | (here.eq_missing(before) & rising)
    # The first row has none before it.
    wrong = rows.with_columns(rising=rising).slice(1).filter(~pl.col("rising")).drop("rising")
    if wrong.height:
        raise ReleaseError(
            f"table {name}: {source} is not sorted by {', '.join(sort_by)} without repeats,"
            f" first at {_show(wrong.head(EXAMPLES).rows())}"
        )
    keys = rows.select(key)
    return keys.row(0), keys.row(-1)


def check_unique(
    connection: duckdb.DuckDBPyConnection, name: str, parts: Mapping[str, Part]
) -> None:
    """Refuse a primary key that two rows of a table share.

    Raises:
        ReleaseError: two rows share a key.
    """
    part = parts[name]
    if not part.new:
        return
    key = ", ".join(identifier(column) for column in part.key)
    repeated = connection.execute(
        f"SELECT {key} FROM {scan(part.new)} GROUP BY {key} HAVING count(*) > 1"
        f" ORDER BY ALL LIMIT {EXAMPLES}"
    ).fetchall()
    if not repeated and part.kept and not _of_new_rows_only(connection, part, parts):
        repeated = connection.execute(
            f"SELECT {key} FROM {scan(part.kept)} AS kept"
            f" SEMI JOIN {scan(part.new)} AS new USING ({key})"
            f" ORDER BY ALL LIMIT {EXAMPLES}"
        ).fetchall()
    if repeated:
        raise ReleaseError(
            f"table {name}: the primary key ({', '.join(part.key)}) repeats: {_show(repeated)}"
        )


def _of_new_rows_only(
    connection: duckdb.DuckDBPyConnection, part: Part, parts: Mapping[str, Part]
) -> bool:
    """Whether all new rows belong, by their key, to rows of another table that are new as well.

    Then no kept row can have the same key, for kept rows belong to kept ones: the mentions of 2,000
    new articles need not be compared with millions of others.
    """
    for reference in part.references:
        (column, *others), (target, *_) = reference.columns, reference.references_columns
        owner = parts[reference.references]
        if others or column not in part.key or owner.key != (target,) or not owner.new:
            continue
        strangers = connection.execute(
            f"SELECT 1 FROM {scan(part.new)} AS source ANTI JOIN {scan(owner.new)} AS target"
            f" ON source.{identifier(column)} = target.{identifier(target)} LIMIT 1"
        ).fetchall()
        if not strangers:
            return True
    return False


def check_foreign_keys(
    connection: duckdb.DuckDBPyConnection, name: str, parts: Mapping[str, Part]
) -> None:
    """Refuse references to rows that do not exist.

    Raises:
        ReleaseError: a reference dangles.
    """
    part = parts[name]
    for reference in part.references:
        target = parts[reference.references]
        columns = [identifier(column) for column in reference.columns]
        targets = [identifier(column) for column in reference.references_columns]
        known = target.new + target.kept
        if part.new:
            absent = f"ANTI JOIN {scan(known)} AS target ON {_equal(columns, targets)}"
            _refuse_dangling(connection, name, reference, part.new, absent if known else "")
        if part.kept and target.gone:
            # What kept rows refer to was there; only rows that are there no more can be missing.
            lost = f"SELECT {', '.join(targets)} FROM {scan(target.gone)} AS old" + (
                f" ANTI JOIN {scan(target.new)} AS new USING ({', '.join(targets)})"
                if target.new
                else ""
            )
            if connection.execute(f"SELECT 1 FROM ({lost}) LIMIT 1").fetchall():
                missing = f"SEMI JOIN ({lost}) AS target ON {_equal(columns, targets)}"
                _refuse_dangling(connection, name, reference, part.kept, missing)


def _equal(columns: Sequence[str], targets: Sequence[str]) -> str:
    """The condition that a row refers to another."""
    return " AND ".join(
        f"source.{left} = target.{right}" for left, right in zip(columns, targets, strict=True)
    )


def _refuse_dangling(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    reference: Reference,
    files: Sequence[str],
    join: str,
) -> None:
    """Refuse rows of `files` that the join leaves over.

    Raises:
        ReleaseError: there are some.
    """
    columns = [f"source.{identifier(column)}" for column in reference.columns]
    dangling = connection.execute(
        f"SELECT DISTINCT {', '.join(columns)} FROM {scan(files)} AS source {join}"
        f" WHERE {' AND '.join(f'{column} IS NOT NULL' for column in columns)}"
        f" ORDER BY ALL LIMIT {EXAMPLES}"
    ).fetchall()
    if dangling:
        raise ReleaseError(
            f"table {name}: ({', '.join(reference.columns)}) refers to rows that"
            f" {reference.references} does not have: {_show(dangling)}"
        )


def check_withheld(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    part: Part,
    takedowns: Sequence[Takedown],
) -> None:
    """Refuse new rows of articles that were taken down.

    A taken-down dump keeps its row in `documents`, which says so.

    Raises:
        ReleaseConflict: there are some: whoever made them did not know of the takedown yet.
    """
    rows = find_withheld(connection, name, part.key, part.new, takedowns)
    if rows:
        raise ReleaseConflict(
            f"table {name}: rows of articles that were taken down: {_show(rows)}; compute again from"
            " the newest release"
        )


def find_withheld(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    key: Sequence[str],
    files: Sequence[str],
    takedowns: Sequence[Takedown],
) -> list[tuple[Any, ...]]:
    """The ids of some articles that were taken down and of which a table's files have more than may stay."""
    column = next((each for each in key if each in WITHHELD_BY), None)
    if not files or not takedowns or column is None:
        return []
    ids = ", ".join(literal(takedown.article_id) for takedown in takedowns)
    allowed = "AND status <> 'rejected'" if name == "documents" else ""
    return connection.execute(
        f"SELECT DISTINCT {identifier(column)} FROM {scan(files)}"
        f" WHERE {identifier(column)} IN ({ids}) {allowed} ORDER BY ALL LIMIT {EXAMPLES}"
    ).fetchall()


def count_changes(connection: duckdb.DuckDBPyConnection, part: Part) -> tuple[int, int, int]:
    """Rows added, changed and removed, told by primary key, reading only the files that differ.

    Of columns that only one of the two releases has, nothing is compared.
    """
    if not part.new or not part.gone:
        return _count(connection, part.new), 0, _count(connection, part.gone)
    shared = [
        name
        for name in columns_of(connection, scan(part.new))
        if name in columns_of(connection, scan(part.gone))
    ]
    key = ", ".join(identifier(column) for column in part.key)
    # A hash of the row instead of the row: bodies need not go through the join. 64 bits, compared
    # per key.
    values = f"{key}, hash({', '.join(identifier(name) for name in shared)}) AS digest"
    rows: list[tuple[int, int, int]] = connection.execute(
        f"""
        SELECT
            count(*) FILTER (old.digest IS NULL),
            count(*) FILTER (old.digest <> new.digest),
            count(*) FILTER (new.digest IS NULL)
        FROM (SELECT {values} FROM {scan(part.new)}) AS new
        FULL JOIN (SELECT {values} FROM {scan(part.gone)}) AS old USING ({key})
        """
    ).fetchall()
    return rows[0]


def _count(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> int:
    """Rows in some files."""
    if not files:
        return 0
    return int(connection.execute(f"SELECT count(*) FROM {scan(files)}").fetchall()[0][0])


def columns_of(connection: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    """Names of the columns of what `scan` names."""
    return [row[0] for row in connection.execute(f"DESCRIBE FROM {relation}").fetchall()]


def scan(files: Sequence[str]) -> str:
    """The files' rows, as SQL; nothing is read out of their directories' names."""
    listed = ", ".join(literal(pattern(path)) for path in files)
    return f"read_parquet([{listed}], hive_partitioning = false)"


def _show(rows: Sequence[tuple[Any, ...]]) -> str:
    """Some rows in words."""
    return "; ".join(", ".join(str(value) for value in row) for row in rows)
