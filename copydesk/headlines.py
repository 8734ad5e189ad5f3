"""Headlines: which lines of a page are its title, and the headline that repeats it.

What belongs here: finding them among the lines above the text. What does not: which title is published (titles.py).

A headline is a line above the text that shares at least `MIN_TITLE_OVERLAP` of its words with the page's title, which comes
first, and is mostly contained in it. Where no line does, the headline is the last line of three words or more above the
first byline, date or prose.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copydesk import vocabulary
from copydesk.contexts import Mask, Runs, spread_bits
from copydesk.spelling import Spelling, spell

MAX_TITLE_CHARACTERS: Final = 300
# The headline stands above the text, and navigation above the headline; further down a repeat is a link.
MAX_BLOCKS_BEFORE_TITLE: Final = 250
MIN_TITLE_OVERLAP: Final = 0.6
MIN_PREFIX_CHARACTERS: Final = 12
MIN_HEADLINE_WORDS: Final = 3

_CJK: Final = r"[\p{Han}\p{Hiragana}\p{Katakana}]"
_SPELLING: Final = Spelling()
_NO_HEADLINE: Final = r"\s[|•·›]\s.*\s[|•·›]\s|\.$"


def find_headlines(page: Runs, text: pl.Series, lines: pl.DataFrame) -> Mask:
    """The lines that are their page's title.

    Args:
        page: the blocks of each page.
        text: of each block.
        lines: what its text says (see lines.read_lines).
    """
    addressed = _mask(lines, "shows_crawler_header") | _mask(lines, "shows_address")
    prose = _mask(lines, "prose")
    opens = ~addressed & ~page.follows(~addressed)
    openings = _describe_openings(page, text, np.flatnonzero(opens), prose)
    echoes = _find_echoes(page, text, lines, openings)
    above = _last_above_text(page, text, lines, addressed)
    echoed = page.any(echoes)
    return echoes | (opens & echoed) | (above & ~echoed)


def _mask(lines: pl.DataFrame, column: str) -> Mask:
    mask: Mask = lines[column].to_numpy()
    return mask


def _describe_openings(
    page: Runs, text: pl.Series, rows: NDArray[np.int64], prose: Mask
) -> pl.DataFrame:
    """Each page's first line, its words (null if it is prose) and how long a line must be to share most of them."""
    words = pl.col("title_words")
    shared = (words.list.len() * MIN_TITLE_OVERLAP).ceil().clip(2).cast(pl.UInt32)
    lengths = words.list.eval(pl.element().str.len_chars().sort())
    return (
        pl.DataFrame(
            {"page": page.number[rows], "opening": rows, "opening_text": text.gather(rows)}
        )
        .with_columns(
            title_words=pl.when(~pl.Series(prose[rows])).then(_word_set(pl.col("opening_text")))
        )
        .with_columns(title_count=words.list.len(), least=lengths.list.head(shared).list.sum())
    )


def _word_set(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.extract_all(rf"{_CJK}|[\p{{L}}\p{{N}}]+").list.unique()


def _find_echoes(page: Runs, text: pl.Series, lines: pl.DataFrame, openings: pl.DataFrame) -> Mask:
    """The lines that repeat the page's first."""
    characters = lines["characters"].to_numpy()
    opening = np.full(len(page.starts), page.rows)
    opening[openings["page"].to_numpy()] = openings["opening"].to_numpy()
    near = (characters <= MAX_TITLE_CHARACTERS) & (page.position <= MAX_BLOCKS_BEFORE_TITLE)
    rows = np.flatnonzero(near & (page.row > opening[page.number]))
    begins = pl.col("opening_text").str.starts_with(pl.col("text")) & (
        pl.col("characters") >= MIN_PREFIX_CHARACTERS
    )
    candidates = (
        pl.DataFrame(
            {
                "row": rows,
                "page": page.number[rows],
                "text": text.gather(rows),
                "characters": characters[rows],
                "dense": lines["cjk"].gather(rows) > 0,
            }
        )
        .join(
            openings.select("page", "opening_text", "least", "title_count"),
            on="page",
            how="left",
            maintain_order="left",
        )
        .with_columns(begins=begins)
        # Its words are looked at only where a line is long enough to share most of the title's.
        .filter(pl.col("begins") | (pl.col("characters") >= pl.col("least")))
    )
    overlap, count = pl.col("overlap"), pl.col("word_set").list.len()
    shares = (overlap >= 2) & (overlap >= MIN_TITLE_OVERLAP * pl.col("title_count"))
    found = (
        candidates.with_columns(overlap=_count_shared(candidates, openings))
        .filter(pl.col("begins") | shares)
        .with_columns(word_set=_word_set(pl.col("text")))
        .filter((count >= 2) & (pl.col("begins") | (overlap >= MIN_TITLE_OVERLAP * count)))
    )
    echoes = np.zeros(page.rows, dtype=np.bool_)
    echoes[found["row"].to_numpy()] = True
    return echoes


def _count_shared(lines: pl.DataFrame, openings: pl.DataFrame) -> pl.Series:
    """How many of its distinct words each line has in common with its page's first."""
    dense = lines["dense"].to_numpy()
    spaced_rows = np.flatnonzero(~dense)
    spaced = spell(lines["text"].gather(spaced_rows), _SPELLING)
    words = pl.concat(
        [
            pl.DataFrame({"line": spaced_rows[spaced.text_of_words()], "word": spaced.words}),
            lines.select(line=pl.int_range(pl.len()), word=pl.col("text"))
            .filter(dense)
            .with_columns(_word_set(pl.col("word")))
            .explode("word"),
        ]
    )
    of_titles = openings.select("page", word="title_words").explode("word").drop_nulls()
    titles = _keys(of_titles["page"], of_titles["word"])
    keys = _keys(lines["page"].gather(words["line"]), words["word"])
    shared = (
        words.select("line", key=keys).filter(pl.col("key").is_in(titles.implode())).unique()
    )["line"]
    return pl.Series(np.bincount(shared.to_numpy(), minlength=len(lines)))


def _keys(page: pl.Series, word: pl.Series) -> pl.Series:
    """A number for each word of each page."""
    return pl.Series(word.hash().to_numpy() ^ spread_bits(page.to_numpy()))


def _last_above_text(page: Runs, text: pl.Series, lines: pl.DataFrame, addressed: Mask) -> Mask:
    """Each page's last line above the first byline, date or prose that may be a headline."""
    begins = _mask(lines, "prose") | _mask(lines, "date_line") | _mask(lines, "shows_byline")
    rows = np.flatnonzero(
        page.precedes(begins)
        & ~page.follows(begins)
        & ~begins
        & (lines["words"].to_numpy() >= MIN_HEADLINE_WORDS)
        & (lines["characters"].to_numpy() <= MAX_TITLE_CHARACTERS)
        & ~_mask(lines, "shows_consent")
        & ~addressed
    )
    asked = text.gather(rows)
    unlike = asked.str.contains(_NO_HEADLINE) | asked.str.contains(vocabulary.JOB_LINE)
    may_be = np.zeros(page.rows, dtype=np.bool_)
    may_be[rows] = ~unlike.to_numpy()
    last: Mask = may_be & ~page.precedes(may_be)
    return last
