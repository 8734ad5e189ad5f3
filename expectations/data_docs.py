"""Where Great Expectations' Data Docs lie and are served.

What belongs here: the names that those who write, link and serve them share. What does not: any of the three.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

LOOPBACK: Final = "127.0.0.1"
PORT: Final = 3001
URL: Final = f"http://{LOOPBACK}:{PORT}/index.html"


def data_docs(local: Path) -> Path:
    """The directory of the static site, among what a home keeps on this machine (`Home.local`)."""
    return local / "data_docs"
