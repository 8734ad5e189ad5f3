"""The text layer: from raw documents to articles.

What belongs here: what its assets are. What does not: how batches are processed (batches.py).
"""

from typing import Final

import dagster as dg

from assets import metadata
from assets.ingest import RAW_DOCUMENTS
from assets.partitions import SEGMENTS
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
        description=f"{TABLES[name].description} Of every batch, before the corpus is known.",
        metadata=metadata.declared(TABLES[name]),
        partitions_def=SEGMENTS,
    )


DOCUMENTS: Final = dg.AssetKey([LAYER, "documents"])
BLOCKS: Final = dg.AssetKey([LAYER, "blocks"])

SPECS: Final = [
    *(batch_spec(name, "text", [RAW_DOCUMENTS]) for name in ("documents", "blocks")),
    *(
        batch_spec(name, "text", [DOCUMENTS, BLOCKS, RAW_DOCUMENTS])
        for name in ("articles", "images", "publishers")
    ),
]
