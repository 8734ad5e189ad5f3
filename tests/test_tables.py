"""The declarations and what derives from them."""

from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from copydesk.dictionary import render_dictionary
from copydesk.tables import BLOCKS, IMAGES, MENTIONS, TABLES


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_a_declaration_is_consistent(table):
    names = [column.name for column in table.columns]
    ids = [column.field_id for column in table.columns]
    assert len(set(names)) == len(names)
    assert len(set(ids)) == len(ids)
    assert set(table.primary_key) <= set(names)
    assert set(table.sort_by) <= set(names)
    assert not any(table.by_name[name].nullable for name in table.primary_key)
    for key in table.foreign_keys:
        assert set(key.columns) <= set(names)
        assert key.references_columns == TABLES[key.references].primary_key


def test_field_ids_and_meanings_reach_the_arrow_schema():
    field = MENTIONS.arrow_schema.field("start")
    assert field.type == pa.int64()
    assert field.metadata[b"PARQUET:field_id"] == b"3"
    assert field.metadata[b"unit"] == b"character"
    assert field.metadata[b"description"].startswith(b"First character")


def test_conform_orders_casts_and_sorts():
    frame = pl.DataFrame(
        {
            "is_lead": [False, True],
            "url": ["b", "a"],
            "image_index": pl.Series([1, 0], dtype=pl.Int8),
            "article_id": ["x", "x"],
            "extra": [1, 2],
            **{
                name: pl.Series([None, None], dtype=pl.Int64)
                for name in (
                    "width",
                    "height",
                    "crop_left",
                    "crop_top",
                    "crop_right",
                    "crop_bottom",
                )
            },
        }
    )
    conformed = IMAGES.conform(frame)
    assert conformed.schema == IMAGES.polars_schema
    assert conformed["url"].to_list() == ["a", "b"]


def test_conform_names_what_is_missing_and_what_is_null():
    with pytest.raises(ValueError, match=r"table blocks: the frame lacks .*text"):
        BLOCKS.conform(pl.DataFrame({"document_id": ["x"]}))
    frame = BLOCKS.empty().vstack(
        pl.DataFrame(
            [("x", 0, 0, 1, None, "body", 1.0, "r")], schema=BLOCKS.polars_schema, orient="row"
        )
    )
    with pytest.raises(ValueError, match="table blocks: nulls in text"):
        BLOCKS.conform(frame)


def test_the_data_dictionary_in_the_docs_is_current():
    written = Path(__file__).parents[1] / "docs" / "data-dictionary.md"
    assert written.read_text(encoding="utf-8") == render_dictionary() + "\n", "run `make docs`"
