"""What the sensor and the schedule ask for."""

from __future__ import annotations

import dagster as dg
import pytest
from conftest import LATER, write_dumps

from assets.partitions import RANGE_END_TAG, RANGE_START_TAG, segment_range
from assets.warehouse import Warehouse
from copydesk import segments, sources
from copydesk.home import Home
from copydesk.stores import open_store
from pipelines.definitions import defs
from pipelines.schedules import daily_edition
from pipelines.sensors import inbox_sensor


def tick(instance: dg.DagsterInstance, home: Home) -> dg.SensorResult | dg.SkipReason:
    context = dg.build_sensor_context(
        instance=instance,
        definitions=defs,
        resources={"warehouse": Warehouse(home=str(home.root))},
    )
    answer = inbox_sensor(context)
    assert isinstance(answer, dg.SensorResult | dg.SkipReason)
    return answer


def test_an_empty_inbox_asks_for_nothing(home: Home) -> None:
    with dg.instance_for_test() as instance:
        assert isinstance(tick(instance, home), dg.SkipReason)


def test_new_dumps_ask_for_one_run_and_only_once(home: Home) -> None:
    write_dumps(home.inbox)
    with dg.instance_for_test() as instance:
        answer = tick(instance, home)
        assert isinstance(answer, dg.SensorResult)
        (segment_id,) = segments.list_segments(home)
        (request,) = answer.run_requests or []
        assert request.tags[RANGE_START_TAG] == request.tags[RANGE_END_TAG] == segment_id
        (partitions,) = answer.dynamic_partitions_requests or []
        assert list(partitions.partition_keys) == [segment_id]

        # The daemon stores the partitions; until it has, the same run is asked for under the same
        # key.
        again = tick(instance, home)
        assert isinstance(again, dg.SensorResult)
        assert [each.run_key for each in again.run_requests or []] == [request.run_key]
        instance.add_dynamic_partitions("segment", list(partitions.partition_keys))
        assert isinstance(tick(instance, home), dg.SkipReason)

        (home.inbox / "later.txt").write_text(LATER, encoding="utf-8")
        later = tick(instance, home)
        assert isinstance(later, dg.SensorResult)
        (request,) = later.run_requests or []
        assert request.tags[RANGE_START_TAG] != segment_id


def test_a_range_spans_what_is_wanted_in_the_order_of_registration() -> None:
    assert segment_range(["c", "a", "b"], ["b", "a"]) == {RANGE_START_TAG: "a", RANGE_END_TAG: "b"}
    with pytest.raises(ValueError, match="at least one"):
        segment_range(["a"], [])


def test_the_schedule_runs_the_edition_every_morning(home: Home) -> None:
    assert (daily_edition.cron_schedule, daily_edition.job_name) == ("0 5 * * *", "edition")
    warehouse = Warehouse(home=str(home.root))
    assert isinstance(daily_edition(warehouse=warehouse), dg.SkipReason)
    write_dumps(home.inbox)
    request = daily_edition(warehouse=warehouse)
    assert isinstance(request, dg.RunRequest)
    assert not request.tags


def test_an_inbox_in_a_store_asks_for_one_run_over_many_batches(
    url: str, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_BATCH_DOCUMENTS", 1)
    monkeypatch.setattr(segments, "MAX_BATCHES", 2)
    monkeypatch.setenv("COPYDESK_INBOX", f"{url}/inbox")
    with dg.instance_for_test() as instance:
        assert isinstance(tick(instance, home), dg.SkipReason)
        assert isinstance(daily_edition(warehouse=Warehouse.at(home)), dg.SkipReason)
        for number in range(5):
            open_store(url).replace(f"inbox/{number}.txt", b"Text %d." % number)
        answer = tick(instance, home)
        assert isinstance(answer, dg.SensorResult)
        assert len(sources.list_batch_ids(home)) == 5
        (request,) = answer.run_requests or []
        (partitions,) = answer.dynamic_partitions_requests or []
        assert len(partitions.partition_keys) == 3
        assert [request.tags[RANGE_START_TAG], request.tags[RANGE_END_TAG]] == [
            partitions.partition_keys[0],
            partitions.partition_keys[-1],
        ]
        instance.add_dynamic_partitions("segment", list(partitions.partition_keys))
        # An object that is deleted changes nothing, one that changes is new.
        open_store(url).remove("inbox/0.txt")
        assert isinstance(tick(instance, home), dg.SkipReason)
        open_store(url).replace("inbox/1.txt", b"Another text.")
        assert isinstance(tick(instance, home), dg.SensorResult)
