"""Parsing: from raw documents to the tables `documents` and `blocks`.

What belongs here: the order of the steps, the status of a document with its reason. What does not: any of the steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from copydesk.blocks import split_blocks
from copydesk.dates import read_headers
from copydesk.html_roles import assign_html_roles
from copydesk.pages import classify_pages
from copydesk.role_model import BodyScorer, score_body, score_html_body
from copydesk.roles import assign_roles
from copydesk.structured_data import PAGES_STATED_SCHEMA, stated_by_pages
from copydesk.tables import BLOCKS, DOCUMENTS

# Whole columns pay, until they are too large to be kept in memory from one step to the next: handing it back to the
# system and asking for it anew takes up to a fifth of the time. 4 and 16 MB measure alike.
PART_BYTES: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class Parsed:
    """Frames in the schemas of the tables `documents` and `blocks`, and what HTML pages state of themselves."""

    documents: pl.DataFrame
    blocks: pl.DataFrame
    stated: pl.DataFrame = field(default_factory=PAGES_STATED_SCHEMA.to_frame)


def parse(
    raw: pl.DataFrame,
    score_body: BodyScorer = score_body,
    score_html_body: BodyScorer = score_html_body,
) -> Parsed:
    """What each raw document (see reading.RAW_SCHEMA) is, and its blocks with their roles."""
    return gather([settle(part, _roles(part, score_body, score_html_body)) for part in parts(raw)])


def parts(raw: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The documents, in order, some `PART_BYTES` of text at a time; one part where there are none."""
    end = raw["text"].str.len_bytes().fill_null(0).cast(pl.Int64).cum_sum()
    start = 0
    for length in (end // PART_BYTES).rle().struct.field("len").to_list() or [0]:
        yield raw.slice(start, length)
        start += length


def gather(parsed: Sequence[Parsed]) -> Parsed:
    """What the parts of a batch are as a whole."""
    if len(parsed) == 1:
        return parsed[0]
    return Parsed(
        documents=DOCUMENTS.conform(pl.concat(part.documents for part in parsed)),
        blocks=BLOCKS.conform(pl.concat(part.blocks for part in parsed)),
        stated=pl.concat(part.stated for part in parsed),
    )


def settle(raw: pl.DataFrame, blocks: pl.DataFrame) -> Parsed:
    """What each raw document is, given its blocks with their roles."""
    stated = stated_by_pages(raw)
    documents = (
        raw.join(read_headers(raw), on="document_id", how="left")
        .join(
            classify_pages(blocks, stated),
            on="document_id",
            how="left",
        )
        .with_columns(
            status=pl.when(pl.col("rejection").is_not_null())
            .then(pl.lit("rejected"))
            .when(pl.col("page_type") == "article")
            .then(pl.lit("article"))
            .otherwise(pl.lit("not_article")),
            reason=pl.coalesce("rejection", "reason"),
        )
    )
    return Parsed(DOCUMENTS.conform(documents), BLOCKS.conform(blocks), stated)


def _roles(raw: pl.DataFrame, score_body: BodyScorer, score_html_body: BodyScorer) -> pl.DataFrame:
    """The blocks of all documents with their roles; what is known of a DOM counts where there is one."""
    blocks = split_blocks(raw)
    pages = raw.filter(pl.col("lines").is_not_null()).select("document_id", "lines")
    if pages.is_empty():
        return assign_roles(blocks, score_body)
    texts = blocks.join(pages, on="document_id", how="anti", maintain_order="left")
    of_html = blocks.join(pages, on="document_id", how="semi", maintain_order="left")
    return pl.concat(
        [assign_roles(texts, score_body), assign_html_roles(of_html, pages, score_html_body)]
    ).sort("document_id", "block_index")
