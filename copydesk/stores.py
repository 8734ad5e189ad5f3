"""Where the warehouse and releases lie: on a local disk or in an object store, behind one interface.

What belongs here: the few operations on named files that they need, and how Parquet readers reach
them. What does not: what the files mean (manifests.py, releases.py, assets), how bytes get onto a disk
so that a crash cannot leave half of them (storage.py), and inputs, which may lie anywhere (objects.py).

Names are relative to the store's directory and use `/`. A release's data files and manifests are
immutable: they are added or created, never changed; what is derived is replaced.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
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

from copydesk.addresses import is_remote
from copydesk.storage import (
    copy_hashed,
    create_exclusively,
    locked,
    make_directory,
    replace,
    replacing,
    sha256_of,
    staged_file,
    staging,
    sync_file,
)

_CHUNK: Final = 8 * 1024**2
# The name under which an object's metadata have the SHA-256 of its content.
_DIGEST: Final = "sha256"
# Characters that DuckDB reads as a pattern in a file's name; in brackets they stand for themselves.
_PATTERN: Final = re.compile(r"[*?\[]")


class StoreError(OSError):
    """A store that cannot be used for what was asked, and why."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored file: its name in the store, its size in bytes, when it was last written.

    Two files of a store whose `version` is the same hold the same bytes; one that changes gets another.
    """

    path: str
    bytes: int
    modified: datetime
    version: str

    @property
    def name(self) -> str:
        """The name without its directory."""
        return self.path.rsplit("/", 1)[-1]


class Store(Protocol):
    """A directory, wherever it lies. All names are relative to it."""

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

    def writing(self, path: str) -> AbstractContextManager[Path]:
        """A private local file that becomes `path` when the block ends without an error.

        It replaces what is there, atomically.
        """

    def share(self, source: str, target: str) -> None:
        """Let a file hold what another one does, without its bytes passing through here."""

    def fetch(self, path: str, local: Path) -> str:
        """Copy a file to a local one, durably; returns the SHA-256 of the bytes copied, in hex.

        Raises:
            FileNotFoundError: there is no such file.
        """

    def sha256(self, path: str) -> str:
        """The SHA-256 of a file's content, in hex.

        Raises:
            FileNotFoundError: there is no such file.
        """

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

    @property
    def polars_options(self) -> dict[str, Any]:
        """Arguments with which `polars.scan_parquet` reads what `reading` names."""


Location = Path | str | Store


@dataclass(frozen=True, slots=True)
class StoreFile:
    """A file of a store, for whoever is handed files without their store."""

    store: Store
    stored: Stored

    def __str__(self) -> str:
        """Its path or address."""
        return self.store.reading(self.stored.path)

    @property
    def name(self) -> str:
        """Its name without its directory."""
        return self.stored.name


Source = Path | StoreFile


def source_file(source: Source) -> StoreFile:
    """A local file as one of a store.

    Raises:
        FileNotFoundError: it is not there.
    """
    if isinstance(source, StoreFile):
        return source
    store = LocalStore(source.parent)
    stored = store.find(source.name)
    if stored is None:
        raise FileNotFoundError(f"there is no file {source}")
    return StoreFile(store, stored)


def open_store(location: Location) -> Store:
    """The store at a path or an address such as `s3://bucket/prefix`."""
    if isinstance(location, Path):
        return LocalStore(location)
    if isinstance(location, str):
        remote = is_remote(location)
        return _connect(location, endpoint()) if remote else LocalStore(Path(location))
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
        # As git's index knows files: a file that was renamed over another is another inode.
        version = f"{stat.st_dev}:{stat.st_ino}:{stat.st_size}:{stat.st_mtime_ns}"
        modified = datetime.fromtimestamp(stat.st_mtime, UTC)
        return Stored(path, stat.st_size, modified, version)

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

    def writing(self, path: str) -> AbstractContextManager[Path]:
        """A hidden file beside its target, renamed at the end."""
        return replacing(self.root / path)

    def share(self, source: str, target: str) -> None:
        """Make a hard link, unless both are one file already."""
        held = self.root / source
        if (self.root / target).exists() and (self.root / target).samefile(held):
            return
        with replacing(self.root / target) as temporary:
            temporary.unlink()
            os.link(held, temporary)

    def fetch(self, path: str, local: Path) -> str:
        """Copy a file."""
        return copy_hashed(self.root / path, local)

    def sha256(self, path: str) -> str:
        """Read a file."""
        return sha256_of(self.root / path)

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

    @property
    def polars_options(self) -> dict[str, Any]:
        """Names are taken as they are."""
        return {"glob": False}


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
        with speaking_plainly():
            return bytes(self._objects.get(path).bytes())

    def find(self, path: str) -> Stored | None:
        """An object's size and age."""
        try:
            with speaking_plainly():
                return self._stored(self._objects.head(path))
        except FileNotFoundError:
            return None

    def list(self, directory: str) -> list[Stored]:
        """The objects directly below a prefix."""
        with speaking_plainly():
            listed = self._objects.list_with_delimiter(directory)
        return sorted((self._stored(each) for each in listed["objects"]), key=lambda one: one.path)

    @staticmethod
    def _stored(meta: Any) -> Stored:
        # Entity tags are unique to an object, not between objects: some stores make them of the time.
        version = f"{meta['path']}:{meta['size']}:{version_of(meta)}"
        return Stored(meta["path"], meta["size"], meta["last_modified"], version)

    def add(self, local: Path, path: str) -> None:
        """Upload a file, in parts where it is large; an object appears whole or not at all."""
        if self.find(path) is None:
            with speaking_plainly():
                self._objects.put(path, local)

    def create(self, path: str, content: bytes) -> bool:
        """Create an object with `If-None-Match: *`."""
        from obstore.exceptions import AlreadyExistsError

        try:
            with speaking_plainly():
                self._objects.put(path, content, mode="create")
        except (AlreadyExistsError, FileExistsError):
            return False
        return True

    def replace(self, path: str, content: bytes) -> None:
        """Put an object."""
        with speaking_plainly():
            self._objects.put(path, content)

    @contextmanager
    def writing(self, path: str) -> Iterator[Path]:
        """A temporary file that is uploaded at the end."""
        with tempfile.TemporaryDirectory(prefix="copydesk-") as directory:
            local = Path(directory) / path.rsplit("/", 1)[-1]
            yield local
            with speaking_plainly():
                self._objects.put(path, local, attributes={_DIGEST: sha256_of(local)})

    def share(self, source: str, target: str) -> None:
        """Have the store copy an object."""
        with speaking_plainly():
            self._objects.copy(source, target)

    def fetch(self, path: str, local: Path) -> str:
        """Download an object."""
        digest = hashlib.sha256()
        with local.open("wb") as writer:
            for chunk in self._stream(path):
                digest.update(chunk)
                writer.write(chunk)
        sync_file(local)
        return digest.hexdigest()

    def sha256(self, path: str) -> str:
        """What was noted with an object when it was written; without a note it is read."""
        with speaking_plainly():
            noted = self._objects.get(path, options={"head": True}).attributes.get(_DIGEST)
        if noted is not None:
            return str(noted)
        digest = hashlib.sha256()
        for chunk in self._stream(path):
            digest.update(chunk)
        return digest.hexdigest()

    def _stream(self, path: str) -> Iterator[Any]:
        with speaking_plainly():
            yield from self._objects.get(path).stream(min_chunk_size=_CHUNK)

    def remove(self, path: str) -> None:
        """Delete an object, or all objects below a prefix."""
        with speaking_plainly():
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
        # Connections to one database share what was registered with any of them.
        if not connection.filesystem_is_registered(protocol):
            filesystem: Any = FsspecStore
            # fsspec would give the one made first, whatever the environment says now.
            made = filesystem(protocol, skip_instance_cache=True, **self._options)
            connection.register_filesystem(made)

    @property
    def polars_options(self) -> dict[str, Any]:
        """The same environment decides: Polars has obstore's library below it as well."""
        options = {"aws_endpoint_url": endpoint()} if endpoint() else {}
        if _is_plain(endpoint()):
            options["aws_allow_http"] = "true"
        return {"glob": False, "storage_options": options, "credential_provider": None}


def version_of(meta: Any) -> str:
    """What tells an object from one of the same name before or after it."""
    return str(meta["e_tag"] or meta["version"] or meta["last_modified"].isoformat())


@contextmanager
def speaking_plainly() -> Iterator[None]:
    """What a store reports is an OSError of one line; that something is there, or is not, stays what it is."""
    from obstore.exceptions import AlreadyExistsError, BaseError

    try:
        yield
    except AlreadyExistsError:
        raise
    except FileNotFoundError as error:
        raise FileNotFoundError(errno.ENOENT, "No such object") from error
    except BaseError as error:
        raise StoreError(" ".join(str(error).partition("Debug source")[0].split())) from error


def connection_options() -> dict[str, Any]:
    """How to connect, as far as the environment's AWS_*, GOOGLE_* and AZURE_* do not say so themselves."""
    # Without TLS only where the operator named such an endpoint, as for a server on loopback.
    return {"client_options": {"allow_http": True}} if _is_plain(endpoint()) else {}


def endpoint() -> str:
    """The address of an S3 server of one's own, by the environment; empty for Amazon's."""
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")


def _is_plain(endpoint: str) -> bool:
    return endpoint.startswith("http://")


@cache
def _connect(url: str, _endpoint: str) -> RemoteStore:
    return RemoteStore(url, connection_options())


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
