"""Running the suites.

What belongs here: laying views over the Parquet files, having Great Expectations validate them inside DuckDB, what
came out. What does not: what is expected (suites.py and the JSON files), what follows from an outcome (assets).
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb

from copydesk.sql import MEMORY_LIMIT, identifier, literal
from copydesk.stores import Source, StoreFile, pattern
from copydesk.tables import TABLES
from expectations.against import Against, create_relations
from expectations.declaration import UNCHECKED, Expectation
from expectations.suites import load_suite

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.data_context import EphemeralDataContext

MAX_FAILING_ROWS: Final = 20
_SOURCE: Final = "release_candidate"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one expectation.

    `failing` holds at most `MAX_FAILING_ROWS` rows; `sql` finds all of them, where the expectation is a query.
    """

    table: str
    name: str
    expectation: str
    severity: str
    success: bool
    observed: Any
    unexpected_count: int
    failing: list[dict[str, Any]] = field(default_factory=list)
    sql: str | None = None

    @property
    def blocks(self) -> bool:
        """Whether the outcome forbids a release."""
        return self.severity == "critical" and not self.success


def validate(
    tables: Mapping[str, Sequence[Source]],
    against: Against | None = None,
    *,
    unchecked: Mapping[str, Sequence[Source]] | None = None,
    failed: Collection[tuple[str, str]] = (),
    data_docs: Path | None = None,
    database: Path | None = None,
) -> list[Outcome]:
    """Validate the tables against their suites, inside DuckDB.

    Args:
        tables: the Parquet files of each published table; all tables, for foreign keys look at several.
        against: what they are held against that is not in them.
        unchecked: of `tables` the files that local expectations were not asked of before; default all.
        failed: the local expectations, as table and name, that did not hold of all others; they are asked of everything,
            so that all rows that fail are found.
        data_docs: where to write Great Expectations' Data Docs, a static site.
        database: where to write a DuckDB database of views: the tables, and in the schema `failing`, for each
            expectation that failed and is a query, all rows that fail it.

    Returns:
        An outcome for each expectation. One that cannot be evaluated has failed, with the error as `observed`.
    """
    from expectations.engine import preparing  # Great Expectations takes seconds to import

    asked = [
        dataclasses.replace(each, local=False) if (table, each.name) in failed else each
        for table in TABLES
        for each in load_suite(table)
    ]
    with tempfile.TemporaryDirectory(prefix="copydesk-validation-") as directory:
        candidate = Path(directory) / "candidate.duckdb"
        with duckdb.connect(str(candidate)) as connection:
            create_tables(connection, tables, against, unchecked)
        with preparing(partial(_prepare, tables=tables, against=against)):
            results = _run(candidate, asked, data_docs)
    # GX keeps the database open with settings of its own, so failing rows are fetched from views in memory.
    with (
        tempfile.TemporaryDirectory(prefix="copydesk-validation-") as directory,
        duckdb.connect(config={"temp_directory": directory}) as connection,
    ):
        create_tables(connection, tables, against, unchecked)
        outcomes = [_outcome(expectation, result, connection) for expectation, result in results]
    if database is not None:
        _keep_failing(database, tables, against, unchecked, outcomes)
    return outcomes


def create_tables(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Sequence[Source]],
    against: Against | None,
    unchecked: Mapping[str, Sequence[Source]] | None = None,
) -> None:
    """Lay the tables, and what they are held against, as relations into a database; see `validate`."""
    _prepare(connection, tables, against)
    _create_views(connection, tables, tables if unchecked is None else unchecked)
    create_relations(connection, against or Against())


def _keep_failing(
    database: Path,
    tables: Mapping[str, Sequence[Source]],
    against: Against | None,
    unchecked: Mapping[str, Sequence[Source]] | None,
    outcomes: Sequence[Outcome],
) -> None:
    database.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", dir=database.parent) as directory:
        built = Path(directory) / database.name
        with duckdb.connect(str(built)) as connection:
            create_tables(connection, tables, against, unchecked)
            connection.execute("CREATE SCHEMA failing")
            for outcome in outcomes:
                if not outcome.success and outcome.sql is not None:
                    view = identifier(f"{outcome.table}.{outcome.name}")
                    # One that cannot be evaluated has no rows to show; its error is in the outcome.
                    with contextlib.suppress(duckdb.Error):
                        connection.execute(f"CREATE VIEW failing.{view} AS {outcome.sql}")
        built.replace(database)


def _create_views(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Sequence[Source]],
    unchecked: Mapping[str, Sequence[Source]],
) -> None:
    for name in TABLES:
        for view, files in ((name, tables[name]), (f"{UNCHECKED}{name}", unchecked[name])):
            # Of no file, no row; the columns are those of the table.
            source = _read(files) if files else f"{name} LIMIT 0"
            connection.execute(f"CREATE VIEW {view} AS SELECT * FROM {source}")


def _read(files: Sequence[Source]) -> str:
    return f"read_parquet([{', '.join(literal(pattern(str(file))) for file in files)}])"


def _prepare(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Sequence[Source]],
    against: Against | None,
) -> None:
    """Let a connection read the stores that files are in, and keep its memory within bounds."""
    connection.execute(f"SET memory_limit = {literal(MEMORY_LIMIT)}")
    files = [file for each in tables.values() for file in each]
    files += against.raw if against else ()
    for store in {file.store for file in files if isinstance(file, StoreFile)}:
        store.register(connection)


def _run(
    database: Path, asked: Sequence[Expectation], data_docs: Path | None
) -> list[tuple[Expectation, ExpectationValidationResult]]:
    # Great Expectations takes seconds to import, and only a validation needs it.
    import great_expectations as gx
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    # Defining the data source registers it with GX as `add_duckdb`.
    import expectations.engine  # noqa: F401

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = {"globally": False}
    datasource = context.data_sources.add_duckdb(
        name=_SOURCE, connection_string=f"duckdb:///{database}"
    )
    definitions = []
    for relation, suited in _by_relation(asked).items():
        suite = context.suites.add(gx.ExpectationSuite(name=relation))
        for expectation in suited:
            configuration = ExpectationConfiguration(
                type=expectation.type,
                kwargs=expectation.arguments,
                meta={"name": expectation.name},
                description=expectation.description,
                severity=expectation.severity,
            )
            suite.add_expectation(configuration.to_domain_obj())
        suite.save()
        asset = datasource.add_table_asset(name=relation, table_name=relation)
        batch = asset.add_batch_definition_whole_table("whole")
        definitions.append(
            context.validation_definitions.add(
                gx.ValidationDefinition(name=relation, data=batch, suite=suite)
            )
        )
    if data_docs is not None:
        _add_site(context, data_docs)
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(
            name="release",
            validation_definitions=definitions,
            result_format={"result_format": "SUMMARY"},
        )
    )
    run = checkpoint.run()
    if data_docs is not None:
        context.build_data_docs()
    by_name = {
        (result.suite_name, (single.expectation_config.meta or {}).get("name")): single
        for result in run.run_results.values()
        for single in result.results
    }
    return [(each, by_name[(each.relation, each.name)]) for each in asked]


def _by_relation(asked: Sequence[Expectation]) -> dict[str, list[Expectation]]:
    """The expectations by what they are asked of: a suite for each."""
    grouped = dict[str, list[Expectation]]()
    for expectation in asked:
        grouped.setdefault(expectation.relation, []).append(expectation)
    return grouped


def _add_site(context: EphemeralDataContext, directory: Path) -> None:
    page, index = (
        {"module_name": "expectations.docs_view", "class_name": name}
        for name in ("PageView", "IndexPageView")
    )
    context.add_data_docs_site(
        site_name="release",
        site_config={
            "class_name": "SiteBuilder",
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder", "view": index},
            "site_section_builders": {
                "expectations": {"view": page},
                "validations": {"view": page},
            },
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(directory),
            },
        },
    )


def _outcome(
    expectation: Expectation,
    result: ExpectationValidationResult,
    connection: duckdb.DuckDBPyConnection,
) -> Outcome:
    details = result.result or {}
    error = _error(result)
    failing = list[dict[str, Any]]()
    count = int(details.get("unexpected_count") or 0)
    if not result.success and error is None:
        if expectation.sql is not None:
            failing = _failing_rows(connection, expectation.sql)
            count = int(details.get("observed_value") or len(failing))
        else:
            column = expectation.kwargs.get("column", "value")
            failing = [{column: value} for value in details.get("partial_unexpected_list", [])][
                :MAX_FAILING_ROWS
            ]
    return Outcome(
        table=expectation.table,
        name=expectation.name,
        expectation=expectation.description,
        severity=expectation.severity,
        success=bool(result.success),
        observed=error or details.get("observed_value", count),
        unexpected_count=count,
        failing=failing,
        sql=expectation.sql,
    )


def _error(result: ExpectationValidationResult) -> str | None:
    info = result.exception_info or {}
    records = [info] if "raised_exception" in info else list(info.values())
    for record in records:
        if isinstance(record, dict) and record.get("raised_exception"):
            return str(record.get("exception_message"))
    return None


def _failing_rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    cursor = connection.execute(f"SELECT * FROM ({sql}) LIMIT {MAX_FAILING_ROWS}")
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
