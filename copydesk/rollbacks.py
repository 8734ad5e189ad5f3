"""Going back to an older release.

What belongs here: a new release with an older one's rows. What does not: reading an older release as it is
(`catalog --release`), which needs no rollback.
"""

from __future__ import annotations

from copydesk.manifests import Manifest, ReleaseError, describe_fields, read_manifest
from copydesk.releases import (
    Clock,
    Plan,
    PublishOutcome,
    candidates_of,
    commit,
    failing_clearly,
    utc_now,
)
from copydesk.stores import Location, open_store
from copydesk.tables import TABLES
from copydesk.takedowns import leave_out


def roll_back(location: Location, release: int, now: Clock = utc_now) -> PublishOutcome:
    """Release again what an older release held, but for what was taken down since.

    The releases in between stay readable. Batches that came in since are not in the new release; the
    next `build` processes them again.

    Raises:
        ReleaseError: there is no such release, or its schema is not the present one.
    """
    store = open_store(location)
    older = read_manifest(store, release)
    if any(older.tables[name].fields != describe_fields(TABLES[name]) for name in older.tables):
        raise ReleaseError(
            f"release {release} has schema {older.schema_version}, whose columns are not the present"
            f" ones; read it as it is with `copydesk catalog --release {release}`"
        )
    with failing_clearly(), store.workspace() as stage:
        moment = now()

        def plan(newest: Manifest | None) -> Plan:
            takedowns = () if newest is None else newest.takedowns
            files = candidates_of(store, stage, older, moment)
            return Plan(
                files=leave_out(store, stage, files, takedowns, moment),
                checks=older.checks,
                inputs=older.inputs,
                message=f"back to release {release}",
                kind="rollback",
                takedowns=takedowns,
            )

        return commit(store, stage, plan, now)
