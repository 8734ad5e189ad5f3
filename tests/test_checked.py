"""Which batches the checks look at again."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from assets import checked
from assets.warehouse import Warehouse
from copydesk.home import Home
from copydesk.tables import TABLES
from expectations import suites


@pytest.fixture
def warehouse(home: Home) -> Warehouse:
    made = Warehouse(home=str(home.root))
    for batch_id in ("one", "two"):
        write(made, "images", batch_id, batch_id)
        made.write(made.batch_path("tables", "quotes", batch_id), TABLES["quotes"].empty(), TABLES["quotes"])  # fmt: skip
    made.write(made.batch_path("tables", "entities", "all"), TABLES["entities"].empty(), TABLES["entities"])  # fmt: skip
    return made


def write(warehouse: Warehouse, name: str, batch_id: str, url: str) -> None:
    row: dict[str, Any] = {"article_id": batch_id, "image_index": 0, "url": url, "is_lead": True}
    frame = pl.DataFrame([row | {each: None for each in TABLES[name].polars_schema if each not in row}])  # fmt: skip
    warehouse.write(warehouse.batch_path("tables", name, batch_id), frame, TABLES[name])


def outcomes(**failing: str) -> list[dict[str, Any]]:
    return [
        {"table": table, "name": each.name, "success": failing.get(table) != each.name}
        for table in TABLES
        for each in suites.load_suite(table)
    ]


def unchecked(warehouse: Warehouse) -> set[str]:
    files = checked.unchecked_files(warehouse, warehouse.table_files())
    return {f"{name}/{file.name.removesuffix('.parquet')}" for name, each in files.items() for file in each}  # fmt: skip


ONE, TWO = {"images/one", "quotes/one"}, {"images/two", "quotes/two"}
ALL = {"entities/all"}


def test_a_batch_that_passed_is_not_looked_at_again(warehouse: Warehouse) -> None:
    assert unchecked(warehouse) == ONE | TWO | ALL
    checked.remember(warehouse, warehouse.table_files(), outcomes())
    assert unchecked(warehouse) == ALL
    # A batch is looked at as a whole: its rows are held against each other.
    write(warehouse, "images", "two", "another")
    assert unchecked(warehouse) == TWO | ALL


def test_what_a_batch_failed_is_asked_of_everything_again(warehouse: Warehouse) -> None:
    checked.remember(warehouse, warehouse.table_files(), outcomes(images="one_lead_image"))
    assert unchecked(warehouse) == ALL
    assert checked.failed_before(warehouse) == {("images", "one_lead_image")}
    # What is asked of all rows every time is no matter.
    checked.remember(warehouse, warehouse.table_files(), outcomes(articles="most_have_a_title"))
    assert checked.failed_before(warehouse) == set()


def test_what_was_remembered_otherwise_is_not_known(warehouse: Warehouse) -> None:
    warehouse.store.replace("checked.json", b'{"one": "a stamp"}')
    assert unchecked(warehouse) == ONE | TWO | ALL


def test_other_expectations_look_at_everything(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked.remember(warehouse, warehouse.table_files(), outcomes())
    monkeypatch.setattr(checked, "_code", lambda: "other")
    assert unchecked(warehouse) == ONE | TWO | ALL
