"""What a batch becomes, from its files to its annotated articles, in one step.

What belongs here: the one step that makes all assets of batches, which stages its selection asks for, what is reported on
the way. What does not: the work itself (work.py), who does it (engine.py).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import dagster as dg
import polars as pl
from pydantic import Field

from assets import enrichment, ingest, metadata, pieces, text
from assets.engine import Engine
from assets.partitions import ONE_RUN, SEGMENTS, adopt_segments
from assets.progress import Progress, counted
from assets.text import LAYER
from assets.warehouse import Recognition, Warehouse
from assets.work import BatchTask, Report
from copydesk import processing, segments, sources
from copydesk.processing import MADE_BY, Stage

STEP: Final = "process_batches"
SPECS: Final = [*ingest.SPECS, *text.SPECS, *enrichment.SPECS]


class Choice(dg.Config):
    """Which batches of a run's segments are done."""

    only: list[str] = Field(default=[], description="These batches alone; default: all.")
    again: bool = Field(
        default=False,
        description="Do also what the same code has done before, to what should be the same result.",
    )


def asset_key(name: str) -> dg.AssetKey:
    """The key of the asset that holds the frame `name`."""
    return ingest.RAW_DOCUMENTS if name in MADE_BY[Stage.READ] else dg.AssetKey([LAYER, name])


@dg.multi_asset(
    name=STEP,
    specs=SPECS,
    partitions_def=SEGMENTS,
    backfill_policy=ONE_RUN,
    can_subset=True,
)
def batch_assets(
    context: dg.AssetExecutionContext,
    config: Choice,
    warehouse: Warehouse,
    recognition: Recognition,
    engine: Engine,
) -> Iterator[dg.MaterializeResult]:
    """Documents, blocks, articles and what they speak of, batch by batch.

    One step, so that a batch stays in memory from its files to its last table.
    """
    adopt_segments(context, warehouse.place)
    place = warehouse.place
    known = segments.list_segments(place)
    chosen = {
        segment_id: [
            batch_id
            for batch_id in segments.batches_of(known, segment_id)
            if not config.only or batch_id in config.only
        ]
        for segment_id in context.partition_keys
    }
    stages = _stages(context.selected_asset_keys)
    task = BatchTask(
        place, stages, recognition.chosen, recognition.chosen_share, again=config.again
    )
    reports = _run(
        context, engine, warehouse, task, [each for ids in chosen.values() for each in ids]
    )
    made = [name for stage in stages for name in MADE_BY[stage]]
    selected = [name for name in made if asset_key(name) in context.selected_asset_keys]
    for segment_id, batch_ids in chosen.items():
        done = [reports[batch_id] for batch_id in batch_ids]
        for name in selected:
            context.add_asset_metadata(
                _observed(warehouse, name, done),
                asset_key=asset_key(name),
                partition_key=segment_id,
            )
    for name in selected:
        yield dg.MaterializeResult(asset_key=asset_key(name))


def _stages(selected: Collection[dg.AssetKey]) -> tuple[Stage, ...]:
    """The stages that make any of the selected assets, and those between them."""
    asked = [
        place
        for place, stage in enumerate(Stage)
        if any(asset_key(name) in selected for name in MADE_BY[stage])
    ]
    return tuple(Stage)[min(asked) : max(asked) + 1]


def _run(
    context: dg.AssetExecutionContext,
    engine: Engine,
    warehouse: Warehouse,
    task: BatchTask,
    batch_ids: Sequence[str],
) -> Mapping[str, Report]:
    """The reports of all batches.

    Raises:
        dagster.Failure: of some batches there is none; the others are done all the same.
    """
    documents = dict[str, int]()

    def manifests() -> Iterator[sources.Batch]:
        # One at a time: of a batch of small files the manifest is long.
        for batch_id in batch_ids:
            batch = sources.load_batch(warehouse.place, batch_id)
            documents[batch_id] = sum(file.documents for file in batch.files)
            yield batch

    ordered = sources.in_reading_order(manifests())
    progress = Progress(len(batch_ids), sum(documents.values()))
    reports, failures = dict[str, Report](), dict[str, BaseException]()
    opened = engine.open(sum(documents.values()))
    context.log.info(
        f"{counted(len(batch_ids), 'batch', 'es')}, "
        f"{counted(sum(documents.values()), 'document')}, "
        f"{counted(opened.workers, 'worker')}"
    )
    in_pieces = dict[str, int]()

    def say(said: str | None) -> None:
        if said:
            context.log.info(said)

    def tell(batch_id: str, count: int) -> None:
        in_pieces[batch_id] = in_pieces.get(batch_id, 0) + count
        say(progress.advance(count, batches=0))

    # Fewer batches than workers: several to each, where there is something to cut.
    is_cut = (
        len(batch_ids) < opened.workers and max(documents.values(), default=0) > processing.PIECE
    )
    outcomes = pieces.run(opened, task, ordered, tell) if is_cut else opened.map(task, ordered)
    for outcome in outcomes:
        if outcome.value is None:
            assert outcome.error is not None
            failures[outcome.key] = outcome.error
            context.log.error(f"batch {outcome.key} failed: {outcome.error!r}")
        else:
            reports[outcome.key] = outcome.value
        say(progress.advance(documents[outcome.key] - in_pieces.get(outcome.key, 0)))
    if failures:
        first, error = next(iter(failures.items()))
        raise dg.Failure(
            description=f"{len(failures)} of {len(batch_ids)} batches failed, first {first}: {error}"
        ) from error
    return reports


def _observed(
    warehouse: Warehouse, name: str, reports: Sequence[Report]
) -> dict[str, dg.MetadataValue]:
    """What Dagster shows of one asset in one segment."""
    details: dict[str, Any] = {
        "dagster/row_count": dg.MetadataValue.int(sum(each.rows[name] for each in reports)),
        "batches": dg.MetadataValue.int(len(reports)),
        "batches_done_before": dg.MetadataValue.int(sum(not each.stages for each in reports)),
    }
    stage = next(stage for stage, names in MADE_BY.items() if name in names)
    for what in (stage.value, "write"):
        # The sum of none would be an integer, which Dagster refuses.
        seconds = sum((each.seconds.get(what, 0.0) for each in reports), 0.0)
        details[f"{what}_processor_seconds"] = dg.MetadataValue.float(round(seconds, 3))
    if name in MADE_BY[Stage.READ]:
        details["rejected"] = dg.MetadataValue.int(sum(each.rejected for each in reports))
        details["bytes"] = dg.MetadataValue.int(sum(each.byte_length for each in reports))
    if reports:
        layer = "raw" if name in MADE_BY[Stage.READ] else LAYER
        frame = warehouse.scan(layer, name, [reports[0].batch_id])
        shown = frame.select(pl.all().exclude("text")) if layer == "raw" else frame
        details["preview"] = metadata.preview(shown.head(metadata.PREVIEW_ROWS).collect())
    return details
