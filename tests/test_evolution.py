"""Columns are known by their ids: what may change in which version, and old rows under a new schema."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk.evolution import check_evolution, fits, upgrade
from copydesk.manifests import ReleaseError, read_manifest
from copydesk.tables import TABLES, Column, Table
from tests.test_releases import corpus, release, row, write

IMAGES = TABLES["images"]


def changed(*, add: Column | None = None, **changes: object) -> Table:
    """The table `images` with its column `width` changed, and one more."""
    columns = [
        dataclasses.replace(each, **changes) if each.name == "width" else each
        for each in IMAGES.columns
    ]
    return dataclasses.replace(IMAGES, columns=(*columns, *([add] if add else [])))


@pytest.mark.parametrize(
    ("table", "version", "refused"),
    [
        (changed(description="Other words."), "1.0.1", None),
        (changed(add=Column(99, "alt", pa.string(), "Text.", nullable=True)), "1.1.0", None),
        (
            changed(add=Column(99, "alt", pa.string(), "Text.", nullable=True)),
            "1.0.1",
            "alt is new",
        ),
        (changed(add=Column(99, "alt", pa.string(), "Text.")), "2.0.0", "alt is new, not nullable"),
        (changed(name="pixels"), "2.0.0", None),
        (changed(name="pixels"), "1.1.0", "column width is renamed pixels"),
        (changed(type=pa.string()), "2.0.0", "column width turns int64 to string"),
        (changed(nullable=False), "2.0.0", "column width may not be null"),
        (IMAGES, "0.9.0", "update Copydesk"),
    ],
)
def test_what_a_version_may_change(
    tmp_path: Path, table: Table, version: str, refused: str | None
) -> None:
    release(tmp_path / "p", corpus(tmp_path / "w", "a"))
    parent = dataclasses.replace(read_manifest(tmp_path / "p", 1), schema_version="1.0.0")
    if refused is None:
        check_evolution(parent, {**TABLES, "images": table}, version)
    else:
        with pytest.raises(ReleaseError, match=refused):
            check_evolution(parent, {**TABLES, "images": table}, version)


def test_an_older_file_is_read_by_its_ids(tmp_path: Path) -> None:
    """Renamed, narrower and missing columns come out as declared now."""
    path = write(tmp_path / "x.parquet", "images", [row("images", article_id="a", width=7)])
    old = pq.read_table(path)
    fields = []
    for field in old.schema:
        if field.name == "height":
            continue
        if field.name == "width":
            field = pa.field("pixels", pa.int32(), True, field.metadata)
        fields.append(field)
    metadata = {**old.schema.metadata, b"copydesk.schema_version": b"0.9.0"}
    table = old.drop_columns("height")
    narrow = pa.table(
        [table.column(place).cast(field.type) for place, field in enumerate(fields)],
        schema=pa.schema(fields, metadata=metadata),
    )
    pq.write_table(narrow, path)
    assert not fits(IMAGES, pq.read_schema(path), "x")
    frame = upgrade(IMAGES, path, "x")
    assert frame.schema == IMAGES.polars_schema
    assert frame.select("article_id", "width", "height").rows() == [("a", 7, None)]


def test_an_older_release_and_a_new_one_stay_readable(tmp_path: Path) -> None:
    root = tmp_path / "p"
    tables = corpus(tmp_path / "w", "a")
    path = write(tmp_path / "i.parquet", "images", [row("images", article_id="a", width=7)])
    loaded = pq.read_table(path)
    metadata = {**loaded.schema.metadata, b"copydesk.schema_version": b"0.9.0"}
    older = loaded.drop_columns("height").replace_schema_metadata(metadata)
    pq.write_table(older, path)
    tables["images"] = [path]
    assert release(root, tables).release == 1
    file = read_manifest(root, 1).tables["images"].files[0]
    assert pq.read_schema(root / file.path).equals(IMAGES.arrow_schema, check_metadata=True)
    assert pq.read_table(root / file.path).column("width").to_pylist() == [7]
