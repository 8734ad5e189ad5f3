"""Segments: the batches that were found together, as one unit of scheduling.

What belongs here: putting batches into segments, and which batch is in which. What does not: batches themselves (sources.py).

Whoever schedules the work keeps books of its units (Dagster: events, partitions), and these must stay in the thousands
when documents are in the billions. A segment is fixed once it is made and named by its batches, so the same files found in
the same way make the same segments. Work, memory, retries and files remain those of a batch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from copydesk import sources
from copydesk.home import Home
from copydesk.identifiers import key_id
from copydesk.stores import open_store

# 200 batches are up to 4 million documents: 10^9 documents make 250 segments if found at once, 10^11 25,000.
MAX_BATCHES: Final = 200
_SEGMENTS: Final = "segments"


def arrange(home: Home) -> list[str]:
    """Put every batch that is in no segment into one; all segments, in order.

    Whatever left a batch without one, a discovery that was cut off or a home of an earlier version, is mended here.
    """
    arranged = list_segments(home)
    taken = {batch_id for batches in arranged.values() for batch_id in batches}
    loose = [batch_id for batch_id in sources.list_batch_ids(home) if batch_id not in taken]
    made = [loose[start : start + MAX_BATCHES] for start in range(0, len(loose), MAX_BATCHES)]
    for batches in made:
        _write(home, key_id("segment", *batches), batches)
    return [*arranged, *(key_id("segment", *batches) for batches in made)]


def list_segments(home: Home) -> dict[str, list[str]]:
    """The batches of every segment, in order of the segments' ids."""
    store = open_store(home.warehouse)
    return {
        stored.name.removesuffix(".json"): list(json.loads(store.read(stored.path))["batches"])
        for stored in store.list(_SEGMENTS)
        if stored.name.endswith(".json")
    }


def batches_of(segments: Mapping[str, list[str]], segment_id: str) -> list[str]:
    """The batches of a segment, in order.

    Raises:
        sources.SourceError: there is no such segment.
    """
    if segment_id not in segments:
        raise sources.SourceError(f"no segment {segment_id}; `copydesk build PATH` makes segments")
    return segments[segment_id]


def segments_of(segments: Mapping[str, list[str]], batch_ids: Iterable[str]) -> list[str]:
    """The segments that hold any of these batches, in order."""
    wanted = set(batch_ids)
    return [
        segment_id for segment_id, batches in segments.items() if not wanted.isdisjoint(batches)
    ]


def _write(home: Home, segment_id: str, batches: list[str]) -> None:
    content = {"segment_id": segment_id, "batches": batches}
    with open_store(home.warehouse).writing(f"{_SEGMENTS}/{segment_id}.json") as local:
        local.write_text(json.dumps(content, indent=1), encoding="utf-8")
