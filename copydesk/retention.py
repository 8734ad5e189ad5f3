"""Which releases are kept, and when files that no release needs are deleted.

What belongs here: names for releases (tags), dropping old ones, deleting what nobody refers to. What does
not: making releases (releases.py).

A release whose manifest is gone does not exist any more; its files may still be read by whoever opened it,
and a publisher may have put files there that its manifest is about to name. So a file is deleted only when
it was seen unreferenced before, at least a grace period ago, and still is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from copydesk.manifests import (
    DATA,
    TAGS,
    Manifest,
    ReleaseError,
    list_releases,
    manifest_path,
    read_manifest,
    release_directory,
)
from copydesk.releases import Clock, utc_now
from copydesk.stores import Location, Store, open_store
from copydesk.tables import TABLES

KEEP: Final = 10
GRACE: Final = timedelta(days=7)
# When files were first seen unreferenced.
UNREFERENCED: Final = "unreferenced.json"

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Pruned:
    """What `prune` dropped and deleted, and how many files wait for their grace to end."""

    releases: tuple[int, ...]
    files: tuple[str, ...]
    waiting: int


def tag(location: Location, release: int, name: str) -> None:
    """Give a release a name; tagged releases are kept.

    Raises:
        ReleaseError: there is no such release, the name is taken, or is none.
    """
    store = open_store(location)
    if not _NAME.fullmatch(name):
        raise ReleaseError(f"{name!r} is no name: letters, digits, `.`, `_` and `-`, at most 100")
    manifest = read_manifest(store, release)
    content = json.dumps({"release": release, "commit_id": manifest.commit_id}) + "\n"
    if not store.create(f"{TAGS}/{name}.json", content.encode()):
        raise ReleaseError(f"the tag {name} is taken, by release {tags(store).get(name)}")


def untag(location: Location, name: str) -> None:
    """Forget a name.

    Raises:
        ReleaseError: there is none.
    """
    store = open_store(location)
    if name not in tags(store):
        raise ReleaseError(f"there is no tag {name}")
    store.remove(f"{TAGS}/{name}.json")


def tags(location: Location) -> dict[str, int]:
    """The names of releases."""
    store = open_store(location)
    return {
        stored.path.rsplit("/", 1)[-1].removesuffix(".json"): int(
            json.loads(store.read(stored.path))["release"]
        )
        for stored in store.list(TAGS)
        if stored.path.endswith(".json")
    }


def find_release(location: Location, name: str) -> int:
    """The release of a number or a tag.

    Raises:
        ReleaseError: there is none.
    """
    known = tags(location)
    if name in known:
        return known[name]
    if name.isascii() and name.isdigit() and int(name) in list_releases(location):
        return int(name)
    raise ReleaseError(f"there is no release {name}; `copydesk releases` lists them")


def prune(
    location: Location, keep: int = KEEP, grace: timedelta = GRACE, now: Clock = utc_now
) -> Pruned:
    """Drop all but the last `keep` releases and the tagged ones, and delete files nobody needs.

    Raises:
        ReleaseError: fewer than one release would be kept, or a manifest cannot be read.
    """
    if keep < 1:
        raise ReleaseError("at least the newest release is kept")
    store = open_store(location)
    with store.locked():
        numbers = list_releases(store)
        kept = {*numbers[-keep:], *tags(store).values()}
        dropped = tuple(number for number in numbers if number not in kept)
        for number in dropped:
            # First what says that it exists.
            store.remove(manifest_path(number))
            store.remove(release_directory(number))
        moment = now().astimezone(UTC)
        seen = _first_seen(store)
        needed = referenced(store)
        since = {
            stored.path: min(seen.get(stored.path, moment), moment)
            for name in TABLES
            for stored in store.list(f"{DATA}/{name}")
            if stored.path not in needed
        }
        expired = tuple(sorted(path for path, first in since.items() if moment - first >= grace))
        for path in expired:
            store.remove(path)
        waiting = {path: first.isoformat() for path, first in since.items() if path not in expired}
        if waiting or seen:
            store.replace(UNREFERENCED, json.dumps(waiting, indent=1).encode())
    return Pruned(dropped, expired, len(waiting))


def referenced(store: Store) -> set[str]:
    """The data files that some release needs."""
    manifests: list[Manifest] = [read_manifest(store, each) for each in list_releases(store)]
    return {
        file.path
        for manifest in manifests
        for entry in manifest.tables.values()
        for file in entry.files
    }


def remove_unreferenced(store: Store, paths: Collection[str]) -> None:
    """Delete those of `paths` that no release needs, at once: what they hold has to go."""
    with store.locked():
        for path in sorted(set(paths) - referenced(store)):
            store.remove(path)


def _first_seen(store: Store) -> dict[str, datetime]:
    """Since when files are known to be unreferenced."""
    try:
        content = json.loads(store.read(UNREFERENCED))
    except FileNotFoundError:
        return {}
    return {str(path): datetime.fromisoformat(str(first)) for path, first in content.items()}
