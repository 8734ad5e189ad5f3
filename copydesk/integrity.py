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

from copydesk.manifests import Reference, ReleaseError
from copydesk.sql import identifier, literal

# Offending rows named in an error: enough to find the cause, not a dump.
EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class Part:
    """One table's files (absolute paths) against the parent: new, kept from it, gone since."""

    key: tuple[str, ...]
    references: tuple[Reference, ...]
    new: tuple[str, ...]
    kept: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@contextmanager
def engine(spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory DuckDB that loads no extension and spills into the directory `spill`."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": str(spill),
    }
    with duckdb.connect(config=settings) as connection:
        yield connection


def check_order(
    name: str, sort_by: Sequence[str], key: Sequence[str], path: Path
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The primary keys of a file's first and last row; two empty tuples for a file of no rows.

    Where the table is sorted by its key, this also proves that no key repeats within the file.

    Raises:
        ReleaseError: the rows are not in the table's order.
    """
    names = list(dict.fromkeys([*sort_by, *key]))
    rows = pl.scan_parquet(path, glob=False).select(names).collect()
    if rows.height == 0:
        return (), ()
    # Lexicographic comparison with the row before; ties are an error only where the order is the
    # key's.
    rising: pl.Expr = pl.lit(tuple(sort_by) != tuple(key))
    for column in reversed(sort_by):
        before = pl.col(column).shift(1)
        rising = (pl.col(column) > before) | ((pl.col(column) == before) & rising)
    # The first row has none before it: null, which a filter drops.
    wrong = rows.filter(~rising)
    if wrong.height:
        raise ReleaseError(
            f"table {name}: {path.name} is not sorted by {', '.join(sort_by)} without repeats,"
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
        f"SELECT {key} FROM {_scan(part.new)} GROUP BY {key} HAVING count(*) > 1"
        f" ORDER BY ALL LIMIT {EXAMPLES}"
    ).fetchall()
    if not repeated and part.kept:
        repeated = connection.execute(
            f"SELECT {key} FROM {_scan(part.kept)} AS kept"
            f" SEMI JOIN {_scan(part.new)} AS new USING ({key})"
            f" ORDER BY ALL LIMIT {EXAMPLES}"
        ).fetchall()
    if repeated:
        raise ReleaseError(
            f"table {name}: the primary key ({', '.join(part.key)}) repeats: {_show(repeated)}"
        )


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
        files = part.new + (part.kept if target.gone else ())
        if not files:
            continue
        columns = [identifier(column) for column in reference.columns]
        targets = [identifier(column) for column in reference.references_columns]
        present = " AND ".join(f"source.{column} IS NOT NULL" for column in columns)
        known = target.new + target.kept
        matching = " AND ".join(
            f"source.{left} = target.{right}" for left, right in zip(columns, targets, strict=True)
        )
        absent = f"ANTI JOIN {_scan(known)} AS target ON {matching}" if known else ""
        dangling = connection.execute(
            f"SELECT DISTINCT {', '.join(f'source.{column}' for column in columns)}"
            f" FROM {_scan(files)} AS source {absent} WHERE {present}"
            f" ORDER BY ALL LIMIT {EXAMPLES}"
        ).fetchall()
        if dangling:
            raise ReleaseError(
                f"table {name}: ({', '.join(reference.columns)}) refers to rows that"
                f" {reference.references} does not have: {_show(dangling)}"
            )


def count_changes(connection: duckdb.DuckDBPyConnection, part: Part) -> tuple[int, int, int]:
    """Rows added, changed and removed, told by primary key, reading only the files that differ.

    Of columns that only one of the two releases has, nothing is compared.
    """
    if not part.new or not part.gone:
        return _count(connection, part.new), 0, _count(connection, part.gone)
    shared = [
        name for name in _columns(connection, part.new) if name in _columns(connection, part.gone)
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
        FROM (SELECT {values} FROM {_scan(part.new)}) AS new
        FULL JOIN (SELECT {values} FROM {_scan(part.gone)}) AS old USING ({key})
        """
    ).fetchall()
    return rows[0]


def _count(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> int:
    """Rows in some files."""
    if not files:
        return 0
    return int(connection.execute(f"SELECT count(*) FROM {_scan(files)}").fetchall()[0][0])


def _columns(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> list[str]:
    """Names of the columns of some files."""
    return [row[0] for row in connection.execute(f"DESCRIBE FROM {_scan(files)}").fetchall()]


def _scan(files: Sequence[str]) -> str:
    """The files' rows, as SQL."""
    return f"read_parquet([{', '.join(literal(path) for path in files)}])"


def _show(rows: Sequence[tuple[Any, ...]]) -> str:
    """Some rows in words."""
    return "; ".join(", ".join(str(value) for value in row) for row in rows)
