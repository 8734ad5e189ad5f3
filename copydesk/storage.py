"""How bytes get onto a local disk so that a crash cannot leave half of them.

What belongs here: durable writes, exclusive creation, the lock, staging directories, and the one
way a published table's Parquet is written. What does not: what a release is (releases.py) or what
its manifest says (manifests.py).

Nothing is ever written under its final name: a file is written in `.staging` (or beside its target
under a temporary name), flushed to the disk, and only then renamed or hard-linked. A process killed
at any moment leaves behind only staging directories, which the next publisher sweeps because nobody
holds their lock any more.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow.parquet as pq

from copydesk.tables import Table, Width

STAGING: Final = ".staging"
LOCK: Final = ".lock"

COMPRESSION_LEVEL: Final = 3
# Rows in a group, by what a row weighs. A lookup reads one group a file and unpacks of it the pages before its row, so groups
# of whole texts are small (2,048 bodies are 5 MB; of 8,192, a lookup takes 1.7 times the time and the files are as large).
# Narrow rows: large groups keep the share of metadata small and dictionaries effective.
ROW_GROUPS: Final[Mapping[Width, int]] = {"texts": 2_048, "lines": 8_192, "narrow": 1_048_576}
# Rows in another order than their key's are looked up by that order: of 5 million mentions by entity, groups of this size
# let a query read one group a file. With smaller ones reading the groups' own descriptions costs more than it saves.
LOOKUP_ROW_GROUP: Final = 32_768
# A dictionary of one group's identifiers (24 bytes each) must fit, or the rest is written plain.
DICTIONARY_BYTES: Final = 4 * 1024**2
# False-positive rate of bloom filters: the default of parquet-cpp and parquet-mr, about 6 bits a
# value.
BLOOM_FALSE_POSITIVES: Final = 0.05

_CHUNK: Final = 1 << 20


def sync_file(path: Path) -> None:
    """Flush a file's (or a directory's) content from the page cache to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_directory(path: Path) -> None:
    """Create a directory and its parents, durably; no error if it is there."""
    if path.is_dir():
        return
    make_directory(path.parent)
    with suppress(FileExistsError):
        path.mkdir()
    sync_file(path.parent)


def create_exclusively(staged: Path, target: Path) -> None:
    """Give a finished, staged file its final name, which must be free.

    Raises:
        FileExistsError: the name is taken; the file there is untouched.
    """
    os.link(staged, target)
    sync_file(target.parent)


def replace(staged: Path, target: Path) -> None:
    """Give a finished, staged file its final name, atomically replacing what was there."""
    os.replace(staged, target)
    sync_file(target.parent)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A hidden file beside `path` that takes its place when the block ends without an error."""
    make_directory(path.parent)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".tmp", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_staged(path: Path, content: bytes) -> None:
    """Write a file that is still private to its writer, and flush it."""
    path.write_bytes(content)
    sync_file(path)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's content, in hex."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def copy_hashed(source: Path, target: Path) -> str:
    """Copy a file, flush the copy, and return the SHA-256 of the bytes that were copied.

    The digest is of what was written, so a source that changes meanwhile cannot slip in under
    another file's name.
    """
    digest = hashlib.sha256()
    with source.open("rb") as reader, target.open("wb") as writer:
        while chunk := reader.read(_CHUNK):
            digest.update(chunk)
            writer.write(chunk)
        writer.flush()
        os.fsync(writer.fileno())
    return digest.hexdigest()


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the publishing lock of `root`; waits for whoever has it, but not for the dead."""
    with (root / LOCK).open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def staging(root: Path) -> Iterator[Path]:
    """A private directory under `.staging`, removed at the end; sweeps what the dead left."""
    area = root / STAGING
    make_directory(area)
    with locked(root):
        _sweep(area)
        directory = area / uuid.uuid4().hex
        directory.mkdir()
        handle = (directory / LOCK).open("a")
        fcntl.flock(handle, fcntl.LOCK_EX)
    with handle:
        try:
            yield directory
        finally:
            shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def staged_file(root: Path, content: bytes) -> Iterator[Path]:
    """A finished file under `.staging` that is still private; removed at the end."""
    area = root / STAGING
    make_directory(area)
    while True:
        path = area / uuid.uuid4().hex
        with path.open("wb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if not path.exists():
                # Swept between its creation and its lock.
                continue
            try:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
                yield path
            finally:
                path.unlink(missing_ok=True)
            return


def _sweep(area: Path) -> None:
    """Remove what is staged and whose owner is dead. Needs the publishing lock."""
    for entry in area.iterdir():
        # An owner at work holds its lock (BlockingIOError); one that is just leaving takes what is
        # its own away itself.
        lock = entry / LOCK if entry.is_dir() else entry
        with suppress(OSError), lock.open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)


def row_group(table: Table) -> int:
    """Rows in a row group of a table's files."""
    if table.width == "narrow" and table.sort_by != table.primary_key:
        return LOOKUP_ROW_GROUP
    return ROW_GROUPS[table.width]


def write_table_file(frame: pl.DataFrame, table: Table, path: Path) -> None:
    """Write rows of a published table as Parquet, the one way it is done.

    The frame is conformed to the table (columns, types, order of rows), so the same rows in any
    order give the same bytes. The file carries field ids, descriptions and units, bloom filters on
    identifiers, dictionaries only where they pay, and its sort order; it appears under `path`
    complete or not at all.

    Raises:
        ValueError: the frame lacks a column, or has nulls where the table allows none.
        OSError: the file cannot be written.
    """
    rows = table.conform(frame)
    schema = table.arrow_schema
    group = row_group(table)
    make_directory(path.parent)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with pq.ParquetWriter(
            temporary,
            schema,
            compression="zstd",
            compression_level=COMPRESSION_LEVEL,
            dictionary_pagesize_limit=DICTIONARY_BYTES,
            use_dictionary=[column.name for column in table.columns if column.dictionary],
            bloom_filter_options={
                column.name: {
                    "ndv": max(1, min(group, rows[column.name].n_unique())),
                    "fpp": BLOOM_FALSE_POSITIVES,
                }
                for column in table.columns
                if column.identifier
            },
            sorting_columns=pq.SortingColumn.from_ordering(
                schema, [(name, "ascending") for name in table.sort_by]
            ),
            write_page_index=True,
            write_page_checksum=True,
        ) as writer:
            # Sliced here, so that the groups do not depend on how the frame happens to be chunked.
            # A table of no rows gets no row group at all.
            for offset in range(0, rows.height, group):
                part = rows.slice(offset, group).rechunk().to_arrow().cast(schema)
                writer.write_table(part, row_group_size=group)
        sync_file(temporary)
        replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
