"""The release log: how tables become a release that readers see whole or not at all.

What belongs here: staging, verifying, committing and repairing releases. What does not: what a manifest
holds (manifests.py), where a release lies (stores.py), the catalogue (catalogue.py), what can be done to
a release afterwards (rollbacks.py, takedowns.py, compaction.py, retention.py).

How a release is made:

1. Files that the newest release does not hold are copied into a private workspace and hashed on the way.
2. What is new is verified there: schemas, order, keys, foreign keys. What the parent released was
   verified when it was.
3. The new files get names made of their content under `data/`. Nothing refers to them yet.
4. The manifest `releases/N+1.json` is created, which fails if it exists. This is the commit: before it
   there is no release, after it there is one, whole. On a local disk, `releases/N+1/` (hard links) is
   renamed into place before.
5. What is derived (`latest`, the catalogue, the descriptors) is replaced, each atomically. Failing here
   is no failed release: the next `publish` or `repair` does it.

A publisher says what it wants as a difference from the release it started from, its base: files to add
and files to drop. Who loses the race for N+1 applies the difference to the new head. Files that were
added go on top without being written again; where the head no longer has a file that was to be dropped,
somebody else changed the same rows, and the publisher has to compute again (`ReleaseConflict`).

The lock keeps publishers on one machine from getting into each other's way. That at most one of them
makes N+1 does not depend on it: the exclusive creation decides.
"""

from __future__ import annotations

import dataclasses
import errno
import importlib.metadata
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.catalogue import install_derived, is_current, stage_derived
from copydesk.digests import Digests
from copydesk.evolution import check_evolution, fits, upgrade
from copydesk.integrity import (
    Part,
    check_foreign_keys,
    check_order,
    check_unique,
    check_withheld,
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
    Kind,
    Manifest,
    Reference,
    ReleaseConflict,
    ReleaseError,
    TableEntry,
    Takedown,
    code_digest,
    describe_fields,
    head,
    list_releases,
    manifest_path,
    read_head,
    read_manifest,
    release_directory,
    release_name,
)
from copydesk.storage import (
    make_directory,
    replace,
    sha256_of,
    sync_file,
    write_table_file,
)
from copydesk.stores import (
    LocalStore,
    Location,
    Source,
    Store,
    StoreFile,
    open_store,
    source_file,
)
from copydesk.tables import SCHEMA_VERSION, TABLES, Table

__all__ = [
    "Candidate",
    "Manifest",
    "Plan",
    "PublishOutcome",
    "ReleaseConflict",
    "ReleaseError",
    "append",
    "commit",
    "head",
    "list_releases",
    "publish",
    "read_manifest",
    "repair",
    "write_table_file",
]

# Hex digits of a file's SHA-256 in its name: 80 bits, as for every other id (identifiers.py).
DIGEST_DIGITS: Final = 20
# Rows read at once where a file is only checked: bounds the memory.
CHECKED_ROWS: Final = 4_096
# Each lost race means that somebody else released; a publisher that never wins is told so rather
# than left spinning.
MAX_ATTEMPTS: Final = 100
# A release's base when there was none.
NOTHING: Final = 0

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class PublishOutcome:
    """What a commit did.

    `release` is the newest release; `created` says whether this call made it. `warning` says what
    derived file could not be replaced, None if all were: the release stands, and the next publish
    or `repair` makes up for it.
    """

    release: int
    created: bool
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be released; `local` is where its bytes are while the store lacks them."""

    file: File
    local: Path | None = None

    def reading(self, store: Store) -> str:
        """What a Parquet reader opens, wherever its bytes are."""
        return str(self.local) if self.local else store.reading(self.file.path)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the next release shall hold: the files of every table, and what is said about it."""

    files: Mapping[str, tuple[Candidate, ...]]
    checks: Sequence[Mapping[str, object]]
    inputs: Sequence[str]
    message: str
    kind: Kind = "publish"
    takedowns: tuple[Takedown, ...] = ()


def publish(
    location: Location,
    tables: Mapping[str, Sequence[Source]],
    *,
    checks: Sequence[Mapping[str, object]],
    inputs: Sequence[str],
    message: str,
    base: int | None = None,
    digests: Digests | None = None,
    now: Clock = utc_now,
) -> PublishOutcome:
    """Release the Parquet files of all published tables.

    Args:
        location: the published directory or its address; made if it is not there.
        tables: the files of every table of `TABLES`; an empty sequence is a table of no rows.
        checks: results of what was expected of the tables, kept in the manifest as they are. One
            with severity `critical` and success False blocks the release.
        inputs: the batches the tables were made from.
        message: why there is a new release.
        base: the release the tables were computed from, 0 for none; None for the newest now. What
            others released since is kept.
        digests: remembers the digests of files that have not changed.
        now: the clock; gives the release's time (UTC) and the date in the names of its files.

    Returns:
        The newest release; not a new one if these files and this schema are what it already holds.

    Raises:
        ReleaseConflict: others released a change of the same rows since `base`.
        ReleaseError: the tables may not or cannot be released. What was released before is
            untouched.
    """
    missing = sorted(set(TABLES) - set(tables))
    unknown = sorted(set(tables) - set(TABLES))
    if missing or unknown:
        raise ReleaseError(
            "a release holds every published table and no other: "
            f"missing {missing or 'none'}, unknown {unknown or 'none'}"
        )
    _refuse_failed(checks)
    with failing_clearly():
        store = open_store(location)
        store.prepare()
        with store.workspace() as stage:
            origin = read_head(store) if base is None else _read_base(store, base)
            staged = _stage(store, stage, tables, origin, digests, now())

            def plan(newest: Manifest | None) -> Plan:
                return Plan(
                    files={
                        name: _rebase(
                            name, staged[name], _files(origin, name), _files(newest, name)
                        )
                        for name in TABLES
                    },
                    checks=checks,
                    inputs=_rebase_inputs(inputs, origin, newest),
                    message=message,
                    takedowns=() if newest is None else newest.takedowns,
                )

            return commit(store, stage, plan, now)


def append(
    location: Location,
    tables: Mapping[str, Sequence[Source]],
    *,
    checks: Sequence[Mapping[str, object]],
    inputs: Sequence[str],
    message: str,
    digests: Digests | None = None,
    now: Clock = utc_now,
) -> PublishOutcome:
    """Release the newest release's rows and, on top, those of more files, of any tables.

    Arguments and errors are those of `publish`; `inputs` are the added batches.
    """
    unknown = sorted(set(tables) - set(TABLES))
    if unknown:
        raise ReleaseError(f"there are no published tables {', '.join(unknown)}")
    _refuse_failed(checks)
    with failing_clearly():
        store = open_store(location)
        store.prepare()
        with store.workspace() as stage:
            every = {name: tables.get(name, ()) for name in TABLES}
            staged = _stage(store, stage, every, read_head(store), digests, now())

            def plan(newest: Manifest | None) -> Plan:
                known = () if newest is None else newest.inputs
                return Plan(
                    files={
                        name: _rebase(name, staged[name], (), _files(newest, name))
                        for name in TABLES
                    },
                    checks=checks,
                    inputs=list(dict.fromkeys([*known, *inputs])),
                    message=message,
                    takedowns=() if newest is None else newest.takedowns,
                )

            return commit(store, stage, plan, now)


def commit(
    store: Store,
    stage: Path,
    plan_for: Callable[[Manifest | None], Plan | None],
    now: Clock = utc_now,
) -> PublishOutcome:
    """Make the release that `plan_for` wants after the newest one; asked again when others are faster.

    Args:
        store: where.
        stage: a private directory of the store's (`Store.workspace`).
        plan_for: what to release after this newest release; None for nothing.
        now: the clock.

    Raises:
        ReleaseError: the plan cannot be released.
    """
    for _ in range(MAX_ATTEMPTS):
        parent = read_head(store)
        plan = plan_for(parent)
        if parent is not None and (plan is None or _same_content(parent, plan)):
            return PublishOutcome(parent.release, False, _try_repair(store))
        if plan is None:
            raise ReleaseError(f"there is no release in {store.location}")
        manifest = _prepare(store, stage, plan, parent, now().astimezone(UTC))
        for candidates in plan.files.values():
            for candidate in candidates:
                if candidate.local is not None:
                    store.add(candidate.local, candidate.file.path)
        if _create(store, stage, manifest):
            return PublishOutcome(manifest.release, True, _try_repair(store))
    raise ReleaseError(f"nothing was released: others were faster {MAX_ATTEMPTS} times; try again")


def candidates_of(
    store: Store, stage: Path, manifest: Manifest, moment: datetime
) -> dict[str, tuple[Candidate, ...]]:
    """A release's files of rows, to be released again; those of an older schema are written anew in the present one.

    Raises:
        ReleaseError: a file is missing, or its columns cannot have come from an older schema of its table.
    """
    day = f"{moment.astimezone(UTC):%Y%m%d}"

    def candidate(table: Table, file: File) -> Candidate:
        if has_present_columns(manifest, table.name):
            return Candidate(file)
        stored = store.find(file.path)
        if stored is None:
            raise ReleaseError(f"table {table.name}: there is no file {file.path}")
        return stage_file(store, stage, table, StoreFile(store, stored), day)

    return {
        name: tuple(candidate(table, file) for file in _files(manifest, name) if file.rows)
        for name, table in TABLES.items()
    }


def has_present_columns(manifest: Manifest, name: str) -> bool:
    """Whether a table of a release has the columns that are declared now, however they are described."""
    before, now = (
        [(field.id, field.name, field.type, field.nullable) for field in fields]
        for fields in (manifest.tables[name].fields, describe_fields(TABLES[name]))
    )
    return before == now


def replace_files(
    store: Store,
    stage: Path,
    manifest: Manifest,
    files: Mapping[str, tuple[Candidate, ...]],
    purged: tuple[str, ...],
) -> None:
    """Give a release other files, of the present schema, from which some rows were purged."""
    for candidates in files.values():
        for candidate in candidates:
            if candidate.local is not None:
                store.add(candidate.local, candidate.file.path)
    entries = {}
    for name, entry in manifest.tables.items():
        kept = tuple(candidate.file for candidate in files[name])
        entries[name] = dataclasses.replace(
            entry,
            fields=describe_fields(TABLES[name]),
            rows=sum(file.rows for file in kept),
            bytes=sum(file.bytes for file in kept),
            files=kept or (_empty_file(store, stage, TABLES[name], utc_now()),),
        )
    changed = dataclasses.replace(
        manifest, tables=entries, purged=purged, schema_version=SCHEMA_VERSION
    )
    with store.locked():
        store.replace(manifest_path(manifest.release), changed.to_json().encode())
        if isinstance(store, LocalStore):
            _restore_directory(store, stage, changed)
    _try_repair(store)


def repair(location: Location) -> None:
    """Bring what is derived from the newest release up to date, where it is not.

    Raises:
        ReleaseError: the newest release's manifest cannot be read.
        OSError: a file cannot be written.
        duckdb.Error: the catalogue cannot be made.
    """
    store = open_store(location)
    if head(store) is None:
        return
    with store.workspace() as stage, store.locked():
        while True:
            manifest = read_manifest(store, head(store) or 0)
            if isinstance(store, LocalStore):
                _restore_directory(store, stage, manifest)
                _point_latest(store.root, stage, manifest.release)
            if not is_current(store, manifest):
                stage_derived(stage, store, manifest)
                install_derived(stage, store, manifest)
            # Without a lock, somebody may have released meanwhile and derived before us.
            if head(store) == manifest.release:
                return


@contextmanager
def failing_clearly() -> Iterator[None]:
    """Whatever goes wrong is a ReleaseError: nothing was released."""
    try:
        yield
    except (OSError, pa.ArrowException, pl.exceptions.PolarsError, duckdb.Error) as error:
        raise ReleaseError(f"nothing was released: {error}") from error


def _refuse_failed(checks: Sequence[Mapping[str, object]]) -> None:
    """Refuse to release what failed a critical check."""
    failed = [
        f"{check.get('table', '?')}.{check.get('name', '?')}"
        for check in checks
        if check.get("severity") == "critical" and check.get("success") is False
    ]
    if failed:
        raise ReleaseError(f"critical checks failed: {', '.join(failed)}")


def _read_base(store: Store, base: int) -> Manifest | None:
    """The release a publisher started from; None for none."""
    return None if base == NOTHING else read_manifest(store, base)


def _stage(
    store: Store,
    stage: Path,
    tables: Mapping[str, Sequence[Source]],
    origin: Manifest | None,
    digests: Digests | None,
    moment: datetime,
) -> dict[str, tuple[Candidate, ...]]:
    """Bring all files that `origin` does not hold into the workspace."""
    day = f"{moment.astimezone(UTC):%Y%m%d}"
    staged = {}
    for name, table in TABLES.items():
        known = {
            file.sha256: file
            for file in _files(origin, name)
            # A release of another schema was written by other code: its files are written anew.
            if origin is not None and origin.tables[name].fields == describe_fields(table)
        }
        staged[name] = _stage_table(store, stage, table, tables[name], known, digests, day)
    if digests is not None:
        digests.save()
    return staged


def _stage_table(
    store: Store,
    stage: Path,
    table: Table,
    sources: Sequence[Source],
    known: Mapping[str, File],
    digests: Digests | None,
    day: str,
) -> tuple[Candidate, ...]:
    """A table's files, in order of their content; those of no rows are left out."""
    digested = list[tuple[str, StoreFile]]()
    for source in sources:
        try:
            file = source_file(source)
            digest = (
                file.store.sha256(file.stored.path) if digests is None else digests.sha256(file)
            )
        except OSError as error:
            raise ReleaseError(f"table {table.name}: {source} cannot be read: {error}") from error
        digested.append((digest, file))
    given = {digest for digest, _ in digested}
    # All that a file was merged from is given: then the merged file stands for it.
    merged = {
        origin: file
        for file in known.values()
        if file.merged_from and given.issuperset(file.merged_from)
        for origin in file.merged_from
    }
    found: dict[str, Candidate] = {}
    for digest, file in digested:
        if digest in merged:
            found[merged[digest].sha256] = Candidate(merged[digest])
            continue
        candidate = (
            Candidate(known[digest])
            if digest in known
            else stage_file(store, stage, table, file, day)
        )
        if candidate.file.rows == 0:
            continue
        if candidate.file.sha256 in found:
            raise ReleaseError(f"table {table.name}: {file.name} repeats another file's rows")
        found[candidate.file.sha256] = candidate
    return tuple(found[digest] for digest in sorted(found))


def stage_file(store: Store, stage: Path, table: Table, source: Source, day: str) -> Candidate:
    """Copy a file into the workspace, verify it, and find out what it is.

    A file of an older schema is written anew in the present one.

    Raises:
        ReleaseError: it is no file of this table.
    """
    staged = stage / f"{table.name}-{uuid.uuid4().hex}.parquet"
    # The digest of the copy counts: the source may have been replaced since it was read.
    try:
        file = source_file(source)
        digest = file.store.fetch(file.stored.path, staged)
        schema = pq.read_schema(staged)
        _check_pages(staged)
    except (OSError, pa.ArrowException) as error:
        # A full disk is no fault of the source.
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise
        raise ReleaseError(f"table {table.name}: {source} cannot be read: {error}") from error
    if not fits(table, schema, source.name):
        write_table_file(upgrade(table, staged, source.name), table, staged)
        digest = sha256_of(staged)
    first, last = check_order(table.name, table.sort_by, table.primary_key, staged, source.name)
    size = staged.stat().st_size
    return Candidate(
        File(
            path=_stored_name(store, table, digest, size)
            or f"{DATA}/{table.name}/{table.name}-{day}-{digest[:DIGEST_DIGITS]}.parquet",
            rows=int(pq.read_metadata(staged).num_rows),
            bytes=size,
            sha256=digest,
            first_key=first,
            last_key=last,
        ),
        staged,
    )


def _check_pages(path: Path) -> None:
    """Read all of a file against the checksums of its pages: a disk may have changed it since it was written.

    Raises:
        OSError, pa.ArrowException: it has.
    """
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        for _ in file.iter_batches(CHECKED_ROWS):
            pass


def _stored_name(store: Store, table: Table, digest: str, size: int) -> str | None:
    """The name under which the store has this content, whatever day it came; None if it has not."""
    for stored in store.list(f"{DATA}/{table.name}"):
        if stored.path.endswith(f"-{digest[:DIGEST_DIGITS]}.parquet"):
            # A file gets its name when it is whole; `verify` finds what the disk did to it since.
            # The size costs nothing.
            if stored.bytes != size:
                raise ReleaseError(f"{stored.path} is damaged: its size is not what its name says")
            return stored.path
    return None


def _rebase(
    name: str, wanted: Sequence[Candidate], base: Sequence[File], newest: Sequence[File]
) -> tuple[Candidate, ...]:
    """What a table holds when the step from `base` to `wanted` is taken from `newest` instead.

    Raises:
        ReleaseConflict: a file that was to be dropped is not there any more.
    """
    before = {file.sha256 for file in base}
    after = {candidate.file.sha256: candidate for candidate in wanted}
    now = {file.sha256: file for file in newest}
    if after.keys() == {digest for digest, file in now.items() if file.rows}:
        return tuple(wanted)
    dropped = {file.sha256 for file in base if file.rows} - after.keys()
    if dropped - now.keys():
        raise ReleaseConflict(
            f"table {name}: others changed the same rows since; compute again from the newest release"
        )
    merged = {
        digest: Candidate(file)
        for digest, file in now.items()
        if file.rows and digest not in dropped
    }
    for digest, candidate in after.items():
        if digest not in before or digest in now:
            merged.setdefault(digest, candidate)
    return tuple(merged[digest] for digest in sorted(merged))


def _rebase_inputs(
    inputs: Sequence[str], base: Manifest | None, newest: Manifest | None
) -> list[str]:
    """The batches a rebased release is made from."""
    before = set() if base is None else set(base.inputs)
    others = () if newest is None else newest.inputs
    gone = before - set(inputs)
    kept = [batch for batch in others if batch not in gone]
    return list(dict.fromkeys([*kept, *(each for each in inputs if each not in before)]))


def _same_content(parent: Manifest, plan: Plan) -> bool:
    """Whether the parent already holds these files under the present schema."""
    return parent.schema_version == SCHEMA_VERSION and all(
        name in parent.tables
        and parent.tables[name].fields == describe_fields(TABLES[name])
        and {file.sha256 for file in parent.tables[name].files if file.rows}
        == {candidate.file.sha256 for candidate in candidates}
        for name, candidates in plan.files.items()
    )


def _prepare(
    store: Store, stage: Path, plan: Plan, parent: Manifest | None, moment: datetime
) -> Manifest:
    """Verify what differs from the parent and write up release N+1."""
    if parent is not None:
        check_evolution(parent, TABLES, SCHEMA_VERSION)
    parts = {
        name: _compare(store, TABLES[name], plan.files[name], _files(parent, name))
        for name in TABLES
    }
    entries: dict[str, TableEntry] = {}
    if parent is not None:
        _refuse_older_files(parent, parts)
    with engine(stage, store) as connection:
        for name, table in TABLES.items():
            check_unique(connection, name, parts)
            check_foreign_keys(connection, name, parts)
            check_withheld(connection, name, parts[name], plan.takedowns)
            files = tuple(candidate.file for candidate in plan.files[name])
            entries[name] = TableEntry(
                description=table.description,
                primary_key=table.primary_key,
                sort_by=table.sort_by,
                foreign_keys=parts[name].references,
                fields=describe_fields(table),
                rows=sum(file.rows for file in files),
                bytes=sum(file.bytes for file in files),
                changes=Changes(*count_changes(connection, parts[name])),
                files=files or (_empty_file(store, stage, table, moment),),
            )
    return Manifest(
        format=FORMAT,
        release=1 if parent is None else parent.release + 1,
        parent=None if parent is None else parent.release,
        commit_id=uuid.uuid4().hex,
        published_at=moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
        message=plan.message,
        code_version=importlib.metadata.version("copydesk"),
        schema_version=SCHEMA_VERSION,
        checks=tuple(dict(check) for check in plan.checks),
        inputs=tuple(plan.inputs),
        tables=entries,
        kind=plan.kind,
        code_digest=code_digest(),
        takedowns=plan.takedowns,
    )


def _refuse_older_files(parent: Manifest, parts: Mapping[str, Part]) -> None:
    """Refuse to mix kept files of an older schema with the present one's.

    Raises:
        ReleaseError: some are kept.
    """
    for name, part in parts.items():
        if part.kept and not has_present_columns(parent, name):
            raise ReleaseError(
                f"table {name}: release {parent.release} has schema {parent.schema_version}, whose columns are"
                f" not those of {SCHEMA_VERSION}; publish all tables before adding to it"
            )


def _empty_file(store: Store, stage: Path, table: Table, moment: datetime) -> File:
    """A file of no rows, which stands for a table of none, so that its columns can be read."""
    source = stage / f"{table.name}.empty.parquet"
    write_table_file(table.empty(), table, source)
    candidate = stage_file(store, stage, table, source, f"{moment:%Y%m%d}")
    assert candidate.local is not None
    store.add(candidate.local, candidate.file.path)
    return candidate.file


def _files(manifest: Manifest | None, table: str) -> tuple[File, ...]:
    """A table's files in a release; none where there is no release or no such table yet."""
    if manifest is None or table not in manifest.tables:
        return ()
    return manifest.tables[table].files


def _compare(
    store: Store, table: Table, current: Sequence[Candidate], previous: Sequence[File]
) -> Part:
    """Which files of a table are new against the parent, which it shares, which are gone."""
    now = {candidate.file.sha256: candidate for candidate in current}
    before = {file.sha256: file for file in previous if file.rows}
    return Part(
        key=table.primary_key,
        references=tuple(
            Reference(key.columns, key.references, key.references_columns)
            for key in table.foreign_keys
        ),
        new=tuple(
            candidate.reading(store) for digest, candidate in now.items() if digest not in before
        ),
        kept=tuple(store.reading(file.path) for digest, file in before.items() if digest in now),
        gone=tuple(
            store.reading(file.path) for digest, file in before.items() if digest not in now
        ),
    )


def _create(store: Store, stage: Path, manifest: Manifest) -> bool:
    """Make the release; False when somebody else made one with its number first."""
    content = manifest.to_json().encode()
    path = manifest_path(manifest.release)
    if not isinstance(store, LocalStore):
        return store.create(path, content)
    tables = stage / f"tables-{uuid.uuid4().hex}"
    _link_tables(store.root, tables, manifest)
    directory = store.root / release_directory(manifest.release)
    make_directory(directory.parent)
    with store.locked():
        if head(store) != manifest.parent:
            return False
        # Without a manifest it is what a publisher left that died before its commit.
        shutil.rmtree(directory, ignore_errors=True)
        os.rename(tables, directory)
        sync_file(directory.parent)
        return store.create(path, content)


def _link_tables(root: Path, directory: Path, manifest: Manifest) -> None:
    """Fill a private directory with a release's tables; hard links store no byte twice."""
    for name, entry in manifest.tables.items():
        make_directory(directory / name)
        for file in entry.files:
            os.link(root / file.path, directory / name / file.name)
        sync_file(directory / name)


def directory_is_whole(directory: Path, manifest: Manifest) -> bool:
    """Whether a release's directory holds its tables' files and nothing else."""
    return all(
        (directory / name).is_dir()
        and {path.name: path.stat().st_size for path in (directory / name).iterdir()}
        == {file.name: file.bytes for file in entry.files}
        for name, entry in manifest.tables.items()
    )


def _restore_directory(store: LocalStore, stage: Path, manifest: Manifest) -> None:
    """Make a release's directory again unless it is whole."""
    directory = store.root / release_directory(manifest.release)
    if directory_is_whole(directory, manifest):
        return
    tables = stage / f"tables-{uuid.uuid4().hex}"
    _link_tables(store.root, tables, manifest)
    shutil.rmtree(directory, ignore_errors=True)
    os.rename(tables, directory)
    sync_file(directory.parent)


def _point_latest(root: Path, stage: Path, release: int) -> None:
    """Swap the symlink `latest`, atomically, unless it is right."""
    link = root / LATEST
    target = f"{RELEASES}/{release_name(release)}"
    if link.is_symlink() and os.readlink(link) == target:
        return
    staged = stage / f"{LATEST}-{uuid.uuid4().hex}"
    staged.symlink_to(target, target_is_directory=True)
    replace(staged, link)


def _try_repair(store: Store) -> str | None:
    """Repair; what went wrong as words, not as an exception, for the release stands."""
    try:
        repair(store)
    except (OSError, duckdb.Error, ReleaseError) as error:
        return f"the catalogue or `latest` could not be brought up to date: {error}"
    return None
