"""Page words: what the words with which a page's lines begin say of its kind.

What belongs here: which words of a page are looked at, and the learned weights of each, one for each kind of page. What
does not: how words are spelled (spelling.py), a page's shape (page_features.py), the learning (training/pages.py).

A multinomial logistic regression over the presence of words, normalised to unit length, as in any bag of words; rare
words count more (by the root of their inverse document frequency). A line's first two words together, and each word of the
page's own title, are words of their own: `^add_to`, `#forum`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copydesk.contexts import Copies, distinct
from copydesk.spelling import spell

KINDS: Final = ("article", "listing", "product", "forum", "documentation", "service")
WEIGHTS_FILE: Final = "page_words.parquet"
HTML_WEIGHTS_FILE: Final = "html_page_words.parquet"
# A line's beginning tells what it is for; half as much again told no more (F1 .9485 against .9495, five folds).
MAX_WORDS: Final = 4
MAX_CHARACTERS: Final = 40
MAX_TITLE_CHARACTERS: Final = 150
# The row of the weights that is added for every page.
INTERCEPT: Final = ""
# What marks a line's first two words, what stands between them, what marks a word of the page's title.
_FIRST: Final = "^"
_BETWEEN: Final = "_"
_OF_TITLE: Final = "#"
WORD: Final = "word"
PAGE: Final = "page"
# The share of a word in the squared length of a page: its inverse document frequency.
MASS: Final = "mass"

Numbers = NDArray[np.int64]


class _Lines:
    """The words with which lines begin."""

    def __init__(self, text: pl.Series, characters: int = MAX_CHARACTERS) -> None:
        """Cut the beginnings of the texts into words."""
        spelled = spell(text.str.head(characters))
        self.line, self.words = spelled.text, spelled.words
        self.start, self.count = spelled.bounds[:-1], np.diff(spelled.bounds)

    def early(self, most: int = MAX_WORDS) -> tuple[Numbers, Numbers]:
        """The first words of all lines: the line of each, its place in `words`."""
        place = np.arange(len(self.words))
        early = place - np.repeat(self.start, self.count) < most
        return np.repeat(self.line, self.count)[early], place[early]

    def pair(self, words: Numbers, absent: int) -> tuple[Numbers, Numbers]:
        """What `words`, one for each of `self.words`, holds for each line's first word and for its second."""
        pair = (np.full(len(self.line), absent), np.full(len(self.line), absent))
        for place, found in enumerate(pair):
            has = self.count > place
            found[has] = words[self.start[has] + place]
        return pair


class _Shown:
    """What of a page's blocks is looked at: all but a crawler's header; the first one is the page's title."""

    def __init__(self, blocks: pl.DataFrame) -> None:
        self.row = (blocks["reason"] != "crawler_header").arg_true().to_numpy()
        self.page = blocks["document_id"].rle_id().to_numpy().astype(np.int64)[self.row]
        opens = np.flatnonzero(np.diff(self.page, prepend=-1))
        self.titled = self.page[opens]
        self.titles = _Lines(blocks["text"].gather(self.row[opens]), MAX_TITLE_CHARACTERS)

    def title_words(self) -> tuple[Numbers, Numbers]:
        """The words of the titles: the page of each, its place in `titles.words`."""
        line, place = self.titles.early(MAX_TITLE_CHARACTERS)
        return self.titled[line], place


def page_words(blocks: pl.DataFrame) -> pl.DataFrame:
    """`page`, `word`: the distinct words of each page, lower case, digits as 0; pages are counted from 0.

    Args:
        blocks: `document_id`, `text`, `reason`; a page's blocks together and in order.
    """
    shown = _Shown(blocks)
    lines = _Lines(blocks["text"].gather(shown.row))
    line, place = lines.early()
    page, title_place = shown.title_words()
    absent = len(lines.words)
    words = pl.concat([lines.words, pl.Series([None], dtype=pl.String)])
    first, second = map(words.gather, lines.pair(np.arange(absent), absent))
    pairs = pl.select(_FIRST + first.fill_null("") + (_BETWEEN + second).fill_null(""))
    return pl.concat(
        [
            pl.DataFrame({PAGE: shown.page[line], WORD: words.gather(place)}),
            pl.DataFrame({PAGE: shown.page[lines.line], WORD: pairs.to_series()}),
            pl.DataFrame({PAGE: page, WORD: _OF_TITLE + shown.titles.words.gather(title_place)}),
        ]
    ).unique()


def score_page_words(
    blocks: pl.DataFrame, weights: pl.DataFrame | str = WEIGHTS_FILE, copies: Copies | None = None
) -> pl.DataFrame:
    """One row a page, in their order, one Float32 column `words_KIND` a kind: its log-odds by the page's words alone.

    Args:
        blocks: see page_words.
        weights: `word`, `mass` and a column for each of `KINDS`, or the file of them among the package's data.
        copies: of the blocks' texts, where they are known already.
    """
    known = _shipped(weights) if isinstance(weights, str) else _Known(weights)
    copies = Copies(blocks["text"]) if copies is None else copies
    shown = _Shown(blocks)
    text_and_row = known.of_lines(_Lines(copies.one))
    in_page, in_text = np.divmod(
        distinct(shown.page * len(copies.one) + copies.number[shown.row]), max(len(copies.one), 1)
    )
    text, row = np.divmod(text_and_row, known.height)
    # The rows of a text lie together: from `start` on, `count` of them.
    count = np.bincount(text, minlength=len(copies.one))[in_text]
    start = np.searchsorted(text, np.arange(len(copies.one)))[in_text]
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    of_lines = known.key(np.repeat(in_page, count), row[np.repeat(start, count) + place])
    page, title = shown.title_words()
    of_titles = known.key(page, known.of_title[known.number(shown.titles.words)[title]])
    # A word counts once in a page; sorted, so that sums are the same on every run.
    scores = known.scores(
        distinct(np.r_[of_lines, of_titles]), blocks["document_id"].rle_id().n_unique()
    )
    return pl.DataFrame(scores, schema=[f"words_{kind}" for kind in KINDS])


class WordWeights:
    """The weights of words, a row each, and what the words of pages sum to."""

    def __init__(self, weights: pl.DataFrame) -> None:
        """Take `word`, `mass` and a column for each of `KINDS`."""
        self.height = len(weights)
        self.table = weights.select(MASS, *KINDS).cast(pl.Float64).to_numpy(order="c")
        self.intercept = self.table[(weights[WORD] == INTERCEPT).to_numpy(), 1:].sum(axis=0)

    def scores(self, page_and_row: Numbers, pages: int) -> NDArray[np.float32]:
        """The scores of each page, a column for each of `KINDS`.

        Args:
            page_and_row: `page * height + row` of each distinct word of a page, in ascending order.
            pages: how many there are.
        """
        page, row = np.divmod(page_and_row, max(self.height, 1))
        sums = np.zeros((pages, self.table.shape[1]))
        if len(page):
            first = np.flatnonzero(np.diff(page, prepend=-1))
            sums[page[first]] = np.add.reduceat(self.table[row], first, axis=0)
        length = np.sqrt(np.maximum(sums[:, :1], 1))
        scores: NDArray[np.float32] = (self.intercept + sums[:, 1:] / length).astype(np.float32)
        return scores


class _Known(WordWeights):
    """The words of which the weights are known, looked up by numbers instead of by their spelling.

    `alone` and `of_title` hold the row of the weights of each numbered word, -1 where there is none.
    """

    def __init__(self, weights: pl.DataFrame) -> None:
        """Number the words of `weights` (see score_page_words)."""
        super().__init__(weights)
        rows = {word: row for row, word in enumerate(weights[WORD]) if word != INTERCEPT}
        pairs = {
            tuple(word.removeprefix(_FIRST).split(_BETWEEN)): row
            for word, row in rows.items()
            if word.startswith(_FIRST)
        }
        titles = {
            word.removeprefix(_OF_TITLE): row
            for word, row in rows.items()
            if word.startswith(_OF_TITLE)
        }
        alone = {word: row for word, row in rows.items() if word[0] not in (_FIRST, _OF_TITLE)}
        every = sorted({*alone, *titles, *(word for pair in pairs for word in pair)})
        self.words = pl.Enum(every)
        self.unknown, self.absent = len(every), len(every) + 1
        numbers = {word: number for number, word in enumerate(every)}
        self.alone = self._table(alone, numbers)
        self.of_title = self._table(titles, numbers)
        # A line without words opens with none: "^".
        keys = {
            self._pair_key(
                *(self.absent if not word else numbers[word] for word in (*pair, "")[:2])
            ): row
            for pair, row in pairs.items()
        }
        self.pair_keys = np.array(sorted(keys), dtype=np.int64)
        self.pair_rows = np.array([keys[key] for key in sorted(keys)], dtype=np.int64)

    def _table(self, rows: dict[str, int], numbers: dict[str, int]) -> Numbers:
        table = np.full(len(numbers) + 2, -1)
        for word, row in rows.items():
            table[numbers[word]] = row
        return table

    def _pair_key(self, first: Any, second: Any) -> Any:
        return first * (self.absent + 1) + second

    def number(self, words: pl.Series) -> Numbers:
        """The number of each word."""
        numbers = words.cast(self.words, strict=False).to_physical().cast(pl.Int64)
        return numbers.fill_null(self.unknown).to_numpy()

    def pairs(self, first: Numbers, second: Numbers) -> Numbers:
        """The row of the weights of each pair of numbered words, -1 where there is none."""
        rows = np.full(len(first), -1)
        if len(self.pair_keys):
            may = np.flatnonzero((first != self.unknown) & (second != self.unknown))
            keys = self._pair_key(first[may], second[may])
            at = np.minimum(np.searchsorted(self.pair_keys, keys), len(self.pair_keys) - 1)
            rows[may] = np.where(self.pair_keys[at] == keys, self.pair_rows[at], -1)
        return rows

    def of_lines(self, lines: _Lines) -> Numbers:
        """The distinct rows of the weights for each line, as keys in ascending order."""
        number = self.number(lines.words)
        line, place = lines.early()
        paired = self.pairs(*lines.pair(number, self.absent))
        return distinct(
            np.r_[self.key(line, self.alone[number[place]]), self.key(lines.line, paired)]
        )

    def key(self, group: Numbers, row: Numbers) -> Numbers:
        """Group and row as one number, where there is a row."""
        known = row >= 0
        return group[known] * self.height + row[known]


@cache
def _shipped(name: str) -> _Known:
    return _Known(pl.read_parquet(files("copydesk").joinpath("data", name).read_bytes()))
