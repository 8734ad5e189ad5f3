"""How a table's columns may change, and how files of an older schema are read.

What belongs here: the rule that a schema version keeps, and mapping a file's columns by their field ids.
What does not: the columns themselves (tables.py).

A column is known by its `field_id`, which never changes and is never given to another. The rule follows
semantic versioning of what a query may rely on:

- a patch version changes descriptions, units and vocabularies' wording only;
- a minor version may add nullable columns;
- a major version may also rename a column (same id), widen its type, let it be null or drop it.

Whatever else is wanted is a new column. Files of an older schema are written anew when they are released
again, so the files of one release always agree, and a plain glob reads them rightly.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.manifests import Field, Manifest, ReleaseError, describe_fields
from copydesk.tables import SCHEMA_VERSION, Table

FIELD_ID: Final = b"PARQUET:field_id"
VERSION: Final = b"copydesk.schema_version"
# Types whose every value the other type holds exactly.
WIDER: Final[Mapping[str, frozenset[str]]] = {
    "int8": frozenset({"int16", "int32", "int64"}),
    "int16": frozenset({"int32", "int64", "double"}),
    "int32": frozenset({"int64", "double"}),
    "float": frozenset({"double"}),
    "date32[day]": frozenset({"timestamp[us, tz=UTC]"}),
}


def check_evolution(parent: Manifest, tables: Mapping[str, Table], version: str) -> None:
    """Refuse a schema that its version does not allow after the parent's.

    Raises:
        ReleaseError: the step is not allowed; it says what would be.
    """
    old, new = _parts(parent.schema_version), _parts(version)
    if new < old:
        raise ReleaseError(
            f"the newest release has schema {parent.schema_version}, this code knows {version} only:"
            " update Copydesk"
        )
    needed = [
        (need, f"{name}: {what}")
        for name, table in tables.items()
        if name in parent.tables
        for need, what in _steps(parent.tables[name].fields, describe_fields(table))
    ]
    needed += [(1, f"table {name} is new") for name in tables.keys() - parent.tables.keys()]
    taken = next((2 - place for place in range(3) if new[place] != old[place]), -1)
    refused = [what for need, what in needed if need > taken]
    if refused:
        raise ReleaseError(
            f"schema {version} may not follow {parent.schema_version}: {'; '.join(refused)}"
        )


def _parts(version: str) -> tuple[int, int, int]:
    """Major, minor and patch."""
    major, minor, patch = version.split(".")
    return int(major), int(minor), int(patch)


def _steps(old: tuple[Field, ...], new: tuple[Field, ...]) -> list[tuple[int, str]]:
    """What changed between two schemas; with each, what allows it: 1 minor, 2 major, 3 nothing."""
    before = {field.id: field for field in old}
    after = {field.id: field for field in new}
    steps = list[tuple[int, str]]()
    for number, field in after.items():
        was = before.get(number)
        if was is None:
            need = 1 if field.nullable else 3
            steps.append(
                (need, f"column {field.name} is new{'' if need == 1 else ', not nullable'}")
            )
            continue
        if field.name != was.name:
            steps.append((2, f"column {was.name} is renamed {field.name}"))
        if field.type != was.type:
            wider = field.type in WIDER.get(was.type, frozenset())
            steps.append(
                (2 if wider else 3, f"column {field.name} turns {was.type} to {field.type}")
            )
        if field.nullable != was.nullable:
            need, word = (2, "may be") if field.nullable else (3, "may not be")
            steps.append((need, f"column {field.name} {word} null"))
    steps += [
        (2, f"column {field.name} is dropped")
        for number, field in before.items()
        if number not in after
    ]
    return steps


def fits(table: Table, schema: pa.Schema, source: str) -> bool:
    """Whether a file's columns are the declared ones, by name, type, nullability and id.

    Descriptions may differ: an old file keeps the wording of its day. False for a file of an older
    schema.

    Raises:
        ReleaseError: the file claims the present schema, or a later one, and does not have it.
    """
    same = schema.equals(table.arrow_schema, check_metadata=False)
    declared = [(column.name, column.field_id) for column in table.columns]
    if same and [(field.name, _field_id(field)) for field in schema] == declared:
        return True
    written = (schema.metadata or {}).get(VERSION, b"").decode()
    if _is_version(written) and _parts(written) < _parts(SCHEMA_VERSION):
        return False
    if not same:
        raise ReleaseError(
            f"table {table.name}: the columns of {source} are not the declared ones:"
            f" {_first_difference(schema, table.arrow_schema)}"
        )
    name, number = next(
        (field.name, column.field_id)
        for field, column in zip(schema, table.columns, strict=True)
        if _field_id(field) != column.field_id
    )
    raise ReleaseError(
        f"table {table.name}: column {name} of {source} lacks its field id {number}; write it with"
        " write_table_file"
    )


def upgrade(table: Table, path: Path, source: str) -> pl.DataFrame:
    """The rows of a file of an older schema, in the present one: columns are told by their ids.

    Raises:
        ReleaseError: the file's columns cannot have come from an older schema of the table.
    """
    found = {_field_id(field): field for field in pq.read_schema(path)}
    columns = []
    for column in table.columns:
        target = table.polars_schema[column.name]
        old = found.get(column.field_id)
        if old is None:
            if not column.nullable:
                raise ReleaseError(
                    f"table {table.name}: {source} lacks column {column.name} (id"
                    f" {column.field_id}), which may not be null"
                )
            columns.append(pl.lit(None, dtype=target).alias(column.name))
            continue
        if str(column.type) not in {str(old.type), *WIDER.get(str(old.type), frozenset())}:
            raise ReleaseError(
                f"table {table.name}: column {old.name} of {source} is {old.type}, which {column.type}"
                f" of {column.name} does not hold"
            )
        columns.append(pl.col(old.name).cast(target).alias(column.name))
    return pl.scan_parquet(path, glob=False, hive_partitioning=False).select(columns).collect()


def _field_id(field: pa.Field) -> int | None:
    """A column's id; None where the file gives none."""
    number = (field.metadata or {}).get(FIELD_ID)
    return None if number is None else int(number)


def _is_version(text: str) -> bool:
    """Whether a text is a version as ours are."""
    return re.fullmatch(r"\d+\.\d+\.\d+", text) is not None


def _first_difference(found: pa.Schema, declared: pa.Schema) -> str:
    """The first field in which two schemas differ, in words."""
    for left, right in itertools.zip_longest(found, declared):
        if left is None or right is None or not left.equals(right):
            return f"{_describe(left)} where {_describe(right)} is declared"
    return "they differ"


def _describe(field: pa.Field | None) -> str:
    """A field in words."""
    if field is None:
        return "nothing"
    return f"{field.name}: {field.type}{'' if field.nullable else ' not null'}"
