"""The text layer: from raw documents to articles.

What belongs here: the assets that parse dumps and compose articles, batch by batch. What does not:
how that is done (copydesk).
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

import dagster as dg
import polars as pl

from assets import metadata
from assets.ingest import RAW_DOCUMENTS
from assets.partitions import BATCHES, ONE_RUN
from assets.warehouse import Warehouse
from copydesk import articles as article_steps
from copydesk import parsing
from copydesk.structured_data import stated_by_pages
from copydesk.tables import TABLES

LAYER: Final = "parsed"


def batch_spec(name: str, group: str, deps: list[dg.AssetKey]) -> dg.AssetSpec:
    """The specification of a batch asset that holds rows of published table `name`."""
    return dg.AssetSpec(
        key=dg.AssetKey([LAYER, name]),
        deps=deps,
        group_name=group,
        kinds={"polars", "parquet"},
        tags={"layer": LAYER},
        description=f"{TABLES[name].description} Of one batch, before the corpus is known.",
        metadata=metadata.declared(TABLES[name]),
        partitions_def=BATCHES,
    )


def store(
    context: dg.AssetExecutionContext,
    warehouse: Warehouse,
    batch_id: str,
    frames: Mapping[str, pl.DataFrame],
    extra: Mapping[str, Mapping[str, dg.MetadataValue]] | None = None,
) -> None:
    """Write a batch's frames, each under its name, and record their materialisations."""
    for name, frame in frames.items():
        warehouse.write(warehouse.batch_path(LAYER, name, batch_id), frame, TABLES.get(name))
        details = {**metadata.observed(frame), **(extra or {}).get(name, {})}
        context.add_asset_metadata(
            details, asset_key=dg.AssetKey([LAYER, name]), partition_key=batch_id
        )


# A batch asset repeats on its own definition what its step does, never how often: one run covers
# many batches.
batch_assets = partial(
    dg.multi_asset, partitions_def=BATCHES, backfill_policy=ONE_RUN, can_subset=False
)


@batch_assets(
    name="parse",
    specs=[batch_spec(name, "text", [RAW_DOCUMENTS]) for name in ("documents", "blocks")],
)
def parsed_documents(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult]:
    """Documents and the blocks that account for their text."""
    keys = [dg.AssetKey([LAYER, name]) for name in ("documents", "blocks")]
    for batch_id in context.partition_keys:
        parsed = parsing.parse(warehouse.read("raw", "raw_documents", batch_id))
        store(
            context,
            warehouse,
            batch_id,
            {"documents": parsed.documents, "blocks": parsed.blocks},
        )
    for key in keys:
        yield dg.MaterializeResult(asset_key=key)


@batch_assets(
    name="compose",
    specs=[
        batch_spec(
            name,
            "text",
            [dg.AssetKey([LAYER, "documents"]), dg.AssetKey([LAYER, "blocks"]), RAW_DOCUMENTS],
        )
        for name in ("articles", "images", "publishers")
    ],
)
def composed_articles(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult]:
    """Articles with their metadata, images and outlets."""
    keys = [dg.AssetKey([LAYER, name]) for name in ("articles", "images", "publishers")]
    for batch_id in context.partition_keys:
        composed = article_steps.compose(
            parsing.Parsed(
                documents=warehouse.read(LAYER, "documents", batch_id),
                blocks=warehouse.read(LAYER, "blocks", batch_id),
                stated=stated_by_pages(
                    warehouse.read(
                        "raw", "raw_documents", batch_id, columns=["document_id", "address", "page"]
                    )
                ),
            )
        )
        store(
            context,
            warehouse,
            batch_id,
            {
                "articles": composed.articles,
                "images": composed.images,
                "publishers": composed.publishers,
            },
        )
    for key in keys:
        yield dg.MaterializeResult(asset_key=key)
