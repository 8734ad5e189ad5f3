"""Queries read the release and nothing else."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from copydesk import querying
from copydesk.manifests import read_manifest
from copydesk.querying import NothingReleased, QueryError, QueryFailed, QueryRefused, query
from copydesk.tables import ARTICLES
from tests.test_releases import corpus, release


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published directory with two releases, the newest of articles `a` and `b`."""
    base = tmp_path_factory.mktemp("base")
    release(base / "published", corpus(base / "w", "a", "gone"))
    release(base / "published", corpus(base / "w", "a", "b"))
    return base / "published"


def snapshot(directory: Path) -> dict[str, bytes]:
    """Every file under a directory."""
    return {str(path): path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file()}


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT article_id FROM articles ORDER BY 1", [{"article_id": "a"}, {"article_id": "b"}]),
        ("FROM articles SELECT count(*) AS n;", [{"n": 2}]),
        ("WITH t AS (SELECT 1 AS x) SELECT x FROM t", [{"x": 1}]),
        ("VALUES (1)", [{"col0": 1}]),
        ("-- a comment\nSELECT 1 AS x", [{"x": 1}]),
        (
            "SELECT article_id, surface FROM articles JOIN mentions USING (article_id) ORDER BY 1",
            [{"article_id": "a", "surface": "x"}, {"article_id": "b", "surface": "x"}],
        ),
    ],
)
def test_reads(root: Path, sql: str, rows: list[dict[str, object]]) -> None:
    assert query(root, sql).to_pylist() == rows


def test_describes_and_explains(root: Path) -> None:
    assert query(root, "DESCRIBE articles").num_rows == len(ARTICLES.columns)
    assert query(root, "SHOW TABLES").num_rows == 9
    assert query(root, "SUMMARIZE mentions").num_rows == 9
    assert "PARQUET" in str(query(root, "EXPLAIN SELECT * FROM articles").to_pylist()).upper()
    assert query(root, "explain analyze SELECT * FROM articles").num_rows == 1


def test_instants_are_utc(root: Path) -> None:
    schema = query(root, "SELECT published_at, tags FROM articles").schema
    assert schema.field("published_at").type == pa.timestamp("us", tz="UTC")


ESCAPES = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM '/etc/*.csv'",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM parquet_metadata('{root}/catalog.duckdb')",
    "SELECT * FROM read_parquet('{old}')",
    "SELECT * FROM read_parquet('{root}/data/documents/../../../x.parquet')",
    "SELECT * FROM read_duckdb('{root}/catalog.duckdb', table_name='articles')",
    "SELECT * FROM 'http://127.0.0.1:9/x.csv'",
    "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
    "SELECT * FROM sqlite_scan('{root}/x.sqlite', 't')",
    "SELECT getenv('HOME')",
    "SELECT * FROM query('COPY (SELECT 1) TO ''{out}''')",
    "FROM json_execute_serialized_sql(json_serialize_sql('FROM read_text(''/etc/passwd'')'))",
    "SELECT * FROM rows",
    "SELECT * FROM enable_profiling(format='json', save_location='{out}')",
    "SELECT * FROM enable_logging(storage='file', storage_path='{out}')",
    "WITH t AS (FROM main.ENABLE_LOGGING()) SELECT (SELECT count(*) FROM t)",
    "SELECT * FROM checkpoint()",
    "COPY (SELECT 1) TO '{out}'",
    "COPY (SELECT 1) TO '{data}' (FORMAT parquet)",
    "COPY (SELECT 1) TO '{data}' (FORMAT parquet, USE_TMP_FILE false)",
    "COPY articles FROM '/etc/passwd'",
    "EXPORT DATABASE '{out}'",
    "IMPORT DATABASE '{out}'",
    "ATTACH '{out}'",
    "ATTACH '{root}/catalog.duckdb' AS c (READ_ONLY)",
    "ATTACH 'sqlite:{out}' (TYPE sqlite)",
    "INSTALL httpfs",
    "LOAD httpfs",
    "FORCE INSTALL sqlite FROM community",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET threads = 1",
    "RESET ALL",
    "SET VARIABLE x = 1",
    "PRAGMA enable_profiling = 'json'",
    "PRAGMA threads = 1",
    "CALL enable_logging(storage='file', storage_path='{out}')",
    "CREATE TABLE t AS SELECT 1",
    "CREATE TEMP TABLE t AS SELECT 1",
    "CREATE SECRET (TYPE s3)",
    "DROP VIEW articles",
    "INSERT INTO articles SELECT * FROM articles",
    "DELETE FROM articles",
    "UPDATE articles SET body = ''",
    "CHECKPOINT",
    "PREPARE p AS SELECT 1",
    "BEGIN",
    "SELECT 1; SELECT 2",
    "SELECT 1; COPY (SELECT 1) TO '{out}'",
    "EXPLAIN COPY (SELECT 1) TO '{out}'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{out}'",
    "EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1",
    "EXPLAIN (ANALYZE) COPY (SELECT 1) TO '{out}'",
    "EXPLAIN SELECT 1; COPY (SELECT 1) TO '{out}'",
    "EXPLAIN /* SELECT */ ANALYZE COPY (SELECT 1) TO '{out}'",
    "EXPLAIN ANALYZE SELECT * FROM read_text('/etc/passwd')",
    "DESCRIBE SELECT * FROM read_text('/etc/passwd')",
    "DESCRIBE '/etc/passwd'",
    "SUMMARIZE '/etc/passwd'",
    "SUMMARIZE SELECT * FROM read_csv('/etc/passwd')",
    "SELECT (SELECT content FROM read_text('/etc/passwd') LIMIT 1)",
    "SELECT * FROM articles WHERE article_id IN (SELECT content FROM read_text('/etc/passwd'))",
    "SELECT 1 UNION ALL SELECT count(*) FROM read_blob('/etc/*')",
    "PIVOT (SELECT * FROM read_csv('/etc/passwd')) ON column0",
    "SELECT * FROM query_table(['/etc/passwd'])",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM pragma_storage_info('articles')",
    "SELECT * FROM read_parquet(['{data}', '/etc/passwd'])",
    "SELECT * FROM read_parquet('{data}', encryption_config = {{footer_key: '/etc/passwd'}})",
    "COPY (SELECT 1) TO PROGRAM 'touch {out}'",
    "COPY articles TO '/dev/stdout'",
    "VACUUM",
    "ANALYZE",
    "USE memory",
    "CREATE MACRO m() AS TABLE FROM read_text('/etc/passwd')",
    "CREATE OR REPLACE VIEW articles AS FROM read_text('/etc/passwd')",
    "ALTER VIEW articles RENAME TO a",
    "COMMENT ON VIEW articles IS 'x'",
    "MERGE INTO articles USING articles AS a ON true WHEN MATCHED THEN DELETE",
    "LOAD '{out}'",
    "INSTALL '{out}'",
    "DEALLOCATE x",
    "EXECUTE x",
    "ROLLBACK",
    "TRUNCATE articles",
    "DETACH memory",
    "UPDATE EXTENSIONS",
    "",
    "-- nothing",
    "SELECT '" + "a" * 10_000,
    "\x00SELECT 1; COPY (SELECT 1) TO '{out}'",
]


@pytest.mark.parametrize("sql", ESCAPES)
def test_no_escape(root: Path, tmp_path: Path, sql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = pa.table({"secret": [1]})  # must not be found by its name in the caller's frame
    newest, first = read_manifest(root, 2), read_manifest(root, 1)
    kept = {file.path for file in newest.tables["documents"].files}
    data = root / newest.tables["documents"].files[0].path
    old = next(root / f.path for f in first.tables["documents"].files if f.path not in kept)
    cwd = tmp_path / "cwd"
    cwd.mkdir()
    monkeypatch.chdir(cwd)
    before = snapshot(tmp_path), snapshot(root)
    with pytest.raises(QueryError):
        query(root, sql.format(root=root, out=tmp_path / "out.json", data=data, old=old))
    assert (snapshot(tmp_path), snapshot(root)) == before
    assert os.listdir(cwd) == []
    assert rows.num_rows == 1


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('{path}')",
        "SELECT * FROM '{path}'",
        "COPY (SELECT 1) TO '{path}'",
        "ATTACH '{path}'",
        "INSTALL httpfs",
        "SET threads = 1",
    ],
)
def test_the_second_fence_holds_alone(
    root: Path, tmp_path: Path, sql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What DuckDB's locked configuration refuses even if a statement slipped past the first."""
    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    before = snapshot(tmp_path), snapshot(root)
    monkeypatch.setattr(querying, "_refuse_unless_reading", lambda connection, sql: None)
    with pytest.raises(QueryError):
        query(root, sql.format(path=secret))
    assert (snapshot(tmp_path), snapshot(root)) == before


def test_harmless_table_functions(root: Path) -> None:
    sql = "SELECT count(*) AS n FROM articles, unnest(tags), range(3)"
    assert query(root, sql).to_pylist() == [{"n": 0}]
    columns = "SELECT count(*) AS n FROM duckdb_columns() WHERE table_name = 'articles'"
    assert query(root, columns).to_pylist() == [{"n": len(ARTICLES.columns)}]


def test_kinds_of_error(root: Path, tmp_path: Path) -> None:
    with pytest.raises(QueryRefused, match="nothing else"):
        query(root, "SELECT * FROM read_text('/etc/passwd')")
    with pytest.raises(QueryRefused, match="only one statement that reads"):
        query(root, "DROP VIEW articles")
    with pytest.raises(QueryFailed, match="aritcles"):
        query(root, "SELECT * FROM aritcles")
    with pytest.raises(QueryFailed, match="syntax error"):
        query(root, "SELEKT 1")
    with pytest.raises(QueryFailed, match="no statement"):
        query(root, " -- nothing\n")
    with pytest.raises(NothingReleased, match="build one first"):
        query(tmp_path / "nowhere", "SELECT 1")
    damaged = tmp_path / "damaged"
    shutil.copytree(root, damaged, symlinks=True)
    (damaged / read_manifest(root, 2).tables["articles"].files[0].path).unlink()
    with pytest.raises(QueryFailed, match="release 2 cannot be opened"):
        query(damaged, "SELECT 1")
