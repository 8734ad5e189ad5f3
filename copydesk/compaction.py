"""Merging a release's many small files into fewer large ones.

What belongs here: choosing files and merging them; the rows stay the same. What does not: deleting the
small ones, which older releases need (retention.py).

A merged file remembers the digests of the files it was made from. Publishers whose tables still consist of
those are understood: to them, the merged file is what they would have written (releases.py).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import polars as pl

from copydesk.integrity import engine, scan
from copydesk.manifests import Manifest
from copydesk.releases import (
    Candidate,
    Clock,
    Plan,
    PublishOutcome,
    candidates_of,
    commit,
    failing_clearly,
    stage_file,
    utc_now,
)
from copydesk.storage import write_table_file
from copydesk.stores import Location, Store, open_store
from copydesk.tables import TABLES

# Every file costs a reader an open and a footer; from the design's trials.
MAX_FILES: Final = 50
# A merged file is written from memory, where it is several times as large.
MAX_MERGED_BYTES: Final = 256 * 1024**2


def compact(location: Location, max_files: int = MAX_FILES, now: Clock = utc_now) -> PublishOutcome:
    """Release the same rows in fewer files, for the tables that have more than `max_files`.

    Raises:
        ReleaseError: there is no release, or it cannot be read.
    """
    store = open_store(location)
    with failing_clearly(), store.workspace() as stage:
        moment = now()

        def plan(newest: Manifest | None) -> Plan | None:
            if newest is None:
                return None
            files = {
                name: _compacted(store, stage, name, candidates, max_files, moment)
                for name, candidates in candidates_of(store, stage, newest, moment).items()
            }
            return Plan(
                files=files,
                checks=newest.checks,
                inputs=newest.inputs,
                message=f"compaction of release {newest.release}",
                kind="compact",
                takedowns=newest.takedowns,
            )

        return commit(store, stage, plan, now)


def _compacted(
    store: Store,
    stage: Path,
    name: str,
    candidates: Sequence[Candidate],
    max_files: int,
    moment: datetime,
) -> tuple[Candidate, ...]:
    """A table's files, the smallest of them merged where there are too many."""
    if len(candidates) <= max_files:
        return tuple(candidates)
    groups = list[list[Candidate]]()
    for one in sorted(candidates, key=lambda each: (each.file.bytes, each.file.sha256)):
        filled = sum(each.file.bytes for each in groups[-1]) if groups else 0
        if groups and filled + one.file.bytes <= MAX_MERGED_BYTES:
            groups[-1].append(one)
        else:
            groups.append([one])
    return tuple(
        group[0] if len(group) == 1 else _merged(store, stage, name, group, moment)
        for group in groups
    )


def _merged(
    store: Store, stage: Path, name: str, group: Sequence[Candidate], moment: datetime
) -> Candidate:
    """One file of the rows of several."""
    with engine(stage / "spill", store) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        query = f"SELECT * FROM {scan([each.reading(store) for each in group])}"
        frame = pl.from_arrow(connection.execute(query).to_arrow_table())
    assert isinstance(frame, pl.DataFrame)
    path = stage / f"{name}-merged.parquet"
    write_table_file(frame, TABLES[name], path)
    day = f"{moment.astimezone(UTC):%Y%m%d}"
    candidate = stage_file(store, stage, TABLES[name], path, day)
    origins = sorted(
        {origin for each in group for origin in each.file.merged_from or (each.file.sha256,)}
    )
    return Candidate(
        dataclasses.replace(candidate.file, merged_from=tuple(origins)), candidate.local
    )
