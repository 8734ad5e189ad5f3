"""Page words: which words of a page are looked at, and what their weights sum to."""

from __future__ import annotations

import polars as pl
import pytest

from copydesk.page_words import INTERCEPT, KINDS, page_words, score_page_words


def blocks(*lines: tuple[str, str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        lines,
        schema={"document_id": pl.String, "text": pl.String, "reason": pl.String},
        orient="row",
    ).with_columns(pl.col("reason").fill_null("prose"))


PAGES = blocks(
    ("b", "date 2021-05-04", "crawler_header"),
    ("b", "Oak chair, 49€", None),
    ("b", "Add to cart", None),
    ("b", "Add to list", None),
    ("a", "One two three four five", None),
)


def test_a_page_is_the_beginnings_of_its_lines_and_its_title():
    words = page_words(PAGES)
    found = {page: set(words.filter(pl.col("page") == page)["word"]) for page in (0, 1)}
    assert found[0] == {
        "oak", "chair", "00€", "add", "to", "cart", "list", "^oak_chair", "^add_to", "#oak", "#chair", "#00€",
    }  # fmt: skip
    assert "four" in found[1]
    assert "five" not in found[1]
    assert "#five" in found[1]


def test_scores_are_sums_over_the_length_of_known_words():
    weights = pl.DataFrame(
        {
            "word": [INTERCEPT, "add", "cart", "absent"],
            "mass": [0.0, 1.0, 3.0, 7.0],
            "product": [0.5, 1.0, 3.0, 9.0],
        },
        schema_overrides={"mass": pl.Float32, "product": pl.Float32},
    ).with_columns(pl.lit(0.0, dtype=pl.Float32).alias(kind) for kind in KINDS if kind != "product")
    scores = score_page_words(PAGES, weights)
    assert scores["words_product"].to_list() == pytest.approx([0.5 + 4 / (1 + 3) ** 0.5, 0.5])
    assert scores["words_article"].to_list() == [0.0, 0.0]


def test_scores_are_what_the_words_of_each_page_weigh():
    pages = blocks(
        *(
            ("a", line, None)
            for line in ("Bridge closes", "—", "Add to cart", "Été 2021", "add TO it")
        ),
        *(("b", line, None) for line in ("Add to cart", "Add", "Été à la plage", "Bridge closes")),
    )
    words = page_words(pages)
    weights = pl.DataFrame({"word": [INTERCEPT, *words["word"].unique().sort()]}).with_columns(
        pl.int_range(1, pl.len() + 1).cast(pl.Float32).alias(name) for name in ("mass", *KINDS)
    )
    known = (
        words.join(weights, on="word")
        .group_by("page")
        .agg(pl.col("article").sum() / pl.col("mass").sum().sqrt())
    )
    expected = 1 + known.sort("page")["article"]
    assert score_page_words(pages, weights)["words_article"].to_list() == pytest.approx(expected)
    assert "^" in words["word"].to_list()


def test_shipped_words_tell_a_shop_from_the_news():
    shop = [("s", line, None) for line in ("Oak chair", "Add to cart", "In stock", "Free shipping")]
    news = [
        ("n", line, None) for line in ("Bridge closes", "By Marta Lindqvist", "The council said")
    ]
    scores = score_page_words(blocks(*shop, *news))
    assert scores["words_product"][0] > scores["words_product"][1]
    assert scores["words_article"][0] < scores["words_article"][1]


def test_no_blocks_no_scores():
    assert score_page_words(PAGES.clear()).is_empty()
