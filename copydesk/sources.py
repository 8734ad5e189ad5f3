"""Finding dumps and bundling them into batches.

What belongs here: which files are inputs, which are new, how large ones are cut into slices, and the content-addressed
batches they make. What does not: what is in a file (containers.py, reading.py).

A batch is named by the content of its slices, so the same files make the same batch wherever and whenever they are
found. What was seen is remembered by location, size and modification time (of an object: its version), then by content:
a file that changed is new, but of a file that grew only the slices that are. Objects are listed piece by piece.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import chain, islice
from typing import Final

import polars as pl
from fsspec.utils import glob_translate

from copydesk.addresses import Place, is_remote, split_address
from copydesk.containers import FORMATS, Columns, Found, Kind, documents, kind_of_file, kind_of_name
from copydesk.home import Home
from copydesk.identifiers import key_id
from copydesk.objects import ObjectFound, find_object, list_objects
from copydesk.opening import COMPRESSIONS, Identity, identity_of, open_input
from copydesk.prefetching import ahead
from copydesk.stores import open_store

MAX_BATCH_DOCUMENTS: Final = 20_000
MAX_BATCH_BYTES: Final = 128 * 1024**2
SUFFIXES: Final = tuple(sorted(FORMATS))
COMPRESSED_SUFFIXES: Final = tuple(sorted(COMPRESSIONS))
_SINGLE: Final = frozenset({"text", "html"})
# In the warehouse: the batches' manifests, what files were looked at, and the digests of what is in batches.
_BATCHES: Final = "batches"
_LEDGER: Final = "batches/locations.parquet"
_CONTENTS: Final = "batches/contents.parquet"
_CONTENTS_SCHEMA: Final = pl.Schema({"batch_id": pl.String(), "sha256": pl.String()})
_LOCATION_SCHEMA: Final = pl.Schema(
    {
        "path": pl.String(),
        "byte_length": pl.Int64(),
        "modified_ns": pl.Int64(),
        "version": pl.String(),
    }
)
# Locations that are compared with the known ones at once.
_LOCATED_AT_ONCE: Final = 200_000


class SourceError(Exception):
    """An input that cannot be used, with what to do about it."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One input file, or a slice of one: the documents whose positions are in [`start`, `end`).

    `path` is absolute, or an object's address; `byte_length`, `modified_ns` and `version` are the file's when it was
    found. `sha256` is over the file's bytes, or, for a container's slice, over its documents. `content_bytes` is what
    its documents have together.
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
    version: str | None = None

    @property
    def identity(self) -> Identity:
        """What the file was known by when it was found."""
        return Identity(self.byte_length, self.modified_ns, self.version)

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
    """What a look at the inputs found: new batches, how many files were known or new, how many documents are new.

    `left_out` counts, by the ends of their names, the files that say no format that is known.
    """

    batches: tuple[Batch, ...]
    known: int
    new: int
    documents: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)


def discover(home: Home, places: Sequence[Place], columns: Columns | None = None) -> Discovery:
    """Bundle the dumps at `places` that no batch of `home` holds yet, and write the batches' manifests.

    Args:
        home: where batches are kept.
        places: files, directories, objects, prefixes, patterns such as `dumps/*.warc.gz` or `s3://bucket/2024-*/*.gz`.
        columns: the fields of JSON Lines and Parquet files that hold documents; by convention where not given.

    Raises:
        SourceError: a place does not exist.
        OSError: an object store cannot be asked.
    """
    ledger = _read_ledger(home)
    total, pieces = 0, [_LOCATION_SCHEMA.to_frame()]
    left_out = Counter[str]()
    for located in find_inputs(places, left_out):
        total += located.height
        pieces.append(
            located.join(
                ledger, on=located.columns, how="anti", nulls_equal=True, maintain_order="left"
            )
        )
    unknown = pl.concat(pieces).unique("path", keep="first", maintain_order=True)
    if unknown.is_empty():
        return Discovery((), total, 0, left_out=left_out)
    looked_at = dict(_look_at(unknown, columns or Columns()))
    unreadable = [path for path, slices in looked_at.items() if slices is None]
    looked_at |= {path: [_unreadable(path, unknown)] for path in unreadable}
    contents = _read_contents(home)
    given = pl.DataFrame(
        {"sha256": [each.sha256 for slices in looked_at.values() for each in slices or ()]},
        schema={"sha256": pl.String()},
    )
    seen = set(given.join(contents, on="sha256", how="semi")["sha256"])
    fresh = list[list[SourceFile]]()
    for slices in looked_at.values():
        if new := [piece for piece in slices or () if piece.sha256 not in seen]:
            fresh.append(new)
            # Of the same content in two places, single files are counted as copies; a container is read once.
            seen.update(piece.sha256 for piece in new if not piece.is_single)
    batches = tuple(_bundle(fresh))
    for batch in batches:
        _write_manifest(home, batch)
    if batches:
        _write_frame(home, _CONTENTS, pl.concat([contents, _contents_of(batches)]))
    # Last, so that a discovery that is cut off looks at its files again; as it does at those it could not open.
    known = unknown.filter(~pl.col("path").is_in(unreadable))
    _write_frame(home, _LEDGER, pl.concat([ledger, known]).unique("path", keep="last"))
    return Discovery(
        batches,
        total - len(fresh),
        len(fresh),
        sum(piece.documents for slices in fresh for piece in slices),
        left_out,
    )


def find_inputs(
    places: Iterable[Place], left_out: Counter[str] | None = None
) -> Iterator[pl.DataFrame]:
    """The dumps at and below `places`, some at a time: path or address, size, modification time or version.

    A file or an object that is named is taken whatever its name; below a directory or a prefix, or named by a pattern,
    the suffix decides. What is hidden (`.name`) is no dump.

    Args:
        places: see `discover`.
        left_out: counts what the suffix decides against, by suffix.

    Raises:
        SourceError: a path does not exist, or a pattern fits nothing.
        OSError: an object store cannot be asked.
    """
    named = list(places)
    passed = Counter[str]() if left_out is None else left_out
    paths = _list_files((str(place) for place in named if not is_remote(place)), passed)
    for start in range(0, len(paths), _LOCATED_AT_ONCE):
        yield _locate(paths[start : start + _LOCATED_AT_ONCE])
    objects = chain.from_iterable(
        _list_objects(place, passed) for place in named if is_remote(place)
    )
    while some := list(islice(objects, _LOCATED_AT_ONCE)):
        rows = [(found.address, found.size, 0, found.version) for found in some]
        yield pl.DataFrame(rows, schema=_LOCATION_SCHEMA, orient="row")


def has_inputs(places: Iterable[Place]) -> bool:
    """Whether there is any dump at `places`.

    Raises:
        SourceError, OSError: as `find_inputs` does.
    """
    return any(located.height for located in find_inputs(places))


def _is_dump(name: str, left_out: Counter[str]) -> bool:
    """Whether a name says a format; counted if it does not."""
    if kind_of_name(name) is not None:
        return True
    left_out[os.path.splitext(name)[1].lower()] += 1
    return False


def _list_files(paths: Iterable[str], left_out: Counter[str]) -> list[str]:
    """The dumps at and below local paths, absolute and sorted."""
    found = set[str]()
    for path in paths:
        absolute = os.path.abspath(path)
        if os.path.isdir(absolute):
            found.update(_walk(absolute, left_out))
        elif os.path.exists(absolute):
            found.add(absolute)
        elif glob.has_magic(absolute):
            matches = glob.glob(absolute, recursive=True)
            if not matches:
                raise SourceError(_NO_MATCH.format(path))
            for match in matches:
                if os.path.isdir(match):
                    found.update(_walk(match, left_out))
                elif _is_dump(match, left_out):
                    found.add(match)
        else:
            raise SourceError(f"{path} does not exist; name a file or a directory of dumps")
    return sorted(found)


_NO_MATCH: Final = "{} fits no file; put a pattern in quotation marks"


def _list_objects(address: Place, left_out: Counter[str]) -> Iterator[ObjectFound]:
    """The dumps at and below an address, or that fit it, as the store lists them."""
    assert isinstance(address, str)
    if (named := find_object(address)) is not None:
        yield named
        return
    bucket, key = split_address(address)
    fixed, fits = key, None
    if glob.has_magic(key):
        # Up to the first part that is a pattern, names can be listed; as with files, what it fits may be a directory.
        parts = key.split("/")
        first = next(number for number, part in enumerate(parts) if glob.has_magic(part))
        fixed = "/".join(parts[:first])
        fits = re.compile(glob_translate(key).removesuffix(r"\Z") + r"(?:/.*)?", re.DOTALL)
    nothing = True
    for listed in list_objects(f"{bucket}/{fixed}"):
        for found in listed:
            name = split_address(found.address)[1]
            if fits is not None and not fits.fullmatch(name):
                continue
            nothing = False
            below = name.removeprefix(fixed).strip("/").split("/")
            if not any(part.startswith(".") for part in below) and _is_dump(name, left_out):
                yield found
    if nothing and fits is not None:
        raise SourceError(_NO_MATCH.format(address))


def list_batch_ids(home: Home) -> list[str]:
    """The ids of all batches of `home`, in order; no manifest is read."""
    names = (stored.name for stored in open_store(home.warehouse).list(_BATCHES))
    return sorted(name.removesuffix(".json") for name in names if name.endswith(".json"))


def list_batches(home: Home) -> list[Batch]:
    """All batches of `home`, in order of their ids."""
    return [load_batch(home, batch_id) for batch_id in list_batch_ids(home)]


def load_batch(home: Home, batch_id: str) -> Batch:
    """The batch with this id.

    Raises:
        SourceError: there is none.
    """
    try:
        content = json.loads(open_store(home.warehouse).read(_manifest(batch_id)))
    except FileNotFoundError:
        raise SourceError(
            f"no batch {batch_id} in {home.warehouse}; `copydesk build PATH` makes batches"
        ) from None
    return Batch(content["batch_id"], tuple(map(_load_file, content["files"])))


def count_documents(home: Home, batch_id: str) -> int:
    """How many documents discovery counted in a batch, those that cannot be read among them."""
    return sum(file.documents for file in load_batch(home, batch_id).files)


def in_reading_order(batches: Iterable[Batch]) -> list[str]:
    """The batches' ids, those with slices of one file in the order of the slices: who reads on need not start again."""
    first = {batch.batch_id: (batch.files[0].path, batch.files[0].start) for batch in batches}
    return sorted(first, key=lambda each: (first[each], each))


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


def _walk(directory: str, left_out: Counter[str]) -> Iterator[str]:
    for root, directories, names in os.walk(directory):
        directories[:] = sorted(name for name in directories if not name.startswith("."))
        for name in names:
            if not name.startswith(".") and _is_dump(name, left_out):
                yield os.path.join(root, name)


def _locate(paths: Sequence[str]) -> pl.DataFrame:
    rows = list[tuple[str, int, int, None]]()
    for path in paths:
        try:
            identity = identity_of(path)
        except OSError:
            # A link to nothing, or a file that has just gone: a row will say so.
            identity = Identity(0)
        rows.append((path, identity.byte_length, identity.modified_ns, None))
    return pl.DataFrame(rows, schema=_LOCATION_SCHEMA, orient="row")


def _look_at(
    located: pl.DataFrame, columns: Columns
) -> Iterator[tuple[str, list[SourceFile] | None]]:
    """Every location with its slices, null for one that cannot be opened."""

    def look(row: tuple[str, int, int, str | None]) -> tuple[str, list[SourceFile] | None]:
        path, byte_length, modified_ns, version = row
        try:
            return path, _slices(path, Identity(byte_length, modified_ns, version), columns)
        except OSError:
            return path, None

    # Small objects are waited for together; containers are large, and each is read piece by piece.
    small = list[tuple[str, int, int, str | None]]()
    for row in located.iter_rows():
        kind = kind_of_name(row[0])
        if is_remote(row[0]) and kind is not None and kind.format in _SINGLE:
            small.append(row)
        else:
            yield look(row)
    yield from ahead(look, small)


def _unreadable(path: str, located: pl.DataFrame) -> SourceFile:
    """A file that cannot be opened, named by where it is: reading it will give the reason as a row."""
    _, byte_length, modified_ns, version = located.row(by_predicate=pl.col("path") == path)
    known = f"unreadable\0{path}\0{byte_length}\0{modified_ns}".encode()
    kind = kind_of_name(path) or Kind("text")
    digest = hashlib.sha256(known).hexdigest()
    return SourceFile(path, digest, byte_length, modified_ns, kind, version=version)


def _slices(path: str, identity: Identity, columns: Columns) -> list[SourceFile]:
    """A file as slices that each fit a batch."""
    kind = kind_of_file(path)
    whole = SourceFile(
        path,
        "",
        identity.byte_length,
        identity.modified_ns,
        kind,
        columns,
        version=identity.version,
    )
    if whole.is_single:
        return [replace(whole, sha256=file_sha256(path), content_bytes=identity.byte_length)]
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


def _manifest(batch_id: str) -> str:
    return f"{_BATCHES}/{batch_id}.json"


def _read_ledger(home: Home) -> pl.DataFrame:
    try:
        content = open_store(home.warehouse).read(_LEDGER)
    except FileNotFoundError:
        return _LOCATION_SCHEMA.to_frame()
    # One of before there were objects has no versions.
    known = pl.read_parquet(content)
    return known.with_columns(
        version=pl.col("version") if "version" in known else pl.lit(None, pl.String)
    )


def _read_contents(home: Home) -> pl.DataFrame:
    """What is in which batch, by digest: kept beside the manifests, which are read where it does not know a batch."""
    try:
        kept = pl.read_parquet(open_store(home.warehouse).read(_CONTENTS))
    except (FileNotFoundError, pl.exceptions.PolarsError):
        kept = _CONTENTS_SCHEMA.to_frame()
    others = sorted(set(list_batch_ids(home)).difference(kept["batch_id"].unique()))
    return pl.concat([kept, _contents_of(ahead(lambda each: load_batch(home, each), others))])


def _contents_of(batches: Iterable[Batch]) -> pl.DataFrame:
    rows = [(batch.batch_id, file.sha256) for batch in batches for file in batch.files]
    return pl.DataFrame(rows, schema=_CONTENTS_SCHEMA, orient="row")


def _write_frame(home: Home, path: str, frame: pl.DataFrame) -> None:
    with open_store(home.warehouse).writing(path) as local:
        frame.write_parquet(local)


def _write_manifest(home: Home, batch: Batch) -> None:
    content = {"batch_id": batch.batch_id, "files": [_saved(file) for file in batch.files]}
    with open_store(home.warehouse).writing(_manifest(batch.batch_id)) as path:
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


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
