"""Remembering the SHA-256 of files that have not changed.

What belongs here: digests by a file's identity on the disk. What does not: what a digest is used for.

A file is taken to be unchanged when its inode, size and modification time are (as git's index does).
Everything in the warehouse is written under a temporary name and renamed, so new content is a new inode.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from pathlib import Path
from typing import Final

from copydesk.storage import sha256_of

# A file written within this time of being read may change again without its time stamp changing: the
# clock of some file systems ticks in hundredths of a second (as git's "racily clean" entries).
RACY_NANOSECONDS: Final = 2_000_000_000


class Digests:
    """The digests of files, kept in a JSON file that may be lost at any time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, str] = {}
        self._used: dict[str, str] = {}
        try:
            loaded = json.loads(path.read_text("utf-8"))
            self._known = {str(key): str(value) for key, value in loaded.items()}
        except (OSError, ValueError, AttributeError):
            self._known = {}

    def sha256(self, path: Path) -> str:
        """The SHA-256 of a file's content, in hex.

        Raises:
            OSError: the file cannot be read.
        """
        stat = path.stat()
        key = f"{stat.st_dev}:{stat.st_ino}:{stat.st_size}:{stat.st_mtime_ns}"
        digest = self._known.get(key) or sha256_of(path)
        if stat.st_mtime_ns < time.time_ns() - RACY_NANOSECONDS:
            self._known[key] = self._used[key] = digest
        return digest

    def save(self) -> None:
        """Keep the digests that were asked for; those of files that are gone are forgotten."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(f".{self._path.name}.{uuid.uuid4().hex}")
        temporary.write_text(json.dumps(self._used), encoding="utf-8")
        os.replace(temporary, self._path)
