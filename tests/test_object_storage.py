"""Inbox, warehouse and releases in an object store: the same dumps give the same release as on a disk."""

from __future__ import annotations

import dagster as dg
import polars as pl
from conftest import LATER, published_tables, write_dumps
from polars.testing import assert_frame_equal

from assets.warehouse import Warehouse
from copydesk.home import Home
from copydesk.manifests import read_manifest
from copydesk.stores import open_store
from copydesk.tables import TABLES
from copydesk.verification import verify
from pipelines.definitions import build_defs


def edition(instance: dg.DagsterInstance, **places: str) -> dg.ExecuteInProcessResult:
    job = build_defs({"warehouse": Warehouse(**places)}).resolve_job_def("edition")
    return job.execute_in_process(instance=instance, raise_on_error=False)


def remote_tables(url: str, release: int) -> dict[str, pl.DataFrame]:
    """Every table of a release, in order of its key."""
    store, manifest = open_store(url), read_manifest(url, release)
    return {
        name: pl.concat(pl.read_parquet(store.read(file.path)) for file in entry.files).sort(
            TABLES[name].primary_key
        )
        for name, entry in manifest.tables.items()
    }


def test_a_warehouse_and_releases_in_a_store_give_the_same_release(
    built: tuple[Home, str], url: str, home: Home
) -> None:
    write_dumps(home.inbox)
    places = {"warehouse": f"{url}/warehouse", "published": f"{url}/published"}
    with dg.instance_for_test() as instance:
        assert edition(instance, **places).success
        tables = remote_tables(places["published"], 1)
        expected = published_tables(built[0])
        assert tables.keys() == expected.keys()
        for name, table in tables.items():
            unlike = [] if name != "documents" else ["source_uri"]
            assert_frame_equal(table.drop(unlike), expected[name].drop(unlike))

        # What is new joins what is there, whose files stay; nothing of the data lies on this machine.
        before = files(places, "tables/blocks")
        (home.inbox / "later.txt").write_text(LATER, encoding="utf-8")
        assert edition(instance, **places).success
        assert before.items() < files(places, "tables/blocks").items()
        assert len(remote_tables(places["published"], 2)["articles"]) == 3
        assert list(home.root.rglob("*.parquet")) == list(home.local.rglob("*.parquet"))
    assert verify(places["published"], 2) == []


def files(places: dict[str, str], directory: str) -> dict[str, str]:
    """The files of a directory of the warehouse with their versions."""
    return {each.path: each.version for each in open_store(places["warehouse"]).list(directory)}
