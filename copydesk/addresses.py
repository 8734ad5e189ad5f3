"""Telling the address of an object from the path of a file.

What belongs here: how both are written, and how one is made of the other's parts. What does not: reaching what is there
(stores.py, objects.py). It imports nothing heavy: the command line needs it before anything else.

The address of an object is `s3://bucket/key`, with the key as the store has it: nothing in it is quoted.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

# Object stores that obstore speaks to and that know conditional creation.
_REMOTE: Final = re.compile(r"(?:s3|gs|az|abfss?)://[^/]+", re.IGNORECASE)

# A directory, or the address of a prefix of an object store.
Place = Path | str


def is_remote(place: object) -> bool:
    """Whether it is the address of an object, or of a prefix of an object store."""
    return isinstance(place, str) and _REMOTE.match(place) is not None


def split_address(address: str) -> tuple[str, str]:
    """The bucket's address, and the key in it.

    Raises:
        ValueError: it is no address of an object.
    """
    bucket = _REMOTE.match(address)
    if bucket is None:
        raise ValueError(f"{address} is no address of an object (s3://bucket/key)")
    return bucket[0], address[bucket.end() :].strip("/")


def below(place: Place, name: str) -> Place:
    """A name in a directory or a prefix."""
    return place / name if isinstance(place, Path) else f"{place}/{name}"


def place_of(named: str) -> Place:
    """What somebody named: an address as it is, a path made absolute."""
    return named.rstrip("/") if is_remote(named) else Path(named).expanduser().resolve()
