"""Page text: which words of a page's text are looked at, and what their weights say of it."""

from __future__ import annotations

import polars as pl
import pytest

from copydesk.page_text import MAX_BLOCK_CHARACTERS, MAX_CHARACTERS, score_text, text_words
from copydesk.page_words import INTERCEPT, KINDS


def blocks(*lines: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        lines,
        schema={"document_id": pl.String, "role": pl.String, "text": pl.String},
        orient="row",
    )


def words_of(page: pl.DataFrame) -> set[str]:
    return set(text_words(page)["word"])


PAGES = blocks(
    ("b", "navigation", "Add to cart"),
    ("b", "body", "We ship oak chairs."),
    ("b", "subheading", "Oak"),
    ("a", "navigation", "News"),
    ("c", "body", "The council said in 2021"),
)


def test_only_the_text_is_looked_at():
    words = text_words(PAGES).sort("page", "word")
    assert words.rows() == [
        *((0, word) for word in ("chairs", "oak", "ship", "we")),
        *((2, word) for word in ("0000", "council", "in", "said", "the")),
    ]


def test_of_a_block_the_beginning_and_of_a_page_the_first_blocks():
    long = "far " * (MAX_BLOCK_CHARACTERS // 4) + "behind"
    assert words_of(blocks(("a", "body", long))) == {"far"}
    first = [("a", "body", f"w{chr(97 + n // 26)}{chr(97 + n % 26)} {long}") for n in range(40)]
    read = MAX_CHARACTERS // MAX_BLOCK_CHARACTERS + 1
    assert len(words_of(blocks(*first))) == read + 1
    # Another page's text begins anew.
    assert "next" in words_of(blocks(*first, ("b", "body", "next")))


def test_the_score_is_how_far_articles_are_above_the_likeliest_other_kind():
    weights = pl.DataFrame(
        {"word": [INTERCEPT, "oak", "said", "the"], "mass": [0.0, 4.0, 9.0, 7.0]}
        | {kind: [0.0, 0.0, 0.0, 0.0] for kind in KINDS}
        | {
            "article": [0.5, 0.0, 8.0, 0.0],
            "product": [0.0, 6.0, 0.0, 0.0],
            "forum": [0.25, 0.0, 0.0, 0.0],
        }
    )
    shop, empty, news = score_text(PAGES, weights)["text_article"]
    assert shop == pytest.approx(0.5 - 6 / 2)
    assert empty == pytest.approx(0.5 - 0.25)
    assert news == pytest.approx(0.5 + 8 / 4 - 0.25)


def test_words_of_a_language_that_was_not_learned_from_say_nothing():
    weights = pl.DataFrame(
        {"word": [INTERCEPT, "oak", "ship"], "mass": [0.0, 1.0, 1.0]}
        | {kind: [0.0, 1.0, 1.0] for kind in KINDS}
    )
    told = ("we ship oak chairs", "one two three oak", "one two three four oak")
    scores = score_text(blocks(*((text, "body", text) for text in told)), weights)
    assert scores["text_article"].is_nan().to_list() == [False, False, True]


def test_shipped_words_tell_a_shop_from_the_news():
    shop = "Free shipping on all orders. Our chairs are made to order; contact us for a quote."
    news = "The council said on Tuesday that the bridge would close, according to a spokesman."
    scores = score_text(blocks(("s", "body", shop), ("n", "body", news)))["text_article"]
    assert scores[0] < scores[1]


def test_no_blocks_no_scores():
    assert score_text(PAGES.clear()).is_empty()
