"""Splitting: from decoded texts to blocks with character offsets.

What belongs here: lines, the crawler's header line, glued lines. What does not: what a block is to its page
(roles.py). Blocks never overlap, and what lies between two blocks is white space.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copydesk.contexts import Runs
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
_BREAKS: Final = f"[{BREAK}{QUOTE_BREAK}]"
_SENTENCE: Final = r"(\p{Ll}[.!?…]+[”’»\"')\]]*)(\s+[“„«‘\"(]?\p{Lu})"


def split_blocks(raw: pl.DataFrame) -> pl.DataFrame:
    """The blocks of each readable document, in `BLOCKS_SCHEMA`.

    `line` counts the lines of all documents together: blocks that share one stood on one line, and where it leaps
    there was a blank line.

    Args:
        raw: `document_id`, `text`; documents whose text is null have no blocks.
    """
    readable = raw.select("document_id", "text").drop_nulls("text")
    listed = (
        readable["text"]
        .str.replace(HEADER, f"${{1}}{BREAK}${{2}}")
        .str.replace(_HEADER_ADDRESS, f"${{1}}{BREAK}${{2}}")
        .str.replace_all("\n", f"\n{BREAK}", literal=True)
        .str.split(BREAK)
    )
    document = np.repeat(np.arange(len(readable)), listed.list.len().to_numpy())
    line = listed.explode(empty_as_null=False)
    lines = pl.DataFrame(
        {
            "document": document,
            "line": np.arange(len(line)),
            "piece": line,
            "start": _starts(line, Runs(document)),
        }
    )
    cut = _cut(lines.filter(line.str.len_chars() >= MIN_GLUED_CHARACTERS))
    whole = np.ones(len(line), dtype=np.bool_)
    whole[cut["line"].to_numpy()] = False
    pieces = pl.concat([lines.filter(pl.Series(whole)), cut])
    # A line's pieces are in their order.
    blocks = _strip(pieces[np.argsort(pieces["line"].to_numpy(), kind="stable")])
    page = Runs(blocks["document"].to_numpy())
    return blocks.select(
        readable["document_id"].gather(blocks["document"]),
        pl.Series("block_index", page.row - page.first),
        "start",
        pl.col("start").add(pl.col("text").str.len_chars().cast(pl.Int64)).alias("end"),
        "text",
        "line",
    )


def _starts(pieces: pl.Series, wholes: Runs) -> NDArray[np.int64]:
    """Where in its whole each piece starts, when pieces in order make up each whole."""
    ends = np.cumsum(pieces.str.len_chars().to_numpy(), dtype=np.int64)
    starts: NDArray[np.int64] = np.r_[0, ends[:-1]][: len(ends)]
    starts -= starts[wholes.first]
    return starts


def _strip(pieces: pl.DataFrame) -> pl.DataFrame:
    """Those that are not blank, as `text` without the white space around it, which starts behind it."""
    piece = pieces["piece"]
    blank = piece.str.len_chars() - piece.str.strip_chars_start().str.len_chars()
    return pieces.with_columns(
        text=piece.str.strip_chars(), start=pl.col("start") + blank.cast(pl.Int64)
    ).filter(pl.col("text") != "")


def _cut(lines: pl.DataFrame) -> pl.DataFrame:
    """The pieces, in the columns of `lines`, of those that are more than one block; `lines` are the long ones."""
    endless = lines["piece"].str.len_chars() > MAX_PARAGRAPH_CHARACTERS
    asked = endless | may_be_glued(lines["piece"])
    lines, endless = lines.filter(asked), endless.filter(asked)
    marked = mark_glue(lines["piece"])
    rows = (endless & ~marked.str.contains(_BREAKS)).arg_true()
    sentences = lines["piece"].gather(rows).str.replace_all(_SENTENCE, f"${{1}}{BREAK}${{2}}")
    marked = marked.scatter(rows, sentences)
    pieces = (
        lines.with_columns(
            piece=marked.str.replace_all(QUOTE_BREAK, f"{BREAK}{QUOTE_BREAK}").str.split(BREAK)
        )
        .filter(marked.str.contains(_BREAKS))
        .explode("piece")
        .with_columns(
            ambiguous=pl.col("piece").str.starts_with(QUOTE_BREAK),
            piece=pl.col("piece").str.strip_prefix(QUOTE_BREAK),
        )
    )
    within = Runs(pieces["line"].to_numpy())
    quotes = within.before(pieces["piece"].str.count_matches('"', literal=True).to_numpy())
    # An odd number of quotation marks before it: this one closes the sentence before.
    closes = pieces["ambiguous"].to_numpy() & (quotes % 2 == 1)
    return pieces.with_columns(
        closes=closes, closed=within.next(closes), offset=_starts(pieces["piece"], within)
    ).select(
        "document",
        "line",
        piece=pl.when("closes").then(pl.col("piece").str.slice(1)).otherwise("piece")
        + pl.when("closed").then(pl.lit('"')).otherwise(pl.lit("")),
        start=pl.col("start") + pl.col("offset") + pl.col("closes").cast(pl.Int64),
    )
