"""Finding dumps and bundling them into batches.

What belongs here: which files are inputs, which are new, how large ones are cut into slices, and the content-addressed
batches they make. What does not: what is in a file (containers.py, reading.py).

A batch is named by the content of its slices, so the same files make the same batch wherever and whenever they are
found. What was seen is remembered by location, size and modification time, then by content: a file that changed is new,
but of a file that grew only the slices that are.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final

import polars as pl

from copydesk.containers import FORMATS, Columns, Found, Kind, documents, kind_of_file, kind_of_name
from copydesk.home import Home
from copydesk.identifiers import key_id
from copydesk.opening import COMPRESSIONS, open_input

MAX_BATCH_DOCUMENTS: Final = 20_000
MAX_BATCH_BYTES: Final = 128 * 1024**2
SUFFIXES: Final = tuple(sorted(FORMATS))
COMPRESSED_SUFFIXES: Final = tuple(sorted(COMPRESSIONS))
_SINGLE: Final = frozenset({"text", "html"})
_LOCATION_SCHEMA: Final = pl.Schema(
    {"path": pl.String(), "byte_length": pl.Int64(), "modified_ns": pl.Int64()}
)


class SourceError(Exception):
    """An input that cannot be used, with what to do about it."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One input file, or a slice of one: the documents whose positions are in [`start`, `end`).

    `path` is absolute, `byte_length` and `modified_ns` are the file's when it was found. `sha256` is over the file's
    bytes, or, for a container's slice, over its documents. `content_bytes` is what its documents have together.
    """

    path: str
    sha256: str
    byte_length: int
    modified_ns: int
    kind: Kind = field(default_factory=lambda: Kind("text"))
    columns: Columns = field(default_factory=Columns)
    start: int = 0
    end: int | None = None
    documents: int = 1
    content_bytes: int = 0

    @property
    def is_single(self) -> bool:
        """Whether the file is one document."""
        return self.kind.format in _SINGLE


@dataclass(frozen=True, slots=True)
class Batch:
    """A bounded set of inputs, in order of content. `batch_id` depends on their content alone."""

    batch_id: str
    files: tuple[SourceFile, ...]


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a look at the inputs found: new batches, how many files were known or new, how many documents are new."""

    batches: tuple[Batch, ...]
    known: int
    new: int
    documents: int = 0


def discover(home: Home, paths: Sequence[Path], columns: Columns | None = None) -> Discovery:
    """Bundle the dumps below `paths` that no batch of `home` holds yet, and write the batches' manifests.

    Args:
        home: where batches are kept.
        paths: files, directories, patterns such as `dumps/*.warc.gz`.
        columns: the fields of JSON Lines and Parquet files that hold documents; by convention where not given.

    Raises:
        SourceError: a path does not exist.
    """
    inputs = list_inputs(paths)
    located = _locate(inputs)
    ledger = _read_ledger(home)
    unknown = located.join(ledger, on=_LOCATION_SCHEMA.names(), how="anti", maintain_order="left")
    if unknown.is_empty():
        return Discovery((), located.height, 0)
    seen = {file.sha256 for batch in list_batches(home) for file in batch.files}
    fresh = list[list[SourceFile]]()
    unreadable = list[str]()
    for path, byte_length, modified_ns in unknown.iter_rows():
        try:
            pieces = _slices(path, byte_length, modified_ns, columns or Columns())
        except OSError:
            pieces = [_unreadable(path, byte_length, modified_ns)]
            unreadable.append(path)
        if new := [piece for piece in pieces if piece.sha256 not in seen]:
            fresh.append(new)
            # Of the same content in two places, single files are counted as copies; a container is read once.
            seen.update(piece.sha256 for piece in new if not piece.is_single)
    batches = tuple(_bundle(fresh))
    for batch in batches:
        _write_manifest(home, batch)
    # Last, so that a discovery that is cut off looks at its files again; as it does at those it could not open.
    looked_at = unknown.filter(~pl.col("path").is_in(unreadable))
    _write_ledger(home, pl.concat([ledger, looked_at]).unique("path", keep="last"))
    return Discovery(
        batches,
        located.height - len(fresh),
        len(fresh),
        sum(piece.documents for pieces in fresh for piece in pieces),
    )


def list_inputs(paths: Iterable[Path]) -> list[str]:
    """The dumps at and below `paths`, absolute and sorted; hidden files are no dumps.

    A file that is named is taken whatever its name; below a directory, or named by a pattern, the suffix decides.

    Raises:
        SourceError: a path does not exist, or a pattern fits nothing.
    """
    found = set[str]()
    for path in paths:
        absolute = os.path.abspath(path)
        if os.path.isdir(absolute):
            found.update(_walk(absolute))
        elif os.path.exists(absolute):
            found.add(absolute)
        elif glob.has_magic(absolute):
            matches = glob.glob(absolute, recursive=True)
            if not matches:
                raise SourceError(f"{path} fits no file; put a pattern in quotation marks")
            for match in matches:
                if os.path.isdir(match):
                    found.update(_walk(match))
                elif kind_of_name(match) is not None:
                    found.add(match)
        else:
            raise SourceError(f"{path} does not exist; name a file or a directory of dumps")
    return sorted(found)


def list_batch_ids(home: Home) -> list[str]:
    """The ids of all batches of `home`, in order; no manifest is read."""
    return sorted(path.stem for path in _manifests(home).glob("*.json"))


def list_batches(home: Home) -> list[Batch]:
    """All batches of `home`, in order of their ids."""
    return [load_batch(home, batch_id) for batch_id in list_batch_ids(home)]


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
    content = json.loads(path.read_text(encoding="utf-8"))
    return Batch(content["batch_id"], tuple(map(_load_file, content["files"])))


def file_sha256(path: str) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with open_input(path) as stream:
        while part := stream.read(1024 * 1024):
            digest.update(part)
    return digest.hexdigest()


class SliceDigest:
    """The SHA-256 over a slice's documents: what makes it the same wherever it is found."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._digest = hashlib.sha256()
        self._has_rejections = False

    def add(self, found: Found) -> None:
        """Count one more document."""
        if found.content is None:
            self._has_rejections = True
            self._digest.update(f"{found.place}\0{found.rejection}".encode())
        else:
            self._digest.update(hashlib.sha256(found.content).digest())

    def hexdigest(self) -> str:
        """The digest; where something could not be read, it is of this file's bytes and no other's."""
        if self._has_rejections:
            self._digest.update(file_sha256(self._path).encode())
        return self._digest.hexdigest()


def _walk(directory: str) -> Iterator[str]:
    for root, directories, names in os.walk(directory):
        directories[:] = sorted(name for name in directories if not name.startswith("."))
        for name in names:
            if not name.startswith(".") and kind_of_name(name) is not None:
                yield os.path.join(root, name)


def _locate(paths: Sequence[str]) -> pl.DataFrame:
    rows = list[tuple[str, int, int]]()
    for path in paths:
        try:
            stat = os.stat(path)
        except OSError:
            # A link to nothing, or a file that has just gone: a row will say so.
            rows.append((path, 0, 0))
        else:
            rows.append((path, stat.st_size, stat.st_mtime_ns))
    return pl.DataFrame(rows, schema=_LOCATION_SCHEMA, orient="row")


def _unreadable(path: str, byte_length: int, modified_ns: int) -> SourceFile:
    """A file that cannot be opened, named by where it is: reading it will give the reason as a row."""
    known = f"unreadable\0{path}\0{byte_length}\0{modified_ns}".encode()
    kind = kind_of_name(path) or Kind("text")
    return SourceFile(path, hashlib.sha256(known).hexdigest(), byte_length, modified_ns, kind)


def _slices(path: str, byte_length: int, modified_ns: int, columns: Columns) -> list[SourceFile]:
    """A file as slices that each fit a batch."""
    kind = kind_of_file(path)
    whole = SourceFile(path, "", byte_length, modified_ns, kind, columns)
    if whole.is_single:
        return [replace(whole, sha256=file_sha256(path), content_bytes=byte_length)]
    slices = list[SourceFile]()
    digest, start, count, size = SliceDigest(path), 0, 0, 0
    for found in documents(path, kind, columns):
        length = len(found.content or b"")
        if count and (count == MAX_BATCH_DOCUMENTS or size + length > MAX_BATCH_BYTES):
            slices.append(
                replace(
                    whole,
                    sha256=digest.hexdigest(),
                    start=start,
                    end=found.position,
                    documents=count,
                    content_bytes=size,
                )
            )
            digest, start, count, size = SliceDigest(path), found.position, 0, 0
        digest.add(found)
        count += 1
        size += length
    if count:
        slices.append(
            replace(
                whole, sha256=digest.hexdigest(), start=start, documents=count, content_bytes=size
            )
        )
    return slices


def _bundle(fresh: Sequence[Sequence[SourceFile]]) -> Iterator[Batch]:
    """Batches in order of content; slices of one file stay in their order."""
    current = list[SourceFile]()
    count, size = 0, 0
    for pieces in sorted(fresh, key=lambda pieces: (pieces[0].sha256, pieces[0].path)):
        for piece in pieces:
            full = (
                count + piece.documents > MAX_BATCH_DOCUMENTS
                or size + piece.content_bytes > MAX_BATCH_BYTES
            )
            if current and full:
                yield _batch(current)
                current, count, size = [], 0, 0
            current.append(piece)
            count += piece.documents
            size += piece.content_bytes
    if current:
        yield _batch(current)


def _batch(files: Sequence[SourceFile]) -> Batch:
    return Batch(key_id("batch", *(file.sha256 for file in files)), tuple(files))


def _manifests(home: Home) -> Path:
    return home.warehouse / "batches"


def _ledger(home: Home) -> Path:
    return home.warehouse / "batches" / "locations.parquet"


def _read_ledger(home: Home) -> pl.DataFrame:
    path = _ledger(home)
    return pl.read_parquet(path) if path.exists() else _LOCATION_SCHEMA.to_frame()


def _write_ledger(home: Home, ledger: pl.DataFrame) -> None:
    path = _ledger(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    ledger.write_parquet(temporary)
    temporary.replace(path)


def _write_manifest(home: Home, batch: Batch) -> None:
    directory = _manifests(home)
    directory.mkdir(parents=True, exist_ok=True)
    temporary = directory / f".{batch.batch_id}.{os.getpid()}.tmp"
    content = {"batch_id": batch.batch_id, "files": [_saved(file) for file in batch.files]}
    temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    temporary.replace(directory / f"{batch.batch_id}.json")


def _saved(file: SourceFile) -> dict[str, object]:
    """A slice as its manifest has it: what is as usual is left out."""
    usual = asdict(SourceFile("", "", 0, 0))
    return {
        name: value
        for name, value in asdict(file).items()
        if name in {"path", "sha256", "byte_length", "modified_ns"} or value != usual[name]
    }


def _load_file(content: dict[str, object]) -> SourceFile:
    nested = {"kind": Kind, "columns": Columns}
    return SourceFile(
        **{  # type: ignore[arg-type]
            name: nested[name](**value) if name in nested and isinstance(value, dict) else value
            for name, value in content.items()
        }
    )
