"""The gate and the release.

What belongs here: the expectations as asset checks, and the asset that publishes what passed them.
What does not: the expectations themselves (expectations) and how a release is written (copydesk).

A blocking check holds only within one run, so the release asks for itself: it takes the outcomes
kept for exactly the bytes it is about to publish, or has the tables checked when there are none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

import dagster as dg
import polars as pl

from assets import checked, metadata
from assets.final_tables import table_key
from assets.warehouse import Warehouse
from copydesk import manifests, releases, sources
from copydesk.addresses import below
from copydesk.catalogue import CATALOGUE
from copydesk.mirrors import mirror
from copydesk.stores import StoreFile
from copydesk.tables import TABLES
from expectations import data_docs, runner, suites
from expectations.against import Against, last_release

CRITICAL: Final = "critical"
RELEASE: Final = dg.AssetKey(["release"])
FAILING_ROWS: Final = 20


def _check_specs() -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            name=name,
            asset=table_key(table),
            description=description,
            # All tables are checked in one go, and foreign keys look at several.
            additional_deps=[table_key(other) for other in TABLES if other != table],
            blocking=severity == CRITICAL,
            metadata={"severity": severity},
        )
        for table, name, severity, description in suites.expectation_names()
    ]


def _validated(
    warehouse: Warehouse, files: Mapping[str, Sequence[StoreFile]]
) -> list[dict[str, Any]]:
    batches = warehouse.whole_batches()
    # Each expectation is a query of its own: over a network that would be a hundred times the tables.
    outcomes = runner.validate(
        mirror(files, warehouse.place.local / "mirror"),
        Against(
            raw=warehouse.files("raw", "raw_documents", batches),
            inputs={each: sources.count_documents(warehouse.place, each) for each in batches},
            last=last_release(warehouse.place.published),
        ),
        unchecked=checked.unchecked_files(warehouse, files),
        failed=checked.failed_before(warehouse),
        data_docs=data_docs.data_docs(warehouse.place.local),
        database=warehouse.candidate,
    )
    kept = warehouse.write_outcomes(files, [asdict(outcome) for outcome in outcomes])
    checked.remember(warehouse, files, kept)
    return kept


def _failing_rows(failing: Sequence[Mapping[str, object]]) -> dg.MetadataValue:
    columns = list(dict.fromkeys(column for row in failing for column in row))
    return dg.MetadataValue.table(
        records=[
            dg.TableRecord({column: _plain(row.get(column)) for column in columns})
            for row in failing[:FAILING_ROWS]
        ],
        schema=dg.TableSchema(columns=[dg.TableColumn(name=column) for column in columns]),
    )


def _plain(value: object) -> str | int | float | bool | None:
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _result(warehouse: Warehouse, outcome: Mapping[str, Any]) -> dg.AssetCheckResult:
    details: dict[str, dg.MetadataValue] = {
        "expectation": dg.MetadataValue.text(outcome["expectation"]),
        "severity": dg.MetadataValue.text(outcome["severity"]),
        "observed": dg.MetadataValue.text(str(outcome["observed"])),
        "unexpected_count": dg.MetadataValue.int(int(outcome["unexpected_count"] or 0)),
        # A browser follows no link from a page on http to a file: `copydesk ui` and `copydesk docs` serve them.
        "data_docs": dg.MetadataValue.url(data_docs.URL),
        "data_docs_file": dg.MetadataValue.path(
            str(data_docs.data_docs(warehouse.place.local) / "index.html")
        ),
    }
    if outcome["sql"]:
        details["sql"] = dg.MetadataValue.md(f"```sql\n{outcome['sql']}\n```")
    if outcome["sql"] and not outcome["success"]:
        view = f"{outcome['table']}.{outcome['name']}"
        details["all_failing_rows"] = dg.MetadataValue.md(
            f"```sh\nduckdb -readonly {warehouse.candidate} 'FROM failing.\"{view}\"'\n```"
        )
    if outcome["failing"]:
        details["failing_rows"] = _failing_rows(outcome["failing"])
    return dg.AssetCheckResult(
        passed=outcome["success"],
        asset_key=table_key(outcome["table"]),
        check_name=outcome["name"],
        severity=(
            dg.AssetCheckSeverity.ERROR
            if outcome["severity"] == CRITICAL
            else dg.AssetCheckSeverity.WARN
        ),
        metadata=details,
    )


@dg.multi_asset_check(
    name="expectations",
    specs=_check_specs(),
    description="Every expectation of every table, run by Great Expectations inside DuckDB.",
    compute_kind="greatexpectations",
)
def table_checks(warehouse: Warehouse) -> Iterator[dg.AssetCheckResult]:
    """One result per expectation, with the rows that fail it."""
    for outcome in _validated(warehouse, warehouse.table_files()):
        yield _result(warehouse, outcome)


@dg.asset(
    key=RELEASE,
    deps=[table_key(name) for name in TABLES],
    group_name="release",
    kinds={"parquet", "duckdb"},
    tags={"layer": "release"},
    description="The newest release: all tables, checked, switched at once, with their catalogue.",
    freshness_policy=dg.FreshnessPolicy.time_window(
        fail_window=timedelta(hours=36), warn_window=timedelta(hours=26)
    ),
)
def release(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """Publish the tables unless a critical expectation fails for exactly these files."""
    place = warehouse.place.create()
    files = warehouse.table_files()
    outcomes = warehouse.read_outcomes(files)
    if outcomes is None:
        context.log.info("these files were never checked: checking them now")
        outcomes = _validated(warehouse, files)
    _refuse_critical(outcomes)
    articles, annotated = _coverage(warehouse)
    try:
        published = releases.publish(
            place.published,
            files,
            checks=outcomes,
            inputs=warehouse.whole_batches(),
            message=f"Dagster run {context.run_id}{_said(articles, annotated)}",
            base=warehouse.corpus_base(),
            digests=warehouse.digests(),
        )
    except manifests.ReleaseConflict as error:
        # This step alone cannot help: the job `publish` computes the tables again.
        raise dg.Failure(description=f"No release: {error}", allow_retries=False) from error
    number = published.release
    if published.warning is not None:
        context.log.warning(published.warning)
    if not published.created:
        context.log.info("nothing changed: release %d stays the newest", number)
    passed = [outcome["success"] for outcome in outcomes]
    released = manifests.read_manifest(place.published, number)
    return dg.MaterializeResult(
        metadata={
            "release": dg.MetadataValue.int(number),
            "created": dg.MetadataValue.bool(published.created),
            "checks_passed": dg.MetadataValue.int(sum(passed)),
            "checks_failed": dg.MetadataValue.int(len(passed) - sum(passed)),
            "articles": dg.MetadataValue.int(articles),
            "articles_annotated": dg.MetadataValue.int(annotated),
            "expectations": _summary(outcomes),
            "data_docs": dg.MetadataValue.url(data_docs.URL),
            "catalogue": dg.MetadataValue.path(str(below(place.published, CATALOGUE))),
            "rows": metadata.bars(
                "Rows per table",
                list(TABLES),
                [released.tables[name].rows if name in released.tables else 0 for name in TABLES],
            ),
        }
    )


def _coverage(warehouse: Warehouse) -> tuple[int, int]:
    """How many articles there are, and of how many it is not known that they were left unread."""
    batches = list(warehouse.listing("tables", "articles"))
    articles: tuple[int, int] = (
        warehouse.scan("tables", "articles", batches)
        .select(pl.len(), annotated=pl.col("annotated").fill_null(value=True).sum())
        .collect()
        .row(0)
    )
    return articles


def _said(articles: int, annotated: int) -> str:
    """What a release's message says of articles that were left unread."""
    if annotated == articles:
        return ""
    return f"; names, quotations and times were read in {annotated:,} of {articles:,} articles"


def _summary(outcomes: Sequence[Mapping[str, Any]]) -> dg.MetadataValue:
    """The outcomes as a table in the UI itself: a row per table, and then what failed."""
    lines = ["| table | passed | failed, critical | failed, warning |", "| --- | --- | --- | --- |"]
    for table in TABLES:
        own = [outcome for outcome in outcomes if outcome["table"] == table]
        failed = [outcome["severity"] for outcome in own if not outcome["success"]]
        critical = failed.count(CRITICAL)
        lines.append(
            f"| {table} | {len(own) - len(failed)} | {critical} | {len(failed) - critical} |"
        )
    lines += [
        f"\n- **{outcome['table']}.{outcome['name']}**: {outcome['expectation']}"
        f" {outcome['unexpected_count']} rows fail."
        for outcome in outcomes
        if not outcome["success"]
    ]
    return dg.MetadataValue.md("\n".join(lines))


def _refuse_critical(outcomes: Sequence[Mapping[str, Any]]) -> None:
    broken = [
        f"{outcome['table']}.{outcome['name']}"
        for outcome in outcomes
        if outcome["severity"] == CRITICAL and not outcome["success"]
    ]
    if broken:
        # Trying again changes nothing: the files are the same.
        raise dg.Failure(
            description=f"No release: critical expectations fail: {', '.join(broken)}",
            allow_retries=False,
        )
