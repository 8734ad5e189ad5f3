"""The schedules: when jobs run by the clock."""

from __future__ import annotations

import dagster as dg

from assets.warehouse import Warehouse
from copydesk import sources


@dg.schedule(
    job_name="edition",
    cron_schedule="0 5 * * *",
    execution_timezone="UTC",
    description="Every day at 05:00 UTC: ingest what is in the inbox, process it, publish.",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def daily_edition(warehouse: Warehouse) -> dg.RunRequest | dg.SkipReason:
    """One run over whatever waits; none as long as there never was a dump."""
    home = warehouse.place.create()
    if not sources.list_batch_ids(home) and not sources.has_inputs([home.inbox]):
        return dg.SkipReason(f"no dumps yet: put some into {home.inbox}")
    return dg.RunRequest()
