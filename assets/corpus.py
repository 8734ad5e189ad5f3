"""The corpus layer: what is known only once all batches are.

What belongs here: duplicates, entities and the published tables in their final form. What does not:
checking and releasing them.

A final table keeps one file per batch, so that a new batch leaves the others' files, and so the
release's, alone.
"""

from collections.abc import Mapping
from typing import Final

import dagster as dg
import polars as pl

from assets import metadata
from assets.settling import (
    first_documents,
    merge_publishers,
    settle_articles,
    settle_documents,
)
from assets.text import LAYER
from assets.warehouse import ALL_BATCHES, Warehouse
from copydesk import duplicates as duplicate_steps
from copydesk import entities as entity_steps
from copydesk.tables import TABLES

DUPLICATES: Final = dg.AssetKey(["corpus", "duplicates"])
OWNERS: Final = dg.AssetKey(["corpus", "owners"])
# Tables that follow an article or a document and change no more once their batch is processed.
FOLLOWERS: Final[Mapping[str, str]] = {
    "blocks": "document_id",
    "images": "article_id",
    "mentions": "article_id",
    "quotes": "article_id",
    "time_expressions": "article_id",
}


def table_key(name: str) -> dg.AssetKey:
    """The asset key of published table `name`."""
    return dg.AssetKey(["tables", name])


def parsed_key(name: str) -> dg.AssetKey:
    """The asset key of batch asset `name`."""
    return dg.AssetKey([LAYER, name])


@dg.asset(
    key=OWNERS,
    deps=[parsed_key("documents"), parsed_key("recognizers")],
    group_name="corpus",
    kinds={"polars", "parquet"},
    tags={"layer": "corpus"},
    description="Which batch keeps a document that came in with several, and its copies.",
)
def owners(warehouse: Warehouse) -> dg.MaterializeResult:
    """One row per document: document_id, batch_id, copies."""
    frame = first_documents(warehouse.scan(LAYER, "documents", warehouse.whole_batches()))
    warehouse.write(warehouse.corpus_path("owners"), frame)
    return dg.MaterializeResult(metadata=metadata.observed(frame))


@dg.asset(
    key=DUPLICATES,
    deps=[OWNERS, parsed_key("articles")],
    group_name="corpus",
    kinds={"polars", "parquet"},
    tags={"layer": "corpus"},
    description="Stories: articles that repeat each other, and the one of them that is canonical.",
)
def duplicates(warehouse: Warehouse) -> dg.MaterializeResult:
    """One row per article: cluster_id, duplicate_of, similarity."""
    articles = warehouse.scan(LAYER, "articles", warehouse.whole_batches())
    frame = duplicate_steps.find_duplicates(articles.unique("article_id"))
    warehouse.write(warehouse.corpus_path("duplicates"), frame)
    return dg.MaterializeResult(
        metadata={
            **metadata.observed(frame),
            "duplicates": dg.MetadataValue.int(frame["duplicate_of"].is_not_null().sum()),
        }
    )


def _final_asset(name: str, deps: list[dg.AssetKey], description: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=table_key(name),
        deps=deps,
        group_name="tables",
        kinds={"polars", "parquet"},
        tags={"layer": "tables"},
        description=f"{TABLES[name].description} {description}",
        metadata=metadata.declared(TABLES[name]),
    )


def _describe(
    warehouse: Warehouse, name: str, plot: tuple[str, str] | None = None
) -> dict[str, dg.MetadataValue]:
    rows = pl.scan_parquet(warehouse.table_files()[name])
    details = {
        "dagster/row_count": dg.MetadataValue.int(rows.select(pl.len()).collect().item()),
        "preview": metadata.preview(rows.head(metadata.PREVIEW_ROWS).collect()),
        "files": dg.MetadataValue.int(len(warehouse.table_files()[name])),
        "path": dg.MetadataValue.path(str(warehouse.root / "tables" / name)),
    }
    if plot is not None:
        column, title = plot
        details["plot"] = metadata.counts_plot(title, rows.select(column).collect(), column)
    return details


@dg.multi_asset(
    name="final_documents",
    specs=[
        _final_asset(
            "documents",
            [parsed_key("documents"), OWNERS, DUPLICATES],
            "Repeated articles are marked as such.",
        )
    ],
)
def final_documents(warehouse: Warehouse) -> dg.MaterializeResult:
    """The published documents."""
    keep = pl.scan_parquet(warehouse.corpus_path("owners"))
    repeated = pl.scan_parquet(warehouse.corpus_path("duplicates"))
    batches = warehouse.whole_batches()
    for batch_id in batches:
        frame = settle_documents(
            warehouse.scan(LAYER, "documents", [batch_id]), batch_id, keep, repeated
        ).collect()
        warehouse.write(
            warehouse.batch_path("tables", "documents", batch_id), frame, TABLES["documents"]
        )
    warehouse.keep_only("documents", batches)
    return dg.MaterializeResult(
        metadata=_describe(warehouse, "documents", ("status", "What became of the dumps"))
    )


@dg.multi_asset(
    name="final_articles",
    specs=[
        _final_asset(
            "articles",
            [parsed_key("articles"), parsed_key("recognizers"), OWNERS, DUPLICATES],
            "Knows the story it belongs to.",
        )
    ],
)
def final_articles(warehouse: Warehouse) -> dg.MaterializeResult:
    """The published articles."""
    keep = pl.scan_parquet(warehouse.corpus_path("owners"))
    stories = pl.scan_parquet(warehouse.corpus_path("duplicates"))
    batches = warehouse.whole_batches()
    for batch_id in batches:
        recognizers = pl.scan_parquet(warehouse.batch_path(LAYER, "recognizers", batch_id))
        frame = settle_articles(
            warehouse.scan(LAYER, "articles", [batch_id]), batch_id, keep, stories, recognizers
        ).collect()
        warehouse.write(
            warehouse.batch_path("tables", "articles", batch_id), frame, TABLES["articles"]
        )
    warehouse.keep_only("articles", batches)
    return dg.MaterializeResult(
        metadata=_describe(warehouse, "articles", ("language", "Articles by language"))
    )


PLOTS: Final[Mapping[str, tuple[str, str]]] = {
    "blocks": ("role", "Blocks by role"),
    "mentions": ("label", "Mentions by kind of entity"),
}


def _follower(name: str, id_column: str) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=f"final_{name}",
        specs=[_final_asset(name, [parsed_key(name), OWNERS], "Of every batch.")],
    )
    def final(warehouse: Warehouse) -> dg.MaterializeResult:
        # An article's id is its document's while a dump holds one article.
        keep = pl.scan_parquet(warehouse.corpus_path("owners")).select(
            pl.col("document_id").alias(id_column), "batch_id"
        )
        batches = warehouse.whole_batches()
        for batch_id in batches:
            source = warehouse.batch_path(LAYER, name, batch_id)
            target = warehouse.batch_path("tables", name, batch_id)
            rows = pl.scan_parquet(source)
            elsewhere = keep.filter(pl.col("batch_id") != batch_id)
            foreign = rows.join(elsewhere, on=id_column, how="semi")
            if foreign.head(1).collect().is_empty():
                warehouse.share(source, target)
            else:
                frame = rows.join(elsewhere, on=id_column, how="anti").collect()
                warehouse.write(target, frame, TABLES[name])
        warehouse.keep_only(name, batches)
        return dg.MaterializeResult(metadata=_describe(warehouse, name, PLOTS.get(name)))

    return final


followers: Final = [_follower(name, id_column) for name, id_column in FOLLOWERS.items()]


@dg.multi_asset(
    name="final_publishers",
    specs=[_final_asset("publishers", [parsed_key("publishers"), OWNERS], "Over all batches.")],
)
def final_publishers(warehouse: Warehouse) -> dg.MaterializeResult:
    """The published outlets."""
    frame = merge_publishers(warehouse.scan(LAYER, "publishers", warehouse.whole_batches()))
    path = warehouse.batch_path("tables", "publishers", ALL_BATCHES)
    warehouse.write(path, frame, TABLES["publishers"])
    return dg.MaterializeResult(metadata=_describe(warehouse, "publishers"))


# No final table depends on another: a blocking check holds up what comes after its table, and the
# checks' one step needs every table.
@dg.multi_asset(
    name="final_entities",
    specs=[
        _final_asset(
            "entities",
            [parsed_key("mentions"), parsed_key("articles"), OWNERS],
            "Over all batches.",
        )
    ],
)
def final_entities(warehouse: Warehouse) -> dg.MaterializeResult:
    """The published entities."""
    batches = warehouse.whole_batches()
    # The same bytes give the same rows in every batch they came in with.
    mentions, articles = (
        warehouse.scan(LAYER, name, batches).unique(TABLES[name].primary_key)
        for name in ("mentions", "articles")
    )
    frame = entity_steps.build_entities(mentions, articles)
    path = warehouse.batch_path("tables", "entities", ALL_BATCHES)
    warehouse.write(path, frame, TABLES["entities"])
    return dg.MaterializeResult(
        metadata=_describe(warehouse, "entities", ("label", "Entities by kind"))
    )
