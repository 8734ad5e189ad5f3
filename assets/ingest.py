"""The raw layer: inputs as rows.

What belongs here: reading a batch's files. What does not: what their text says.
"""

from typing import Final

import dagster as dg

from assets import metadata
from assets.partitions import BATCHES, ONE_RUN, adopt_batches
from assets.warehouse import Warehouse
from copydesk import reading, sources

RAW_DOCUMENTS: Final = dg.AssetKey(["raw", "raw_documents"])


@dg.asset(
    key=RAW_DOCUMENTS,
    partitions_def=BATCHES,
    backfill_policy=ONE_RUN,
    group_name="ingest",
    kinds={"polars", "parquet"},
    tags={"layer": "raw"},
    description=(
        "Raw dumps of a batch, decoded; unreadable ones with their reason. A run that names no "
        "batch looks into the inbox first and takes every batch that waits for a release."
    ),
)
def raw_documents(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """Read every batch of the run."""
    adopt_batches(context, warehouse.place)
    for batch_id in context.partition_keys:
        frame = reading.read_batch(sources.load_batch(warehouse.place, batch_id))
        warehouse.write(warehouse.batch_path("raw", "raw_documents", batch_id), frame)
        context.add_asset_metadata(
            {
                **metadata.observed(frame.drop("text")),
                "rejected": dg.MetadataValue.int(frame["rejection"].is_not_null().sum()),
                "bytes": dg.MetadataValue.int(int(frame["byte_length"].sum())),
            },
            asset_key=RAW_DOCUMENTS,
            partition_key=batch_id,
        )
    return dg.MaterializeResult(asset_key=RAW_DOCUMENTS)
