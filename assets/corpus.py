"""The corpus layer: what is known only once all batches are.

What belongs here: duplicates, entities and the published tables in their final form. What does not:
checking and releasing them.

A final table keeps one file per batch, so that a new batch leaves the others' files, and so the
release's, alone. A batch's file is settled again only when what it is made from has changed: its own
rows, what of them is left out, or which of its articles repeat others. `entities` and `publishers` are
sums over all batches, and small; they are built anew.
"""

from collections.abc import Callable, Mapping
from typing import Final

import dagster as dg
import polars as pl

from assets import metadata
from assets.settling import (
    excluded,
    first_documents,
    merge_publishers,
    published,
    settle_articles,
    settle_documents,
)
from assets.text import LAYER
from assets.warehouse import ALL_BATCHES, Warehouse
from copydesk import duplicates as duplicate_steps
from copydesk import entities as entity_steps
from copydesk.tables import TABLES
from copydesk.takedowns import find_taken_down

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
    deps=[parsed_key("documents"), parsed_key("articles"), parsed_key("recognizers")],
    group_name="corpus",
    kinds={"polars", "parquet"},
    tags={"layer": "corpus"},
    description=(
        "Which batch keeps a document that came in with several, its copies, and what is left out."
    ),
)
def owners(warehouse: Warehouse) -> dg.MaterializeResult:
    """One row per document: document_id, batch_id, copies; and what each batch does not publish."""
    newest = warehouse.remember_base()
    batches = warehouse.whole_batches()
    documents = warehouse.scan(LAYER, "documents", batches)
    frame = first_documents(documents)
    taken = find_taken_down(
        warehouse.scan(LAYER, "articles", batches), () if newest is None else newest.takedowns
    )
    left_out = excluded(documents, frame, taken)
    warehouse.write(warehouse.corpus_path("owners"), frame)
    warehouse.write(warehouse.corpus_path("excluded"), left_out)
    return dg.MaterializeResult(
        metadata={
            **metadata.observed(frame),
            "taken_down": dg.MetadataValue.int(left_out["taken_down"].count()),
        }
    )


def _left_out(warehouse: Warehouse) -> Callable[[str], pl.DataFrame]:
    """What of a batch is not published, by its id."""
    everything = warehouse.load(warehouse.corpus_path("excluded"))
    by_batch = everything.partition_by("batch_id", as_dict=True)
    return lambda batch_id: by_batch.get((batch_id,), everything.clear())


def _published_rows(warehouse: Warehouse, name: str, column: str) -> pl.LazyFrame:
    """The rows of batch asset `name` of all batches, but for what is left out."""
    batches = warehouse.whole_batches()
    if not batches:
        return TABLES[name].empty().lazy()
    left_out = _left_out(warehouse)
    return pl.concat(
        [published(warehouse.scan(LAYER, name, [each]), left_out(each), column) for each in batches]
    )


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
    articles = _published_rows(warehouse, "articles", "document_id")
    frame = duplicate_steps.find_duplicates(articles)
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
    files = list(warehouse.listing("tables", name))
    rows = warehouse.scan("tables", name, files)
    details = {
        "dagster/row_count": dg.MetadataValue.int(rows.select(pl.len()).collect().item()),
        "preview": metadata.preview(rows.head(metadata.PREVIEW_ROWS).collect()),
        "files": dg.MetadataValue.int(len(files)),
        "path": dg.MetadataValue.path(str(warehouse.location(f"tables/{name}"))),
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
    keep = warehouse.load(warehouse.corpus_path("owners")).filter(pl.col("copies") > 1)
    repeated = warehouse.load(warehouse.corpus_path("duplicates")).drop_nulls("duplicate_of")
    batches, left_out_of = warehouse.whole_batches(), _left_out(warehouse)
    sources = warehouse.listing(LAYER, "documents")
    with warehouse.settling("documents") as settled:
        for batch_id in batches:
            ids = warehouse.read(LAYER, "documents", batch_id, columns=["document_id"])
            left_out = left_out_of(batch_id)
            copies = ids.join(keep, on="document_id").select("document_id", "copies")
            stories = ids.join(repeated, left_on="document_id", right_on="article_id").select(
                pl.col("document_id").alias("article_id"), "duplicate_of"
            )
            stamp = warehouse.stamp([sources[batch_id]], left_out, copies, stories)
            if not settled.holds(batch_id, stamp):
                rows = warehouse.scan(LAYER, "documents", [batch_id])
                frame = settle_documents(rows, left_out, copies, stories)
                settled.write(batch_id, stamp, frame)
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
    stories = warehouse.load(
        warehouse.corpus_path("duplicates"), ["article_id", "cluster_id", "duplicate_of"]
    )
    batches, left_out_of = warehouse.whole_batches(), _left_out(warehouse)
    sources = [warehouse.listing(LAYER, name) for name in ("articles", "recognizers")]
    with warehouse.settling("articles") as settled:
        for batch_id in batches:
            left_out = left_out_of(batch_id)
            ids = warehouse.read(LAYER, "articles", batch_id, columns=["article_id"])
            own = ids.join(stories, on="article_id")
            stamp = warehouse.stamp([each[batch_id] for each in sources], left_out, own)
            if not settled.holds(batch_id, stamp):
                articles, recognizers = (warehouse.lazy(each[batch_id].path) for each in sources)
                frame = settle_articles(articles, left_out, own, recognizers)
                settled.write(batch_id, stamp, frame)
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
        batches, left_out_of = warehouse.whole_batches(), _left_out(warehouse)
        sources = warehouse.listing(LAYER, name)
        with warehouse.settling(name) as settled:
            for batch_id in batches:
                left_out = left_out_of(batch_id)
                stamp = warehouse.stamp([sources[batch_id]], left_out)
                if settled.holds(batch_id, stamp):
                    continue
                if left_out.is_empty():
                    settled.share(batch_id, stamp, sources[batch_id])
                    continue
                rows = warehouse.scan(LAYER, name, [batch_id])
                frame = published(rows, left_out, id_column).collect()
                settled.write(batch_id, stamp, frame)
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
    mentions, articles = (
        _published_rows(warehouse, name, "article_id") for name in ("mentions", "articles")
    )
    frame = entity_steps.build_entities(mentions, articles)
    path = warehouse.batch_path("tables", "entities", ALL_BATCHES)
    warehouse.write(path, frame, TABLES["entities"])
    return dg.MaterializeResult(
        metadata=_describe(warehouse, "entities", ("label", "Entities by kind"))
    )
