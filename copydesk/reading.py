"""Reading dumps: from the files of a batch to a frame of raw documents.

What belongs here: opening inputs, telling HTML from text, one row a document, the reason where a document cannot be
read. What does not: how bytes become text (decoding.py), what the text says, the DOM (flattening.py).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

import polars as pl

from copydesk.addresses import Place, is_remote
from copydesk.budget import DOCUMENT_SECONDS, OutOfTime, limited
from copydesk.budget import reason as out_of_time
from copydesk.containers import (
    Columns,
    Found,
    documents,
    kind_of_file,
    single,
    split_uri,
    start_of,
    uri_of,
)
from copydesk.decoding import Decoded, decode
from copydesk.html_blocks import LINES_DTYPE, read_pages
from copydesk.identifiers import ID_HEX_DIGITS, content_id, key_id
from copydesk.opening import Identity, identity_of, open_input
from copydesk.prefetching import ahead
from copydesk.sources import Batch, SliceDigest, SourceError, SourceFile, file_sha256
from copydesk.structured_data import PAGE_DTYPE

RAW_SCHEMA: Final = pl.Schema(
    {
        "document_id": pl.String(),
        "batch_id": pl.String(),
        "source_uri": pl.String(),
        "source_format": pl.String(),
        "byte_length": pl.Int64(),
        "copies": pl.Int64(),
        "encoding": pl.String(),
        "text": pl.String(),
        "rejection": pl.String(),
        "address": pl.String(),
        "lines": LINES_DTYPE,
        "page": PAGE_DTYPE,
    }
)
_ROW_SCHEMA: Final = pl.Schema(
    {name: dtype for name, dtype in RAW_SCHEMA.items() if name not in {"lines", "page"}}
)
# How HTML documents begin, as the WHATWG's MIME Sniffing Standard says (section 7.1), of those tags only the ones that no
# dump of text begins with.
_HTML_HEAD: Final = re.compile(
    rb"\s*(?:<!--.{0,4096}?-->\s*)*<(?:!doctype\s+html|html|head)[\s>]", re.I | re.S
)
_XML_HEAD: Final = re.compile(rb"\s*<\?xml[^>]{0,200}\?>\s*")
# The HTML standard's prescan looks for the declared encoding in the first 1,024 bytes; pages put it further down.
_CHARSET: Final = re.compile(
    rb"<meta[^>]{1,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE
)
_PRESCAN_BYTES: Final = 8_192
# Rows of Python objects take several times what a frame takes.
READ_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class RawDocument:
    """One document as it was found: its bytes, or the reason why there are none.

    `media` is what the container says it is (`text`, `html`; null: its bytes tell), `charset` the encoding that the
    container declares, `address` the page's address that it records. `copies` is how many inputs the row stands for.
    """

    document_id: str
    source_uri: str
    source_format: str
    byte_length: int
    raw: bytes | None
    media: str | None = None
    charset: str | None = None
    address: str | None = None
    rejection: str | None = None
    copies: int = 1


def read_batch(batch: Batch) -> pl.DataFrame:
    """The raw documents of `batch`, in `RAW_SCHEMA`, one row for each distinct content, sorted by id.

    `text` is null where `rejection` says why. A file that vanished or cannot be opened is a row of its own, named
    by the content that was found at discovery; it stands for all documents that were counted then.
    """
    # Small objects are waited for together; all else is read piece by piece.
    waited_for = [file for file in batch.files if file.is_single and is_remote(file.path)]
    others = (file for file in batch.files if not (file.is_single and is_remote(file.path)))
    found = chain(
        chain.from_iterable(ahead(lambda file: list(_read_slice(file)), waited_for)),
        chain.from_iterable(map(_read_slice, others)),
    )
    return (
        pl.concat(_in_parts(found, batch.batch_id))
        .sort("document_id", "source_uri")
        .with_columns(copies=pl.col("copies").sum().over("document_id"))
        .unique("document_id", keep="first", maintain_order=True)
    )


def _in_parts(found: Iterator[RawDocument], batch_id: str) -> Iterator[pl.DataFrame]:
    """All documents, some at a time: what reading needs beside its frames is that of a part."""
    part = read_documents(islice(found, READ_AT_ONCE), batch_id)
    yield part
    while part.height == READ_AT_ONCE:
        part = read_documents(islice(found, READ_AT_ONCE), batch_id)
        yield part


def read_file(place: Place, limit: int | None = None) -> pl.DataFrame:
    """The documents of one file or object, or its first ones, as a frame of raw documents, outside any batch.

    Raises:
        OSError: it cannot be opened.
    """
    path = place if is_remote(place) else os.path.abspath(place)
    assert isinstance(path, str)
    uri = uri_of(path)
    found = islice(documents(path, kind_of_file(path), Columns()), limit)
    return read_documents(_document(uri, one, uri) for one in found)


def fetch(source_uri: str, columns: Columns | None = None) -> bytes:
    """The bytes of the document that `documents.source_uri` names, read where it was found.

    Raises:
        SourceError: it is not there any more, or cannot be read.
    """
    try:
        path, place = split_uri(source_uri)
    except ValueError as error:
        raise SourceError(str(error)) from error
    try:
        for one in documents(path, kind_of_file(path), columns or Columns(), start_of(place)):
            if one.place == place:
                if one.content is None:
                    raise SourceError(f"{source_uri}: {one.rejection}")
                return one.content
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}") from error
    raise SourceError(f"{path} has no document at {place or 'its beginning'} any more")


def read_documents(found: Iterable[RawDocument], batch_id: str = "") -> pl.DataFrame:
    """Documents as rows of `RAW_SCHEMA`, in the order given, each counted once.

    A page's HTML is let go as soon as it is flattened: a batch is held as text.
    """
    rows = list[dict[str, object]]()
    numbers = list[int]()

    def pages() -> Iterator[str]:
        for document in found:
            is_html = document.raw is not None and _is_html(document)
            try:
                with limited(DOCUMENT_SECONDS):
                    decoded = _decode(document, is_html)
            except OutOfTime:
                decoded = Decoded(None, None, out_of_time())
            rows.append(_row(document, decoded, is_html, batch_id))
            if is_html and decoded.text is not None:
                numbers.append(len(rows) - 1)
                yield decoded.text

    read = read_pages(pages()).rename({"text": "page_text"})
    blank = pl.col("page_text").str.strip_chars() == ""
    return (
        pl.DataFrame(rows, schema=_ROW_SCHEMA)
        .with_row_index("number")
        .join(
            read.with_columns(number=pl.Series(numbers, dtype=pl.UInt32), is_page=True),
            on="number",
            how="left",
            maintain_order="left",
        )
        .with_columns(
            text=pl.when(blank).then(None).otherwise(pl.coalesce("text", "page_text")),
            rejection=pl.when(blank)
            .then(pl.lit("blank: the page shows no text"))
            .when(pl.col("is_page") & pl.col("page_text").is_null())
            .then(pl.lit(out_of_time()))
            .otherwise("rejection"),
        )
        .select(RAW_SCHEMA.names())
    )


def _row(
    document: RawDocument, decoded: Decoded, is_html: bool, batch_id: str
) -> dict[str, object]:
    is_file = document.source_format == "text"
    return {
        "document_id": document.document_id,
        "batch_id": batch_id,
        "source_uri": document.source_uri,
        "source_format": "html" if is_html and is_file else document.source_format,
        "byte_length": document.byte_length,
        "copies": document.copies,
        "encoding": decoded.encoding,
        "text": None if is_html else decoded.text,
        "rejection": decoded.rejection,
        "address": document.address,
    }


def _is_html(document: RawDocument) -> bool:
    if document.media is not None:
        return document.media == "html"
    assert document.raw is not None
    head = document.raw[:_PRESCAN_BYTES]
    prolog = _XML_HEAD.match(head)
    return _HTML_HEAD.match(head, prolog.end() if prolog else 0) is not None


def _decode(document: RawDocument, is_html: bool) -> Decoded:
    if document.raw is None:
        return Decoded(None, None, document.rejection)
    if not is_html:
        return decode(document.raw, document.charset)
    stated = _CHARSET.search(document.raw[:_PRESCAN_BYTES])
    charset = document.charset or (stated.group(1).decode("ascii") if stated else None)
    # Mojibake is looked for in the page's text, which is a fraction of its source.
    return decode(document.raw, charset, is_markup=True)


def _read_slice(file: SourceFile) -> Iterator[RawDocument]:
    """The documents of one input of a batch; one that says why, if it is not what was found."""
    uri = uri_of(file.path)
    try:
        if file.is_single:
            with open_input(file.path) as stream:
                if _is_as_found(file, identity_of(stream)):
                    yield _document(uri, single(stream, file.kind), file.sha256)
                    return
        elif _is_as_found(file, identity_of(file.path)):
            for found in documents(file.path, file.kind, file.columns, file.start, file.end):
                yield _document(uri, found, file.sha256)
            return
        yield _lost(file, "changed: the file is no longer what was found; it comes in as a new one")
    except OSError as error:
        yield _lost(file, f"unreadable: {error.strerror or error}")


def _is_as_found(file: SourceFile, identity: Identity) -> bool:
    return identity == file.identity or _digest(file) == file.sha256


def _digest(file: SourceFile) -> str:
    """The digest that discovery would give the input today."""
    if file.is_single:
        return file_sha256(file.path)
    digest = SliceDigest(file.path)
    for found in documents(file.path, file.kind, file.columns, file.start, file.end):
        digest.add(found)
    return digest.hexdigest()


def _lost(file: SourceFile, rejection: str) -> RawDocument:
    return RawDocument(
        file.sha256[:ID_HEX_DIGITS],
        uri_of(file.path),
        file.kind.format,
        file.byte_length,
        None,
        rejection=rejection,
        copies=file.documents,
    )


def _document(uri: str, found: Found, owner: str) -> RawDocument:
    """A document under its address; one without bytes is named by its place in what `owner` names."""
    if found.content is None:
        document_id = key_id("rejected", owner, found.place)
    else:
        document_id = content_id(found.content)
    return RawDocument(
        document_id,
        uri + found.place,
        found.format,
        len(found.content or b""),
        found.content,
        found.media,
        found.charset,
        found.address,
        found.rejection,
    )
