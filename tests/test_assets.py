"""Real Dagster runs over small dumps: the same tables however launched, and a gate that blocks."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import polars as pl
import pytest
from conftest import LATER, published_tables, write_dumps
from polars.testing import assert_frame_equal

from assets import release as release_assets
from assets import settling
from assets.partitions import SEGMENTS, register
from assets.warehouse import Warehouse, fingerprint
from copydesk import manifests, segments, sources
from copydesk.digests import Digests
from copydesk.home import Home
from copydesk.site_templates import CUTS_SCHEMA
from copydesk.stores import LocalStore
from copydesk.tables import TABLES
from pipelines.definitions import build_defs
from pipelines.sensors import inbox_sensor


def edition(
    home: Home, instance: dg.DagsterInstance, tags: dict[str, str] | None = None
) -> dg.ExecuteInProcessResult:
    job = build_defs({"warehouse": Warehouse(home=str(home.root))}).resolve_job_def("edition")
    return job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)


def comparable(home: Home) -> dict[str, pl.DataFrame]:
    """The newest release's tables but for the places their dumps were read in."""
    tables = published_tables(home)
    tables["documents"] = tables["documents"].drop("source_uri")
    return tables


def test_every_document_is_accounted_for(built: tuple[Home, str]) -> None:
    tables = published_tables(built[0])
    statuses = tables["documents"]["status"].value_counts().sort("status")
    assert statuses.to_dicts() == [
        {"status": "article", "count": 2},
        {"status": "rejected", "count": 2},
    ]
    assert tables["articles"]["title"].sort().to_list() == [
        "Harbour strike in Rotterdam ends after nine days",
        "Telescope in Chile finds a comet from outside the solar system",
    ]


def test_the_tables_are_held_against_their_inputs(built: tuple[Home, str]) -> None:
    database = Warehouse(home=str(built[0].root)).candidate
    with duckdb.connect(str(database), read_only=True) as connection:
        assert connection.execute("SELECT sum(documents) FROM inputs").fetchall() == [(4,)]
        assert connection.execute("SELECT count(*) FROM raw_documents").fetchall() == [(4,)]
        assert connection.execute("SELECT count(*) FROM new_documents").fetchall() == [(4,)]
        assert connection.execute("SELECT count(*) FROM last_release").fetchall() == [(0,)]


def test_a_run_without_batches_gives_the_same_tables(built: tuple[Home, str], home: Home) -> None:
    write_dumps(home.inbox)
    with dg.instance_for_test() as instance:
        result = edition(home, instance)
        assert result.success
        ((segment_id, batches),) = segments.list_segments(home).items()
        assert batches == sources.list_batch_ids(home)
        assert instance.get_dynamic_partitions("segment") == [segment_id]
        for name in ("documents", "articles", "mentions"):
            key = dg.AssetKey(["parsed", name])
            assert instance.get_materialized_partitions(key) == {segment_id}
            (record,) = instance.fetch_materializations(key, limit=9).records
            assert record.partition_key == segment_id
            metadata = record.asset_materialization.metadata
            assert "dagster/row_count" in metadata
            assert "preview" in metadata
    expected = comparable(built[0])
    for name, table in comparable(home).items():
        assert_frame_equal(table, expected[name])


def test_the_sensors_run_gives_the_same_tables(built: tuple[Home, str], home: Home) -> None:
    write_dumps(home.inbox)
    warehouse = Warehouse(home=str(home.root))
    with dg.instance_for_test() as instance:
        answer = inbox_sensor(
            dg.build_sensor_context(instance=instance, resources={"warehouse": warehouse})
        )
        assert isinstance(answer, dg.SensorResult)
        for added in answer.dynamic_partitions_requests or []:
            instance.add_dynamic_partitions("segment", list(added.partition_keys))
        (request,) = answer.run_requests or []
        assert edition(home, instance, dict(request.tags)).success
    expected = comparable(built[0])
    for name, table in comparable(home).items():
        assert_frame_equal(table, expected[name])


def test_a_later_batch_joins_the_release(home: Home) -> None:
    write_dumps(home.inbox)
    with dg.instance_for_test() as instance:
        assert edition(home, instance).success
        before = {path.name for path in (home.published / "data" / "blocks").iterdir()}
        (home.inbox / "later.txt").write_text(LATER, encoding="utf-8")
        assert edition(home, instance).success
        assert len(instance.get_dynamic_partitions("segment")) == 2
        after = {path.name for path in (home.published / "data" / "blocks").iterdir()}
        assert before < after
        assert published_tables(home)["articles"].height == 3
        # Nothing waits: the run goes through, and there is no third release.
        assert edition(home, instance).success
    assert manifests.list_releases(home.published) == [1, 2]


def test_an_empty_inbox_says_what_to_do(home: Home) -> None:
    with dg.instance_for_test() as instance:
        result = edition(home, instance)
        assert not result.success
        failure = result.failure_data_for_node("process_batches")
        assert failure is not None
        assert failure.user_failure_data is not None
        assert str(home.inbox) in str(failure.user_failure_data.description)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Articles of a quality that cannot be."""
    from copydesk import articles

    compose = articles.compose

    def spoil(*arguments: Any) -> articles.Composed:
        composed = compose(*arguments)
        spoiled = composed.articles.with_columns(quality=pl.lit(7.5))
        return dataclasses.replace(composed, articles=spoiled)

    monkeypatch.setattr(articles, "compose", spoil)


@pytest.mark.usefixtures("broken")
def test_a_failed_critical_check_blocks_the_release(home: Home) -> None:
    write_dumps(home.inbox)
    with dg.instance_for_test() as instance:
        result = edition(home, instance)
        assert not result.success
        assert manifests.head(home.published) is None
        failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
        assert {check.asset_key for check in failed} == {dg.AssetKey(["tables", "articles"])}
        (check, *_) = failed
        assert check.severity == dg.AssetCheckSeverity.ERROR
        assert check.metadata["failing_rows"].value
        assert "release" not in {event.step_key for event in result.get_step_success_events()}


@pytest.mark.usefixtures("broken")
def test_the_release_refuses_by_itself(home: Home) -> None:
    """In a run of its own no check holds it up; it asks what came of exactly these files."""
    write_dumps(home.inbox)
    warehouse = Warehouse(home=str(home.root))
    with dg.instance_for_test() as instance:
        edition(home, instance)
        alone = dg.materialize(
            [release_assets.release],
            instance=instance,
            resources={"warehouse": warehouse},
            raise_on_error=False,
        )
        assert not alone.success
        # Neither does it without the outcomes: then it has the tables checked.
        warehouse.store.remove(warehouse.outcomes_path(warehouse.table_files()))
        alone = dg.materialize(
            [release_assets.release],
            instance=instance,
            resources={"warehouse": warehouse},
            raise_on_error=False,
        )
        assert not alone.success
        failure = alone.failure_data_for_node("release")
        assert failure is not None
        assert failure.user_failure_data is not None
        assert "critical expectations fail: articles." in str(failure.user_failure_data.description)
    assert manifests.head(home.published) is None


def test_partitions_keep_their_order() -> None:
    with dg.instance_for_test() as instance:
        assert register(instance, ["b", "a"]) == ["b", "a"]
        assert register(instance, ["c", "a"]) == ["b", "a", "c"]
        assert list(instance.get_dynamic_partitions(str(SEGMENTS.name))) == ["b", "a", "c"]


def test_outcomes_hold_for_exactly_these_bytes(tmp_path: Path) -> None:
    path = tmp_path / "one.parquet"
    path.write_bytes(b"a")
    digests = Digests(LocalStore(tmp_path))
    first = fingerprint({"articles": [path]}, digests)
    assert first == fingerprint({"articles": [path]}, digests)
    path.write_bytes(b"b")
    assert first != fingerprint({"articles": [path]}, digests)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    warehouse = Warehouse(home=str(tmp_path))
    name = warehouse.batch_path("tables", "publishers", "all")
    warehouse.write(name, TABLES["publishers"].empty(), TABLES["publishers"])
    path = warehouse.location(name)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="lacks"):
        warehouse.write(name, pl.DataFrame({"name": ["x"]}), TABLES["publishers"])
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


NOTHING_TAKEN = pl.DataFrame(
    schema={"document_id": pl.String, "batch_id": pl.String, "taken_down": pl.String}
)
NO_COPIES = pl.DataFrame(schema={"document_id": pl.String, "copies": pl.Int64})
NO_STORIES = pl.DataFrame(schema={"article_id": pl.String, "duplicate_of": pl.String})


def documents(*rows: tuple[str, str, int, str]) -> pl.LazyFrame:
    names = ("document_id", "batch_id", "copies", "status")
    frame = pl.DataFrame(rows, schema=names, orient="row")
    return frame.with_columns(reason=pl.lit(None, pl.String)).lazy()


def shared(rows: pl.LazyFrame) -> pl.DataFrame:
    with duckdb.connect() as connection:
        connection.register("documents", rows.collect())
        found = connection.execute(settling.SHARED_DOCUMENTS.format(inside="TRUE")).pl()
    assert found.schema == settling.SHARED_SCHEMA
    return found


def test_a_document_of_two_batches_is_kept_once_and_its_copies_are_summed() -> None:
    rows = documents(
        ("d1", "b1", 1, "rejected"), ("d1", "b2", 2, "article"), ("d2", "b1", 1, "article")
    )
    assert settling.owners(shared(rows)).rows() == [("d1", "b2", 3)]


def test_of_batches_that_could_all_or_none_read_a_document_the_first_keeps_it() -> None:
    rows = documents(
        ("d1", "b2", 1, "article"), ("d1", "b3", 1, "other"), ("d1", "b1", 1, "rejected"),
        ("d2", "b2", 1, "rejected"), ("d2", "b1", 1, "rejected"), ("d3", "b2", 2, "article"),
    )  # fmt: skip
    assert settling.owners(shared(rows)).rows() == [
        ("d2", "b1", 2),
        ("d1", "b2", 3),
        ("d3", "b2", 2),
    ]


def test_a_repeated_article_makes_its_document_a_duplicate() -> None:
    rows = documents(("d1", "b1", 1, "article"), ("d2", "b1", 1, "article"))
    none = settling.excluded(shared(rows), NOTHING_TAKEN)
    stories = pl.DataFrame({"article_id": ["d2"], "duplicate_of": ["d1"]})
    settled = settling.settle_documents(rows, none, NO_COPIES, stories).sort("document_id")
    assert settled.select("status", "reason").rows() == [
        ("article", None),
        ("duplicate", "repeats: article d1"),
    ]


def test_a_document_is_left_out_of_all_batches_but_the_one_that_keeps_it() -> None:
    rows = documents(("d1", "b1", 1, "article"), ("d1", "b2", 1, "article"))
    left_out = settling.excluded(shared(rows), NOTHING_TAKEN)
    assert left_out.rows() == [("b2", "d1", None)]
    other = rows.filter(pl.col("batch_id") == "b2")
    assert settling.published(other, left_out, "document_id").collect().is_empty()


def test_what_is_taken_down_stays_as_a_rejected_document() -> None:
    rows = documents(("d1", "b1", 1, "article"), ("d2", "b1", 1, "article"))
    taken = pl.DataFrame(
        {"document_id": ["d1"], "batch_id": ["b1"], "taken_down": ["court order 7"]}
    )
    left_out = settling.excluded(shared(rows), taken)
    settled = settling.settle_documents(rows, left_out, NO_COPIES, NO_STORIES).sort("document_id")
    assert settled.select("document_id", "status", "reason").rows() == [
        ("d1", "rejected", "taken_down: court order 7"),
        ("d2", "article", None),
    ]


def test_what_two_batches_have_and_is_taken_down_is_one_row_all_the_same() -> None:
    rows = documents(("d1", "b1", 1, "article"), ("d1", "b2", 1, "article"))
    taken = pl.DataFrame(
        {"document_id": ["d1"] * 2, "batch_id": ["b1", "b2"], "taken_down": ["court order 7"] * 2}
    )
    left_out = settling.excluded(shared(rows), taken)
    settled = [
        settling.settle_documents(
            rows.filter(pl.col("batch_id") == batch_id),
            left_out.filter(pl.col("batch_id") == batch_id),
            NO_COPIES,
            NO_STORIES,
        )
        for batch_id in ("b1", "b2")
    ]
    assert [frame["status"].to_list() for frame in settled] == [["rejected"], []]


def test_of_a_batch_of_older_days_it_is_not_known_who_was_read() -> None:
    articles = pl.DataFrame(
        [{"article_id": "a", "document_id": "a"}], TABLES["articles"].polars_schema
    )
    stories = articles.head(0).select("article_id", "duplicate_of")
    left_out = pl.DataFrame(schema={"document_id": pl.String})
    older = pl.DataFrame({"article_id": ["a"], "recognizer": ["model-1"]})
    for recognizers, annotated in (
        (older, None),
        (older.with_columns(annotated=pl.lit(value=False)), False),
    ):
        settled = settling.settle_articles(
            articles.lazy(), recognizers.lazy(), left_out, stories, CUTS_SCHEMA.to_frame()
        )
        assert settled["recognizer"].to_list() == ["model-1"]
        assert settled["annotated"].to_list() == [annotated]


def test_an_outlet_gets_the_facts_most_batches_give() -> None:
    columns = settling.PUBLISHER_FACTS
    rows = [
        ("p1", "Gazette", None, "g.example", "a@g.example", None, None),
        ("p1", "Gazette", "Gazette Ltd", "g.example", None, None, "GB"),
        ("p1", "The Gazette", None, "g.example", None, None, None),
    ]
    frame = pl.LazyFrame(
        rows, schema=dict.fromkeys(("publisher_id", *columns), pl.String), orient="row"
    )
    assert settling.merge_publishers(frame).rows() == [
        ("p1", "Gazette", "Gazette Ltd", "g.example", "a@g.example", None, "GB")
    ]
