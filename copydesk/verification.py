"""Whether a release is what it was when it was made.

What belongs here: reading all of a release again: checksums, schemas, rows, order, keys, foreign keys. What
does not: making it so (releases.repair), expectations about values (the package `expectations`).
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.integrity import Part, check_foreign_keys, check_order, check_unique, engine
from copydesk.manifests import (
    RELEASES,
    File,
    Manifest,
    ReleaseError,
    TableEntry,
    read_manifest,
    release_directory,
    release_name,
)
from copydesk.releases import directory_is_whole
from copydesk.storage import sha256_of
from copydesk.stores import LocalStore, Location, Store, open_store


def verify(location: Location, release: int) -> list[str]:
    """What is wrong with a release, one sentence each; empty when nothing is.

    Reads all of it: checksums, schemas, rows, order, keys, foreign keys, and the directory of hard
    links.

    Raises:
        ReleaseError: there is no such release, or its manifest cannot be read.
    """
    store = open_store(location)
    manifest = read_manifest(store, release)
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="copydesk-verify-") as directory:
        for name, entry in manifest.tables.items():
            for file in entry.files:
                faults += _check_file(store, name, entry, file, Path(directory))
        faults += _check_directory(store, manifest)
        if not faults:
            faults += _check_rows(store, manifest, Path(directory))
    return faults


def _check_file(
    store: Store, name: str, entry: TableEntry, file: File, directory: Path
) -> list[str]:
    """What is wrong with one file."""
    if isinstance(store, LocalStore):
        path = store.root / file.path
    else:
        path = directory / "file.parquet"
        try:
            store.fetch(file.path, path)
        except FileNotFoundError:
            return [f"{file.path}: the file is missing"]
    if not path.is_file():
        return [f"{file.path}: the file is missing"]
    try:
        if path.stat().st_size != file.bytes or sha256_of(path) != file.sha256:
            return [f"{file.path}: the content is not what was released"]
        if (rows := pq.read_metadata(path).num_rows) != file.rows:
            return [f"{file.path}: {rows} rows instead of {file.rows}"]
        columns = pq.read_schema(path).names
        if columns != [field.name for field in entry.fields]:
            return [f"{file.path}: the columns are not those of the release"]
        check_order(name, entry.sort_by, entry.primary_key, path, file.path)
    except (OSError, pa.ArrowException, pl.exceptions.PolarsError, ReleaseError) as error:
        return [f"{file.path}: {error}"]
    return []


def _check_directory(store: Store, manifest: Manifest) -> list[str]:
    """Whether the release can be globbed, where it can at all."""
    if not isinstance(store, LocalStore):
        return []
    if directory_is_whole(store.root / release_directory(manifest.release), manifest):
        return []
    return [f"{RELEASES}/{release_name(manifest.release)}: does not hold the release's files"]


def _check_rows(store: Store, manifest: Manifest, directory: Path) -> list[str]:
    """Keys and foreign keys over all files."""
    parts = {
        name: Part(
            key=entry.primary_key,
            references=entry.foreign_keys,
            new=tuple(store.reading(file.path) for file in entry.files),
        )
        for name, entry in manifest.tables.items()
    }
    faults = []
    with engine(directory / "spill", store) as connection:
        for name in manifest.tables:
            for check in (check_unique, check_foreign_keys):
                try:
                    check(connection, name, parts)
                except (ReleaseError, duckdb.Error) as error:
                    faults.append(str(error))
    return faults
