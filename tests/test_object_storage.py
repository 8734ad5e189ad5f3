"""Inbox, warehouse and releases in an object store: the same dumps give the same release as on a disk."""

from __future__ import annotations

import shutil

import polars as pl
import pytest
from conftest import LATER, published_tables, write_dumps
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from copydesk.home import Home
from copydesk.manifests import list_releases, read_manifest
from copydesk.stores import open_store
from copydesk.tables import TABLES
from copydesk.verification import verify
from pipelines.cli import app


def remote_tables(url: str, release: int) -> dict[str, pl.DataFrame]:
    """Every table of a release, in order of its key."""
    store, manifest = open_store(url), read_manifest(url, release)
    return {
        name: pl.concat(pl.read_parquet(store.read(file.path)) for file in entry.files).sort(
            TABLES[name].primary_key
        )
        for name, entry in manifest.tables.items()
    }


def copydesk(*arguments: str) -> str:
    """What a command prints, on one line."""
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def test_everything_in_a_store_gives_the_same_release(
    built: tuple[Home, str], url: str, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, warehouse, published = (f"{url}/{name}" for name in ("inbox", "warehouse", "published"))
    monkeypatch.setenv("COPYDESK_WAREHOUSE", warehouse)
    monkeypatch.setenv("COPYDESK_PUBLISHED", published)
    for path in write_dumps(home.root / "dumps").iterdir():
        open_store(inbox).add(path, path.name)
    copydesk("build", inbox)
    tables, expected = remote_tables(published, 1), published_tables(built[0])
    assert tables.keys() == expected.keys()
    for name, table in tables.items():
        unlike = ["source_uri"] if name == "documents" else []
        assert_frame_equal(table.drop(unlike), expected[name].drop(unlike))
    assert sorted(tables["documents"]["source_uri"]) == [
        f"{inbox}/{name}.txt" for name in ("binary", "empty", "second", "story")
    ]

    # What is new joins what is there, whose files stay; on this machine is only what it may lose.
    before = {each.path: each.version for each in open_store(warehouse).list("tables/blocks")}
    open_store(inbox).replace("later.txt", LATER.encode())
    assert "1 new dump in 1 file, 4 files known" in copydesk("build", inbox)
    after = {each.path: each.version for each in open_store(warehouse).list("tables/blocks")}
    assert before.items() < after.items()
    assert len(remote_tables(published, 2)["articles"]) == 3
    shutil.rmtree(home.root / "local")
    assert not list(home.root.rglob("*.parquet"))
    assert "Nothing is new" in copydesk("build", inbox)

    # What was rejected is named where it is, and read there again.
    assert "binary" in copydesk("rejects")
    said = copydesk("replay", "--reason", "binary")
    assert "1 rejected dump read again: 1 still rejected" in said
    assert list_releases(published) == [1, 2]
    assert verify(published, 2) == []
