"""Reading dumps: from the files of a batch to a frame of raw documents.

What belongs here: opening inputs, one row a document, the reason where a document cannot be read. What does not:
how bytes become text (decoding.py), what the text says.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from copydesk.decoding import decode
from copydesk.identifiers import ID_HEX_DIGITS, content_id
from copydesk.sources import Batch

RAW_SCHEMA: Final = pl.Schema(
    {
        "document_id": pl.String,
        "batch_id": pl.String,
        "source_uri": pl.String,
        "source_format": pl.String,
        "byte_length": pl.Int64,
        "copies": pl.Int64,
        "encoding": pl.String,
        "text": pl.String,
        "rejection": pl.String,
    }
)


def read_batch(batch: Batch) -> pl.DataFrame:
    """The raw documents of `batch`, in `RAW_SCHEMA`, one row for each distinct content, sorted by id.

    `text` is null where `rejection` says why. A file that vanished or cannot be opened is a row of its own, named
    by the content that was found at discovery.
    """
    rows = [
        {
            "document_id": file.sha256[:ID_HEX_DIGITS],
            "batch_id": batch.batch_id,
            "source_uri": Path(file.path).as_uri(),
            "source_format": "text",
            "byte_length": file.byte_length,
            "copies": 1,
            **_read(Path(file.path), file.sha256),
        }
        for file in batch.files
    ]
    return (
        pl.DataFrame(rows, schema=RAW_SCHEMA)
        .sort("document_id", "source_uri")
        .with_columns(copies=pl.len().over("document_id").cast(pl.Int64))
        .unique("document_id", keep="first", maintain_order=True)
    )


def read_file(path: Path) -> pl.DataFrame:
    """One file as a frame of raw documents, outside any batch."""
    raw = path.read_bytes()
    decoded = decode(raw)
    return pl.DataFrame(
        [
            {
                "document_id": content_id(raw),
                "batch_id": "",
                "source_uri": path.absolute().as_uri(),
                "source_format": "text",
                "byte_length": len(raw),
                "copies": 1,
                "encoding": decoded.encoding,
                "text": decoded.text,
                "rejection": decoded.rejection,
            }
        ],
        schema=RAW_SCHEMA,
    )


def _read(path: Path, sha256: str) -> dict[str, str | None]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        return {
            "encoding": None,
            "text": None,
            "rejection": f"unreadable: {error.strerror or error}",
        }
    if content_id(raw) != sha256[:ID_HEX_DIGITS]:
        return {
            "encoding": None,
            "text": None,
            "rejection": "changed: the file is no longer what was found; it comes in as a new one",
        }
    decoded = decode(raw)
    return {
        "encoding": decoded.encoding,
        "text": decoded.text,
        "rejection": decoded.rejection,
    }
