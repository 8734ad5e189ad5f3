"""The commands that look after releases, as people call them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from copydesk.home import Home
from copydesk.manifests import list_releases, read_manifest
from pipelines.cli import app
from tests.test_releases import corpus, release


@pytest.fixture
def place(home: Home, tmp_path: Path) -> Home:
    """A home with two releases."""
    release(home.published, corpus(tmp_path / "w", "a"))
    release(home.published, corpus(tmp_path / "w", "a", "b"))
    return home


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == code, result.output
    return result.output


def test_rollback_tag_and_diff(place: Home) -> None:
    assert "release 1 is first" in run("tag", "1", "first")
    assert "release 3 made" in run("rollback", "first")
    assert read_manifest(place.published, 3).kind == "rollback"
    shown = run("diff", "2", "3")
    assert "articles" in shown
    assert "removed" in shown
    assert "hold the same rows" in run("diff", "first", "3")
    assert "there is no release 9" in run("rollback", "9", code=1)


def test_takedown_and_purge(place: Home) -> None:
    shown = run("takedown", "a", "--reason", "order 7", "--purge")
    assert "taken down: a" in shown
    assert "purged from 2 older releases" in shown
    assert "order 7" in run("rejects")
    assert "has no article nobody" in run("takedown", "nobody", "--reason", "x", code=1)


def test_verify_says_what_is_wrong(place: Home) -> None:
    assert "release 2: whole" in run("verify")
    file = read_manifest(place.published, 2).tables["articles"].files[0]
    path = place.published / file.path
    raw = bytearray(path.read_bytes())
    raw[20] ^= 1
    path.write_bytes(raw)
    shown = run("verify", "2", code=1)
    assert "release 2: faulty" in shown
    assert "the content is not what was released" in shown


def test_compact_and_prune(place: Home) -> None:
    assert "release 3 made" in run("compact", "--max-files", "1")
    assert "dropped 2 releases" in run("prune", "--keep", "1", "--grace", "0")
    assert list_releases(place.published) == [3]
    assert "release 3: whole" in run("verify")


def test_catalogue_of_an_older_release(place: Home, tmp_path: Path) -> None:
    import duckdb

    run("catalog", "--release", "1", "-o", str(tmp_path / "one.duckdb"))
    run("catalog", "--release", "1")
    for path in (tmp_path / "one.duckdb", place.published / "catalog-00000001.duckdb"):
        with duckdb.connect(str(path), read_only=True) as connection:
            assert connection.execute("SELECT article_id FROM articles").fetchall() == [("a",)]


def test_nothing_to_replay_and_no_docs(place: Home) -> None:
    assert "Nothing was rejected" in run("replay")
    assert "there are no Data Docs" in run("docs", code=1)
