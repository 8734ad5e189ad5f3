"""Putting names and texts into SQL, and keeping DuckDB within bounds.

What belongs here: quoting, and how much memory DuckDB takes. What does not: any query.
"""

from __future__ import annotations

from typing import Final

# DuckDB's own limit is most of the machine. Within this, what does not fit goes to files: of 50 million blocks' keys, all.
MEMORY_LIMIT: Final = "1GB"


def literal(text: str) -> str:
    """`text` as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
