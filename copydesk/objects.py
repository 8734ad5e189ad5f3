"""Objects as inputs: opened by their address, read piece by piece, listed as they come.

What belongs here: an object as a seekable file that never holds more than one piece of it, finding one object or all
below a prefix. What does not: what an input is (sources.py), and where results are kept (stores.py).
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from copydesk.addresses import split_address
from copydesk.stores import connection_options, endpoint, speaking_plainly, version_of

# A request takes some tens of milliseconds before its first byte: reads that follow each other fetch more and more at
# once, a jump starts with little. (S3's guidelines: ranges of 8 to 16 MB.)
FIRST_BYTES: Final = 64 * 1024
MOST_BYTES: Final = 8 * 1024**2
# An object of this size comes with the first request.
WHOLE_BYTES: Final = 1024**2
# Objects in one piece of a listing: S3 answers with 1,000 at a time.
LISTED_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class ObjectFound:
    """An object: its address, its size in bytes, and what tells it from others that had its name."""

    address: str
    size: int
    version: str


class ObjectReader(io.RawIOBase):
    """An object as a seekable file. All of it is of the version that was opened.

    Raises:
        OSError: it is not there, cannot be read, or, when it is read, was replaced meanwhile.
    """

    def __init__(self, address: str) -> None:
        bucket, self._key = split_address(address)
        self._objects = _connect(bucket)
        self._address = address
        with speaking_plainly():
            answer = self._objects.get(self._key)
            meta = answer.meta
            self.size: int = meta["size"]
            self.version = version_of(meta)
            self._tag: str | None = meta["e_tag"]
            self._piece = bytes(answer.bytes()) if self.size <= WHOLE_BYTES else b""
        self._piece_start = 0
        self._position = 0
        self._ahead = FIRST_BYTES

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The position, in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to another position."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError(f"a position before the beginning of {self._address}")
        self._position = base + offset
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        """`size` bytes, fewer only at the end; all that are left for -1."""
        left = max(self.size - self._position, 0)
        wanted = left if size is None or size < 0 else min(size, left)
        parts = list[bytes]()
        while wanted > 0:
            offset = self._position - self._piece_start
            if not 0 <= offset < len(self._piece):
                self._fetch(wanted)
                offset = 0
            part = self._piece[offset : offset + wanted]
            parts.append(part)
            self._position += len(part)
            wanted -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer."""
        view = memoryview(buffer).cast("B")
        part = self.read(len(view))
        view[: len(part)] = part
        return len(part)

    def _fetch(self, wanted: int) -> None:
        """Have a piece that begins here."""
        from obstore.exceptions import PreconditionError

        follows = bool(self._piece) and self._position == self._piece_start + len(self._piece)
        self._ahead = min(2 * self._ahead, MOST_BYTES) if follows else FIRST_BYTES
        length = min(max(wanted, self._ahead), MOST_BYTES, self.size - self._position)
        options: dict[str, Any] = {"range": (self._position, self._position + length)}
        if self._tag is not None:
            options["if_match"] = self._tag
        try:
            with speaking_plainly():
                piece = bytes(self._objects.get(self._key, options=options).bytes())
        except OSError as error:
            if isinstance(error.__cause__, PreconditionError):
                raise OSError(f"{self._address} was replaced while it was read") from error
            raise
        if len(piece) != length:
            raise OSError(f"{self._address} gave {len(piece):,} of {length:,} bytes")
        self._piece, self._piece_start = piece, self._position


def find_object(address: str) -> ObjectFound | None:
    """The object at an address; null if there is none.

    Raises:
        OSError: the store cannot be asked.
    """
    bucket, key = split_address(address)
    if not key:
        return None
    try:
        with speaking_plainly():
            return _found(bucket, _connect(bucket).head(key))
    except FileNotFoundError:
        return None


def list_objects(address: str) -> Iterator[Sequence[ObjectFound]]:
    """All objects below a prefix, some thousands at a time, in the order in which the store gives them.

    Raises:
        OSError: the store cannot be asked, or has a name that cannot be listed (`a//b`).
    """
    bucket, prefix = split_address(address)
    with speaking_plainly():
        for piece in _connect(bucket).list(prefix or None, chunk_size=LISTED_AT_ONCE):
            yield [_found(bucket, meta) for meta in piece]


def _found(bucket: str, meta: Any) -> ObjectFound:
    return ObjectFound(f"{bucket}/{meta['path']}", meta["size"], version_of(meta))


def _connect(bucket: str) -> Any:
    return _open_bucket(bucket, endpoint())


@cache
def _open_bucket(bucket: str, _endpoint: str) -> Any:
    from obstore.store import from_url

    return from_url(bucket, **connection_options())
