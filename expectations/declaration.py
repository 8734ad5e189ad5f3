"""The form of an expectation before Great Expectations knows of it.

What belongs here: the record that the JSON files and the derived expectations share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from copydesk.tables import TABLES

UNCHECKED: Final = "unchecked_"
_QUERY: Final = "unexpected_rows_query"


@dataclass(frozen=True, slots=True)
class Expectation:
    """One expectation of a table.

    `type` and `kwargs` are Great Expectations' own; `severity` is critical (blocks the release) or warning (shows).
    In the SQL of an `unexpected_rows_expectation`, `{batch}` stands for the table; braces of a regular expression are
    doubled. What is `local` holds or fails within one document's rows, so that it need not be asked again of files that it
    was asked of: `{batch}` is then the table's rows in other files, and `{documents}`, `{blocks}` and so on are other tables' rows
    of the same documents.
    """

    table: str
    name: str
    description: str
    severity: str
    type: str
    kwargs: Mapping[str, Any]
    local: bool = False

    @property
    def relation(self) -> str:
        """What `{batch}` stands for: the table, or its rows in files that were not checked yet."""
        return self._relation(self.table)

    @property
    def arguments(self) -> dict[str, Any]:
        """Great Expectations' arguments; of what is in braces only `{batch}` is left."""
        query = self.kwargs.get(_QUERY)
        if query is None:
            return dict(self.kwargs)
        for name in TABLES:
            query = query.replace(f"{{{name}}}", self._relation(name))
        return {**self.kwargs, _QUERY: query}

    @property
    def sql(self) -> str | None:
        """The query that finds every failing row, where the expectation is one."""
        query = self.arguments.get(_QUERY)
        return str(query).format(batch=self.relation) if query is not None else None

    def _relation(self, table: str) -> str:
        return f"{UNCHECKED}{table}" if self.local else table
