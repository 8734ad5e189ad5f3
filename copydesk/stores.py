"""Where a published directory lies: on a local disk or in an object store, behind one interface.

What belongs here: the few operations on named files that a release needs, and how Parquet readers reach
them. What does not: what the files mean (manifests.py, releases.py), and how bytes get onto a disk so
that a crash cannot leave half of them (storage.py).

Names are relative to the published directory and use `/`. Data files and manifests are immutable: they
are added or created, never changed; what is derived is replaced.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

import duckdb

from copydesk.storage import (
    create_exclusively,
    locked,
    make_directory,
    replace,
    staged_file,
    staging,
    sync_file,
)

# Object stores that obstore speaks to and that know conditional creation.
REMOTE: Final = re.compile(r"(s3|gs|az|abfss?)://", re.IGNORECASE)
# Characters that DuckDB reads as a pattern in a file's name; in brackets they stand for themselves.
_PATTERN: Final = re.compile(r"[*?\[]")


class StoreError(OSError):
    """A place that cannot hold releases, and why."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored file: its name in the store, its size in bytes, when it was last written."""

    path: str
    bytes: int
    modified: datetime


class Store(Protocol):
    """A published directory, wherever it lies. All names are relative to it."""

    @property
    def location(self) -> str:
        """The directory's path or address, for people."""

    def read(self, path: str) -> bytes:
        """A file's content.

        Raises:
            FileNotFoundError: there is no such file.
        """

    def find(self, path: str) -> Stored | None:
        """A file's size and age; None when there is no such file."""

    def list(self, directory: str) -> list[Stored]:
        """The files directly in a directory, by name; none where there is no directory."""

    def add(self, local: Path, path: str) -> None:
        """Bring a finished local file in under its name; what is there already stays."""

    def create(self, path: str, content: bytes) -> bool:
        """Create a file; False when the name is taken, whoever was faster."""

    def replace(self, path: str, content: bytes) -> None:
        """Write a file, replacing the one of that name atomically."""

    def remove(self, path: str) -> None:
        """Remove a file, or a directory with its files; no error when it is not there."""

    def reading(self, path: str) -> str:
        """What a Parquet reader opens: a local path or an address."""

    def prepare(self) -> None:
        """Make the place ready to be published to.

        Raises:
            StoreError: it cannot hold releases.
        """

    def workspace(self) -> AbstractContextManager[Path]:
        """A private local directory, gone afterwards."""

    def locked(self) -> AbstractContextManager[None]:
        """Keep other publishers on this machine waiting, where that is possible."""

    def register(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Let a DuckDB connection read what `reading` names."""


Location = Path | str | Store


def open_store(location: Location) -> Store:
    """The store at a path or an address such as `s3://bucket/prefix`."""
    if isinstance(location, Path):
        return LocalStore(location)
    if isinstance(location, str):
        return _open_remote(location) if REMOTE.match(location) else LocalStore(Path(location))
    return location


def pattern(path: str) -> str:
    """A path as DuckDB's file readers take it, in which no character is a pattern."""
    return _PATTERN.sub(lambda match: f"[{match[0]}]", path)


@dataclass(frozen=True, slots=True)
class LocalStore:
    """A directory on a local disk."""

    root: Path

    @property
    def location(self) -> str:
        """The directory's path."""
        return str(self.root)

    def read(self, path: str) -> bytes:
        """A file's content."""
        return (self.root / path).read_bytes()

    def find(self, path: str) -> Stored | None:
        """A file's size and age."""
        try:
            return self._stored(path)
        except FileNotFoundError:
            return None

    def _stored(self, path: str) -> Stored:
        stat = (self.root / path).stat()
        return Stored(path, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))

    def list(self, directory: str) -> list[Stored]:
        """The files directly in a directory."""
        found = []
        with suppress(FileNotFoundError, NotADirectoryError):
            for name in sorted(os.listdir(self.root / directory)):
                # A file may go while the directory is read.
                with suppress(FileNotFoundError):
                    if (self.root / directory / name).is_file():
                        found.append(self._stored(f"{directory}/{name}"))
        return found

    def add(self, local: Path, path: str) -> None:
        """Link a finished file of the same disk to its name."""
        target = self.root / path
        make_directory(target.parent)
        # Whoever came in between put the same content there: the name says so.
        with suppress(FileExistsError):
            create_exclusively(local, target)

    def create(self, path: str, content: bytes) -> bool:
        """Create a file by a hard link, which fails where the name is taken."""
        target = self.root / path
        make_directory(target.parent)
        with staged_file(self.root, content) as staged:
            try:
                create_exclusively(staged, target)
            except FileExistsError:
                return False
            except OSError:
                # The link may have been made before its directory failed to sync: then it is there.
                if not target.exists():
                    raise
        return True

    def replace(self, path: str, content: bytes) -> None:
        """Write beside, then rename."""
        target = self.root / path
        make_directory(target.parent)
        with staged_file(self.root, content) as staged:
            replace(staged, target)

    def remove(self, path: str) -> None:
        """Remove a file or a directory."""
        target = self.root / path
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)
        if target.parent.is_dir():
            sync_file(target.parent)

    def reading(self, path: str) -> str:
        """The file's path."""
        return str(self.root / path)

    def prepare(self) -> None:
        """Make the directory."""
        make_directory(self.root)

    def workspace(self) -> AbstractContextManager[Path]:
        """A directory under `.staging`, on the same disk, so that files can be linked from it."""
        return staging(self.root)

    def locked(self) -> AbstractContextManager[None]:
        """Hold the directory's lock."""
        return locked(self.root)

    def register(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Nothing: DuckDB reads local files by itself."""


class RemoteStore:
    """A prefix of an object store, through obstore."""

    def __init__(self, url: str, options: dict[str, Any] | None = None) -> None:
        from obstore.store import from_url

        self._url = url.rstrip("/")
        self._options = options or {}
        self._objects: Any = from_url(self._url, **self._options)

    @property
    def location(self) -> str:
        """The prefix's address."""
        return self._url

    def read(self, path: str) -> bytes:
        """An object's content."""
        return bytes(self._objects.get(path).bytes())

    def find(self, path: str) -> Stored | None:
        """An object's size and age."""
        try:
            return self._stored(self._objects.head(path))
        except FileNotFoundError:
            return None

    def list(self, directory: str) -> list[Stored]:
        """The objects directly below a prefix."""
        listed = self._objects.list_with_delimiter(directory)
        return sorted((self._stored(each) for each in listed["objects"]), key=lambda one: one.path)

    @staticmethod
    def _stored(meta: Any) -> Stored:
        return Stored(meta["path"], meta["size"], meta["last_modified"])

    def add(self, local: Path, path: str) -> None:
        """Upload a file, in parts where it is large; an object appears whole or not at all."""
        if self.find(path) is None:
            self._objects.put(path, local)

    def create(self, path: str, content: bytes) -> bool:
        """Create an object with `If-None-Match: *`."""
        from obstore.exceptions import AlreadyExistsError

        try:
            self._objects.put(path, content, mode="create")
        except (AlreadyExistsError, FileExistsError):
            return False
        return True

    def replace(self, path: str, content: bytes) -> None:
        """Put an object."""
        self._objects.put(path, content)

    def remove(self, path: str) -> None:
        """Delete an object, or all objects below a prefix."""
        below = [meta["path"] for meta in self._objects.list(path).collect()]
        # S3 deletes what is not there without a word; other stores say that it is not there.
        with suppress(FileNotFoundError):
            self._objects.delete([path, *below])

    def reading(self, path: str) -> str:
        """The object's address."""
        return f"{self._url}/{path}"

    def prepare(self) -> None:
        """Probe that the store refuses to create what is there: some silently overwrite."""
        _probe(self)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A temporary directory."""
        with tempfile.TemporaryDirectory(prefix="copydesk-") as directory:
            yield Path(directory)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nothing is locked: conditional creation alone decides who makes a release."""
        yield

    def register(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Give DuckDB this store's protocol by way of fsspec: it needs no extension then."""
        from obstore.fsspec import FsspecStore

        protocol = self._url.split("://", 1)[0]
        filesystem: Any = FsspecStore
        connection.register_filesystem(filesystem(protocol, **self._options))


@cache
def _open_remote(url: str) -> RemoteStore:
    """The store at an address, set up by the environment (AWS_*, GOOGLE_*, AZURE_*)."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
    # Without TLS only where the operator named such an endpoint, as for a server on loopback.
    plain = endpoint.startswith("http://")
    return RemoteStore(url, {"client_options": {"allow_http": True}} if plain else None)


@cache
def _probe(store: RemoteStore) -> None:
    """Create an object twice; once per process and store."""
    name = f".probe/{uuid.uuid4().hex}"
    try:
        honoured = store.create(name, b"1") and not store.create(name, b"2")
    finally:
        with contextlib.suppress(Exception):
            store.remove(name)
    if not honoured:
        raise StoreError(
            f"{store.location} ignores conditional creation (If-None-Match: *): two publishers could"
            " overwrite each other's release; use a store that honours it"
        )
