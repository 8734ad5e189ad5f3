"""The code location: everything Dagster knows, put together.

What belongs here: nothing but the assembly.
"""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg

from assets import batches, corpus, final_tables, release
from assets.engine import Engine
from assets.warehouse import Recognition, Warehouse
from pipelines.jobs import JOBS
from pipelines.schedules import daily_edition
from pipelines.sensors import inbox_sensor


def build_defs(resource_overrides: Mapping[str, object] | None = None) -> dg.Definitions:
    """The definitions; tests put other resources in the place of the usual ones."""
    resources = {"warehouse": Warehouse(), "recognition": Recognition(), "engine": Engine()}
    return dg.Definitions(
        assets=[
            batches.batch_assets,
            corpus.owners,
            corpus.templates,
            corpus.duplicates,
            *final_tables.by_batch,
            final_tables.final_publishers,
            final_tables.final_entities,
            release.release,
        ],
        asset_checks=[release.table_checks],
        jobs=JOBS,
        schedules=[daily_edition],
        sensors=[inbox_sensor],
        resources={**resources, **(resource_overrides or {})},
        # Dagster's multiprocess executor spends seconds a step on starting a process.
        executor=dg.in_process_executor,
    )


defs = build_defs()
