"""The raw layer: inputs as rows.

What belongs here: what the asset is. What does not: how batches are read (batches.py).
"""

from typing import Final

import dagster as dg

from assets.partitions import SEGMENTS

RAW_DOCUMENTS: Final = dg.AssetKey(["raw", "raw_documents"])

SPECS: Final = [
    dg.AssetSpec(
        key=RAW_DOCUMENTS,
        partitions_def=SEGMENTS,
        group_name="ingest",
        kinds={"polars", "parquet"},
        tags={"layer": "raw"},
        description=(
            "Raw dumps, decoded; unreadable ones with their reason. A run that names no segment looks into the inbox "
            "first and takes everything that waits for a release."
        ),
    )
]
