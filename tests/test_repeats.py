"""The search for repeated articles in a warehouse: the same bytes whoever does it, also after it was killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import assets.engine
from assets import corpus
from assets.engine import Engine
from assets.warehouse import Warehouse
from benchmarks.corpus.synthetic import write_batch
from benchmarks.throughput.generator import Generator
from copydesk import candidates, comparisons
from copydesk.engines import LocalEngine, Outcome

TASKS = {"BucketTask", "WordsTask", "CompareTask"}


@pytest.fixture(autouse=True)
def small_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the corpus were large: many shares, and a pool for any of them."""
    monkeypatch.setattr(candidates, "FEW_TEXTS", 0)
    monkeypatch.setattr(comparisons, "PAIRS_AT_ONCE", 10)
    monkeypatch.setattr(assets.engine, "WORTH_A_POOL", 0)


def write_batches(warehouse: Warehouse, numbers: Sequence[int]) -> None:
    """Batches of articles that run each other's stories; later batches have earlier ones."""
    stories = [story for story in Generator(240, seed=2).stories() if len(story.paragraphs) > 1]
    for number in numbers:
        write_batch(warehouse, number, stories[number::3], days=-number)


def find(warehouse: Warehouse, engine: Engine) -> bytes:
    corpus.owners(warehouse=warehouse, engine=engine)
    corpus.duplicates(warehouse=warehouse, engine=engine)
    return warehouse.store.read(warehouse.corpus_path("duplicates"))


def links(warehouse: Warehouse) -> list[bytes]:
    return [warehouse.store.read(each.path) for each in warehouse.store.list("corpus/links")]


def test_a_pool_finds_what_one_process_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = dict[str, int]()
    true_map = LocalEngine.map

    def map_noting(self: LocalEngine, task: Callable[[str], Any], keys: Sequence[str]) -> Any:
        done[type(task).__name__] = done.get(type(task).__name__, 0) + len(keys)
        return true_map(self, task, keys)

    monkeypatch.setattr(LocalEngine, "map", map_noting)
    found = dict[str, list[bytes]]()
    for kind in ("serial", "local"):
        warehouse = Warehouse(home=str(tmp_path / kind))
        engine = Engine(kind=kind, workers=2)
        write_batches(warehouse, (2, 0))
        first = find(warehouse, engine)
        write_batches(warehouse, (1,))
        found[kind] = [first, find(warehouse, engine), *links(warehouse)]
        assert warehouse.load(warehouse.corpus_path("duplicates")).height >= 5
        assert warehouse.store.list("corpus/repeats") == []
    assert found["local"] == found["serial"]
    assert found["serial"][0] != found["serial"][1]
    assert min(done[name] for name in TASKS) >= 2


class StoppedError(Exception):
    """As if the coordinator were killed."""


class Stopping(Engine):
    """Stops behind the first task of a kind."""

    behind: str

    def open(self, documents: int | None = None, keys: int | None = None) -> Any:
        opened, behind = super().open(documents, keys), self.behind

        class Opened:
            workers = 1

            def map(
                self, task: Callable[[str], Any], keys: Sequence[str]
            ) -> Iterator[Outcome[Any]]:
                for outcome in opened.map(task, keys):
                    yield outcome
                    if type(task).__name__ == behind:
                        raise StoppedError

        return Opened()


@pytest.mark.parametrize("behind", sorted(TASKS))
def test_what_a_killed_search_left_serves_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behind: str
) -> None:
    undisturbed = Warehouse(home=str(tmp_path / "undisturbed"))
    write_batches(undisturbed, (0, 1, 2))
    expected = find(undisturbed, Engine(kind="serial"))

    warehouse = Warehouse(home=str(tmp_path / "killed"))
    write_batches(warehouse, (0, 1))
    with pytest.raises(StoppedError):
        find(warehouse, Stopping(kind="serial", behind=behind))
    of_two = {each.path for each in warehouse.store.list("corpus/repeats")}
    # What was left of two batches says nothing of three.
    write_batches(warehouse, (2,))
    with pytest.raises(StoppedError):
        find(warehouse, Stopping(kind="serial", behind=behind))
    left = {each.path for each in warehouse.store.list("corpus/repeats")} - of_two
    assert left
    true_write, written = Warehouse.write, list[str]()

    def write_noting(self: Warehouse, path: str, *given: Any, **named: Any) -> None:
        written.append(path)
        true_write(self, path, *given, **named)

    monkeypatch.setattr(Warehouse, "write", write_noting)
    assert find(warehouse, Engine(kind="serial")) == expected
    # Of the tasks' frames none is made a second time; what is handed to tasks is put there each time.
    handed = {path for path in left if path.endswith(("-changed.parquet", "-candidates.parquet", "-wanted.parquet"))}  # fmt: skip
    assert left & set(written) == handed
    assert left - handed
    assert warehouse.store.list("corpus/repeats") == []
