"""Answering SQL about the newest release, and nothing else.

What belongs here: running somebody's query so that it can neither write nor see a file that is not
the release's. What does not: how answers are shown.

There are two fences. Only a statement that reads is run at all, and it calls no table function but
those known to be harmless. And the connection is an in-memory DuckDB whose file access is limited
to the release's data files, that loads no extension, sees no Python variable, and whose
configuration is locked. It serves one query, so what a query might still change dies with it.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from copydesk.manifests import Manifest, ReleaseError, head, read_manifest
from copydesk.sql import identifier, literal
from copydesk.stores import LocalStore, Location, Store, open_store, pattern

# Table functions a query may call. All others are refused, for some that look like reading change
# the session: in DuckDB 1.5.5 `SELECT * FROM enable_logging(...)` does, and can bring the process
# down.
TABLE_FUNCTIONS: Final = frozenset(
    {
        "duckdb_columns",
        "duckdb_functions",
        "duckdb_views",
        "generate_series",
        "json_each",
        "json_tree",
        "range",
        "repeat",
        "unnest",
    }
)

_EXPLAIN: Final = re.compile(r"\s*EXPLAIN(\s+ANALYZE)?\s+", re.IGNORECASE)


class QueryError(Exception):
    """A query that gives no answer; the message says why, for its author."""


class NothingReleased(QueryError):  # noqa: N818 - a state, not a fault of the query
    """There is no release to ask."""


class QueryRefused(QueryError):  # noqa: N818 - as above
    """The query would do more than read the release."""


class QueryFailed(QueryError):  # noqa: N818 - as above
    """The query is wrong, or could not be finished."""


def query(published: Location, sql: str, release: int | None = None) -> pa.Table:
    """The answer of one SQL query over a release's tables.

    Args:
        published: the published directory, or its address.
        release: which release; None for the newest.
        sql: one statement that reads: SELECT, WITH, FROM, VALUES, DESCRIBE, SUMMARIZE, SHOW, or
            EXPLAIN of these; table functions only those of `TABLE_FUNCTIONS`. Every table of the
            release is a view of its name. Instants are UTC.

    Raises:
        NothingReleased: the directory holds no release.
        QueryRefused: the statement writes, changes a setting, or touches other files.
        QueryFailed: the statement is no SQL, names what does not exist, or needs too much memory.
    """
    store = open_store(published)
    manifest = _manifest(store, release)
    with tempfile.TemporaryDirectory() as spill:
        connection = _connect(store, manifest, Path(spill))
        try:
            _refuse_unless_reading(connection, sql)
            return connection.execute(sql).to_arrow_table()
        except duckdb.PermissionException as error:
            raise QueryRefused(f"a query may read the release and nothing else: {error}") from error
        except duckdb.Error as error:
            raise QueryFailed(str(error)) from error
        finally:
            connection.close()


def _manifest(store: Store, release: int | None) -> Manifest:
    """The manifest of a release, the newest unless one is named."""
    try:
        wanted = head(store) if release is None else release
        if wanted is None:
            raise NothingReleased(f"{store.location} holds no release yet; build one first")
        return read_manifest(store, wanted)
    except (OSError, ReleaseError) as error:
        raise NothingReleased(str(error)) from error


def _connect(store: Store, manifest: Manifest, spill: Path) -> duckdb.DuckDBPyConnection:
    """A connection with the release's views, closed to all else."""
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "allow_persistent_secrets": False,
            "python_enable_replacements": False,
            "temp_directory": str(spill),
        }
    )
    try:
        store.register(connection)
        local = LocalStore(store.root.resolve()) if isinstance(store, LocalStore) else store
        paths = {
            file.path: local.reading(file.path)
            for table in manifest.tables.values()
            for file in table.files
        }
        # A name is allowed as it is opened, and as it is written where a pattern must not be seen.
        allowed = dict.fromkeys(each for path in paths.values() for each in (path, pattern(path)))
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET allowed_paths = [{', '.join(map(literal, allowed))}]")
        for name, table in manifest.tables.items():
            files = ", ".join(literal(pattern(paths[file.path])) for file in table.files)
            columns = ", ".join(identifier(field.name) for field in table.fields)
            connection.execute(
                f"CREATE VIEW {identifier(name)} AS SELECT {columns}"
                f" FROM read_parquet([{files}], hive_partitioning = false)"
            )
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except duckdb.Error as error:
        connection.close()
        raise QueryFailed(
            f"release {manifest.release} cannot be opened: {error}; is a file missing?"
        ) from error
    return connection


def _refuse_unless_reading(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Refuse all but one statement that reads.

    `allowed_paths` would let COPY write to the very files of the release, and DuckDB can also be
    told things through EXPLAIN ANALYZE, CALL and table functions; hence lists of what may pass.
    """
    statements = connection.extract_statements(sql)
    if not statements:
        raise QueryFailed("there is no statement in the query")
    read = sql
    if len(statements) == 1 and statements[0].type == duckdb.StatementType.EXPLAIN:
        # What is explained is judged by itself; options in brackets are not recognised: refused.
        match = _EXPLAIN.match(sql)
        read = sql[match.end() :] if match else ""
        statements = connection.extract_statements(read)
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        raise QueryRefused("only one statement that reads is allowed, such as SELECT or DESCRIBE")
    # DuckDB's own syntax tree, so that nothing hides in a comment, a string or a subquery.
    tree = json.loads(connection.execute("SELECT json_serialize_sql(?)", [read]).fetchall()[0][0])
    if tree["error"]:
        raise QueryRefused(f"this statement is not allowed: {tree['error_message']}")
    forbidden = sorted(set(_table_functions(tree)) - TABLE_FUNCTIONS)
    if forbidden:
        raise QueryRefused(
            f"a query may read the release and nothing else: {', '.join(forbidden)} is not allowed"
        )


def _table_functions(node: object) -> Iterator[str]:
    """Names of the table functions called anywhere in a syntax tree."""
    if isinstance(node, dict):
        if node.get("type") == "TABLE_FUNCTION":
            yield str(node["function"]["function_name"]).lower()
        for child in node.values():
            yield from _table_functions(child)
    elif isinstance(node, list):
        for child in node:
            yield from _table_functions(child)
