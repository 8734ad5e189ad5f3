"""The sensors: when jobs run because something happened.

What belongs here: what is looked at and the run that is asked for. What does not: how dumps are
found (copydesk).
"""

from __future__ import annotations

import dagster as dg

from assets.partitions import SEGMENTS, segment_range
from assets.warehouse import Warehouse
from copydesk import segments, sources
from copydesk.identifiers import key_id


@dg.sensor(
    job_name="edition",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Bundles new dumps in the inbox into batches, these into segments, and asks for one run over them.",
)
def inbox_sensor(
    context: dg.SensorEvaluationContext, warehouse: Warehouse
) -> dg.SensorResult | dg.SkipReason:
    """One run for every segment that Dagster does not know yet."""
    home = warehouse.place.create()
    sources.discover(home, [home.inbox])
    registered = list(context.instance.get_dynamic_partitions(SEGMENTS.name))
    # A tick that dies after its segments were made must not lose them: what counts is what is
    # registered.
    known = set(registered)
    fresh = [key for key in segments.arrange(home) if key not in known]
    if not fresh:
        return dg.SkipReason(f"nothing new in {home.inbox}")
    return dg.SensorResult(
        dynamic_partitions_requests=[SEGMENTS.build_add_request(fresh)],
        run_requests=[
            dg.RunRequest(
                run_key=key_id("inbox", *fresh), tags=segment_range(registered + fresh, fresh)
            )
        ],
    )
