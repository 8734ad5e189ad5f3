"""The enrichment layer: what an article's text speaks of.

What belongs here: what its assets are. What does not: how batches are processed (batches.py).
"""

from typing import Final

import dagster as dg

from assets.partitions import SEGMENTS
from assets.text import LAYER, batch_spec

ARTICLES: Final = dg.AssetKey([LAYER, "articles"])
RECOGNIZERS: Final = dg.AssetKey([LAYER, "recognizers"])

SPECS: Final = [
    *(
        batch_spec(name, "enrichment", [ARTICLES])
        for name in ("mentions", "quotes", "time_expressions")
    ),
    dg.AssetSpec(
        key=RECOGNIZERS,
        deps=[ARTICLES],
        group_name="enrichment",
        kinds={"polars", "parquet"},
        tags={"layer": LAYER},
        description="Which model read an article; null where none reads its language.",
        partitions_def=SEGMENTS,
    ),
]
