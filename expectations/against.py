"""What the tables are held against that is not in them: their inputs and the last release.

What belongs here: gathering it, and laying it beside the tables as relations that the suites' SQL can name. What does
not: what is expected of it (the JSON files).

The relations, empty where there is nothing to compare with:

- `raw_documents` (document_id, batch_id, source_uri): what reading the inputs gave;
- `inputs` (batch_id, documents): how many documents discovery counted in each batch;
- `last_release` (articles, titled, dated, authored, median_words): the last release's articles, the middle three as
  shares of them;
- `new_documents` (document_id): documents of batches that the last release does not have.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb

from copydesk.integrity import engine, scan
from copydesk.manifests import read_head
from copydesk.sql import literal
from copydesk.stores import Location, Source, open_store

# How a release's articles look, as a query over them.
SHAPE: Final = """
    SELECT
        count(*) AS articles,
        count(title) / count(*) AS titled,
        count(published_at) / count(*) AS dated,
        count(*) FILTER (len(authors) > 0) / count(*) AS authored,
        median(word_count) AS median_words
    FROM {articles}
    HAVING count(*) > 0
"""


@dataclass(frozen=True, slots=True)
class LastRelease:
    """The newest release: its batches, and its articles' row of `last_release`, None where it has none."""

    inputs: tuple[str, ...]
    shape: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Against:
    """What the tables are held against; by default nothing."""

    raw: Sequence[Source] = ()
    inputs: Mapping[str, int] = field(default_factory=dict)
    last: LastRelease | None = None


def last_release(location: Location) -> LastRelease | None:
    """How the newest release looks; None where there is none."""
    store = open_store(location)
    manifest = read_head(store)
    if manifest is None:
        return None
    files = scan([store.reading(file.path) for file in manifest.tables["articles"].files])
    with tempfile.TemporaryDirectory() as spill, engine(Path(spill), store) as connection:
        row = connection.execute(SHAPE.format(articles=files)).fetchone()
    return LastRelease(manifest.inputs, row)


def create_relations(connection: duckdb.DuckDBPyConnection, against: Against) -> None:
    """Lay the relations beside the tables."""
    raw = scan([str(file) for file in against.raw]) if against.raw else "documents LIMIT 0"
    connection.execute(
        f"CREATE VIEW raw_documents AS SELECT document_id, batch_id, source_uri FROM {raw}"
    )
    connection.execute("CREATE TABLE inputs (batch_id VARCHAR, documents BIGINT)")
    for batch_id, count in against.inputs.items():
        connection.execute("INSERT INTO inputs VALUES (?, ?)", [batch_id, count])
    connection.execute(
        "CREATE TABLE last_release (articles BIGINT, titled DOUBLE, dated DOUBLE, authored DOUBLE,"
        " median_words DOUBLE)"
    )
    if against.last is not None and against.last.shape is not None:
        connection.execute("INSERT INTO last_release VALUES (?, ?, ?, ?, ?)", against.last.shape)
    known = ", ".join(map(literal, against.last.inputs if against.last else ())) or "NULL"
    connection.execute(
        "CREATE VIEW new_documents AS SELECT document_id FROM documents"
        f" WHERE list_contains([{known}], batch_id) IS DISTINCT FROM true"
    )
