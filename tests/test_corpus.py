"""The corpus assets over made-up batches: adding gives what all at once gives, and does only what is new."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from assets import corpus
from assets.engine import Engine
from assets.warehouse import Warehouse
from benchmarks.corpus.synthetic import write_batch
from benchmarks.throughput.generator import Generator, Story
from copydesk import duplicates as duplicate_steps
from copydesk import fingerprints
from copydesk.tables import TABLES


@pytest.fixture(scope="module")
def stories() -> list[list[Story]]:
    """Three batches of articles; some stories are in several."""
    found = [story for story in Generator(240, seed=2).stories() if len(story.paragraphs) > 1]
    return [found[place::3] for place in range(3)]


def settle(warehouse: Warehouse) -> None:
    corpus.owners(warehouse=warehouse)
    corpus.templates(warehouse=warehouse, engine=Engine(kind="serial"))
    corpus.duplicates(warehouse=warehouse, engine=Engine(kind="serial"))
    for asset in (
        corpus.final_documents,
        corpus.final_articles,
        *corpus.followers,
        corpus.final_publishers,
        corpus.final_entities,
    ):
        asset(warehouse=warehouse)


def digests(warehouse: Warehouse) -> dict[str, list[str]]:
    return {
        name: [file.store.sha256(file.stored.path) for file in warehouse.table_files()[name]]
        for name in TABLES
    }


def built(directory: Path, stories: Sequence[Sequence[Story]], order: Sequence[int]) -> Warehouse:
    """A home to which the batches came one by one, each settled before the next."""
    warehouse = Warehouse(home=str(directory))
    for number in order:
        # Later batches have earlier articles, so that they change what was settled.
        write_batch(warehouse, number, stories[number], days=-number)
        settle(warehouse)
    return warehouse


def test_adding_batches_gives_the_files_that_all_at_once_give(
    tmp_path: Path, stories: list[list[Story]]
) -> None:
    at_once = Warehouse(home=str(tmp_path / "at once"))
    for number in range(3):
        write_batch(at_once, number, stories[number], days=-number)
    settle(at_once)
    articles = at_once.scan("tables", "articles", list(at_once.listing("tables", "articles")))
    repeated = articles.filter(pl.col("duplicate_of").is_not_null()).collect()
    assert repeated.height >= 5
    expected = digests(at_once)
    assert digests(built(tmp_path / "one by one", stories, (2, 0, 1))) == expected


def test_what_is_there_is_not_made_again(
    tmp_path: Path, stories: list[list[Story]], monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = built(tmp_path, stories, (0, 1))
    calls = list[str]()
    true_fingerprint, true_tally = fingerprints.fingerprint, corpus.derived.tally_mentions
    monkeypatch.setattr(
        fingerprints, "fingerprint", lambda rows: calls.append("print") or true_fingerprint(rows)
    )
    monkeypatch.setattr(
        corpus.derived, "tally_mentions", lambda *rows: calls.append("tally") or true_tally(*rows)
    )
    true_find = duplicate_steps.find_repeats
    monkeypatch.setattr(
        duplicate_steps, "find_repeats", lambda *given: calls.append("find") or true_find(*given)
    )
    versions = {path.path: path.version for name in TABLES for path in warehouse.listing("tables", name).values()}  # fmt: skip
    settle(warehouse)
    assert calls == []
    assert versions == {path.path: path.version for name in TABLES for path in warehouse.listing("tables", name).values()}  # fmt: skip
    write_batch(warehouse, 2, stories[2])
    settle(warehouse)
    assert sorted(calls) == ["find", "print", "tally"]


def test_a_batch_that_changed_is_looked_at_again(
    tmp_path: Path, stories: list[list[Story]]
) -> None:
    warehouse = built(tmp_path, stories, (0, 1))
    batch_id = write_batch(warehouse, 1, stories[0][:5], days=3)
    settle(warehouse)
    kept = warehouse.listing("corpus", "fingerprints")
    assert len(kept) == 2
    documents = warehouse.scan("tables", "documents", [batch_id]).collect()
    # The same five documents are in both batches, which have them once.
    owners = warehouse.load(warehouse.corpus_path("owners"))
    assert owners["copies"].to_list() == [2] * 5
    every = warehouse.scan("tables", "documents", list(warehouse.listing("tables", "documents")))
    assert every.select(pl.len()).collect().item() == len(stories[0])
    assert documents["copies"].to_list() in ([], [2] * 5)
