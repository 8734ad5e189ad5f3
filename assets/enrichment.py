"""The enrichment layer: what an article's text speaks of.

What belongs here: the asset that reads mentions, quotes and time expressions, batch by batch. What
does not: how they are recognised (copydesk).
"""

from collections.abc import Iterator

import dagster as dg

from assets.partitions import BATCHES
from assets.text import LAYER, batch_assets, batch_spec, store
from assets.warehouse import Recognition, Warehouse
from copydesk import annotation

ARTICLES = dg.AssetKey([LAYER, "articles"])
RECOGNIZERS = dg.AssetKey([LAYER, "recognizers"])
ANNOTATED = ("mentions", "quotes", "time_expressions")


@batch_assets(
    name="annotate",
    specs=[
        *(batch_spec(name, "enrichment", [ARTICLES]) for name in ANNOTATED),
        dg.AssetSpec(
            key=RECOGNIZERS,
            deps=[ARTICLES],
            group_name="enrichment",
            kinds={"polars", "parquet"},
            tags={"layer": LAYER},
            description="Which model read an article; null where none reads its language.",
            partitions_def=BATCHES,
        ),
    ],
)
def annotations(
    context: dg.AssetExecutionContext, warehouse: Warehouse, recognition: Recognition
) -> Iterator[dg.MaterializeResult]:
    """Mentions, quotes and time expressions, with offsets into the published text."""
    for batch_id in context.partition_keys:
        annotated = annotation.annotate(
            warehouse.read(LAYER, "articles", batch_id), recognition.recognizer()
        )
        store(
            context,
            warehouse,
            batch_id,
            {
                "mentions": annotated.mentions,
                "quotes": annotated.quotes,
                "time_expressions": annotated.time_expressions,
                "recognizers": annotated.recognizers,
            },
        )
    for name in (*ANNOTATED, "recognizers"):
        yield dg.MaterializeResult(asset_key=dg.AssetKey([LAYER, name]))
