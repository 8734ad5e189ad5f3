"""What changed between two releases, and why.

What belongs here: counting rows added, changed and removed, each with its cause. What does not: the counts
against the parent that a manifest holds (integrity.count_changes).

A row's cause is the first of these that explains it:

- takedown: the row's article was taken down;
- new input, lost input: the row's dump came with a batch that only one of the releases was made from;
- new model: another recognizer read the row's article;
- new rule: the releases were made by different code;
- other rows: what is told from the whole corpus (duplicates, sums over all batches) changed with it.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from copydesk.integrity import WITHHELD_BY, columns_of, engine, scan
from copydesk.manifests import Manifest, TableEntry, read_manifest
from copydesk.sql import identifier, literal
from copydesk.stores import Location, Store, open_store

OTHER_ROWS: Final = "other rows"
CAUSES: Final = ("takedown", "new input", "lost input", "new model", "new rule", OTHER_ROWS)


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows of one table that changed in one way (added, changed, removed) for one cause."""

    table: str
    change: str
    cause: str
    rows: int


def diff(location: Location, old: int, new: int) -> list[Difference]:
    """What changed from release `old` to release `new`; files that both hold are not read.

    Raises:
        ReleaseError: one of them does not exist or cannot be read.
    """
    store = open_store(location)
    before, after = read_manifest(store, old), read_manifest(store, new)
    found = list[Difference]()
    with tempfile.TemporaryDirectory() as spill, engine(Path(spill), store) as connection:
        _create_origins(connection, store, before, after)
        for name, entry in after.tables.items():
            if name in before.tables:
                found += _differences(connection, store, name, before, after, entry)
    return found


def _paths(store: Store, entry: TableEntry, other: TableEntry) -> list[str]:
    """A table's files that the other release does not hold."""
    shared = {file.sha256 for file in other.files}
    return [store.reading(file.path) for file in entry.files if file.sha256 not in shared]


def _create_origins(
    connection: duckdb.DuckDBPyConnection, store: Store, before: Manifest, after: Manifest
) -> None:
    """The table `origin`: per document, the cause of what changed about it."""
    for name, manifest in (("old", before), ("new", after)):
        documents, articles = (
            scan([store.reading(file.path) for file in manifest.tables[table].files])
            for table in ("documents", "articles")
        )
        connection.execute(
            f"CREATE TEMP TABLE {name}_origin AS SELECT document_id, batch_id, recognizer"
            f" FROM {documents} LEFT JOIN (SELECT document_id, recognizer FROM {articles})"
            " USING (document_id)"
        )
        inputs = ", ".join(f"({literal(batch)})" for batch in manifest.inputs) or "(NULL)"
        connection.execute(
            f"CREATE TEMP TABLE {name}_input AS SELECT * FROM (VALUES {inputs}) AS t(batch_id)"
        )
    known = {order.article_id for order in before.takedowns}
    orders = [order.article_id for order in after.takedowns if order.article_id not in known]
    taken = ", ".join(f"({literal(each)})" for each in orders) or "(NULL)"
    connection.execute(
        f"""
        CREATE TEMP TABLE origin AS SELECT
            document_id,
            CASE
                WHEN document_id IN (SELECT id FROM (VALUES {taken}) AS t(id) WHERE id IS NOT NULL)
                THEN 'takedown'
                WHEN o.document_id IS NULL
                    AND n.batch_id NOT IN (SELECT batch_id FROM old_input WHERE batch_id IS NOT NULL)
                THEN 'new input'
                WHEN n.document_id IS NULL
                    AND o.batch_id NOT IN (SELECT batch_id FROM new_input WHERE batch_id IS NOT NULL)
                THEN 'lost input'
                WHEN o.recognizer IS DISTINCT FROM n.recognizer
                    AND o.document_id IS NOT NULL AND n.document_id IS NOT NULL
                THEN 'new model'
            END AS cause
        FROM old_origin AS o FULL JOIN new_origin AS n USING (document_id)
        """
    )


def _differences(
    connection: duckdb.DuckDBPyConnection,
    store: Store,
    name: str,
    before: Manifest,
    after: Manifest,
    entry: TableEntry,
) -> list[Difference]:
    """What changed in one table."""
    gone = _paths(store, before.tables[name], entry)
    come = _paths(store, entry, before.tables[name])
    if not gone and not come:
        return []
    # A side without files of its own has the columns of the other's, and no rows.
    sides = [scan(gone or come), scan(come or gone)]
    shared = set.intersection(*(set(columns_of(connection, side)) for side in sides))
    key = ", ".join(map(identifier, entry.primary_key))
    values = f"{key}, hash({', '.join(identifier(each) for each in sorted(shared))}) AS digest"
    old, new = (
        f"SELECT {values} FROM {side}{'' if present else ' LIMIT 0'}"
        for side, present in zip(sides, (gone, come), strict=True)
    )
    column = next((each for each in entry.primary_key if each in WITHHELD_BY), None)
    origin = f"LEFT JOIN origin ON origin.document_id = step.{identifier(column)}" if column else ""
    cause = "origin.cause" if column else "NULL"
    otherwise = "new rule" if before.code_digest != after.code_digest else OTHER_ROWS
    rows = connection.execute(
        f"""
        SELECT change, coalesce({cause}, {literal(otherwise)}) AS cause, count(*)
        FROM (
            SELECT {key}, CASE
                WHEN old.digest IS NULL THEN 'added'
                WHEN new.digest IS NULL THEN 'removed'
                ELSE 'changed' END AS change
            FROM ({old}) AS old FULL JOIN ({new}) AS new USING ({key})
            WHERE old.digest IS DISTINCT FROM new.digest
        ) AS step {origin}
        GROUP BY ALL
        """
    ).fetchall()
    order = {cause: place for place, cause in enumerate(CAUSES)}
    return [
        Difference(name, change, why, count)
        for change, why, count in sorted(rows, key=lambda row: (row[0], order[row[1]]))
    ]
