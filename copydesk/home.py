"""Where the state of one Copydesk installation lives.

What belongs here: the names of the directories under the home and how the home is chosen. What does not: what is
written into them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HOME_VARIABLE: Final = "COPYDESK_HOME"
DEFAULT_HOME: Final = Path("data")


@dataclass(frozen=True, slots=True)
class Home:
    """One installation's directories; `root` is absolute."""

    root: Path

    @classmethod
    def resolve(cls, option: Path | None = None) -> Home:
        """The home named by the option, else by COPYDESK_HOME, else ./data."""
        chosen = option or Path(os.environ.get(HOME_VARIABLE) or DEFAULT_HOME)
        return cls(chosen.expanduser().resolve())

    @property
    def inbox(self) -> Path:
        """Dumps dropped here are found by the sensor."""
        return self.root / "inbox"

    @property
    def warehouse(self) -> Path:
        """Batches, their assets and the tables that are checked before a release."""
        return self.root / "warehouse"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME: the instance's runs, events and schedules."""
        return self.root / "dagster"

    @property
    def published(self) -> Path:
        """Releases and the catalogue."""
        return self.root / "published"

    def create(self) -> Home:
        """The same home, its directories made where they were missing."""
        for directory in (self.inbox, self.warehouse, self.dagster, self.published):
            directory.mkdir(parents=True, exist_ok=True)
        return self
