"""The catalogue answers wherever the directory is and wherever it is asked from."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.dataset
import pytest

from copydesk.catalogue import write_catalogue
from copydesk.manifests import read_manifest
from copydesk.tables import TABLES
from tests.test_releases import corpus, release


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A published directory with one release of two articles."""
    root = tmp_path / "published"
    assert release(root, corpus(tmp_path / "w", "a", "b")).warning is None
    return root


def ask(catalogue: Path | str, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(catalogue), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_every_table_has_its_rows(root: Path) -> None:
    manifest = read_manifest(root, 1)
    for name, entry in manifest.tables.items():
        assert ask(root / "catalog.duckdb", f"SELECT count(*) FROM {name}") == [(entry.rows,)]
    assert ask(root / "catalog.duckdb", "SELECT release, message FROM release") == [(1, "test")]


def test_comments_on_tables_and_columns(root: Path) -> None:
    comments = dict(
        ask(
            root / "catalog.duckdb",
            "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal",
        )
    )
    columns = {
        (table, column): comment
        for table, column, comment in ask(
            root / "catalog.duckdb",
            "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal",
        )
    }
    for table in TABLES.values():
        assert comments[table.name] == table.description
        for column in table.columns:
            assert str(columns[table.name, column.name]).startswith(column.description)
    assert columns["images", "width"] == "Width as served. Unit: pixel."


def test_moved_and_opened_from_elsewhere(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = tmp_path / "far away" / "it's moved"
    moved.parent.mkdir()
    shutil.move(root, moved)
    elsewhere = tmp_path / "cwd"
    elsewhere.mkdir()
    for directory, name in (
        (elsewhere, moved / "catalog.duckdb"),
        (elsewhere, "../far away/it's moved/catalog.duckdb"),
        (moved, "catalog.duckdb"),
        (Path("/"), moved / "catalog.duckdb"),
    ):
        monkeypatch.chdir(directory)
        assert ask(name, "SELECT article_id FROM articles ORDER BY 1") == [("a",), ("b",)]
    # Opened for writing as well: a user may do it, though the README says not to.
    with duckdb.connect(str(moved / "catalog.duckdb")) as connection:
        assert connection.execute("SELECT count(*) FROM mentions").fetchall() == [(2,)]


def test_attached_it_reads_where_it_was_published_or_where_it_is_told(
    root: Path, tmp_path: Path
) -> None:
    with duckdb.connect(str(tmp_path / "mine.duckdb")) as connection:
        connection.execute(f"ATTACH '{root}/catalog.duckdb' AS news (READ_ONLY)")
        assert connection.execute("SELECT count(*) FROM news.articles").fetchall() == [(2,)]
    moved = tmp_path / "moved"
    shutil.move(root, moved)
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{moved}/catalog.duckdb' AS news (READ_ONLY)")
        with pytest.raises(duckdb.IOException, match="No files found"):
            connection.execute("SELECT count(*) FROM news.articles")
        connection.execute(f"SET VARIABLE dataset_root = '{moved}'")
        assert connection.execute("SELECT count(*) FROM news.articles").fetchall() == [(2,)]


def test_storage_version_is_readable_by_old_duckdb(root: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{root}/catalog.duckdb' AS news (READ_ONLY)")
        tags = connection.execute(
            "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = 'news'"
        ).fetchall()
    assert str(tags[0][0]).startswith("v1.0.0")


def test_other_readers_glob_the_release_directory(root: Path) -> None:
    for directory in (root / "releases" / "00000001", root / "latest"):
        glob = directory / "articles" / "*.parquet"
        assert pl.scan_parquet(glob).select("article_id").collect().rows() == [("a",), ("b",)] or (
            sorted(pl.read_parquet(glob)["article_id"]) == ["a", "b"]
        )
        table = pyarrow.dataset.dataset(directory / "articles", format="parquet").to_table()
        assert sorted(table["article_id"].to_pylist()) == ["a", "b"]
        assert pl.read_parquet(directory / "quotes" / "*.parquet").shape == (0, 10)
    with duckdb.connect() as connection:
        found = connection.execute(
            f"SELECT article_id FROM '{root}/latest/articles/*.parquet' ORDER BY 1"
        ).fetchall()
    assert found == [("a",), ("b",)]


def test_readme_names_tables_and_licences(root: Path) -> None:
    text = (root / "README.md").read_text()
    assert "| `articles` | One article. | 2 |" in text
    assert "duckdb -readonly catalog.duckdb" in text
    assert "GeoNames" in text
    assert "CC BY 4.0" in text
    assert str(root) not in text


def test_the_examples_of_the_readme_run(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    # The one with `datasets` fills a cache below the user's home: test_descriptors.py runs it elsewhere.
    blocks = (root / "README.md").read_text().split("```python\n")[1:]
    assert len(blocks) == 3
    for block in (each for each in blocks if "load_dataset" not in each):
        exec(block.split("```")[0], {})


def test_a_missing_file_leaves_the_old_catalogue(root: Path) -> None:
    before = (root / "catalog.duckdb").read_bytes()
    manifest = read_manifest(root, 1)
    (root / manifest.tables["articles"].files[0].path).unlink()
    with pytest.raises(duckdb.IOException):
        write_catalogue(root, manifest)
    assert (root / "catalog.duckdb").read_bytes() == before


def test_the_catalogue_reads_the_releases_files_and_writes_nothing(root: Path) -> None:
    manifest = read_manifest(root, 1)
    released = {file.path for entry in manifest.tables.values() for file in entry.files}
    with duckdb.connect(str(root / "catalog.duckdb"), read_only=True) as connection:
        views = dict(
            connection.execute(
                "SELECT view_name, sql FROM duckdb_views() WHERE NOT internal"
            ).fetchall()
        )
        assert views.keys() == {*manifest.tables, "release"}
        # Nothing but the release's own files stands in them, below the root, whose name no file can leave.
        named = {path for sql in views.values() for path in re.findall(r"'/([^']+)'", sql)}
        assert named == released
        assert all(".." not in path for path in named)
        for statement in (
            "INSERT INTO articles SELECT * FROM articles",
            "CREATE TABLE t AS SELECT 1",
            "CREATE OR REPLACE VIEW articles AS SELECT 1",
            "COMMENT ON VIEW articles IS 'x'",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(statement)
