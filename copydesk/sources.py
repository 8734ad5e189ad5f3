"""Finding dumps and bundling them into batches.

What belongs here: which files are inputs, which are new, and the content-addressed batches they make. What does
not: what is in a file (reading.py).

A batch is named by the content of its files, so the same files make the same batch wherever and whenever they are
found. What was seen is remembered by location, size and modification time, then by content.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from copydesk.home import Home
from copydesk.identifiers import key_id

MAX_BATCH_DOCUMENTS: Final = 20_000
MAX_BATCH_BYTES: Final = 128 * 1024**2
TEXT_SUFFIXES: Final = frozenset({".txt", ".text"})
HTML_SUFFIXES: Final = frozenset({".html", ".htm", ".xhtml"})
SUFFIXES: Final = TEXT_SUFFIXES | HTML_SUFFIXES


class SourceError(Exception):
    """An input that cannot be used, with what to do about it."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One input file: absolute path, SHA-256 of its bytes, size in bytes, modification time in ns."""

    path: str
    sha256: str
    byte_length: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Batch:
    """A bounded set of inputs, in order of content. `batch_id` depends on their content alone."""

    batch_id: str
    files: tuple[SourceFile, ...]


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a look at the inputs found: new batches, and how many files were known or new."""

    batches: tuple[Batch, ...]
    known: int
    new: int


def discover(home: Home, paths: Sequence[Path]) -> Discovery:
    """Bundle the dumps below `paths` that no batch of `home` holds yet, and write the batches' manifests.

    Raises:
        SourceError: a path does not exist, or cannot be read.
    """
    seen_at = set[tuple[str, int, int]]()
    seen = set[str]()
    for batch in list_batches(home):
        for file in batch.files:
            seen_at.add((file.path, file.byte_length, file.modified_ns))
            seen.add(file.sha256)
    known = 0
    fresh = list[SourceFile]()
    for path in list_inputs(paths):
        stat = path.stat()
        if (str(path), stat.st_size, stat.st_mtime_ns) in seen_at:
            known += 1
            continue
        digest = _sha256(path)
        if digest in seen:
            known += 1
            continue
        fresh.append(SourceFile(str(path), digest, stat.st_size, stat.st_mtime_ns))
    batches = tuple(_bundle(fresh))
    for batch in batches:
        _write_manifest(home, batch)
    return Discovery(batches, known, len(fresh))


def list_inputs(paths: Iterable[Path]) -> list[Path]:
    """The dumps at and below `paths`, sorted; hidden files are no dumps.

    A file that is named is taken whatever its name; below a directory the suffix decides.

    Raises:
        SourceError: a path does not exist.
    """
    found = set[Path]()
    for path in paths:
        absolute = Path(os.path.abspath(path))
        if absolute.is_dir():
            found.update(_walk(absolute))
        elif absolute.exists():
            found.add(absolute)
        else:
            raise SourceError(f"{path} does not exist; name a file or a directory of dumps")
    return sorted(found)


def list_batches(home: Home) -> list[Batch]:
    """All batches of `home`, in order of their ids."""
    return [_read_manifest(path) for path in sorted(_manifests(home).glob("*.json"))]


def load_batch(home: Home, batch_id: str) -> Batch:
    """The batch with this id.

    Raises:
        SourceError: there is none.
    """
    path = _manifests(home) / f"{batch_id}.json"
    if not path.exists():
        raise SourceError(
            f"no batch {batch_id} in {home.root}; `copydesk build PATH` makes batches"
        )
    return _read_manifest(path)


def _walk(directory: Path) -> Iterator[Path]:
    for root, directories, names in os.walk(directory):
        directories[:] = sorted(name for name in directories if not name.startswith("."))
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(root, name)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _bundle(files: Sequence[SourceFile]) -> Iterator[Batch]:
    current = list[SourceFile]()
    size = 0
    for file in sorted(files, key=lambda file: (file.sha256, file.path)):
        full = len(current) == MAX_BATCH_DOCUMENTS or size + file.byte_length > MAX_BATCH_BYTES
        if current and full:
            yield _batch(current)
            current, size = [], 0
        current.append(file)
        size += file.byte_length
    if current:
        yield _batch(current)


def _batch(files: Sequence[SourceFile]) -> Batch:
    return Batch(key_id("batch", *(file.sha256 for file in files)), tuple(files))


def _manifests(home: Home) -> Path:
    return home.warehouse / "batches"


def _write_manifest(home: Home, batch: Batch) -> None:
    directory = _manifests(home)
    directory.mkdir(parents=True, exist_ok=True)
    temporary = directory / f".{batch.batch_id}.{os.getpid()}.tmp"
    temporary.write_text(json.dumps(asdict(batch), ensure_ascii=False, indent=1), encoding="utf-8")
    temporary.replace(directory / f"{batch.batch_id}.json")


def _read_manifest(path: Path) -> Batch:
    content = json.loads(path.read_text(encoding="utf-8"))
    return Batch(content["batch_id"], tuple(SourceFile(**file) for file in content["files"]))
