"""Page statements: what pages of HTML say of their own kind, as numbers."""

from __future__ import annotations

import polars as pl

from copydesk.page_statements import page_statements
from copydesk.structured_data import PAGES_STATED_SCHEMA


def stated(*rows: tuple[str, list[str] | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        rows,
        schema={
            "document_id": pl.String,
            "kinds": PAGES_STATED_SCHEMA["kinds"],
            "url": pl.String,
        },
        orient="row",
    )


def test_types_are_counted_and_addresses_are_read():
    found = page_statements(
        stated(
            ("a", ["NewsArticle", "Person", "Person"], "https://mail.example/2021/05/04/Bakers-end-strike?x=1"),
            ("b", ["Product", "og:product"], "https://shop.example/collections/chairs"),
            ("c", [], "https://mail.example"),
        )
    )  # fmt: skip
    article, product, nothing = found.rows(named=True)
    assert (article["states_NewsArticle"], article["states_Person"]) == (1.0, 2.0)
    assert (article["address_dated"], article["address_depth"]) == (1.0, 4.0)
    assert (article["address_words"], article["address_characters"]) == (2.0, 17.0)
    assert (product["states_Product"], product["states_og:product"]) == (1.0, 1.0)
    assert (product["address_of_listing"], product["address_of_shop"]) == (1.0, 0.0)
    assert (nothing["states_nothing"], nothing["address_depth"]) == (1.0, 0.0)
    assert article["states_nothing"] == product["states_nothing"] == 0.0


def test_text_states_nothing_and_no_address_says_nothing():
    found = page_statements(stated(("text", None, "https://mail.example/a"), ("page", [], None)))
    assert found["document_id"].to_list() == ["page"]
    assert found["address_depth"].to_list() == [None]
    assert set(found.drop("document_id").dtypes) == {pl.Float32}
