"""Surroundings: where each line of a page stands.

What belongs here: in which section a line is, whether inside the text, above prose, among the tags, next to its own words.
What does not: what a line's text alone says (lines.py), what follows for its role (roles.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copydesk import vocabulary
from copydesk.contexts import Mask, Runs
from copydesk.lines import MAX_HEADING_CHARACTERS, SENTENCE_CHARACTERS
from copydesk.signs import contains_at

MAX_BLOCKS_TITLE_TO_DESCRIPTION: Final = 4
MAX_DESCRIPTION_CHARACTERS: Final = 400
MIN_DESCRIPTION_WORDS: Final = 5
MAX_TAG_CHARACTERS: Final = 40
MAX_SECTION_WORDS: Final = 3
MIN_CUT_OFF_WORDS: Final = 6
MIN_ITEM_WORDS: Final = 5
_BYLINE_LEAD: Final = r"^(?i:by|written by|von|par|por|words:|text:)\s+"
_FULL_NAME: Final = r"(\p{Lu}[\p{Ll}'’-]+(?: \p{Lu}[\p{L}.'’-]*){1,3})"
# The sections of a page, told by the headings that begin them.
_HEAD, _TEXT, _RELATED, _COMMENTS = range(4)


@dataclass(frozen=True, slots=True)
class Settled:
    """Which lines rules have settled before it is asked where they stand, and what as."""

    any: Mask
    titles: Mask
    bylines: Mask
    timestamps: Mask
    headers: Mask
    comments_headings: Mask
    related_headings: Mask
    tags_headings: Mask


def read_surroundings(
    page: Runs, blocks: pl.DataFrame, lines: pl.DataFrame, microdata: Mask, settled: Settled
) -> pl.DataFrame:
    """One Boolean column a place, one row a block.

    Args:
        page: the blocks of each page.
        blocks: their `text` and `line` (see blocks.BLOCKS_SCHEMA).
        lines: what their texts say (see lines.read_lines).
        microdata: whether a block's page is flattened from microdata.
        settled: what rules have settled.
    """
    text, line = blocks["text"], blocks["line"].to_numpy()
    characters, words = lines["characters"].to_numpy(), lines["words"].to_numpy()
    prose, sentence = lines["prose"].to_numpy(), lines["sentence"].to_numpy()
    terminal, barred = lines["terminal"].to_numpy(), lines["barred"].to_numpy()
    open_line = ~settled.any
    anchor = open_line & prose

    last_title = settled.titles & ~page.precedes(settled.titles)
    below_title = page.since(last_title) <= MAX_BLOCKS_TITLE_TO_DESCRIPTION
    dated = settled.timestamps
    beside_date = page.next(dated) | page.previous(dated) | page.next(anchor)
    name_line = _contains(
        text, open_line & ~microdata & below_title & beside_date, vocabulary.NAME_LINE
    )

    # The head ends where the page is signed or dated.
    ends_head = settled.bylines | (settled.timestamps & ~settled.headers) | name_line
    below_head = page.follows(ends_head)
    in_head = page.precedes(ends_head) & ~below_head & ~ends_head
    may_describe = np.where(
        microdata,
        (words >= MIN_DESCRIPTION_WORDS) & page.previous(last_title),
        (prose | sentence) & below_title & in_head,
    )
    may_describe &= open_line & (characters <= MAX_DESCRIPTION_CHARACTERS)
    description = may_describe & ~page.follows(may_describe)
    author_note = _begin_with_author(
        page, text, open_line & sentence & below_head, settled.bylines | name_line
    )

    section = _read_sections(page, settled, anchor)
    in_text = section == _TEXT
    text_block = anchor & ~description & ~author_note & (section != _COMMENTS)
    step = np.where(page.position > 0, np.diff(line, prepend=line[:1]), -1)
    glued = (step == 0) & page.previous(text_block)
    is_last = page.position == page.length - 1
    cut_off = is_last & in_text & (words >= MIN_CUT_OFF_WORDS)
    text_block |= open_line & (glued | cut_off)

    may_be_section = (
        open_line & page.next(settled.titles) & (page.position > 1) & (words <= MAX_SECTION_WORDS)
    )
    alone = (step > 1) & page.next(step > 1) & page.any(step == 1)
    below_text = page.follows(text_block)
    inside = below_text & (page.precedes(text_block) | (sentence & in_text))
    item = open_line & inside & (words >= MIN_ITEM_WORDS)
    # The last line above that a rule has settled heads a list of tags.
    latest = page.latest(settled.any)
    below_tags = (latest >= 0) & settled.tags_headings[latest]
    tag = np.where(
        microdata,
        (characters <= MAX_HEADING_CHARACTERS) & ~inside,
        (characters <= MAX_TAG_CHARACTERS) & below_tags,
    )
    above_text = page.next(text_block) | page.next(sentence & open_line)
    return pl.DataFrame(
        {
            "is_author_note": author_note,
            "is_pull_quote": _repeats_neighbour(page, text, characters, open_line),
            "is_name_line": name_line,
            "is_section": _name_sections(page, text, may_be_section, alone),
            "is_description": description,
            "is_tag": tag & open_line & ~text_block & ~terminal,
            "in_comments": section == _COMMENTS,
            "in_related": section == _RELATED,
            "text_block": text_block,
            "inside": inside,
            "is_subheading": open_line & (characters <= MAX_HEADING_CHARACTERS) & above_text,
            "list_item": item & ~_contains(text, item & barred, r"\s[|•·]\s"),
        }
    )


def _contains(text: pl.Series, asked: Mask, pattern: str) -> Mask:
    found: Mask = contains_at(text, pl.Series(np.flatnonzero(asked)), pattern).to_numpy()
    return found


def _read_sections(page: Runs, settled: Settled, anchor: Mask) -> NDArray[np.int64]:
    """The section of each line; below a heading of comments, nothing else begins."""
    comments = settled.comments_headings
    heading = np.full(page.rows, _HEAD)
    for number, begins in ((_TEXT, anchor), (_RELATED, settled.related_headings)):
        heading[begins] = number
    latest = page.latest(heading > _HEAD)
    section = np.where(latest >= 0, heading[latest], _HEAD)
    return np.where(comments | page.follows(comments), _COMMENTS, section)


def _begin_with_author(page: Runs, text: pl.Series, asked: Mask, signed: Mask) -> Mask:
    """Lines that begin with the full name in their page's first byline."""
    first = np.flatnonzero(signed & ~page.follows(signed))
    found = text.gather(first).str.replace(_BYLINE_LEAD, "").str.extract(_FULL_NAME)
    rows = np.flatnonzero(asked)
    named = pl.DataFrame({"page": page.number[rows], "text": text.gather(rows)}).join(
        pl.DataFrame({"page": page.number[first], "name": found}),
        on="page",
        how="left",
        maintain_order="left",
    )
    begins = named.select(pl.col("text").str.starts_with(pl.col("name")).fill_null(False))
    notes = np.zeros(page.rows, dtype=np.bool_)
    notes[rows] = begins.to_series().to_numpy()
    return notes


def _name_sections(page: Runs, text: pl.Series, may_be: Mask, alone: Mask) -> Mask:
    """Which of the lines that `may_be` a section's name stand `alone` or once more on the page, without a number."""
    rows = np.flatnonzero(may_be)
    rows = rows[~text.gather(rows).str.contains(r"\d").to_numpy()]
    pages = np.zeros(len(page.starts), dtype=np.bool_)
    pages[page.number[rows]] = True
    others = np.flatnonzero(pages[page.number])
    lines = pl.DataFrame({"row": others, "page": page.number[others], "text": text.gather(others)})
    copies = pl.col("text").len().over("page", "text")
    named = (
        lines.filter(pl.col("text").is_in(text.gather(rows).unique().implode()))
        .with_columns(copies=copies)
        .filter(pl.col("row").is_in(pl.Series(rows).implode()))
    )
    sections = np.zeros(page.rows, dtype=np.bool_)
    sections[rows] = alone[rows]
    sections[named.filter(pl.col("copies") > 1)["row"].to_numpy()] = True
    return sections


def _repeats_neighbour(
    page: Runs, text: pl.Series, characters: NDArray[np.int64], open_line: Mask
) -> Mask:
    """Open lines whose words stand once more in a line up to two before or behind it, among others."""
    rows = np.flatnonzero(open_line & (characters >= SENTENCE_CHARACTERS))
    cores = text.gather(rows).str.strip_chars(" \"'“”„«»‘’.…")
    repeats = np.zeros(page.rows, dtype=np.bool_)
    core, other = pl.col("core"), pl.col("other")
    for step in (-2, -1, 1, 2):
        neighbour = np.clip(rows + step, page.first[rows], page.end[rows] - 1)
        asked = np.flatnonzero(characters[neighbour] > characters[rows])
        pairs = pl.DataFrame(
            {
                "row": rows[asked],
                "core": cores.gather(asked),
                "other": text.gather(neighbour[asked]),
            }
        )
        # A short text is looked for several times as fast, and few are found.
        held = pairs.filter(
            other.str.contains(core.str.head(SENTENCE_CHARACTERS), literal=True)
        ).filter(other.str.contains(core, literal=True))
        repeats[held["row"].to_numpy()] = True
    return repeats
