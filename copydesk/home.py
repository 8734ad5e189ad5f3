"""Where the state of one Copydesk installation lives.

What belongs here: the names of the directories under the home, how the home is chosen, and which of them may lie
elsewhere. What does not: what is written into them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copydesk.addresses import Place, is_remote, place_of

HOME_VARIABLE: Final = "COPYDESK_HOME"
DEFAULT_HOME: Final = Path("data")
# Each may name another directory, or a prefix of an object store.
INBOX_VARIABLE: Final = "COPYDESK_INBOX"
WAREHOUSE_VARIABLE: Final = "COPYDESK_WAREHOUSE"
PUBLISHED_VARIABLE: Final = "COPYDESK_PUBLISHED"


class HomeError(ValueError):
    """A home that cannot be one, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Home:
    """One installation's places; `root` is absolute. The others lie below it where nothing else is said.

    Attributes:
        root: a local directory, since Dagster's instance needs one.
        inbox_at: another place for the inbox.
        warehouse_at: another place for the warehouse.
        published_at: another place for the releases.
    """

    root: Path
    inbox_at: Place | None = None
    warehouse_at: Place | None = None
    published_at: Place | None = None

    @classmethod
    def resolve(
        cls,
        option: Path | None = None,
        *,
        inbox: str = "",
        warehouse: str = "",
        published: str = "",
    ) -> Home:
        """The home named by the option, else by COPYDESK_HOME, else ./data; in it the places named likewise.

        Raises:
            HomeError: an address is named, not a directory.
        """
        chosen = option or Path(os.environ.get(HOME_VARIABLE) or DEFAULT_HOME)
        # A path has one slash less.
        if is_remote(str(chosen).replace(":/", "://", 1)):
            raise HomeError(
                f"the home {chosen} must be a directory, since Dagster's instance lives there; inbox, warehouse and"
                f" releases may lie in a store: {INBOX_VARIABLE}, {WAREHOUSE_VARIABLE}, {PUBLISHED_VARIABLE}"
            )
        return cls(
            chosen.expanduser().resolve(),
            _place(inbox, INBOX_VARIABLE),
            _place(warehouse, WAREHOUSE_VARIABLE),
            _place(published, PUBLISHED_VARIABLE),
        )

    @property
    def inbox(self) -> Place:
        """Dumps dropped here are found by the sensor."""
        return self.inbox_at or self.root / "inbox"

    @property
    def warehouse(self) -> Place:
        """Batches, their assets and the tables that are checked before a release."""
        return self.warehouse_at or self.root / "warehouse"

    @property
    def published(self) -> Place:
        """Releases and the catalogue."""
        return self.published_at or self.root / "published"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME: the instance's runs, events and schedules."""
        return self.root / "dagster"

    @property
    def local(self) -> Path:
        """What this machine keeps for itself and may lose: recognised paragraphs, Data Docs, copies of tables.

        The warehouse, where that is a directory.
        """
        return self.warehouse if isinstance(self.warehouse, Path) else self.root / "local"

    def create(self) -> Home:
        """The same home, its directories made where they were missing."""
        for place in (self.inbox, self.warehouse, self.published, self.dagster):
            if isinstance(place, Path):
                place.mkdir(parents=True, exist_ok=True)
        return self


def _place(named: str, variable: str) -> Place | None:
    chosen = named or os.environ.get(variable, "")
    return place_of(chosen) if chosen else None
