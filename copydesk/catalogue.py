"""What lets a person open a release: `catalog.duckdb` and the descriptors beside it.

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

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import duckdb

from copydesk.croissant import CROISSANT, croissant
from copydesk.dataset_card import README, dataset_card
from copydesk.descriptors import DATAPACKAGE, datapackage
from copydesk.manifests import Manifest, TableEntry
from copydesk.sql import identifier, literal
from copydesk.stores import LocalStore, Location, Store, open_store

CATALOGUE: Final = "catalog.duckdb"
# What describes a release to others, by the file's name.
DESCRIPTORS: Final[Mapping[str, Callable[[Manifest], str]]] = {
    README: dataset_card,
    DATAPACKAGE: datapackage,
    CROISSANT: croissant,
}
# A copy of the manifest that the derived files were made from. In an object store, where there are no
# links, it also tells readers the newest release with one request.
DERIVED: Final = "latest.json"
# The oldest storage that holds all the catalogue needs; without it DuckDB before 2.0 cannot open
# what 2.0 wrote.
STORAGE_VERSION: Final = "v1.0.0"


def write_catalogue(location: Location, manifest: Manifest) -> None:
    """Write `catalog.duckdb` and what else describes a release, replacing older ones.

    Raises:
        duckdb.Error: a view cannot be made, for instance because a data file is missing.
        OSError: a file cannot be written.
    """
    store = open_store(location)
    with store.workspace() as stage:
        stage_derived(stage, store, manifest)
        install_derived(stage, store, manifest)


def stage_derived(stage: Path, store: Store, manifest: Manifest) -> None:
    """Make the derived files in a private directory.

    Raises:
        duckdb.Error: a view cannot be made, for instance because a data file is missing.
        OSError: a file cannot be written.
    """
    # Elsewhere, for DuckDB cannot write a database below a directory with `?` in its name.
    with tempfile.TemporaryDirectory(prefix="copydesk-catalogue-") as directory:
        built = Path(directory) / CATALOGUE
        build_catalogue(built, store, manifest)
        shutil.copyfile(built, stage / CATALOGUE)


def install_derived(stage: Path, store: Store, manifest: Manifest) -> None:
    """Replace the derived files by those that were staged.

    What says which release they are of comes last.

    Raises:
        OSError: a file cannot be replaced.
    """
    for name, describe in DESCRIPTORS.items():
        store.replace(name, describe(manifest).encode())
    # Left by somebody who opened the old catalogue for writing: it must not be replayed into the
    # new one.
    store.remove(f"{CATALOGUE}.wal")
    store.replace(CATALOGUE, (stage / CATALOGUE).read_bytes())
    store.replace(DERIVED, manifest.to_json().encode())


def is_current(store: Store, manifest: Manifest) -> bool:
    """Whether the derived files are this release's, as far as can be told without reading them."""
    try:
        return store.read(DERIVED) == manifest.to_json().encode() and all(
            (stored := store.find(name)) is not None and stored.bytes > 0
            for name in (CATALOGUE, *DESCRIPTORS)
        )
    except FileNotFoundError:
        return False


def build_catalogue(
    path: Path, location: Location, manifest: Manifest, *, beside: bool = True
) -> None:
    """Write a database of views over the release's files to `path`, where no file may be.

    `beside` says that it will lie in the published directory and may be moved with it; elsewhere it
    keeps looking where the directory is now.

    Raises:
        duckdb.Error: a view cannot be made, for instance because a data file is missing.
    """
    store = open_store(location)
    root = str(store.root.resolve()) if isinstance(store, LocalStore) else store.location
    baked = literal(root)
    directory = "replace(current_setting('temp_directory'), '\\', '/')"
    suffix = f"/{path.name}.tmp"
    with duckdb.connect() as connection:
        store.register(connection)
        connection.execute(
            f"ATTACH {literal(str(path))} AS catalogue (STORAGE_VERSION {literal(STORAGE_VERSION)})"
        )
        connection.execute("USE catalogue")
        # One transaction: a hundred comments are not worth a hundred flushes to the disk.
        connection.execute("BEGIN")
        # While the views are made, the directory of the database is not yet the published one.
        connection.execute(f"SET VARIABLE dataset_root = {baked}")
        connection.execute(
            f"""
            CREATE MACRO dataset_root() AS coalesce(
                getvariable('dataset_root'),
                CASE WHEN {beside} AND ends_with({directory}, {literal(suffix)})
                THEN left({directory}, length({directory}) - {len(suffix)}) END,
                {baked}
            )
            """
        )
        # In the directory's name, characters that would make it a pattern stand for themselves.
        connection.execute(
            """
            CREATE MACRO dataset_path() AS
                replace(replace(replace(dataset_root(), '[', '[[]'), '*', '[*]'), '?', '[?]')
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
        connection.execute("COMMIT")
        connection.execute("USE memory")
        connection.execute("DETACH catalogue")


def _create_view(connection: duckdb.DuckDBPyConnection, name: str, table: TableEntry) -> None:
    """One table's view, with its comments."""
    files = ", ".join(f"dataset_path() || {literal('/' + file.path)}" for file in table.files)
    columns = ", ".join(identifier(field.name) for field in table.fields)
    view = identifier(name)
    connection.execute(
        f"CREATE VIEW {view} AS SELECT {columns}"
        f" FROM read_parquet([{files}], hive_partitioning = false)"
    )
    connection.execute(f"COMMENT ON VIEW {view} IS {literal(table.description)}")
    for field in table.fields:
        comment = field.description + (f" Unit: {field.unit}." if field.unit else "")
        connection.execute(
            f"COMMENT ON COLUMN {view}.{identifier(field.name)} IS {literal(comment)}"
        )
