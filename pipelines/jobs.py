"""The jobs.

What belongs here: which assets run together, how often a failing step is tried, what `edition` is.
What does not: when they run.
"""

from __future__ import annotations

from typing import Final

import dagster as dg

# A step fails for a reason that passes (a full disk, a lock, a mount that went away) or for one
# that stays; a second try tells them apart without hiding the second kind for long.
RETRIES: Final = dg.RetryPolicy(max_retries=1, delay=2)

RAW: Final = dg.AssetSelection.groups("ingest")
BATCH: Final = dg.AssetSelection.groups("text", "enrichment")
CORPUS: Final = dg.AssetSelection.groups("corpus", "tables", "release")

JOBS: Final = [
    dg.define_asset_job(
        "ingest",
        selection=RAW,
        description="Read the batches' files.",
        op_retry_policy=RETRIES,
    ),
    dg.define_asset_job(
        "process",
        selection=BATCH,
        description="From raw documents to annotated articles, batch by batch.",
        op_retry_policy=RETRIES,
    ),
    dg.define_asset_job(
        "publish",
        selection=CORPUS,
        description="Over all batches: settle the tables, check them, release them.",
        op_retry_policy=RETRIES,
    ),
    dg.define_asset_job(
        "edition",
        selection=RAW | BATCH | CORPUS,
        description=(
            "Everything in one run: ingest, process, publish. With a range of batches it does "
            "those; without, whatever is in the inbox and not done yet."
        ),
        op_retry_policy=RETRIES,
    ),
]
