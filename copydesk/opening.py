"""Opening inputs: bytes from where they are kept, decompressed on the way, within limits.

What belongs here: the one function that opens an input, what an input is known by, streams of decompressed bytes, the limits that keep a
decompression bomb from filling memory or time. What does not: what is inside (containers.py).

Every stream hands out all bytes that come before a damaged place; only the read after them raises.
"""

from __future__ import annotations

import bz2
import errno
import lzma
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol, cast

import zstandard

from copydesk.addresses import is_remote
from copydesk.objects import ObjectReader, find_object

COMPRESSIONS: Final = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2", ".xz": "xz"}
# Web pages compress 3 to 10 times, logs of one site's pages 100 times; DEFLATE's most is 1,032.
MAX_EXPANSION: Final = 500
# Below this a ratio says nothing: a page of spaces is no attack.
EXPANSION_FLOOR_BYTES: Final = 64 * 1024**2
MAX_EXPANDED_BYTES: Final = 1024**4
_CHUNK: Final = 64 * 1024
# zstandard's decompressor takes no bound on its output: of 4 kB it makes at most 128 MB.
_ZSTD_CHUNK: Final = 4 * 1024


class DamagedError(OSError):
    """Bytes that cannot be read on: what is wrong and, in the message, from which byte on."""


class LimitError(DamagedError):
    """Bytes that are not read on, because they grow beyond a limit."""


class Source(Protocol):
    """What is read from: a file, a member of an archive, a decompressed stream."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes; none at the end."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells an input from another that was, or will be, in its place.

    A file is known by its size and modification time, an object by its size and what the store calls its version.
    """

    byte_length: int
    modified_ns: int = 0
    version: str | None = None


def open_input(path: str) -> BinaryIO:
    """The bytes of a file or an object, seekable.

    Raises:
        OSError: it is not there, or cannot be read.
    """
    return cast("BinaryIO", ObjectReader(path)) if is_remote(path) else Path(path).open("rb")


def identity_of(source: str | BinaryIO) -> Identity:
    """The identity of an input, by its path or address, or of one that was opened.

    Raises:
        OSError: it is not there.
    """
    if isinstance(source, ObjectReader):
        return Identity(source.size, version=source.version)
    if isinstance(source, str) and is_remote(source):
        found = find_object(source)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "No such object", source)
        return Identity(found.size, version=found.version)
    stat = os.stat(source if isinstance(source, str) else source.fileno())
    return Identity(stat.st_size, stat.st_mtime_ns)


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


_NEW: Final[dict[str, Callable[[], _Decompressor]]] = {
    "gzip": lambda: zlib.decompressobj(wbits=31),
    "zstd": lambda: zstandard.ZstdDecompressor().decompressobj(),
    "bz2": bz2.BZ2Decompressor,
    "xz": lzma.LZMADecompressor,
}
_ERRORS: Final = (zlib.error, zstandard.ZstdError, OSError, lzma.LZMAError, EOFError)


class Inflated:
    """The decompressed bytes of a source: any number of gzip members, zstd frames, bz2 or xz streams.

    Raises, when read:
        DamagedError: the compressed bytes end too early or are no such stream.
        LimitError: they expand beyond `MAX_EXPANSION` or `MAX_EXPANDED_BYTES`.
    """

    def __init__(self, source: Source, compression: str) -> None:
        self._source = source
        self._compression = compression
        self._new = _NEW[compression]
        self._decompressor = self._new()
        self._fed = False
        self._input = b""
        self._output = b""
        self._offset = 0
        self._taken = 0
        self._given = 0
        self._error: DamagedError | None = None
        self._chunk = _ZSTD_CHUNK if compression == "zstd" else _CHUNK

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; all that are left for -1; none at the end."""
        if size < 0:
            parts = []
            while part := self.read(_CHUNK):
                parts.append(part)
            return b"".join(parts)
        while self._offset == len(self._output):
            if self._error is not None:
                raise self._error
            if not self._fill():
                return b""
        part = self._output[self._offset : self._offset + size]
        self._offset += len(part)
        return part

    def tell(self) -> int:
        """How many decompressed bytes were handed out."""
        return self._given - (len(self._output) - self._offset)

    def skip(self, count: int) -> None:
        """Leave out the next `count` bytes."""
        while count > 0 and (part := self.read(min(count, _CHUNK))):
            count -= len(part)

    def _fill(self) -> bool:
        """Decompress some more; false at the end."""
        self._output, self._offset = b"", 0
        while not self._output:
            if not self._input:
                self._input = self._source.read(self._chunk)
                self._taken += len(self._input)
                if not self._input:
                    if self._fed:
                        self._error = self._damaged("ends too early")
                        raise self._error
                    return False
            if self._decompressor.eof:
                self._decompressor = self._new()
                self._fed = False
            try:
                self._output = self._expand()
            except _ERRORS as error:
                # Zeros behind the last member are padding.
                if not self._fed and not self._input.strip(b"\0"):
                    self._input = b""
                    continue
                self._error = self._damaged(str(error) or type(error).__name__)
                raise self._error from error
        self._given += len(self._output)
        self._check()
        return True

    def _expand(self) -> bytes:
        data, self._input = self._input, b""
        was_fed, self._fed = self._fed, True
        try:
            if self._compression == "gzip":
                output = self._decompressor.decompress(data, _CHUNK * 16)  # type: ignore[call-arg]
                self._input = self._decompressor.unconsumed_tail  # type: ignore[attr-defined]
            else:
                output = self._decompressor.decompress(data)
        except _ERRORS:
            self._fed, self._input = was_fed, data
            raise
        if self._decompressor.eof:
            self._input = self._decompressor.unused_data
            self._fed = False
        return output

    def _check(self) -> None:
        if self._given > MAX_EXPANDED_BYTES or (
            self._given > EXPANSION_FLOOR_BYTES and self._given > MAX_EXPANSION * self._taken
        ):
            self._error = LimitError(
                f"expands to more than {MAX_EXPANSION} times its size: {self._taken:,} bytes gave {self._given:,}"
            )
            self._output = b""
            self._offset = 0
            raise self._error

    def _damaged(self, what: str) -> DamagedError:
        return DamagedError(f"damaged {self._compression} stream at byte {self._taken:,}: {what}")
