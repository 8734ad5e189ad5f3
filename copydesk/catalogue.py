"""What lets a person open a release: `catalog.duckdb` and the README beside it.

What belongs here: files derived from one manifest, which can be thrown away and made again. What
does not: the release itself (releases.py), and running queries on somebody's behalf (querying.py).

The catalogue holds views, not rows. Its one difficulty is that the published directory may be
moved: DuckDB resolves a relative path against the working directory, never against the database
file. The macro `dataset_root()` therefore asks, in this order: the session's variable
`dataset_root`; the directory of the opened database, which `temp_directory` gives away
(`<directory>/catalog.duckdb.tmp`) and which folds to a constant when a view is bound; the directory
the catalogue was written for, which is what is left when the catalogue is attached to another
database.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import duckdb

from copydesk.manifests import Manifest, TableEntry
from copydesk.sql import identifier, literal
from copydesk.storage import replace, staging, sync_file, write_staged

CATALOGUE: Final = "catalog.duckdb"
README: Final = "README.md"
# The oldest storage that holds all the catalogue needs; without it DuckDB before 2.0 cannot open
# what 2.0 wrote.
STORAGE_VERSION: Final = "v1.0.0"

_TEMPORARY_SUFFIX: Final = f"/{CATALOGUE}.tmp"


def write_catalogue(root: Path, manifest: Manifest) -> None:
    """Write `catalog.duckdb` and `README.md` of a release into `root`, replacing older ones.

    Raises:
        duckdb.Error: a view cannot be made, for instance because a data file is missing.
        OSError: a file cannot be written.
    """
    with staging(root) as stage:
        stage_derived(stage, root, manifest)
        install_derived(stage, root)


def stage_derived(stage: Path, root: Path, manifest: Manifest) -> None:
    """Make the derived files in a private directory.

    Raises:
        duckdb.Error: a view cannot be made, for instance because a data file is missing.
        OSError: a file cannot be written.
    """
    build_catalogue(stage / CATALOGUE, root, manifest)
    sync_file(stage / CATALOGUE)
    write_staged(stage / README, describe_release(manifest).encode())


def install_derived(stage: Path, root: Path) -> None:
    """Replace the derived files by those that were staged.

    The catalogue comes last, for it says which release they are of.

    Raises:
        OSError: a file cannot be replaced.
    """
    replace(stage / README, root / README)
    # Left by somebody who opened the old catalogue for writing: it must not be replayed into the
    # new one.
    (root / f"{CATALOGUE}.wal").unlink(missing_ok=True)
    replace(stage / CATALOGUE, root / CATALOGUE)


def is_current(root: Path, manifest: Manifest) -> bool:
    """Whether the derived files in `root` are this release's."""
    path = root / CATALOGUE
    if not path.is_file() or not (root / README).is_file():
        return False
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.execute("SELECT commit_id FROM release").fetchall()
    except duckdb.Error:
        return False
    return rows == [(manifest.commit_id,)]


def build_catalogue(path: Path, root: Path, manifest: Manifest) -> None:
    """Write a database of views over the release's files in `root` to `path`, where no file may be.

    Raises:
        duckdb.Error: a view cannot be made, for instance because a data file is missing.
    """
    location = literal(str(root.resolve()))
    directory = "replace(current_setting('temp_directory'), '\\', '/')"
    with duckdb.connect() as connection:
        connection.execute(
            f"ATTACH {literal(str(path))} AS catalogue (STORAGE_VERSION {literal(STORAGE_VERSION)})"
        )
        connection.execute("USE catalogue")
        # While the views are made, the directory of the database is not yet the published one.
        connection.execute(f"SET VARIABLE dataset_root = {location}")
        connection.execute(
            f"""
            CREATE MACRO dataset_root() AS coalesce(
                getvariable('dataset_root'),
                CASE WHEN ends_with({directory}, {literal(_TEMPORARY_SUFFIX)})
                THEN left({directory}, length({directory}) - {len(_TEMPORARY_SUFFIX)}) END,
                {location}
            )
            """
        )
        for name, table in manifest.tables.items():
            _create_view(connection, name, table)
        connection.execute(
            f"""
            CREATE VIEW release AS SELECT
                {manifest.release}::INTEGER AS release,
                {literal(manifest.commit_id)}::VARCHAR AS commit_id,
                {literal(manifest.published_at)}::VARCHAR AS published_at,
                {literal(manifest.message)}::VARCHAR AS message,
                {literal(manifest.code_version)}::VARCHAR AS code_version,
                {literal(manifest.schema_version)}::VARCHAR AS schema_version
            """
        )
        connection.execute("COMMENT ON VIEW release IS 'The release these views read.'")
        connection.execute("USE memory")
        connection.execute("DETACH catalogue")


def _create_view(connection: duckdb.DuckDBPyConnection, name: str, table: TableEntry) -> None:
    """One table's view, with its comments."""
    files = ", ".join(f"dataset_root() || {literal('/' + file.path)}" for file in table.files)
    columns = ", ".join(identifier(field.name) for field in table.fields)
    view = identifier(name)
    connection.execute(f"CREATE VIEW {view} AS SELECT {columns} FROM read_parquet([{files}])")
    connection.execute(f"COMMENT ON VIEW {view} IS {literal(table.description)}")
    for field in table.fields:
        comment = field.description + (f" Unit: {field.unit}." if field.unit else "")
        connection.execute(
            f"COMMENT ON COLUMN {view}.{identifier(field.name)} IS {literal(comment)}"
        )


def describe_release(manifest: Manifest) -> str:
    """The README of a published directory, as Markdown."""
    rows = "\n".join(
        f"| `{name}` | {table.description} | {table.rows:,} | {table.bytes:,} |"
        for name, table in manifest.tables.items()
    )
    return f"""# News articles, release {manifest.release}

Published {manifest.published_at} by Copydesk {manifest.code_version}, schema
{manifest.schema_version}.
{manifest.message}

| table | a row is | rows | bytes |
|---|---|---:|---:|
{rows}

Every column's meaning, type and unit is in the release's manifest, in the Parquet files themselves
and in the catalogue (`SELECT table_name, column_name, comment FROM duckdb_columns()`).

## How to query it

With DuckDB's command line (`-readonly`, or it takes a lock that keeps others out):

```sh
duckdb -readonly catalog.duckdb "SELECT title FROM articles WHERE duplicate_of IS NULL LIMIT 5"
```

From Python:

```python
import duckdb

with duckdb.connect("catalog.duckdb", read_only=True) as connection:
    print(connection.execute("SELECT status, count(*) FROM documents GROUP BY ALL").fetchall())
```

With Polars, or anything else that reads Parquet:

```python
import polars as pl

articles = pl.scan_parquet("latest/articles/*.parquet")
```

The directory may be moved or copied as a whole. Attached to another database (`ATTACH`), the views
look where it was published unless told otherwise: `SET VARIABLE dataset_root = '/where/it/is';`.

`releases/NNNNNNNN/` holds the tables of release NNNNNNNN and never changes; a release exists when
its manifest `releases/NNNNNNNN.json` does. `latest` points to the newest.

## Licences

The text of the articles belongs to their publishers; this dataset grants no right to it.
Places carry coordinates and names from [GeoNames](https://www.geonames.org/), licensed under
[CC BY 4.0](https://creativecommons.org/licenses/by/4.0/).
"""
