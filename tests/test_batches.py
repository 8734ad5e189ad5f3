"""Segments in Dagster: in processes of their own or not, in one run or in many, the same files; and no batch stops another."""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg
import pytest
from conftest import LATER, SECOND, STORY

from assets import engine as engine_module
from assets import work
from assets.batches import batch_assets
from assets.engine import Engine
from assets.partitions import RANGE_END_TAG, RANGE_START_TAG, SEGMENTS, register
from assets.warehouse import Recognition, Warehouse
from copydesk import reading, segments, sources
from copydesk.home import Home
from copydesk.processing import MADE_BY
from pipelines.definitions import build_defs

TEXTS = {"story": STORY, "second": SECOND, "later": LATER}


@pytest.fixture
def three(home: Home, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three batches of a document each, in two segments."""
    monkeypatch.setattr(sources, "MAX_BATCH_DOCUMENTS", 1)
    monkeypatch.setattr(segments, "MAX_BATCHES", 2)
    for name, text in TEXTS.items():
        (home.inbox / f"{name}.txt").write_text(text, encoding="utf-8")
    sources.discover(home, [home.inbox])
    segments.arrange(home)
    return sources.list_batch_ids(home)


def resources(home: Home, **engine: object) -> Mapping[str, object]:
    return {
        "warehouse": Warehouse(home=str(home.root)),
        "recognition": Recognition(home=str(home.root), model="none"),
        "engine": Engine(**engine),  # type: ignore[arg-type]
    }


def execute(
    home: Home, instance: dg.DagsterInstance, job: str, **options: object
) -> dg.ExecuteInProcessResult:
    """A job's run as the UI launches it."""
    definition = build_defs(resources(home, kind="serial")).resolve_job_def(job)
    return definition.execute_in_process(instance=instance, raise_on_error=False, **options)  # type: ignore[arg-type]


def everything(home: Home) -> dict[str, bytes]:
    return {
        f"{path.parent.name}/{path.name}": path.read_bytes()
        for layer in ("raw", "parsed")
        for path in (home.warehouse / layer).rglob("*.parquet")
    }


def clear(home: Home) -> None:
    for layer in ("raw", "parsed", "stamps"):
        for path in (home.warehouse / layer).rglob("*"):
            if path.is_file():
                path.unlink()


def single_run(instance: dg.DagsterInstance, home: Home) -> dict[str, str]:
    """The tags of a backfill of all partitions in one run."""
    keys = register(instance, list(segments.list_segments(home)))
    return {RANGE_START_TAG: keys[0], RANGE_END_TAG: keys[-1]}


def test_a_pool_makes_the_same_files(
    home: Home, three: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "WORTH_A_POOL", 0)
    with dg.instance_for_test() as instance:
        tags = single_run(instance, home)
        made = []
        for options in ({"kind": "serial"}, {"kind": "local", "workers": 2}):
            clear(home)
            result = dg.materialize(
                [batch_assets], instance=instance, resources=resources(home, **options), tags=tags
            )
            assert result.success
            made.append(everything(home))
    assert len(made[0]) == 3 * sum(map(len, MADE_BY.values()))
    assert made[0] == made[1]


def test_backfills_run_by_run_and_in_one_run(home: Home, three: list[str]) -> None:
    with dg.instance_for_test() as instance:
        tags = single_run(instance, home)
        assert execute(home, instance, "ingest", tags=tags).success
        assert execute(home, instance, "process", tags=tags).success
        in_one = everything(home)
        clear(home)
        for job in ("ingest", "process"):
            for key in instance.get_dynamic_partitions(str(SEGMENTS.name)):
                assert execute(home, instance, job, partition_key=key).success
        assert everything(home) == in_one
        key = dg.AssetKey(["parsed", "articles"])
        assert instance.get_materialized_partitions(key) == set(segments.list_segments(home))
        counts = [
            record.asset_materialization.metadata["dagster/row_count"].value
            for record in instance.fetch_materializations(key, limit=9).records
            if record.asset_materialization is not None
        ]
        assert sorted(map(int, counts)) == [1, 1, 2, 2]


def test_a_batch_that_fails_stops_no_other_and_alone_is_done_again(
    home: Home, three: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, read = three[1], reading.read_batch
    done = list[str]()

    def fail(batch: sources.Batch) -> object:
        if batch.batch_id == bad:
            raise OSError("the mount went away")
        done.append(batch.batch_id)
        return read(batch)

    with dg.instance_for_test() as instance:
        tags = single_run(instance, home)
        with monkeypatch.context() as patch:
            patch.setattr(work.reading, "read_batch", fail)
            result = execute(home, instance, "ingest", tags=tags)
            assert not result.success
            assert sorted(done) == sorted(set(three) - {bad})
            failure = result.failure_data_for_node("process_batches")
            assert failure is not None
            assert failure.user_failure_data is not None
            assert f"first {bad}: the mount went away" in str(failure.user_failure_data.description)
        before = {path: path.stat().st_mtime_ns for path in (home.warehouse / "raw").rglob("*.p*")}
        assert execute(home, instance, "ingest", tags=tags).success
        after = {path: path.stat().st_mtime_ns for path in (home.warehouse / "raw").rglob("*.p*")}
    assert before.items() <= after.items()
    assert len(after) == 3


def test_only_the_batches_that_are_named(home: Home, three: list[str]) -> None:
    with dg.instance_for_test() as instance:
        tags = single_run(instance, home)
        config = {"ops": {"process_batches": {"config": {"only": three[:1]}}}}
        result = execute(home, instance, "ingest", tags=tags, run_config=config)
        assert result.success
    raw = home.warehouse / "raw" / "raw_documents"
    assert [path.stem for path in raw.iterdir()] == three[:1]


def test_the_engine_is_chosen_by_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    assert type(Engine(kind="serial").open(10**9)).__name__ == "SerialEngine"
    assert type(Engine().open(10)).__name__ == "SerialEngine"
    assert Engine(workers=3).open(10**9).workers == 3
    monkeypatch.setenv("COPYDESK_WORKERS", "5")
    assert Engine().open(10**9).workers == 5
    monkeypatch.setenv("COPYDESK_ENGINE", "serial")
    assert type(Engine().open(10**9)).__name__ == "SerialEngine"
    monkeypatch.setenv("COPYDESK_ENGINE", "dask")
    with pytest.raises(engine_module.engines.EngineError, match="no engine dask"):
        Engine().open(10**9)


def test_ray_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(engine_module.engines.EngineError, match=r"copydesk\[ray\]"):
        Engine(kind="ray").open(1)
