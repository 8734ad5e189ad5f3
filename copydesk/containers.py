"""Containers: the documents inside an input file, one after the other, each with its place.

What belongs here: telling a format by its name or first bytes, walking text, HTML, JSON Lines, Parquet, WARC, WET, zip
and tar (each possibly compressed, archives possibly nested), and what is rejected on the way. What does not: finding
files and cutting them into slices (sources.py), what bytes say (reading.py).

Nothing is ever written to disk, so a member's name cannot lead anywhere; members whose names try to, and links, are
rejected all the same. What is damaged is a document with a rejection that says where; what comes after it is read as far
as the format lets its next document be found.
"""

from __future__ import annotations

import io
import json
import os
import re
import tarfile
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO, Final, cast
from urllib.parse import quote, unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from copydesk.addresses import is_remote, split_address
from copydesk.opening import (
    COMPRESSIONS,
    DamagedError,
    Inflated,
    Source,
    identity_of,
    open_input,
)

# A page of text is some kilobytes and its HTML hundreds; one beyond this is a dump of something else.
MAX_DOCUMENT_BYTES: Final = 32 * 1024**2
# An archive in an archive in an archive is somebody's backup; one level more is an attack.
MAX_NESTING: Final = 3
# Nested archives need seeking: they are kept in memory up to this, then in a temporary file, up to the second limit.
SPOOLED_BYTES: Final = 16 * 1024**2
MAX_NESTED_BYTES: Final = 4 * 1024**3

FORMATS: Final = {
    ".txt": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".warc": "warc",
    ".wet": "wet",
    ".zip": "zip",
    ".tar": "tar",
}
_SHORT_NAMES: Final = {".tgz": (".tar", ".gz"), ".tbz2": (".tar", ".bz2"), ".txz": (".tar", ".xz"), ".tzst": (".tar", ".zst")}  # fmt: skip
_SINGLE: Final = frozenset({"text", "html"})
ARCHIVES: Final = frozenset({"zip", "tar"})

# Columns by convention, best first: those of the Common Crawl's derivatives and of Hugging Face's data sets.
TEXT_COLUMNS: Final = ("text", "content", "raw_content", "plain_text", "body", "dump")
HTML_COLUMNS: Final = ("html", "raw_html", "html_content", "content_html")
URL_COLUMNS: Final = ("url", "uri", "source_url", "canonical_url", "target_uri", "link")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is: its format, and how it is compressed (null: it is not)."""

    format: str
    compression: str | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the fields that hold a document; null for what convention finds."""

    text: str | None = None
    html: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One document in a container.

    `position` is where a slice that begins with it starts, in the container's own unit. `place` is what its address has
    behind the container's: `#offset=12`, `!/member.txt`. `content` is null where `rejection` says why. `media` is `text`
    or `html` where the container says so, `charset` the encoding it declares, `address` the page's address.
    """

    position: int
    place: str
    content: bytes | None
    format: str
    media: str | None = None
    charset: str | None = None
    address: str | None = None
    rejection: str | None = None


def kind_of_name(name: str) -> Kind | None:
    """What a file is by its name; null for other files."""
    # Millions of names pass through here; pathlib takes ten times as long.
    parts = name.rpartition("/")[2].lstrip(".").split(".")
    suffixes = [f".{part.lower()}" for part in parts[1:][-2:]]
    if suffixes and suffixes[-1] in _SHORT_NAMES:
        suffixes[-1:] = _SHORT_NAMES[suffixes[-1]]
    compression = COMPRESSIONS.get(suffixes[-1]) if suffixes else None
    if compression is not None:
        suffixes.pop()
    known = FORMATS.get(suffixes[-1]) if suffixes else None
    return Kind(known, compression) if known is not None else None


def kind_of_file(path: str) -> Kind:
    """What a file is: by its name, else by its first bytes; text where neither says so."""
    known = kind_of_name(path)
    if known is not None:
        return known
    compression = COMPRESSIONS.get(PurePosixPath(path).suffix.lower())
    with open_input(path) as stream:
        head = stream.read(512)
        for magic, name in _MAGIC.items():
            if head.startswith(magic):
                compression = name
        if compression is not None:
            stream.seek(0)
            try:
                head = Inflated(stream, compression).read(512)
            except DamagedError:
                return Kind("text", compression)
    if head.startswith(b"WARC/"):
        return Kind("warc", compression)
    if head.startswith(b"PK\x03\x04"):
        return Kind("zip", compression)
    if head.startswith(b"PAR1"):
        return Kind("parquet", compression)
    if head[257:262] == b"ustar":
        return Kind("tar", compression)
    return Kind("text", compression)


_MAGIC: Final = {
    b"\x1f\x8b\x08": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
}


def documents(
    path: str, kind: Kind, columns: Columns, start: int = 0, end: int | None = None
) -> Iterator[Found]:
    """The documents of a file whose positions are in [`start`, `end`), in order.

    A file that is compressed as a whole has no places to start at, an archive only its beginning: who has read up to
    `end` and reads on from there, in the same process, goes on in the same stream, instead of passing once more over
    what is before it.

    Raises:
        OSError: the file cannot be opened.
    """
    stopped = _take_up(path, kind, columns, start)
    if stopped is None:
        stream = open_input(path)
        stopped = _Stopped(start, stream, _all(stream, kind, columns, start, nesting=1))
    position, stream, walk = stopped.position, stopped.stream, stopped.walk
    is_kept = False
    try:
        for found in walk:
            position = found.position
            if end is not None and position >= end:
                rest = _Stopped(position, stream, chain([found], walk))
                is_kept = _keep(path, kind, columns, rest)
                return
            if position >= start:
                yield found
    finally:
        if not is_kept:
            stream.close()


@dataclass(frozen=True, slots=True)
class _Stopped:
    """A walk through a file that has come to `position`."""

    position: int
    stream: BinaryIO
    walk: Iterator[Found]


# What was stopped in most recently; a file's slices are read one after the other. Not for a process that was forked: the
# place in an open file would be its parent's as well.
_STOPPED: Final[OrderedDict[tuple[object, ...], _Stopped]] = OrderedDict()
_MAX_STOPPED: Final = 4


def _keep(path: str, kind: Kind, columns: Columns, rest: _Stopped) -> bool:
    """Keep a walk for whoever goes on there; false where starting there costs nothing."""
    if _can_start_anywhere(kind):
        return False
    _STOPPED[os.getpid(), path, identity_of(rest.stream), kind, columns] = rest
    while len(_STOPPED) > _MAX_STOPPED:
        _STOPPED.popitem(last=False)[1].stream.close()
    return True


def _can_start_anywhere(kind: Kind) -> bool:
    return kind.compression is None and kind.format not in ARCHIVES


def _take_up(path: str, kind: Kind, columns: Columns, start: int) -> _Stopped | None:
    """The walk that has come to `start`, or somewhat before; nobody else gets it."""
    if _can_start_anywhere(kind) or start == 0:
        return None
    stopped = _STOPPED.pop((os.getpid(), path, identity_of(path), kind, columns), None)
    if stopped is not None and stopped.position > start:
        stopped.stream.close()
        return None
    return stopped


def split_uri(source_uri: str) -> tuple[str, str]:
    """The path or address of the file that a document was in, and its place there.

    Raises:
        ValueError: it is no address of a file or an object.
    """
    parts = urlsplit(source_uri)
    if parts.scheme != "file" and not is_remote(source_uri):
        raise ValueError(f"{source_uri} is no address of a file or an object (file:///…, s3://…)")
    path, mark, member = parts.path.partition("!/")
    place = (mark + member) + (f"#{parts.fragment}" if parts.fragment else "")
    bucket = "" if parts.scheme == "file" else f"{parts.scheme}://{parts.netloc}"
    return bucket + unquote(path), place


def uri_of(path: str) -> str:
    """The first part of `documents.source_uri` for what is in a file or an object."""
    if not is_remote(path):
        return PurePosixPath(path).as_uri()
    bucket, key = split_address(path)
    return f"{bucket}/{quote(key)}"


def start_of(place: str) -> int:
    """The position that a place in a file gives away; 0 where it gives none."""
    match = re.fullmatch(r"#(?:offset|row)=(\d+)", place)
    return int(match.group(1)) if match else 0


def _all(
    stream: BinaryIO, kind: Kind, columns: Columns, start: int, nesting: int
) -> Iterator[Found]:
    """What `_walk` finds; for a container that holds no document a rejection that says so."""
    empty = start == 0
    for found in _walk(stream, kind, columns, start, nesting):
        empty = False
        yield found
    if empty:
        yield Found(0, "", None, kind.format, rejection="empty: it holds no documents")


def _walk(
    stream: BinaryIO, kind: Kind, columns: Columns, start: int, nesting: int
) -> Iterator[Found]:
    """The documents of an open file from `start` on, or from somewhat before."""
    try:
        if kind.format in _SINGLE:
            yield single(stream, kind)
        elif kind.format == "jsonl":
            yield from _json_lines(stream, kind.compression, columns, start)
        elif kind.format in {"warc", "wet"}:
            yield from _warc(stream, kind, start)
        elif kind.format == "tar":
            yield from _tar(stream, kind.compression, columns, start, nesting)
        else:
            with closing(_seekable(stream, kind.compression)) as seekable:
                if kind.format == "zip":
                    yield from _zip(seekable, columns, start, nesting)
                else:
                    yield from _parquet(seekable, columns, start)
    except DamagedError as error:
        yield Found(start, "", None, kind.format, rejection=f"damaged: {error}")


def single(stream: BinaryIO, kind: Kind) -> Found:
    """The one document of an open text or HTML file."""
    source: Source = Inflated(stream, kind.compression) if kind.compression else stream
    return _single(source, kind.format)


def _single(source: Source, name: str, place: str = "", position: int = 0) -> Found:
    """The one document of a text or HTML file, read no further than the limit."""
    parts, size = list[bytes](), 0
    try:
        while part := source.read(1024 * 1024):
            parts.append(part)
            size += len(part)
            if size > MAX_DOCUMENT_BYTES:
                return Found(position, place, None, name, rejection=_too_large(None))
    except (DamagedError, zlib.error, zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        return Found(position, place, None, name, rejection=f"damaged: {error}")
    media = "html" if name == "html" else None
    return Found(position, place, b"".join(parts), name, media)


def _too_large(size: int | None) -> str:
    limit = MAX_DOCUMENT_BYTES // 1024**2
    return f"too_large: {f'{size:,} bytes are' if size else 'it is'} more than {limit} MB for one document"


def _seekable(stream: BinaryIO, compression: str | None) -> IO[bytes]:
    """`stream` itself, or a temporary file with its decompressed bytes."""
    if compression is None:
        return stream
    return _spool(Inflated(stream, compression))


def _spool(source: Source) -> IO[bytes]:
    spooled = cast("IO[bytes]", SpooledTemporaryFile(max_size=SPOOLED_BYTES))  # noqa: SIM115
    size = 0
    while part := source.read(1024 * 1024):
        size += len(part)
        if size > MAX_NESTED_BYTES:
            raise DamagedError(
                f"an archive inside another is larger than {MAX_NESTED_BYTES:,} bytes"
            )
        spooled.write(part)
    spooled.seek(0)
    return spooled


# --- JSON Lines -----------------------------------------------------------------------------------


def _json_lines(
    stream: BinaryIO, compression: str | None, columns: Columns, start: int
) -> Iterator[Found]:
    """A line is a document; positions are bytes in the decompressed file."""
    if compression is None:
        stream.seek(start)
        source: Source = stream
    else:
        source = inflated = Inflated(stream, compression)
        inflated.skip(start)
    offset = start
    for line, size in _lines(source):
        place = f"#offset={offset}"
        if isinstance(line, DamagedError):
            yield Found(offset, place, None, "jsonl", rejection=f"damaged: {line}")
            return
        if line is None:
            yield Found(offset, place, None, "jsonl", rejection=_too_large(size))
        elif line.strip():
            yield _json_document(line, columns, offset, place)
        offset += size


def _lines(source: Source) -> Iterator[tuple[bytes | DamagedError | None, int]]:
    """Each line with its size; null for one that is too long; an error as the last one."""
    rest, dropped = b"", 0
    while True:
        try:
            part = source.read(1024 * 1024)
        except DamagedError as error:
            yield error, 0
            return
        if not part:
            break
        *whole, rest = (rest + part).split(b"\n")
        for line in whole:
            size = dropped + len(line) + 1
            yield (None if dropped or size > MAX_DOCUMENT_BYTES else line), size
            dropped = 0
        if len(rest) > MAX_DOCUMENT_BYTES:
            dropped += len(rest)
            rest = b""
    if rest or dropped:
        yield (None if dropped else rest), dropped + len(rest)


def _json_document(line: bytes, columns: Columns, offset: int, place: str) -> Found:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Found(offset, place, None, "jsonl", rejection=f"no_json: {error}")
    if not isinstance(row, dict):
        return Found(
            offset, place, None, "jsonl", rejection=f"no_object: the line is a {type(row).__name__}"
        )
    return _from_fields(row, columns, offset, place, "jsonl")


def _from_fields(
    row: Mapping[str, Any], columns: Columns, position: int, place: str, name: str
) -> Found:
    """The document in the fields of a row: its HTML where it has some, else its text."""
    html = next((key for key in _candidates(columns.html, HTML_COLUMNS) if row.get(key)), None)
    text = next((key for key in _candidates(columns.text, TEXT_COLUMNS) if key in row), None)
    if columns.text is not None and columns.html is None:
        html = None
    chosen = html or text
    if chosen is None:
        have = ", ".join(map(str, list(row)[:20])) or "nothing"
        return Found(
            position,
            place,
            None,
            name,
            rejection=f"no_text_field: it has {have}; name the field that holds the text or HTML",
        )
    value = row[chosen]
    if isinstance(value, str):
        value = value.encode("utf-8", errors="surrogatepass")
    if value is None:
        value = b""
    if not isinstance(value, bytes):
        return Found(
            position, place, None, name, rejection=f"no_text: {chosen} is a {type(value).__name__}"
        )
    if len(value) > MAX_DOCUMENT_BYTES:
        return Found(position, place, None, name, rejection=_too_large(len(value)))
    address = next(
        (row[key] for key in _candidates(columns.url, URL_COLUMNS) if row.get(key)), None
    )
    return Found(
        position,
        place,
        value,
        name,
        media="html" if chosen == html else None,
        address=address if isinstance(address, str) else None,
    )


def _candidates(named: str | None, convention: tuple[str, ...]) -> tuple[str, ...]:
    return (named,) if named is not None else convention


# --- Parquet --------------------------------------------------------------------------------------

_PARQUET_BATCH_ROWS: Final = 256


def _parquet(stream: IO[bytes], columns: Columns, start: int) -> Iterator[Found]:
    """A row is a document; positions are rows, from 0."""
    try:
        file = pq.ParquetFile(stream)
        names = file.schema_arrow.names
    except (pa.ArrowException, OSError) as error:
        yield Found(0, "", None, "parquet", rejection=f"damaged: {_first_line(error)}")
        return
    wanted = [
        name
        for named, convention in (
            (columns.text, TEXT_COLUMNS),
            (columns.html, HTML_COLUMNS),
            (columns.url, URL_COLUMNS),
        )
        for name in _candidates(named, convention)
        if name in names
    ]
    if not {*wanted} - {*_candidates(columns.url, URL_COLUMNS)}:
        named = [name for name in (columns.text, columns.html) if name]
        missing = (
            f"has no column {' or '.join(named)}" if named else "has no column of text or HTML"
        )
        yield Found(
            0,
            "",
            None,
            "parquet",
            rejection=f"no_text_column: it {missing}, but {', '.join(names[:20])}",
        )
        return
    first = 0
    for number in range(file.num_row_groups):
        rows = file.metadata.row_group(number).num_rows
        if first + rows <= start:
            first += rows
            continue
        row = first
        try:
            batches = file.iter_batches(_PARQUET_BATCH_ROWS, row_groups=[number], columns=wanted)
            for batch in batches:
                for values in batch.to_pylist():
                    if row >= start:
                        yield _from_fields(values, columns, row, f"#row={row}", "parquet")
                    row += 1
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            yield Found(
                row,
                f"#row={row}",
                None,
                "parquet",
                rejection=f"damaged: rows {row} to {first + rows - 1}: {_first_line(error)}",
            )
        first += rows


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__


# --- Archives -------------------------------------------------------------------------------------


def _zip(stream: IO[bytes], columns: Columns, start: int, nesting: int) -> Iterator[Found]:
    """Members in the order of the directory; positions count documents."""
    try:
        archive = zipfile.ZipFile(stream)
        members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield Found(0, "", None, "zip", rejection=f"damaged: {error}")
        return
    position = 0
    for member in members:
        if member.is_dir() or not _is_dump(member.filename):
            continue
        place = _member(member.filename)
        # The type of a file in the upper half of the attributes, as Unix zips write it.
        is_link = member.external_attr >> 28 == 0xA
        problem = _problem(member.filename, is_link)
        if problem is None and member.flag_bits & 1:
            problem = "encrypted: the member needs a password"
        if problem is not None:
            yield Found(position, place, None, "zip", rejection=problem)
            position += 1
            continue
        try:
            content = archive.open(member)
        except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError) as error:
            yield Found(position, place, None, "zip", rejection=f"damaged: {error}")
            position += 1
            continue
        with content:
            guarded = cast("Source", _Member(content, member.compress_size))
            for found in _nested(
                guarded, member.filename, place, columns, start, position, nesting
            ):
                yield found
                position += 1


def _tar(
    stream: BinaryIO, compression: str | None, columns: Columns, start: int, nesting: int
) -> Iterator[Found]:
    """Members in the order they stand in; positions count documents."""
    position, archive = 0, None
    try:
        if compression is None:
            archive = tarfile.open(fileobj=stream, mode="r:")  # noqa: SIM115
        else:
            inflated = cast("IO[bytes]", Inflated(stream, compression))
            archive = tarfile.open(fileobj=inflated, mode="r|")  # noqa: SIM115
        for member in archive:
            # It remembers every member, to find what links point to; links are not followed here.
            cast("Any", archive).members.clear()
            if member.isdir() or not _is_dump(member.name):
                continue
            place = _member(member.name)
            problem = _problem(member.name, member.issym() or member.islnk())
            content = archive.extractfile(member) if problem is None else None
            if content is None:
                problem = problem or "no_file: the member is a device or a pipe"
                yield Found(position, place, None, "tar", rejection=problem)
                position += 1
                continue
            for found in _nested(content, member.name, place, columns, start, position, nesting):
                yield found
                position += 1
    except (tarfile.TarError, DamagedError, EOFError, OSError, ValueError) as error:
        at = 0 if archive is None else archive.offset
        reason = f"damaged: after byte {at:,} of the archive: {_first_line(error)}"
        yield Found(position, "", None, "tar", rejection=reason)


class _Member:
    """A member of a zip, its bytes counted against its compressed size."""

    def __init__(self, content: IO[bytes], compressed: int) -> None:
        self._content = content
        self._allowed = max(compressed, 1)
        self._given = 0

    def read(self, size: int = -1) -> bytes:
        from copydesk import opening

        part = self._content.read(size)
        self._given += len(part)
        if (
            self._given > opening.EXPANSION_FLOOR_BYTES
            and self._given > opening.MAX_EXPANSION * self._allowed
        ):
            raise opening.LimitError(
                f"expands to more than {opening.MAX_EXPANSION} times its size of {self._allowed:,} bytes"
            )
        return part


def _nested(
    source: Source,
    name: str,
    place: str,
    columns: Columns,
    start: int,
    position: int,
    nesting: int,
) -> Iterator[Found]:
    """The documents of a member; their positions count on from `position`."""
    kind = kind_of_name(name)
    assert kind is not None
    if kind.format in _SINGLE:
        if position < start:
            # Not asked for: its place is all that counts.
            yield Found(position, place, None, kind.format)
            return
        inner: Source = Inflated(source, kind.compression) if kind.compression else source
        yield _single(inner, kind.format, place, position)
        return
    if nesting >= MAX_NESTING:
        rejection = f"nested: archives are opened {MAX_NESTING} deep and no further"
        yield Found(position, place, None, kind.format, rejection=rejection)
        return
    try:
        spooled = _spool(source)
    except (DamagedError, zlib.error, zipfile.BadZipFile, EOFError) as error:
        yield Found(position, place, None, kind.format, rejection=f"damaged: {error}")
        return
    with closing(spooled):
        inner_stream = cast("BinaryIO", spooled)
        for found in _all(inner_stream, kind, columns, 0, nesting + 1):
            yield Found(
                position,
                place + found.place,
                found.content,
                found.format,
                found.media,
                found.charset,
                found.address,
                found.rejection,
            )
            position += 1


def _is_dump(name: str) -> bool:
    parts = PurePosixPath(name).parts
    hidden = any(part.startswith(".") and part != ".." for part in parts) or "__MACOSX" in parts
    return not hidden and kind_of_name(name) is not None


def _member(name: str) -> str:
    return f"!/{quote(name)}"


def _problem(name: str, is_link: bool) -> str | None:
    if is_link:
        return "link: links in archives are not followed"
    parts = re.split(r"[/\\]", name)
    if ".." in parts or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
        return "unsafe_name: the member's name leads out of the archive"
    return None


# --- WARC and WET ---------------------------------------------------------------------------------

_PAGES: Final = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion
# What can be text; images, scripts and the like are recorded with their pages.
_TEXT_MEDIA: Final = re.compile(r"(?:text/(?:html|plain)|application/xhtml\+xml)\b", re.IGNORECASE)
_HTML_MEDIA: Final = re.compile(r"text/html|application/xhtml", re.IGNORECASE)
_RECORD: Final = re.compile(rb"WARC/[01]\.\d+\r?\n[A-Za-z-]+:")
_CONTENT_LENGTH: Final = re.compile(rb"\nContent-Length:\s{0,9}(\d{1,18})", re.IGNORECASE)
_GZIP_MEMBER: Final = b"\x1f\x8b\x08"
_SEARCH_BYTES: Final = 1024 * 1024


def _warc(stream: BinaryIO, kind: Kind, start: int) -> Iterator[Found]:
    """A page's record is a document.

    Positions are bytes in the file where each record is compressed by itself, or not at all; else bytes in the
    decompressed file.
    """
    by_record = kind.compression == "gzip" and _is_gzip_by_record(stream)
    position = start
    while True:
        source = _warc_source(stream, kind, by_record, position)
        last = None
        try:
            for record in ArchiveIterator(
                cast("Any", source), record_types=_PAGES, parse_http=False
            ):
                last = position + record.stream_pos
                found = _record(record, last, kind.format)
                if found is not None:
                    yield found
                if found is not None and (found.rejection or "").startswith("truncated"):
                    raise DamagedError("the record ends too early")
            return
        except OSError as error:
            after = position if last is None else last
            following = _next_record(stream, kind, by_record, after + 1)
            if last is None or not str(error).startswith("the record ends"):
                at = position if last is None else _end_of_record(stream, kind, by_record, last)
                reason = f"damaged: at byte {at:,}: {_first_line(error)}"
                if following is not None:
                    at = min(at, following)
                    reason += f"; reading goes on at byte {following:,}"
                yield Found(at, f"#offset={at}", None, kind.format, rejection=reason)
            if following is None:
                return
            position = following


def _warc_source(stream: BinaryIO, kind: Kind, by_record: bool, position: int) -> _FromHere:
    if kind.compression is None or by_record:
        stream.seek(position)
        return _FromHere(stream)
    stream.seek(0)
    inflated = Inflated(stream, kind.compression)
    inflated.skip(position)
    return _FromHere(inflated)


class _FromHere:
    """A source whose positions count from where it stands: FastWARC asks a stream that knows its own."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._taken = 0

    def read(self, size: int = -1) -> bytes:
        part = self._source.read(size)
        self._taken += len(part)
        return part

    def tell(self) -> int:
        return self._taken


def _is_gzip_by_record(stream: BinaryIO) -> bool:
    """Whether the first gzip member ends where the first record does, as the WARC standard recommends."""
    stream.seek(0)
    decompressor = zlib.decompressobj(wbits=31)
    try:
        head = decompressor.decompress(stream.read(_SEARCH_BYTES), 4 * _SEARCH_BYTES)
    except zlib.error:
        return True
    return sum(1 for _ in _RECORD.finditer(head)) <= 1


def _end_of_record(stream: BinaryIO, kind: Kind, by_record: bool, position: int) -> int:
    """Where the record at `position` ends, by what it says of its length or where its gzip member does."""
    source = _warc_source(stream, kind, by_record, position)
    if by_record:
        decompressor, taken = zlib.decompressobj(wbits=31), 0
        while not decompressor.eof and (part := source.read(_SEARCH_BYTES)):
            decompressor.decompress(part)
            taken += len(part)
        return position + taken - len(decompressor.unused_data)
    head = source.read(_SEARCH_BYTES).partition(b"\r\n\r\n")[0]
    length = _CONTENT_LENGTH.search(head)
    # Two line ends behind the head, and two behind the block.
    return position + len(head) + 4 + (int(length[1]) if length else 0) + 4


def _next_record(stream: BinaryIO, kind: Kind, by_record: bool, position: int) -> int | None:
    """Where the next record begins, at `position` or behind it; null if there is none."""
    source: Source = _warc_source(stream, kind, by_record, position)
    window, base = b"", position
    while True:
        try:
            part = source.read(_SEARCH_BYTES)
        except OSError:
            part = b""
        window += part
        if by_record:
            at = window.find(_GZIP_MEMBER)
            while at >= 0:
                # 512 compressed bytes say whether a record begins here.
                if (len(window) - at >= 512 or not part) and _begins_record(window[at : at + 512]):
                    return base + at
                at = window.find(_GZIP_MEMBER, at + 1)
        elif match := _RECORD.search(window):
            return base + match.start()
        if not part:
            return None
        keep = min(len(window), 512)
        base += len(window) - keep
        window = window[-keep:]


def _begins_record(compressed: bytes) -> bool:
    try:
        return zlib.decompressobj(wbits=31).decompress(compressed).startswith(b"WARC/")
    except zlib.error:
        return False


def _record(record: WarcRecord, position: int, name: str) -> Found | None:
    """The document of a record; null for a record that holds no page."""
    place = f"#offset={position}"
    kind = record.record_type
    headers = record.headers
    address = headers.get("WARC-Target-URI")
    media = headers.get("Content-Type") or ""
    # A record about the crawl, or of another protocol than HTTP, is no page.
    if kind == WarcRecordType.response and "application/http" not in media:
        return None
    source_format = (
        "wet" if kind == WarcRecordType.conversion else "warc" if name == "wet" else name
    )

    def rejected(reason: str) -> Found:
        return Found(position, place, None, source_format, address=address, rejection=reason)

    declared = record.content_length
    if declared > MAX_DOCUMENT_BYTES:
        return rejected(_too_large(declared))
    block = record.reader.read()
    if len(block) < declared:
        return rejected(
            f"truncated: the record at byte {position:,} should have {declared:,} bytes and has {len(block):,}"
        )
    charset = None
    if kind == WarcRecordType.response:
        page = _parse_http(block)
        if page is None:
            return rejected("no_http: the record holds no HTTP response")
        status, media, charset, block = page
        if status is None or not 200 <= status < 300:
            return rejected(f"http_status: the server answered {status}")
    if kind != WarcRecordType.conversion and media and not _TEXT_MEDIA.match(media):
        return rejected(f"media_type: {media[:80]} is neither HTML nor plain text")
    is_html = kind != WarcRecordType.conversion and bool(_HTML_MEDIA.match(media))
    return Found(
        position, place, block, source_format, "html" if is_html else "text", charset, address
    )


def _parse_http(block: bytes) -> tuple[int | None, str, str | None, bytes] | None:
    """Status, content type, charset and decoded body of an HTTP response.

    FastWARC takes transfer and content encodings off while it reads, which hides how long a record really is; so the
    record's bytes were read first, and are given to it once more.
    """
    header = (
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n"
        % len(block)
    )
    try:
        for record in ArchiveIterator(
            io.BytesIO(header + block + b"\r\n\r\n"), parse_http=True, auto_decode="all"
        ):
            http = record.http_headers
            if http is None:
                return None
            body = record.reader.read(MAX_DOCUMENT_BYTES)
            return http.status_code, record.http_content_type or "", record.http_charset, body
    except OSError:
        return None
    return None
