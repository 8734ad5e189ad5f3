"""Page text: what the words of a page's text say of its kind.

What belongs here: which words of the text are looked at, and the learned weights of each. What does not: the words with
which lines begin (page_words.py), how the text is told and how long it is (page_features.py), the learning
(training/pages.py).

A menu tells a shop, and its text does: an article on shoes words its paragraphs otherwise than a page that sells them.
The regression is page_words.py's, over other words; of its answer one number is used, how far the page is an article.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copydesk.contexts import Runs, distinct
from copydesk.page_words import PAGE, WORD, WordWeights
from copydesk.spelling import spell

WEIGHTS_FILE: Final = "page_text.parquet"
HTML_WEIGHTS_FILE: Final = "html_page_text.parquet"
TEXT_ROLES: Final = ("body", "subheading")
# The beginnings of the first paragraphs tell as much as the whole text does.
MAX_CHARACTERS: Final = 2_500
MAX_BLOCK_CHARACTERS: Final = 160
# A text of whose words fewer are known is in a language that was hardly learned from: its words say nothing.
MIN_KNOWN: Final = 0.25


def text_words(blocks: pl.DataFrame) -> pl.DataFrame:
    """`page`, `word`: the distinct words of each page's text, spelled as in page_words.page_words.

    Args:
        blocks: `document_id`, `text`, `role`; a page's blocks together and in order.
    """
    page, words = _words(blocks)
    return pl.DataFrame({PAGE: page, WORD: words}).unique()


def score_text(blocks: pl.DataFrame, weights: pl.DataFrame | str = WEIGHTS_FILE) -> pl.DataFrame:
    """One row a page, in their order, one Float32 column `text_article`: its log-odds above the likeliest other kind's.

    NaN where the text's words say nothing.

    Args:
        blocks: see text_words.
        weights: see page_words.score_page_words.
    """
    known = _shipped(weights) if isinstance(weights, str) else _Known(weights)
    page, words = _words(blocks)
    row = known.rows(words)
    seen = row >= 0
    keys = distinct(page[seen] * known.height + row[seen])
    pages = blocks["document_id"].rle_id().n_unique()
    scores = known.scores(keys, pages)
    above = scores[:, 0] - scores[:, 1:].max(axis=1)
    foreign = np.bincount(page[seen], minlength=pages) < MIN_KNOWN * np.bincount(
        page, minlength=pages
    )
    return pl.DataFrame({"text_article": np.where(foreign, np.float32("nan"), above)})


def _words(blocks: pl.DataFrame) -> tuple[NDArray[np.int64], pl.Series]:
    """The page of each word of the texts' beginnings, counted from 0, and the word."""
    rows = blocks["role"].is_in(TEXT_ROLES).arg_true()
    page = blocks["document_id"].rle_id().to_numpy().astype(np.int64)[rows.to_numpy()]
    text = blocks["text"].gather(rows).str.head(MAX_BLOCK_CHARACTERS)
    read = Runs(page).before(text.str.len_chars().to_numpy()) < MAX_CHARACTERS
    spelled = spell(text.filter(pl.Series(read, dtype=pl.Boolean)))
    return page[read][spelled.text_of_words()], spelled.words


class _Known(WordWeights):
    """The words of which the weights are known."""

    def __init__(self, weights: pl.DataFrame) -> None:
        super().__init__(weights)
        self.words = pl.Enum(weights[WORD])

    def rows(self, words: pl.Series) -> NDArray[Any]:
        """The row of the weights of each word, -1 where there is none."""
        numbers = words.cast(self.words, strict=False).to_physical().cast(pl.Int64)
        return numbers.fill_null(-1).to_numpy()


@cache
def _shipped(name: str) -> _Known:
    return _Known(pl.read_parquet(files("copydesk").joinpath("data", name).read_bytes()))
