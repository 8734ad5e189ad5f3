"""The data dictionary: the published tables in words.

What belongs here: rendering the declarations of tables.py as Markdown (`python -m copydesk.dictionary [FILE]`). What
does not: any fact about a table that is not in its declaration.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from copydesk.tables import SCHEMA_VERSION, TABLES, Column, Table


def render_dictionary() -> str:
    """All tables, their columns, keys and sort orders, as Markdown."""
    lines = [
        "# Data dictionary",
        "",
        f"Schema version {SCHEMA_VERSION}. Generated from `copydesk/tables.py` by `make docs`; do not edit.",
        "",
        "Offsets count characters (Unicode code points) from 0, so in DuckDB",
        '`substr(body, "start" + 1, "end" - "start") = surface`. A column may be null only where it says so.',
        "",
    ]
    for table in TABLES.values():
        lines += _table(table)
    return "\n".join(lines)


def _table(table: Table) -> Iterator[str]:
    yield f"## {table.name}"
    yield ""
    yield table.description
    yield ""
    yield f"Key: {_names(table.primary_key)}. Sorted by {_names(table.sort_by)}."
    for key in table.foreign_keys:
        yield f"{_names(key.columns)} refers to `{key.references}` ({_names(key.references_columns)})."
    yield ""
    yield "| id | column | type | null | meaning |"
    yield "|---:|---|---|---|---|"
    for column in table.columns:
        yield f"| {column.field_id} | `{column.name}` | {_type(column.type)} | {'yes' if column.nullable else ''} | {_meaning(column)} |"
    yield ""


def _meaning(column: Column) -> str:
    parts = [column.description]
    if column.unit:
        parts.append(f"Unit: {column.unit}.")
    if column.values:
        parts.append(f"One of {', '.join(f'`{value}`' for value in column.values)}.")
    return " ".join(parts).replace("|", "\\|")


def _type(dtype: pa.DataType) -> str:
    return "list of string" if pa.types.is_list(dtype) else str(dtype)


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(render_dictionary() + "\n", encoding="utf-8")
    else:
        sys.stdout.write(render_dictionary() + "\n")
