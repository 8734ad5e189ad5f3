"""The corpus assets over made-up batches: adding gives what all at once gives, and does only what is new."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets import corpus, derived, engine, final_tables, shuffles, site_templates
from assets import warehouse as warehouse_module
from assets.engine import Engine
from assets.warehouse import Warehouse
from benchmarks.corpus.synthetic import write_batch
from benchmarks.throughput.generator import Generator, Story
from copydesk import duplicates as duplicate_steps
from copydesk import fingerprints
from copydesk.buckets import BUCKETS, Span
from copydesk.tables import TABLES


@pytest.fixture(scope="module")
def stories() -> list[list[Story]]:
    """Three batches of articles; some stories are in several."""
    found = [story for story in Generator(240, seed=2).stories() if len(story.paragraphs) > 1]
    return [found[place::3] for place in range(3)]


def settle(warehouse: Warehouse, kind: str = "serial") -> None:
    pool = Engine(kind=kind, workers=2)
    for asset in (
        corpus.owners,
        corpus.templates,
        corpus.duplicates,
        *final_tables.by_batch,
        final_tables.final_publishers,
        final_tables.final_entities,
    ):
        asset(warehouse=warehouse, engine=pool)


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


def in_small_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "DOCUMENTS_AT_ONCE", 40)
    monkeypatch.setattr(site_templates, "PASSAGES_AT_ONCE", 300)
    monkeypatch.setattr(final_tables, "SURFACES_AT_ONCE", 1_000)
    monkeypatch.setattr(final_tables, "OUTLETS_AT_ONCE", 20)
    monkeypatch.setattr(engine, "WORTH_A_POOL", 0)


@pytest.mark.parametrize("kind", ["serial", "local"])
def test_many_small_spans_give_what_one_gives_in_whatever_process(
    tmp_path: Path, stories: list[list[Story]], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    homes = [Warehouse(home=str(tmp_path / name)) for name in ("whole", "in spans")]
    for warehouse in homes:
        # Two batches have the same documents, and five of these a third one.
        for number, place in enumerate((0, 1, 1)):
            write_batch(warehouse, number, stories[place])
        write_batch(warehouse, 3, stories[0][:5])
    settle(homes[0])
    spans = list[str]()
    true_spans = shuffles.spans
    monkeypatch.setattr(
        shuffles,
        "spans",
        lambda *given: spans.extend(map(str, true_spans(*given))) or true_spans(*given),
    )
    in_small_spans(monkeypatch)
    settle(homes[1], kind)
    assert len(spans) > 20
    assert digests(homes[0]) == digests(homes[1])
    for name in ("owners", "excluded", "duplicates"):
        whole, parts = (home.store.sha256(home.corpus_path(name)) for home in homes)
        assert whole == parts, name
        frame = homes[0].load(homes[0].corpus_path(name))
        assert frame.height >= 5, name
        # Whoever asks for a batch's rows reads the row groups that may have them.
        assert frame["batch_id"].is_sorted(), name
    assert not homes[1].store.list("corpus/shuffles/owners")


def test_a_shuffle_that_was_killed_goes_on_with_what_was_done(
    tmp_path: Path, stories: list[list[Story]], monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse(home=str(tmp_path))
    write_batch(warehouse, 0, stories[0])
    monkeypatch.setattr(corpus, "DOCUMENTS_AT_ONCE", 20)
    seen = list[str]()
    true_find = corpus.find_shared

    def find(share: shuffles.Share) -> pl.DataFrame:
        seen.append(str(share.span))
        if len(seen) == 3:
            raise KeyboardInterrupt
        return true_find(share)

    monkeypatch.setattr(corpus, "find_shared", find)
    with pytest.raises(KeyboardInterrupt):
        corpus.owners(warehouse=warehouse, engine=Engine(kind="serial"))
    corpus.owners(warehouse=warehouse, engine=Engine(kind="serial"))
    assert len(seen) == len(set(seen)) + 1
    assert seen[2] == seen[3]


def test_what_is_there_is_not_made_again(
    tmp_path: Path, stories: list[list[Story]], monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = built(tmp_path, stories, (0, 1))
    calls = list[str]()
    true_fingerprint, true_tally = fingerprints.fingerprint, derived.tally_mentions
    monkeypatch.setattr(
        fingerprints, "fingerprint", lambda rows: calls.append("print") or true_fingerprint(rows)
    )
    monkeypatch.setattr(
        derived, "tally_mentions", lambda *rows: calls.append("tally") or true_tally(*rows)
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


def test_an_outlets_older_files_lack_columns(tmp_path: Path, stories: list[list[Story]]) -> None:
    warehouse = Warehouse(home=str(tmp_path))
    for number in range(2):
        batch_id = write_batch(warehouse, number, stories[number])
    path = warehouse.batch_path("parsed", "publishers", batch_id)
    facts = warehouse.load(path)
    older = facts.with_columns(publisher_id=pl.lit("older")).drop("country_code")
    warehouse.write(path, older.head(1))
    final_tables.final_publishers(warehouse=warehouse, engine=Engine(kind="serial"))
    found = warehouse.scan("tables", "publishers", ["all"]).collect()
    assert "older" in found["publisher_id"].to_list()
    assert found.height > 1


def test_what_is_left_of_tallies_holds_whenever_a_run_is_killed(
    tmp_path: Path, stories: list[list[Story]], monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = built(tmp_path, stories, (0,))
    before = digests(warehouse)["entities"]
    (batch_id,) = warehouse.whole_batches()
    path = warehouse.corpus_path("excluded")
    none = warehouse.load(path)
    named = warehouse.read("parsed", "mentions", batch_id)["article_id"][0]
    some = pl.DataFrame([(batch_id, named, None)], schema=none.schema, orient="row")
    true_forget = derived.forget_others

    def forget(*given: Any) -> None:
        true_forget(*given)
        raise KeyboardInterrupt

    def settle_entities() -> None:
        final_tables.final_entities(warehouse=warehouse, engine=Engine(kind="serial"))

    warehouse.write(path, some)
    with monkeypatch.context() as patch:
        patch.setattr(derived, "forget_others", forget)
        with pytest.raises(KeyboardInterrupt):
            settle_entities()
    warehouse.write(path, none)
    settle_entities()
    assert digests(warehouse)["entities"] == before


def test_the_warehouse_is_listed_as_often_whatever_the_number_of_batches(
    tmp_path: Path, stories: list[list[Story]], monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse(home=str(tmp_path))
    asked = list[str]()
    true_listing = Warehouse.listing

    def listing(self: Warehouse, layer: str, name: str) -> Any:
        asked.append(name)
        return true_listing(self, layer, name)

    monkeypatch.setattr(Warehouse, "listing", listing)
    counts = []
    for number in range(2):
        write_batch(warehouse, number, stories[number])
        asked.clear()
        corpus.owners(warehouse=warehouse, engine=Engine(kind="serial"))
        counts.append(len(asked))
    assert counts[0] == counts[1] > 0


def test_what_is_settled_is_noted_while_the_rest_is_not(
    tmp_path: Path, stories: list[list[Story]], monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = built(tmp_path, stories, (0,))
    (batch_id,) = warehouse.whole_batches()

    def is_noted(stamp: str) -> bool:
        with warehouse.settling("documents") as another_run:
            return another_run.holds(batch_id, stamp)

    with warehouse.settling("documents") as settled:
        settled.note(batch_id, "soon")
        assert not is_noted("soon")
        monkeypatch.setattr(warehouse_module, "SECONDS_BETWEEN_SAVES", 0.0)
        settled.note(batch_id, "now")
        assert is_noted("now")


def test_a_shuffles_query_keeps_to_the_process_threads(
    tmp_path: Path, stories: list[list[Story]], monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse(home=str(tmp_path))
    batch_id = write_batch(warehouse, 0, stories[0])
    files = {"documents": [warehouse.batch_path("parsed", "documents", batch_id)]}
    share = shuffles.Share(warehouse, Span(0, BUCKETS), files)
    monkeypatch.setattr(pl, "thread_pool_size", lambda: 3)
    assert share.sql("SELECT current_setting('threads') AS threads")["threads"].item() == 3
