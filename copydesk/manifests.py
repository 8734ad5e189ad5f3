"""What a release says about itself: its manifest.

What belongs here: the manifest's shape, its JSON form, and where things lie in a published
directory. What does not: how a release is made (releases.py).

Two values are never in a manifest: an absolute path (a release can be moved) and anything a reader
would have to compute from the table declarations of the code that wrote it (they may have moved
on).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from copydesk.stores import Location, open_store
from copydesk.tables import Table

FORMAT: Final = "copydesk-release/1"
RELEASES: Final = "releases"
DATA: Final = "data"
LATEST: Final = "latest"
TAGS: Final = "tags"

# What made a release: new or newly processed batches, or an operation on what was there.
Kind = Literal["publish", "rollback", "compact", "takedown"]

_MANIFEST_NAME: Final = re.compile(r"(?:.*/)?(\d{8,})\.json")


class ReleaseError(Exception):
    """A release cannot be made or read; what was released before is untouched."""


class ReleaseConflict(ReleaseError):  # noqa: N818 - a state of affairs, not a fault
    """Somebody else changed the same rows meanwhile: compute again from the newest release."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column as it was released; `type` is Arrow's name for it."""

    id: int
    name: str
    type: str
    nullable: bool
    description: str
    unit: str | None
    values: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: `columns` point to `references_columns` of table `references`."""

    columns: tuple[str, ...]
    references: str
    references_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class File:
    """One data file. `path` is relative to the published directory, sizes are in bytes.

    `first_key` and `last_key` are the primary keys of its first and last row; empty for a file of
    no rows. `merged_from` has the digests of the files whose rows a compaction put together here.
    """

    path: str
    rows: int
    bytes: int
    sha256: str
    first_key: tuple[str | int, ...]
    last_key: tuple[str | int, ...]
    merged_from: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's name without its directory."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows against the parent, by primary key."""

    added: int
    changed: int
    removed: int


@dataclass(frozen=True, slots=True)
class TableEntry:
    """One table of a release."""

    description: str
    primary_key: tuple[str, ...]
    sort_by: tuple[str, ...]
    foreign_keys: tuple[Reference, ...]
    fields: tuple[Field, ...]
    rows: int
    bytes: int
    changes: Changes
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Takedown:
    """An article that may not be published again: by its id and, where it has one, its address."""

    article_id: str
    url: str | None
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One release: the commit. `published_at` is UTC, ISO 8601; `release` gives the order.

    `code_digest` is over the package that made it, `takedowns` are carried from release to release. `purged` lists the ids of articles that were
    taken out of this release after it was made.
    """

    format: str
    release: int
    parent: int | None
    commit_id: str
    published_at: str
    message: str
    code_version: str
    schema_version: str
    checks: tuple[Mapping[str, Any], ...]
    inputs: tuple[str, ...]
    tables: Mapping[str, TableEntry]
    kind: Kind = "publish"
    takedowns: tuple[Takedown, ...] = ()
    purged: tuple[str, ...] = ()
    code_digest: str = ""

    def to_json(self) -> str:
        """The manifest as JSON text.

        Raises:
            ReleaseError: a check's result holds what JSON cannot.
        """
        try:
            text = json.dumps(
                dataclasses.asdict(self), indent=1, ensure_ascii=False, allow_nan=False
            )
        except (TypeError, ValueError) as error:
            raise ReleaseError(f"the checks' results cannot be written as JSON: {error}") from error
        return text + "\n"

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """The manifest in a JSON text.

        Raises:
            ReleaseError: the text is no manifest, or one of a format this code does not know.
        """
        try:
            raw = json.loads(text)
            if raw["format"] != FORMAT:
                raise ReleaseError(f"format {raw['format']!r} is not {FORMAT}: update Copydesk")
            return cls(
                **{
                    **raw,
                    "checks": tuple(raw["checks"]),
                    "inputs": tuple(raw["inputs"]),
                    "tables": {name: _entry(entry) for name, entry in raw["tables"].items()},
                    "takedowns": tuple(Takedown(**each) for each in raw.get("takedowns", ())),
                    "purged": tuple(raw.get("purged", ())),
                }
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ReleaseError(f"not a release's manifest: {error!r}") from error


def _entry(raw: Mapping[str, Any]) -> TableEntry:
    """One table's entry from its JSON form."""
    return TableEntry(
        description=raw["description"],
        primary_key=tuple(raw["primary_key"]),
        sort_by=tuple(raw["sort_by"]),
        foreign_keys=tuple(
            Reference(**{name: _frozen(value) for name, value in key.items()})
            for key in raw["foreign_keys"]
        ),
        fields=tuple(
            Field(**{name: _frozen(value) for name, value in item.items()})
            for item in raw["fields"]
        ),
        rows=raw["rows"],
        bytes=raw["bytes"],
        changes=Changes(**raw["changes"]),
        files=tuple(
            File(**{name: _frozen(value) for name, value in item.items()}) for item in raw["files"]
        ),
    )


def _frozen(value: Any) -> Any:
    """A JSON list as the tuple it was."""
    return tuple(value) if isinstance(value, list) else value


def describe_fields(table: Table) -> tuple[Field, ...]:
    """A table's columns as a manifest lists them."""
    return tuple(
        Field(
            id=column.field_id,
            name=column.name,
            type=str(column.type),
            nullable=column.nullable,
            description=column.description,
            unit=column.unit,
            values=column.values,
        )
        for column in table.columns
    )


@cache
def code_digest() -> str:
    """The SHA-256 over this package's source: other code may have made other rows."""
    total = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        total.update(path.read_bytes())
    return total.hexdigest()


def release_name(release: int) -> str:
    """A release's number as its directory and manifest are named: 42 -> 00000042."""
    return f"{release:08d}"


def manifest_path(release: int) -> str:
    """The name of a release's manifest."""
    return f"{RELEASES}/{release_name(release)}.json"


def release_directory(release: int) -> str:
    """The name of the directory in which a release's tables can be globbed."""
    return f"{RELEASES}/{release_name(release)}"


def list_releases(location: Location) -> list[int]:
    """The numbers of the releases, ascending. A release exists when its manifest does."""
    names = (stored.path for stored in open_store(location).list(RELEASES))
    return sorted(int(match[1]) for match in map(_MANIFEST_NAME.fullmatch, names) if match)


def head(location: Location) -> int | None:
    """The newest release's number; None when nothing was released yet."""
    return max(list_releases(location), default=None)


def read_manifest(location: Location, release: int) -> Manifest:
    """The manifest of a release.

    Raises:
        ReleaseError: there is no such release, or its manifest cannot be read.
    """
    store = open_store(location)
    try:
        return Manifest.from_json(store.read(manifest_path(release)).decode())
    except FileNotFoundError:
        raise ReleaseError(f"there is no release {release} in {store.location}") from None
    except (OSError, UnicodeDecodeError, ReleaseError) as error:
        raise ReleaseError(f"release {release} cannot be read: {error}") from error


def read_head(location: Location) -> Manifest | None:
    """The newest release's manifest; None when nothing was released yet."""
    newest = head(location)
    return None if newest is None else read_manifest(location, newest)
