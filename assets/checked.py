"""Which batches need no second look.

What belongs here: remembering of whose files all was asked that is expected of a document's own rows, and what did not hold.
What does not: what is expected (expectations).

A batch is known by the bytes of all its files and by the code of the expectations, so any change of either asks again. What
did not hold, a warning mostly, is asked of everything the next time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files as resources
from typing import Any, Final

from assets.warehouse import ALL_BATCHES, Warehouse
from copydesk.stores import StoreFile
from copydesk.tables import SCHEMA_VERSION, TABLES
from expectations.suites import load_suite

_CHECKED: Final = "checked.json"

Files = Mapping[str, Sequence[StoreFile]]


def unchecked_files(warehouse: Warehouse, files: Files) -> dict[str, list[StoreFile]]:
    """Of every table the files of batches that were not checked as they are now, and those over all batches."""
    known, stamps = _known(warehouse).stamps, _stamps(warehouse, files)
    checked = {batch_id for batch_id, stamp in stamps.items() if known.get(batch_id) == stamp}
    return {
        name: [file for file in each if _batch_id(file) not in checked]
        for name, each in files.items()
    }


def failed_before(warehouse: Warehouse) -> frozenset[tuple[str, str]]:
    """The expectations of a document's own rows, as table and name, that some checked batch failed."""
    return _known(warehouse).failed


def remember(warehouse: Warehouse, files: Files, outcomes: Sequence[Mapping[str, Any]]) -> None:
    """Take the batches for checked, but for what did not hold."""
    local = {
        (each.table, each.name) for table in TABLES for each in load_suite(table) if each.local
    }
    held = {(each["table"], each["name"]) for each in outcomes if each["success"]}
    failed = [list(each) for each in sorted(local - held)]
    content = {"stamps": _stamps(warehouse, files), "failed": failed}
    warehouse.store.replace(_CHECKED, json.dumps(content, sort_keys=True).encode())


@dataclass(frozen=True, slots=True)
class _Known:
    """The batches that were checked, each with a name for its files; and what some of them failed."""

    stamps: Mapping[str, str]
    failed: frozenset[tuple[str, str]]


def _known(warehouse: Warehouse) -> _Known:
    try:
        known = json.loads(warehouse.store.read(_CHECKED))
        return _Known(known["stamps"], frozenset((table, name) for table, name in known["failed"]))
    except (FileNotFoundError, ValueError, KeyError):
        return _Known({}, frozenset())


def _stamps(warehouse: Warehouse, files: Files) -> dict[str, str]:
    """A name for each batch's files, of all tables together: rows are held against those of other tables."""
    digests, totals = warehouse.digests(), dict[str, Any]()
    for name in sorted(files):
        for file in files[name]:
            total = totals.setdefault(_batch_id(file), hashlib.sha256(_code().encode()))
            total.update(f"{name}:{digests.sha256(file)}\n".encode())
    totals.pop(ALL_BATCHES, None)
    return {batch_id: total.hexdigest() for batch_id, total in totals.items()}


def _batch_id(file: StoreFile) -> str:
    return file.name.removesuffix(".parquet")


@cache
def _code() -> str:
    total = hashlib.sha256(SCHEMA_VERSION.encode())
    for path in sorted(resources("expectations").iterdir(), key=lambda path: path.name):
        if path.is_file():
            total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()
