"""HTML pages as frames: flattened texts, the DOM's evidence for every line of them, what the pages say of themselves.

What belongs here: the columns of evidence, and joining them to blocks by offsets. What does not: the walk over a DOM
(flattening.py), roles (html_roles.py), what metadata is believed (structured_data.py).

A raw document that was HTML carries its evidence with it, in the columns `lines` and `page` of reading.RAW_SCHEMA, so
that the HTML need not be kept. To train on pages: `pages = frame.hstack(read_pages(frame["html"]))`, where `frame` has
`document_id` and `html`; then `line_evidence(pages)` is a row for each line of each page, whose offsets count in
`pages["text"]`, and `attach_evidence(split_blocks(pages), pages)` is a row for each block.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, Final

import polars as pl

from copydesk.budget import DOCUMENT_SECONDS, OutOfTime, limited
from copydesk.decoding import mend_mojibake
from copydesk.flattening import HINTS, REGIONS, Line, Page, flatten
from copydesk.structured_data import PAGE_DTYPE, read_structured_data

FLAG_COLUMNS: Final = tuple(f"in_{name}" for name in REGIONS)
HINT_COLUMNS: Final = tuple(f"hint_{name}" for name in HINTS)
_LINE_TYPES: Final[Mapping[str, pl.DataType]] = {
    "start": pl.Int64(),
    "end": pl.Int64(),
    "tag": pl.String(),
    "depth": pl.Int32(),
    "element": pl.Int32(),
    "container": pl.Int32(),
    "grandparent": pl.Int32(),
    "characters": pl.Int32(),
    "link_characters": pl.Int32(),
    "strong_characters": pl.Int32(),
    "links": pl.Int32(),
    "heading_level": pl.Int8(),
    "regions": pl.Int32(),
    "item_property": pl.String(),
    "hints": pl.Array(pl.Int16(), len(HINTS)),
    "is_headline": pl.Boolean(),
    "is_summary": pl.Boolean(),
    "in_article_body": pl.Boolean(),
}
_MATCHES: Final = ("is_headline", "is_summary", "in_article_body")
LINES_DTYPE: Final = pl.List(pl.Struct(_LINE_TYPES))
PAGES_SCHEMA: Final = pl.Schema({"text": pl.String(), "lines": LINES_DTYPE, "page": PAGE_DTYPE})
EVIDENCE_SCHEMA: Final = pl.Schema(
    {
        "document_id": pl.String(),
        **{
            name: dtype
            for name, dtype in _LINE_TYPES.items()
            if name
            not in {"characters", "link_characters", "strong_characters", "regions", "hints"}
        },
        "link_density": pl.Float32(),
        "strong_density": pl.Float32(),
        **dict.fromkeys(FLAG_COLUMNS, pl.Boolean()),
        **dict.fromkeys(HINT_COLUMNS, pl.Int16()),
    }
)
# A line this short stands in many a text by chance.
MIN_MATCHED_CHARACTERS: Final = 12


def read_pages(html: Iterable[str]) -> pl.DataFrame:
    """Each page's flattened text, its lines and its structured data, in `PAGES_SCHEMA`, in the order given.

    `text` is empty, and there are no lines, where a page shows no text; it is null where the page takes longer than a
    document may (budget.py). Mojibake is mended as in text dumps.
    """
    texts, counts = list[str | None](), list[int]()
    lines = list[Line]()
    matches = list[tuple[bool, bool, bool | None]]()
    described = list[dict[str, Any] | None]()
    for source in html:
        try:
            with limited(DOCUMENT_SECONDS):
                page, stated, matched = _read_page(source)
        except OutOfTime:
            texts.append(None)
            counts.append(0)
            described.append(None)
            continue
        texts.append(page.text)
        counts.append(len(page.lines))
        lines += page.lines
        matches += matched
        described.append(stated)
    documents = pl.Series("document", range(len(counts)), dtype=pl.Int64)
    listed = (
        _flat(lines, matches)
        .select(document=documents.gather(_repeat(counts)), line=pl.struct(*_LINE_TYPES))
        .group_by("document", maintain_order=True)
        .agg(lines="line")
    )
    return (
        pl.DataFrame(
            {
                "document": documents,
                "text": pl.Series(texts, dtype=pl.String),
                "page": pl.Series(described, dtype=PAGE_DTYPE),
            }
        )
        .join(listed, on="document", how="left", maintain_order="left")
        .select("text", pl.col("lines").fill_null(pl.lit([], dtype=LINES_DTYPE)), "page")
    )


def _read_page(source: str) -> tuple[Page, dict[str, Any], list[tuple[bool, bool, bool | None]]]:
    """One page, what it states of itself, and which of its lines stand in that."""
    page = flatten(source)
    if mend_mojibake(page.text) != page.text:
        page = flatten(source, mend=True)
    stated = read_structured_data(page)
    return page, stated, list(_matches(page, stated))


def line_evidence(pages: pl.DataFrame) -> pl.DataFrame:
    """What the DOM says about each line, in `EVIDENCE_SCHEMA`; documents that were no HTML have no rows.

    `link_density` and `strong_density` are shares of the line's non-blank characters. `in_…` say whether the line stands
    in such an element, `hint_…` how many elements up a class name or an id speaks of such a thing (null: none does).
    `element`, `container` and `grandparent` number the block element, its parent and its parent's parent within the
    document. `is_headline`, `is_summary`: the line is the title or description that the page states; `in_article_body`:
    it stands in the text that the page's JSON-LD gives as the article's (null: it gives none).

    Args:
        pages: `document_id`, `lines`.
    """
    regions = pl.col("regions")
    hint = pl.col("hints").arr
    return (
        pages.lazy()
        .select("document_id", "lines")
        .explode("lines", empty_as_null=False)
        .drop_nulls("lines")
        .unnest("lines")
        .with_columns(
            link_density=pl.col("link_characters") / pl.col("characters"),
            strong_density=pl.col("strong_characters") / pl.col("characters"),
            **{
                name: (regions // (1 << number)) % 2 == 1
                for number, name in enumerate(FLAG_COLUMNS)
            },
            **{
                name: pl.when(hint.get(number) >= 0).then(hint.get(number))
                for number, name in enumerate(HINT_COLUMNS)
            },
        )
        .select(pl.col(name).cast(dtype) for name, dtype in EVIDENCE_SCHEMA.items())
        .collect()
    )


def attach_evidence(blocks: pl.DataFrame, pages: pl.DataFrame) -> pl.DataFrame:
    """`blocks` with the evidence of the line that each stands in; null for documents that were no HTML.

    Args:
        blocks: `document_id`, `start`, sorted by them within each document.
        pages: `document_id`, `lines`.
    """
    evidence = line_evidence(pages).drop("end").with_columns(line_start="start")
    return blocks.join_asof(
        evidence,
        on="start",
        by="document_id",
        strategy="backward",
        check_sortedness=False,
    )


def _flat(lines: list[Line], matches: list[tuple[bool, bool, bool | None]]) -> pl.DataFrame:
    columns = [
        *(zip(*lines, strict=True) if lines else [()] * len(Line._fields)),
        *(zip(*matches, strict=True) if matches else [()] * len(_MATCHES)),
    ]
    by_name = dict(zip((*Line._fields, *_MATCHES), columns, strict=True))
    hints = pl.Series("hints", chain.from_iterable(by_name["hints"]), dtype=pl.Int16)
    return pl.DataFrame(
        [
            hints.reshape((len(lines), len(HINTS)))
            if name == "hints"
            else pl.Series(name, by_name[name], dtype=dtype)
            for name, dtype in _LINE_TYPES.items()
        ]
    )


def _repeat(counts: list[int]) -> pl.Series:
    return pl.Series(
        chain.from_iterable([number] * count for number, count in enumerate(counts)),
        dtype=pl.UInt32,
    )


def _matches(page: Page, stated: dict[str, Any]) -> Iterable[tuple[bool, bool, bool | None]]:
    headline, summary = _plain(stated["title"] or ""), _plain(stated["description"] or "")
    body = _plain(stated["article_body"] or "")
    for line in page.lines:
        text = _plain(page.text[line.start : line.end])
        yield (
            text == headline != "",
            text == summary != "",
            (len(text) >= MIN_MATCHED_CHARACTERS and text in body) if body else None,
        )


_NO_LETTERS: Final = re.compile(r"[\W_]+")


def _plain(text: str) -> str:
    return _NO_LETTERS.sub("", text).casefold()
