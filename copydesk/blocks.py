"""Splitting: from decoded texts to blocks with character offsets.

What belongs here: lines, the crawler's header line, glued lines. What does not: what a block is to its page
(roles.py). Blocks never overlap, and what lies between two blocks is white space.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from copydesk.glue import BREAK, QUOTE_BREAK, mark_glue, may_be_glued

BLOCKS_SCHEMA: Final = pl.Schema(
    {
        "document_id": pl.String,
        "block_index": pl.Int64,
        "start": pl.Int64,
        "end": pl.Int64,
        "text": pl.String,
        "line": pl.Int64,
    }
)

# ` date 2022-05-23 https://…` or ` date 2023-07 Headline`: a crawler's header, then what it found first.
HEADER: Final = r"^(\s*date \d{4}(?:-\d{2}(?:-\d{2})?)?)( |$)"
_HEADER_ADDRESS: Final = rf"({BREAK}\s*https?://\S+)(\s)"

# A line shorter than this is one block even when two sentences touch in it: glue shows in long lines only.
MIN_GLUED_CHARACTERS: Final = 160
# No writer makes a paragraph this long; a line that is longer lost its breaks and is cut at its sentences.
MAX_PARAGRAPH_CHARACTERS: Final = 5_000
_SENTENCE: Final = r"(\p{Ll}[.!?…]+[”’»\"')\]]*)(\s+[“„«‘\"(]?\p{Lu})"


def split_blocks(raw: pl.DataFrame) -> pl.DataFrame:
    """The blocks of each readable document, in `BLOCKS_SCHEMA`.

    `line` counts the lines of all documents together: blocks that share one stood on one line, and where it leaps
    there was a blank line.

    Args:
        raw: `document_id`, `text`; documents whose text is null have no blocks.
    """
    lines = (
        raw.lazy()
        .filter(pl.col("text").is_not_null())
        .select(
            "document_id",
            line=pl.col("text")
            .str.replace(HEADER, f"${{1}}{BREAK}${{2}}")
            .str.replace(_HEADER_ADDRESS, f"${{1}}{BREAK}${{2}}")
            .str.replace_all("\n", f"\n{BREAK}", literal=True)
            .str.split(BREAK),
        )
        .explode("line")
        .with_columns(_start("line").over("document_id").alias("start"))
        .with_row_index("line_number")
        .collect()
    )
    long = pl.col("line").str.len_chars() >= MIN_GLUED_CHARACTERS
    cut = _cut(lines.filter(long))
    pieces = pl.concat(
        [
            lines.lazy().rename({"line": "piece"}).join(cut.lazy(), on="line_number", how="anti"),
            cut.lazy(),
        ]
    )
    return (
        pieces.with_columns(text=pl.col("piece").str.strip_chars())
        .filter(pl.col("text") != "")
        .with_columns(
            line=pl.col("line_number"),
            start=pl.col("start")
            + (
                pl.col("piece").str.len_chars()
                - pl.col("piece").str.strip_chars_start().str.len_chars()
            ).cast(pl.Int64),
        )
        .sort("line_number", "start")
        .with_columns(
            end=pl.col("start") + pl.col("text").str.len_chars().cast(pl.Int64),
            block_index=pl.int_range(pl.len(), dtype=pl.Int64).over("document_id"),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in BLOCKS_SCHEMA.items())
        .collect()
    )


def _cut(lines: pl.DataFrame) -> pl.DataFrame:
    """`line_number`, `document_id`, `piece`, `start` of those lines that are more than one block.

    Args:
        lines: the long ones, with `line` and where it starts.
    """
    line = pl.col("line")
    whole_page = line.str.len_chars() > MAX_PARAGRAPH_CHARACTERS
    marked = (
        lines.lazy()
        .filter(whole_page | may_be_glued(line))
        .with_columns(marked=mark_glue(line))
        .with_columns(
            marked=pl.when(whole_page & ~pl.col("marked").str.contains(f"[{BREAK}{QUOTE_BREAK}]"))
            .then(line.str.replace_all(_SENTENCE, f"${{1}}{BREAK}${{2}}"))
            .otherwise("marked")
        )
        .filter(pl.col("marked").str.contains(f"[{BREAK}{QUOTE_BREAK}]"))
    )
    return (
        marked.select(
            "line_number",
            "document_id",
            "start",
            piece=pl.col("marked")
            .str.replace_all(QUOTE_BREAK, f"{BREAK}{QUOTE_BREAK}")
            .str.split(BREAK),
        )
        .explode("piece")
        .with_columns(
            ambiguous=pl.col("piece").str.starts_with(QUOTE_BREAK),
            piece=pl.col("piece").str.strip_prefix(QUOTE_BREAK),
        )
        .with_columns(
            start=pl.col("start") + _start("piece").over("line_number"),
            quotes_before=pl.col("piece")
            .str.count_matches('"', literal=True)
            .cum_sum()
            .shift(1, fill_value=0)
            .over("line_number"),
        )
        # An odd number of quotation marks before it: this one closes the sentence before.
        .with_columns(closes=pl.col("ambiguous") & (pl.col("quotes_before") % 2 == 1))
        .select(
            "line_number",
            "document_id",
            piece=pl.when("closes").then(pl.col("piece").str.slice(1)).otherwise("piece")
            + pl.when(pl.col("closes").shift(-1, fill_value=False).over("line_number"))
            .then(pl.lit('"'))
            .otherwise(pl.lit("")),
            start=pl.col("start") + pl.col("closes").cast(pl.Int64),
        )
        .collect()
    )


def _start(column: str) -> pl.Expr:
    """Where each piece starts, when the pieces in order make up the whole."""
    return pl.col(column).str.len_chars().cast(pl.Int64).cum_sum().shift(1, fill_value=0)
