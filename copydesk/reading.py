"""Reading dumps: from the files of a batch to a frame of raw documents.

What belongs here: opening inputs, telling HTML from text, one row a document, the reason where a document cannot be
read. What does not: how bytes become text (decoding.py), what the text says, the DOM (flattening.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from copydesk.decoding import Decoded, decode
from copydesk.html_blocks import LINES_DTYPE, read_pages
from copydesk.identifiers import ID_HEX_DIGITS, content_id
from copydesk.sources import HTML_SUFFIXES, Batch
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
        "lines": LINES_DTYPE,
        "page": PAGE_DTYPE,
    }
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


@dataclass(frozen=True, slots=True)
class RawDocument:
    """One document as it was found: its bytes, or the reason why there are none.

    `media` is what the container says it is (`text`, `html`; null: its bytes tell), `charset` the encoding that the
    container declares.
    """

    document_id: str
    source_uri: str
    source_format: str
    byte_length: int
    raw: bytes | None
    media: str | None = None
    charset: str | None = None
    rejection: str | None = None


def read_batch(batch: Batch) -> pl.DataFrame:
    """The raw documents of `batch`, in `RAW_SCHEMA`, one row for each distinct content, sorted by id.

    `text` is null where `rejection` says why. A file that vanished or cannot be opened is a row of its own, named
    by the content that was found at discovery.
    """
    documents = (_open(Path(file.path), file.sha256, file.byte_length) for file in batch.files)
    return (
        read_documents(documents, batch.batch_id)
        .sort("document_id", "source_uri")
        .with_columns(copies=pl.len().over("document_id").cast(pl.Int64))
        .unique("document_id", keep="first", maintain_order=True)
    )


def read_file(path: Path) -> pl.DataFrame:
    """One file as a frame of raw documents, outside any batch."""
    raw = path.read_bytes()
    media = "html" if path.suffix.lower() in HTML_SUFFIXES else None
    document = RawDocument(
        content_id(raw), path.absolute().as_uri(), media or "text", len(raw), raw, media
    )
    return read_documents([document])


def read_documents(documents: Iterable[RawDocument], batch_id: str = "") -> pl.DataFrame:
    """Documents as rows of `RAW_SCHEMA`, in the order given, each counted once."""
    rows = list[dict[str, object]]()
    pages = list[tuple[int, str]]()
    for number, document in enumerate(documents):
        is_html = document.raw is not None and _is_html(document)
        decoded = _decode(document, is_html)
        if is_html and decoded.text is not None:
            pages.append((number, decoded.text))
        rows.append(
            {
                "document_id": document.document_id,
                "batch_id": batch_id,
                "source_uri": document.source_uri,
                "source_format": "html"
                if is_html and document.source_format == "text"
                else document.source_format,
                "byte_length": document.byte_length,
                "copies": 1,
                "encoding": decoded.encoding,
                "text": None if is_html else decoded.text,
                "rejection": decoded.rejection,
            }
        )
    frame = pl.DataFrame(
        rows,
        schema={name: dtype for name, dtype in RAW_SCHEMA.items() if name not in {"lines", "page"}},
    )
    return _with_pages(frame, pages)


def _with_pages(frame: pl.DataFrame, pages: list[tuple[int, str]]) -> pl.DataFrame:
    numbers = pl.Series([number for number, _ in pages], dtype=pl.UInt32)
    read = read_pages([html for _, html in pages]).select(
        number=numbers, page_text="text", lines="lines", page="page"
    )
    blank = pl.col("page_text").str.strip_chars() == ""
    return (
        frame.with_row_index("number")
        .join(read, on="number", how="left", maintain_order="left")
        .with_columns(
            text=pl.when(blank).then(None).otherwise(pl.coalesce("text", "page_text")),
            rejection=pl.when(blank)
            .then(pl.lit("blank: the page shows no text"))
            .otherwise("rejection"),
        )
        .select(RAW_SCHEMA.names())
    )


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
    return decode(document.raw, charset, mend=False)


def _open(path: Path, sha256: str, byte_length: int) -> RawDocument:
    raw, rejection = None, None
    try:
        raw = path.read_bytes()
    except OSError as error:
        rejection = f"unreadable: {error.strerror or error}"
    if raw is not None and content_id(raw) != sha256[:ID_HEX_DIGITS]:
        raw = None
        rejection = "changed: the file is no longer what was found; it comes in as a new one"
    media = "html" if path.suffix.lower() in HTML_SUFFIXES else None
    return RawDocument(
        sha256[:ID_HEX_DIGITS],
        path.as_uri(),
        media or "text",
        byte_length,
        raw,
        media,
        rejection=rejection,
    )
