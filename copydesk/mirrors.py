"""Local copies of a store's files, for what reads them again and again.

What belongs here: bringing a directory of copies up to date. What does not: who reads them, and why so often.

A copy is named by the version of what it was made from, so a file is fetched once, as long as it is the same, by whatever
process. Copies may be lost at any time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from copydesk.prefetching import ahead
from copydesk.storage import replacing
from copydesk.stores import LocalStore, StoreFile

# Files under way at once: they are large, and a few fill most connections.
AT_ONCE: Final = 4
# Enough that no two versions of one table's files meet.
_VERSION_DIGITS: Final = 20


def mirror(
    files: Mapping[str, Sequence[StoreFile]], directory: Path
) -> dict[str, list[StoreFile | Path]]:
    """The files by table, those that are not on a disk as copies below `directory`; other copies there are removed.

    Raises:
        OSError: one cannot be fetched, or the disk is full.
    """
    wanted = {
        (name, number): directory / name / _name(file)
        for name, each in files.items()
        for number, file in enumerate(each)
        if not isinstance(file.store, LocalStore)
    }
    kept = set(wanted.values())
    for path in directory.glob("*/*"):
        if path not in kept:
            path.unlink(missing_ok=True)

    def fetch(place: tuple[str, int]) -> None:
        file = files[place[0]][place[1]]
        with replacing(wanted[place]) as temporary:
            file.store.fetch(file.stored.path, temporary)

    missing = [place for place, path in wanted.items() if not path.exists()]
    for _ in ahead(fetch, missing, AT_ONCE):
        pass
    return {
        name: [wanted.get((name, number), file) for number, file in enumerate(each)]
        for name, each in files.items()
    }


def _name(file: StoreFile) -> str:
    version = hashlib.sha256(file.stored.version.encode()).hexdigest()[:_VERSION_DIGITS]
    return f"{version}-{file.name}"
