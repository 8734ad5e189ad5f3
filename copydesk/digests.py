"""Remembering the SHA-256 of files that have not changed.

What belongs here: digests by a file's version. What does not: what a digest is used for, and how a store tells
one version of a file from the next (stores.py).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Final

from copydesk.stores import LocalStore, Source, Store, StoreFile, source_file

# A file written within this time of being read may change again without its time stamp changing: the
# clock of some file systems ticks in hundredths of a second (as git's "racily clean" entries).
RACY: Final = timedelta(seconds=2)


class Digests:
    """The digests of files, kept in a JSON file of a store that may be lost at any time."""

    def __init__(self, store: Store, path: str = "digests.json") -> None:
        self._store = store
        self._path = path
        self._known: dict[str, str] = {}
        self._used: dict[str, str] = {}
        try:
            loaded = json.loads(store.read(path))
            self._known = {str(key): str(value) for key, value in loaded.items()}
        except (OSError, ValueError, AttributeError):
            self._known = {}

    def sha256(self, source: Source) -> str:
        """The SHA-256 of a file's content, in hex.

        Raises:
            OSError: the file cannot be read.
        """
        file = source_file(source)
        digest = self._known.get(file.stored.version) or file.store.sha256(file.stored.path)
        if not isinstance(file.store, LocalStore) or _is_settled(file):
            self._known[file.stored.version] = self._used[file.stored.version] = digest
        return digest

    def save(self) -> None:
        """Keep the digests that were asked for; those of files that are gone are forgotten."""
        self._store.replace(self._path, json.dumps(self._used).encode())


def _is_settled(file: StoreFile) -> bool:
    return file.stored.modified < datetime.now(UTC) - RACY
