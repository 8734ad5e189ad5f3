"""Great Expectations over DuckDB.

What belongs here: the execution engine and data source that make GX run its queries inside DuckDB. Importing this
module imports Great Expectations, which takes seconds: only the runner does, when it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import duckdb
from duckdb_engine import ConnectionWrapper
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.query_metric_provider import QueryMetricProvider
from sqlalchemy import Engine, event


@contextmanager
def preparing(prepare: Callable[[duckdb.DuckDBPyConnection], None]) -> Iterator[None]:
    """Have every connection to DuckDB prepared that is opened meanwhile: GX opens its own."""

    def opened(connection: object, _record: object) -> None:
        if isinstance(connection, ConnectionWrapper):
            prepare(connection)  # type: ignore[arg-type]

    event.listen(Engine, "connect", opened)
    try:
        yield
    finally:
        event.remove(Engine, "connect", opened)


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """Reads a result before its connection returns to the pool.

    GX 1.24 reads it afterwards, when duckdb-engine has already closed the cursor, and fails with an IndexError in
    `resolve_metric_bundle`.
    """

    def execute_query(self, query: Any) -> Any:
        """The frozen result of `query`."""
        with self.get_connection() as connection:
            return self._execute_query_with_recovery(connection, query).freeze()()


class UnfetchedRows(QueryMetricProvider):
    """Spares the second run of every query: GX counts the unexpected rows, and asks again to have them.

    The runner fetches them itself, of the expectations that failed.
    """

    metric_name = "unexpected_rows_query.table"
    value_keys = ("unexpected_rows_query",)

    @metric_value(engine=DuckDBExecutionEngine)
    def _duckdb(cls, **_asked: Any) -> list[dict[str, Any]]:  # noqa: N805  (GX passes `cls` by name)
        return []


class DuckDBDatasource(SQLDatasource):
    """A DuckDB database as a GX data source."""

    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]

    @property
    def execution_engine_type(self) -> type[DuckDBExecutionEngine]:
        """Our engine instead of GX's."""
        return DuckDBExecutionEngine
