"""The partition, a segment of batches, and which segments a run covers.

What belongs here: the partitions definition, its backfill policy and the range of segments of a run.
What does not: what a segment is (copydesk), what is done with its batches.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Final

import dagster as dg

from assets.pending import unreleased
from copydesk import segments, sources
from copydesk.home import Home

# Backfill policies are in "beta", as Dagster says at every definition; its version is pinned.
warnings.filterwarnings("ignore", message=".*`backfill_policy`", category=dg.BetaWarning)

SEGMENTS: Final = dg.DynamicPartitionsDefinition(name="segment")
ONE_RUN: Final = dg.BackfillPolicy.single_run()

# Where Dagster keeps the range of partitions one run covers. (It exports no constants for them.)
RANGE_START_TAG: Final = "dagster/asset_partition_range_start"
RANGE_END_TAG: Final = "dagster/asset_partition_range_end"


def register(instance: dg.DagsterInstance, segment_ids: Sequence[str]) -> list[str]:
    """Make `segment_ids` partitions where they are not yet; returns all partitions in their order."""
    registered = list(instance.get_dynamic_partitions(_name()))
    known = set(registered)
    missing = [segment_id for segment_id in segment_ids if segment_id not in known]
    if missing:
        instance.add_dynamic_partitions(_name(), missing)
    return registered + missing


def segment_range(registered: Sequence[str], wanted: Sequence[str]) -> dict[str, str]:
    """The tags of one run over the partitions from the first to the last of `wanted`.

    A range follows the order in which partitions were registered. Of segments in between, what is done already is not
    done again.

    Raises:
        ValueError: none of the registered partitions is wanted.
    """
    wanted_set = set(wanted)
    ordered = [key for key in registered if key in wanted_set]
    if not ordered:
        raise ValueError("a run needs at least one registered segment")
    return {RANGE_START_TAG: ordered[0], RANGE_END_TAG: ordered[-1]}


def cover(instance: dg.DagsterInstance, home: Home, batch_ids: Sequence[str]) -> dict[str, str]:
    """The tags of one run over the segments of `batch_ids`, which are partitions from then on.

    Raises:
        ValueError: there is no such batch.
    """
    registered = register(instance, segments.arrange(home))
    return segment_range(registered, segments.segments_of(segments.list_segments(home), batch_ids))


def adopt_segments(context: dg.AssetExecutionContext, home: Home) -> None:
    """Give a run that was launched without segments those that wait for a release.

    `dagster job execute -j edition` and the daily schedule name no partitions. So the first step looks into the inbox
    and puts the range on the run: in the instance, for whoever reads it, and in this process, for this step and those to
    come. When nothing waits, some segment is looked at again, and the release is looked after.

    Raises:
        dagster.Failure: there is no batch at all.
    """
    if context.has_partition_key or context.has_partition_key_range:
        return
    found = sources.discover(home.create(), [home.inbox])
    context.log.info(
        f"inbox: {found.new} new files, {found.known} known, "
        f"{sum(found.left_out.values())} left out, whose names say no format that is known"
    )
    every = sources.list_batch_ids(home)
    if not every:
        raise dg.Failure(
            description=f"There is nothing to process: put dumps into {home.inbox}",
            allow_retries=False,
        )
    tags = cover(context.instance, home, unreleased(home) or every[-1:])
    context.instance.add_run_tags(context.run.run_id, tags)
    own_tags = context.run.tags
    assert isinstance(own_tags, dict)
    own_tags.update(tags)


def _name() -> str:
    assert SEGMENTS.name is not None
    return SEGMENTS.name
