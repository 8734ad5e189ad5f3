"""The batch partition and which batches a run covers.

What belongs here: the partitions definition, its backfill policy and the range of batches of a run.
What does not: what is done with a batch.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Final

import dagster as dg

from assets.pending import unreleased
from copydesk import sources
from copydesk.home import Home

# Backfill policies are in "beta", as Dagster says at every definition; its version is pinned.
warnings.filterwarnings("ignore", message=".*`backfill_policy`", category=dg.BetaWarning)

BATCHES: Final = dg.DynamicPartitionsDefinition(name="batch")
ONE_RUN: Final = dg.BackfillPolicy.single_run()

# Where Dagster keeps the range of partitions one run covers. (It exports no constants for them.)
RANGE_START_TAG: Final = "dagster/asset_partition_range_start"
RANGE_END_TAG: Final = "dagster/asset_partition_range_end"


def register(instance: dg.DagsterInstance, batch_ids: Sequence[str]) -> list[str]:
    """Make `batch_ids` partitions where they are not yet; returns all partitions in their order."""
    registered = list(instance.get_dynamic_partitions(_name()))
    known = set(registered)
    missing = [batch_id for batch_id in batch_ids if batch_id not in known]
    if missing:
        instance.add_dynamic_partitions(_name(), missing)
    return registered + missing


def batch_range(registered: Sequence[str], wanted: Sequence[str]) -> dict[str, str]:
    """The tags of one run over the partitions from the first to the last of `wanted`.

    A range follows the order in which partitions were registered. Batches in between that are done
    already are done again, to the same result.

    Raises:
        ValueError: none of the registered partitions is wanted.
    """
    wanted_set = set(wanted)
    ordered = [key for key in registered if key in wanted_set]
    if not ordered:
        raise ValueError("a run needs at least one registered batch")
    return {RANGE_START_TAG: ordered[0], RANGE_END_TAG: ordered[-1]}


def adopt_batches(context: dg.AssetExecutionContext, home: Home) -> None:
    """Give a run that was launched without batches those that wait for a release.

    `dagster job execute -j edition` and the daily schedule name no partitions, and Dagster would
    refuse the first step with a partitioned input. So the first step, which has none, looks into
    the inbox and puts the range on the run: in the instance, for whoever reads it, and in this
    process, for the steps to come. When nothing waits, the newest batch is done again, to the same
    result, and the release is looked after.

    Raises:
        dagster.Failure: there is no batch at all.
    """
    if context.has_partition_key or context.has_partition_key_range:
        return
    found = sources.discover(home.create(), [home.inbox])
    context.log.info(f"inbox: {found.new} new files, {found.known} known")
    every = sources.list_batch_ids(home)
    if not every:
        raise dg.Failure(
            description=f"There is nothing to process: put dumps into {home.inbox}",
            allow_retries=False,
        )
    registered = register(context.instance, every)
    in_home = set(every)
    newest = [key for key in registered if key in in_home][-1:]
    tags = batch_range(registered, unreleased(home) or newest)
    context.instance.add_run_tags(context.run.run_id, tags)
    own_tags = context.run.tags
    assert isinstance(own_tags, dict)
    own_tags.update(tags)


def _name() -> str:
    assert BATCHES.name is not None
    return BATCHES.name
