"""What the declarations of the tables imply.

What belongs here: expectations that follow from copydesk/tables.py: columns, required values, keys, vocabularies.
What does not: what only somebody who knows news could say; that is in the JSON files.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from copydesk.tables import Table
from expectations.declaration import Expectation

_CRITICAL = "critical"
# Tables whose rows follow one document: what is expected of them holds or fails within it. (A key that two documents'
# rows share, the release itself refuses; it compares new files with those it keeps.)
FOLLOWERS: Final = frozenset({"blocks", "images", "mentions", "quotes", "time_expressions"})
# An article is its document's, and in the same batch.
_OF_A_DOCUMENT: Final = FOLLOWERS | {"articles"}
_OWNERS: Final = frozenset({"documents", "articles"})


def structural_expectations(table: Table) -> Iterator[Expectation]:
    """Columns in order, required values, a unique key, foreign keys, closed vocabularies; all critical."""
    follows = table.name in FOLLOWERS
    yield Expectation(
        table=table.name,
        name="columns_as_declared",
        description="The columns are those of the declaration, in order.",
        severity=_CRITICAL,
        type="expect_table_columns_to_match_ordered_list",
        kwargs={"column_list": [column.name for column in table.columns]},
    )
    holes = " OR ".join(
        f'"{column.name}" IS NULL' for column in table.columns if not column.nullable
    )
    yield _rows(
        table,
        "required_values_present",
        "No null where the declaration allows none.",
        f"SELECT * FROM {{batch}} WHERE {holes}",
        local=True,
    )
    key = ", ".join(f'"{name}"' for name in table.primary_key)
    yield _rows(
        table,
        "key_unique",
        f"The key ({', '.join(table.primary_key)}) names one row.",
        f"SELECT {key}, count(*) AS rows FROM {{batch}} GROUP BY {key} HAVING count(*) > 1",
        local=follows,
    )
    for foreign in table.foreign_keys:
        pairs = " AND ".join(
            f'child."{own}" = parent."{other}"'
            for own, other in zip(foreign.columns, foreign.references_columns, strict=True)
        )
        present = " AND ".join(f'child."{own}" IS NOT NULL' for own in foreign.columns)
        # Not `child.*`: the join would carry every body to find, mostly, no row at all.
        shown = dict.fromkeys((*table.primary_key, *foreign.columns))
        columns = ", ".join(f'child."{name}"' for name in shown)
        owned = table.name in _OF_A_DOCUMENT and foreign.references in _OWNERS - {table.name}
        parent = f"{{{foreign.references}}}" if owned else foreign.references
        yield _rows(
            table,
            f"{'_'.join(foreign.columns)}_in_{foreign.references}",
            f"{', '.join(foreign.columns)} refers to a row of {foreign.references}.",
            f"SELECT {columns} FROM {{batch}} AS child ANTI JOIN {parent} AS parent ON {pairs} WHERE {present}",
            local=owned,
        )
    for column in table.columns:
        if column.values is not None:
            yield Expectation(
                table=table.name,
                name=f"{column.name}_in_vocabulary",
                description=f"{column.name} is one of its admissible values.",
                severity=_CRITICAL,
                type="expect_column_values_to_be_in_set",
                kwargs={"column": column.name, "value_set": list(column.values)},
                local=True,
            )


def _rows(table: Table, name: str, description: str, query: str, *, local: bool) -> Expectation:
    return Expectation(
        table=table.name,
        name=name,
        description=description,
        severity=_CRITICAL,
        type="unexpected_rows_expectation",
        kwargs={"unexpected_rows_query": query},
        local=local,
    )
