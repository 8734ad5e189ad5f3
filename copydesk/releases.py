"""The release log: how tables become a release that readers see whole or not at all.

What belongs here: staging, verifying, committing and repairing releases in a local directory. What
does not: what a manifest holds (manifests.py), how bytes get onto the disk (storage.py), the
catalogue (catalogue.py).

How a release is made:

1. Files are copied into `.staging`, hashed on the way, and linked into `data/` under a name made of
   their content. Content that is already there is not copied again. Nothing refers to these files
   yet.
2. What is new is verified: schemas, order, keys, foreign keys. What the parent released was
   verified when it was.
3. Under the lock: `releases/N+1/` is renamed into place, then the manifest is hard-linked to
   `releases/N+1.json`, which fails if that exists. This link is the commit: before it there is no
   release, after it there is one, whole.
4. What is derived (`latest`, the catalogue) is replaced, each atomically. Failing here is no failed
   release: the next `publish` or `repair` does it.

The lock keeps publishers on one machine from getting into each other's way. That at most one of
them makes N+1 does not depend on it: the exclusive link decides, and the loser reads the new head
and tries again.
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import itertools
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.catalogue import install_derived, is_current, stage_derived
from copydesk.integrity import (
    Part,
    check_foreign_keys,
    check_order,
    check_unique,
    count_changes,
    engine,
)
from copydesk.manifests import (
    DATA,
    FORMAT,
    LATEST,
    RELEASES,
    Changes,
    File,
    Manifest,
    Reference,
    ReleaseError,
    TableEntry,
    describe_fields,
    head,
    list_releases,
    manifest_path,
    read_manifest,
    release_directory,
    release_name,
)
from copydesk.storage import (
    copy_hashed,
    create_exclusively,
    locked,
    make_directory,
    replace,
    sha256_of,
    staging,
    sync_file,
    write_staged,
    write_table_file,
)
from copydesk.tables import SCHEMA_VERSION, TABLES, Table

__all__ = [
    "Manifest",
    "PublishOutcome",
    "ReleaseError",
    "head",
    "list_releases",
    "publish",
    "read_manifest",
    "repair",
    "verify",
    "write_table_file",
]

# Hex digits of a file's SHA-256 in its name: 80 bits, as for every other id (identifiers.py).
DIGEST_DIGITS: Final = 20
# Each lost race means that somebody else released; a publisher that never wins is told so rather
# than left spinning.
MAX_ATTEMPTS: Final = 100


@dataclass(frozen=True, slots=True)
class PublishOutcome:
    """What `publish` did.

    `release` is the newest release; `created` says whether this call made it. `warning` says what
    derived file could not be replaced, None if all were: the release stands, and the next publish
    or `repair` makes up for it.
    """

    release: int
    created: bool
    warning: str | None = None


def publish(
    root: Path,
    tables: Mapping[str, Sequence[Path]],
    *,
    checks: Sequence[Mapping[str, object]],
    inputs: Sequence[str],
    message: str,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> PublishOutcome:
    """Release the Parquet files of all published tables.

    Args:
        root: the published directory; made if it is not there.
        tables: the files of every table of `TABLES`; an empty sequence is a table of no rows.
        checks: results of what was expected of the tables, kept in the manifest as they are. One
            with severity `critical` and success False blocks the release.
        inputs: the batches the tables were made from.
        message: why there is a new release.
        now: the clock; gives the release's time (UTC) and the date in the names of its files.

    Returns:
        The newest release; not a new one if these files and this schema are what it already holds.

    Raises:
        ReleaseError: the tables may not or cannot be released. What was released before is
            untouched.
    """
    _refuse_unfit(tables, checks)
    try:
        make_directory(root)
        with staging(root) as stage:
            moment = now().astimezone(UTC)
            parts = {
                name: _stage_table(root, stage, TABLES[name], tables[name], f"{moment:%Y%m%d}")
                for name in TABLES
            }
            for _ in range(MAX_ATTEMPTS):
                parent = _read_head(root)
                if parent is not None and _same_content(parent, parts):
                    return PublishOutcome(parent.release, False, _try_repair(root))
                manifest = _prepare(root, stage, parts, parent, checks, inputs, message, moment)
                if _commit(root, stage, manifest):
                    return PublishOutcome(manifest.release, True, _try_repair(root))
    except (OSError, pa.ArrowException, pl.exceptions.PolarsError, duckdb.Error) as error:
        raise ReleaseError(f"nothing was released: {error}") from error
    raise ReleaseError(f"nothing was released: others were faster {MAX_ATTEMPTS} times; try again")


def repair(root: Path) -> None:
    """Bring what is derived from the newest release up to date, where it is not.

    Raises:
        ReleaseError: the newest release's manifest cannot be read.
        OSError: a file cannot be written.
        duckdb.Error: the catalogue cannot be made.
    """
    if head(root) is None:
        return
    with staging(root) as stage, locked(root):
        manifest = read_manifest(root, head(root) or 0)
        directory = release_directory(root, manifest.release)
        if not _directory_is_whole(directory, manifest):
            _link_tables(root, stage / "tables", manifest)
            shutil.rmtree(directory, ignore_errors=True)
            os.rename(stage / "tables", directory)
            sync_file(directory.parent)
        _point_latest(root, stage, manifest.release)
        if not is_current(root, manifest):
            stage_derived(stage, root, manifest)
            install_derived(stage, root)


def verify(root: Path, release: int) -> list[str]:
    """What is wrong with a release, one sentence each; empty when nothing is.

    Reads all of it: checksums, schemas, rows, order, keys, foreign keys, and the directory of hard
    links.

    Raises:
        ReleaseError: there is no such release, or its manifest cannot be read.
    """
    manifest = read_manifest(root, release)
    faults: list[str] = []
    for entry in manifest.tables.values():
        for file in entry.files:
            path = root / file.path
            if not path.is_file():
                faults.append(f"{file.path}: the file is missing")
            elif path.stat().st_size != file.bytes or sha256_of(path) != file.sha256:
                faults.append(f"{file.path}: the content is not what was released")
    if not _directory_is_whole(release_directory(root, release), manifest):
        faults.append(f"{RELEASES}/{release_name(release)}: does not hold the release's files")
    if faults:
        return faults
    parts = {
        name: Part(
            key=entry.primary_key,
            references=entry.foreign_keys,
            new=tuple(str(root / file.path) for file in entry.files),
        )
        for name, entry in manifest.tables.items()
    }
    with tempfile.TemporaryDirectory() as spill, engine(Path(spill)) as connection:
        for name, entry in manifest.tables.items():
            faults += [
                f"{file.path}: {rows} rows instead of {file.rows}"
                for file in entry.files
                if (rows := pq.read_metadata(root / file.path).num_rows) != file.rows
            ]
            try:
                for file in entry.files:
                    check_order(name, entry.sort_by, entry.primary_key, root / file.path)
                check_unique(connection, name, parts)
                check_foreign_keys(connection, name, parts)
            except ReleaseError as error:
                faults.append(str(error))
    return faults


def _refuse_unfit(
    tables: Mapping[str, Sequence[Path]], checks: Sequence[Mapping[str, object]]
) -> None:
    """Refuse what cannot be a release whatever the files hold."""
    missing = sorted(set(TABLES) - set(tables))
    unknown = sorted(set(tables) - set(TABLES))
    if missing or unknown:
        raise ReleaseError(
            "a release holds every published table and no other: "
            f"missing {missing or 'none'}, unknown {unknown or 'none'}"
        )
    failed = [
        f"{check.get('table', '?')}.{check.get('name', '?')}"
        for check in checks
        if check.get("severity") == "critical" and check.get("success") is False
    ]
    if failed:
        raise ReleaseError(f"critical checks failed: {', '.join(failed)}")


def _stage_table(
    root: Path, stage: Path, table: Table, sources: Sequence[Path], day: str
) -> tuple[File, ...]:
    """Bring a table's files into `data/`; returns them in order of their content.

    Files of no rows are left out, unless there is no other: then one stands for the table, so that
    its columns can be read everywhere.
    """
    files: dict[str, File] = {}
    for source in sources:
        rows = _read_rows(table, source)
        if rows == 0:
            continue
        file = _stage_file(root, stage, table, source, day)
        if file.sha256 in files:
            raise ReleaseError(f"table {table.name}: {source.name} repeats another file's rows")
        files[file.sha256] = file
    if not files:
        empty = stage / f"{table.name}.empty.parquet"
        write_table_file(table.empty(), table, empty)
        file = _stage_file(root, stage, table, empty, day)
        files[file.sha256] = file
    return tuple(files[digest] for digest in sorted(files))


def _read_rows(table: Table, source: Path) -> int:
    """The number of rows of a file whose schema is the table's.

    Descriptions may differ (an old file keeps the wording of its day); names, types, nullability
    and ids may not.
    """
    try:
        metadata = pq.read_metadata(source)
        schema = pq.read_schema(source)
    except (OSError, pa.ArrowException) as error:
        raise ReleaseError(f"table {table.name}: {source} cannot be read: {error}") from error
    if not schema.equals(table.arrow_schema, check_metadata=False):
        raise ReleaseError(
            f"table {table.name}: the columns of {source.name} are not the declared ones:"
            f" {_first_difference(schema, table.arrow_schema)}"
        )
    for found, declared in zip(schema, table.columns, strict=True):
        if (found.metadata or {}).get(b"PARQUET:field_id") != str(declared.field_id).encode():
            raise ReleaseError(
                f"table {table.name}: column {found.name} of {source.name} lacks its field id"
                f" {declared.field_id}; write it with write_table_file"
            )
    return int(metadata.num_rows)


def _first_difference(found: pa.Schema, declared: pa.Schema) -> str:
    """The first field in which two schemas differ, in words."""
    for left, right in itertools.zip_longest(found, declared):
        if left is None or right is None or not left.equals(right):
            return f"{_describe(left)} where {_describe(right)} is declared"
    return "they differ"


def _describe(field: pa.Field | None) -> str:
    """A field in words."""
    if field is None:
        return "nothing"
    return f"{field.name}: {field.type}{'' if field.nullable else ' not null'}"


def _stage_file(root: Path, stage: Path, table: Table, source: Path, day: str) -> File:
    """Bring one file into `data/` unless its content is there already."""
    directory = root / DATA / table.name
    make_directory(directory)
    digest = sha256_of(source)
    path = _find_content(directory, table, digest, source.stat().st_size)
    if path is None:
        staged = stage / f"{table.name}-{uuid.uuid4().hex}.parquet"
        # The digest of the copy counts: the source may have been replaced since it was read.
        digest = copy_hashed(source, staged)
        _read_rows(table, staged)
        path = directory / f"{table.name}-{day}-{digest[:DIGEST_DIGITS]}.parquet"
        if not path.exists():
            # Whoever came in between put the same content there: the name says so.
            with suppress(FileExistsError):
                create_exclusively(staged, path)
    return File(
        path=path.relative_to(root).as_posix(),
        rows=int(pq.read_metadata(path).num_rows),
        bytes=path.stat().st_size,
        sha256=digest,
        first_key=(),
        last_key=(),
    )


def _find_content(directory: Path, table: Table, digest: str, size: int) -> Path | None:
    """The file in `data/` with this content, whatever day it came; None if there is none."""
    pattern = f"{table.name}-*-{digest[:DIGEST_DIGITS]}.parquet"
    for path in sorted(directory.glob(pattern)):
        # A file gets its name when it is whole; `verify` finds what the disk did to it since. The
        # size costs nothing.
        if path.stat().st_size != size:
            raise ReleaseError(f"{path.name} is damaged: its size is not what its name says")
        return path
    return None


def _read_head(root: Path) -> Manifest | None:
    """The newest release's manifest; None when nothing was released yet."""
    newest = head(root)
    return None if newest is None else read_manifest(root, newest)


def _same_content(parent: Manifest, parts: Mapping[str, tuple[File, ...]]) -> bool:
    """Whether the parent already holds these files under the present schema."""
    return parent.schema_version == SCHEMA_VERSION and all(
        name in parent.tables
        and parent.tables[name].fields == describe_fields(TABLES[name])
        and {file.sha256 for file in parent.tables[name].files} == {file.sha256 for file in files}
        for name, files in parts.items()
    )


def _prepare(
    root: Path,
    stage: Path,
    files: Mapping[str, tuple[File, ...]],
    parent: Manifest | None,
    checks: Sequence[Mapping[str, object]],
    inputs: Sequence[str],
    message: str,
    moment: datetime,
) -> Manifest:
    """Verify what differs from the parent and write up release N+1."""
    entries: dict[str, TableEntry] = {}
    parts = {
        name: _compare(root, TABLES[name], files[name], _files(parent, name)) for name in TABLES
    }
    with engine(stage) as connection:
        for name, table in TABLES.items():
            known = {file.sha256: file for file in _files(parent, name)}
            described = []
            for file in files[name]:
                # A file the parent verified keeps what was found out about it.
                if file.sha256 in known:
                    described.append(known[file.sha256])
                    continue
                first, last = check_order(name, table.sort_by, table.primary_key, root / file.path)
                described.append(dataclasses.replace(file, first_key=first, last_key=last))
            check_unique(connection, name, parts)
            check_foreign_keys(connection, name, parts)
            entries[name] = TableEntry(
                description=table.description,
                primary_key=table.primary_key,
                sort_by=table.sort_by,
                foreign_keys=parts[name].references,
                fields=describe_fields(table),
                rows=sum(file.rows for file in described),
                bytes=sum(file.bytes for file in described),
                changes=Changes(*count_changes(connection, parts[name])),
                files=tuple(described),
            )
    return Manifest(
        format=FORMAT,
        release=1 if parent is None else parent.release + 1,
        parent=None if parent is None else parent.release,
        commit_id=uuid.uuid4().hex,
        published_at=moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
        message=message,
        code_version=importlib.metadata.version("copydesk"),
        schema_version=SCHEMA_VERSION,
        checks=tuple(dict(check) for check in checks),
        inputs=tuple(inputs),
        tables=entries,
    )


def _files(manifest: Manifest | None, table: str) -> tuple[File, ...]:
    """A table's files in a release; none where there is no release or no such table yet."""
    if manifest is None or table not in manifest.tables:
        return ()
    return manifest.tables[table].files


def _compare(root: Path, table: Table, current: Sequence[File], previous: Sequence[File]) -> Part:
    """Which files of a table are new against the parent, which it shares, which are gone."""
    now = {file.sha256: file for file in current}
    before = {file.sha256: file for file in previous}

    def paths(source: Mapping[str, File], digests: set[str]) -> tuple[str, ...]:
        return tuple(sorted(str(root / source[digest].path) for digest in digests))

    return Part(
        key=table.primary_key,
        references=tuple(
            Reference(key.columns, key.references, key.references_columns)
            for key in table.foreign_keys
        ),
        new=paths(now, now.keys() - before.keys()),
        kept=paths(before, now.keys() & before.keys()),
        gone=paths(before, before.keys() - now.keys()),
    )


def _commit(root: Path, stage: Path, manifest: Manifest) -> bool:
    """Make the release; False when somebody else made one with its number first."""
    staged = stage / f"{uuid.uuid4().hex}.json"
    write_staged(staged, manifest.to_json().encode())
    tables = stage / f"tables-{uuid.uuid4().hex}"
    _link_tables(root, tables, manifest)
    target = manifest_path(root, manifest.release)
    directory = release_directory(root, manifest.release)
    make_directory(target.parent)
    with locked(root):
        if head(root) != manifest.parent:
            return False
        # Without a manifest it is what a publisher left that died before its commit.
        shutil.rmtree(directory, ignore_errors=True)
        os.rename(tables, directory)
        sync_file(directory.parent)
        try:
            create_exclusively(staged, target)
        except FileExistsError:
            return False
        except OSError:
            # The link may have been made before its directory failed to sync: then the release is
            # visible.
            if not target.exists():
                raise
    return True


def _link_tables(root: Path, directory: Path, manifest: Manifest) -> None:
    """Fill a private directory with a release's tables; hard links store no byte twice."""
    for name, entry in manifest.tables.items():
        make_directory(directory / name)
        for file in entry.files:
            os.link(root / file.path, directory / name / file.name)
        sync_file(directory / name)


def _directory_is_whole(directory: Path, manifest: Manifest) -> bool:
    """Whether a release's directory holds its tables' files and nothing else."""
    return all(
        (directory / name).is_dir()
        and {path.name: path.stat().st_size for path in (directory / name).iterdir()}
        == {file.name: file.bytes for file in entry.files}
        for name, entry in manifest.tables.items()
    )


def _point_latest(root: Path, stage: Path, release: int) -> None:
    """Swap the symlink `latest`, atomically, unless it is right."""
    link = root / LATEST
    target = f"{RELEASES}/{release_name(release)}"
    if link.is_symlink() and os.readlink(link) == target:
        return
    (stage / LATEST).symlink_to(target, target_is_directory=True)
    replace(stage / LATEST, link)


def _try_repair(root: Path) -> str | None:
    """Repair; what went wrong as words, not as an exception, for the release stands."""
    try:
        repair(root)
    except (OSError, duckdb.Error, ReleaseError) as error:
        return f"the catalogue or `latest` could not be brought up to date: {error}"
    return None
