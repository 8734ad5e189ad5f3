"""A Ray cluster of two nodes, of which one is killed half-way, makes the release that one process makes.

`make cluster-test` installs Ray and runs this; without Ray it is skipped.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assets import corpus, final_tables, site_templates
from assets.engine import ENGINE_VARIABLE, Engine
from assets.pending import NO_RECOGNIZER
from assets.progress import told
from assets.warehouse import RECOGNIZER_VARIABLE, Warehouse
from benchmarks.corpus.synthetic import write_batch
from benchmarks.throughput.generator import Form, Generator, write
from copydesk import candidates, comparisons, sources
from copydesk.engines import Outcome
from copydesk.home import Home
from tests.editions import data_files, make_edition

ray = pytest.importorskip("ray")

DOCUMENTS, BATCHES = 240, 8


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    write(Generator(DOCUMENTS, seed=5), tmp_path / "dumps", Form.txt)
    return tmp_path / "dumps"


@pytest.fixture
def cluster() -> Any:
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    yield made
    ray.shutdown()
    made.shutdown()


@pytest.mark.timeout(1_200)
def test_a_node_that_dies_changes_nothing(
    tmp_path: Path, dumps: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_BATCH_DOCUMENTS", DOCUMENTS // BATCHES)
    # So that what is done across batches is several tasks as well.
    monkeypatch.setattr(corpus, "DOCUMENTS_AT_ONCE", DOCUMENTS // 3)
    monkeypatch.setattr(site_templates, "PASSAGES_AT_ONCE", DOCUMENTS)
    monkeypatch.setattr(final_tables, "OUTLETS_AT_ONCE", BATCHES)
    monkeypatch.setattr(candidates, "FEW_TEXTS", 0)
    monkeypatch.setattr(comparisons, "PAIRS_AT_ONCE", 10)
    monkeypatch.setenv(RECOGNIZER_VARIABLE, NO_RECOGNIZER)
    monkeypatch.setenv("COPYDESK_HOME", "")
    monkeypatch.setenv("DAGSTER_HOME", "")

    here = Home.resolve(tmp_path / "here")
    monkeypatch.setenv(ENGINE_VARIABLE, "serial")
    make_edition(here, [dumps])

    second = cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    there = Home.resolve(tmp_path / "there")
    monkeypatch.setenv(ENGINE_VARIABLE, f"ray:{cluster.address}")
    heard = list[str]()

    def listen(line: str) -> None:
        heard.append(line)
        if len(heard) == BATCHES // 2:
            cluster.remove_node(second, allow_graceful=False)

    with told(listen):
        make_edition(there, [dumps])
    assert len(heard) == len(sources.list_batch_ids(there)) == BATCHES
    assert heard[-1].startswith(f"{BATCHES} of {BATCHES} batches, {DOCUMENTS} of {DOCUMENTS}")
    assert len(ray.nodes()) == 2
    # The work may be done before the cluster has noticed.
    deadline = time.monotonic() + 60
    while sum(node["Alive"] for node in ray.nodes()) > 1 and time.monotonic() < deadline:
        time.sleep(0.5)
    assert sum(node["Alive"] for node in ray.nodes()) == 1
    assert data_files(there) == data_files(here)


def test_repeated_articles_are_those_that_one_process_finds(
    tmp_path: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "FEW_TEXTS", 0)
    monkeypatch.setattr(comparisons, "PAIRS_AT_ONCE", 10)
    stories = list(Generator(DOCUMENTS, seed=2).stories())
    found = list[bytes]()
    for name, engine in (
        ("here", Engine(kind="serial")),
        ("there", Engine(kind="ray", address=cluster.address)),
    ):
        warehouse = Warehouse(home=str(tmp_path / name))
        for number in range(2):
            write_batch(warehouse, number, stories[number::2])
        corpus.owners(warehouse=warehouse, engine=engine)
        corpus.duplicates(warehouse=warehouse, engine=engine)
        assert warehouse.load(warehouse.corpus_path("duplicates")).height >= 5
        found.append(warehouse.store.read(warehouse.corpus_path("duplicates")))
    assert found[0] == found[1]


def test_a_key_that_fails_stops_no_other(tmp_path: Path, cluster: Any) -> None:
    from copydesk.ray_engine import RayEngine

    # In the test, so that it goes to the workers by value: they know no modules of tests.
    def task(key: str) -> str:
        with (tmp_path / key).open("a") as file:
            file.write("x")
        if key == "fails":
            raise ValueError("not this one")
        return key.upper()

    keys = ["a", "fails", "b", "c"]
    outcomes: Iterator[Outcome[str]] = RayEngine(cluster.address).map(task, keys)
    found = {outcome.key: outcome for outcome in outcomes}
    assert {key: outcome.value for key, outcome in found.items()} == {
        "a": "A",
        "fails": None,
        "b": "B",
        "c": "C",
    }
    assert "not this one" in str(found["fails"].error)
    assert {key: (tmp_path / key).read_text() for key in keys} == dict.fromkeys(keys, "x")
