"""The corpus layer: what is known only once all batches are.

What belongs here: which batch keeps a document, sites' templates, which articles repeat others. What does not: the
published tables that follow from it (final_tables.py).
"""

from collections.abc import Sequence
from typing import Final

import dagster as dg
import polars as pl

from assets import derived, metadata, repeats, site_templates
from assets.engine import Engine
from assets.settling import SHARED_DOCUMENTS, SHARED_SCHEMA, excluded
from assets.settling import owners as choose_owners
from assets.shuffles import Share, shuffle
from assets.text import LAYER
from assets.warehouse import Warehouse
from copydesk import duplicates as duplicate_steps
from copydesk.takedowns import find_taken_down

DUPLICATES: Final = dg.AssetKey(["corpus", "duplicates"])
OWNERS: Final = dg.AssetKey(["corpus", "owners"])
SITE_TEMPLATES: Final = dg.AssetKey(["corpus", "templates"])
# Documents whose ids are brought together at a time: within a gigabyte DuckDB groups some tens of millions.
DOCUMENTS_AT_ONCE: Final = 10_000_000


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
def owners(warehouse: Warehouse, engine: Engine) -> dg.MaterializeResult:
    """Documents that came in more than once: document_id, batch_id, copies; and what each batch does not publish."""
    newest = warehouse.remember_base()
    batches = warehouse.whole_batches()
    documents = warehouse.scan(LAYER, "documents", batches)
    shared = _shared_documents(warehouse, engine, batches)
    taken = find_taken_down(
        warehouse.scan(LAYER, "articles", batches), () if newest is None else newest.takedowns
    )
    frame = choose_owners(shared)
    left_out = excluded(shared, _in_batches(documents, taken))
    warehouse.write(warehouse.corpus_path("owners"), frame)
    warehouse.write(warehouse.corpus_path("excluded"), left_out)
    return dg.MaterializeResult(
        metadata={
            **metadata.observed(frame),
            "taken_down": dg.MetadataValue.int(left_out["taken_down"].count()),
        }
    )


def _shared_documents(warehouse: Warehouse, engine: Engine, batches: Sequence[str]) -> pl.DataFrame:
    """The rows of documents that came in more than once: document_id, batch_id, copies, owner."""
    if not batches:
        return SHARED_SCHEMA.to_frame()
    listed = warehouse.listing(LAYER, "documents")
    stored = [listed[batch_id] for batch_id in batches]
    return shuffle(
        warehouse,
        engine,
        "owners",
        find_shared,
        {"documents": [each.path for each in stored]},
        warehouse.stamp(stored),
        rows=warehouse.scan(LAYER, "documents", batches).select(pl.len()).collect().item(),
        at_once=DOCUMENTS_AT_ONCE,
    )


def find_shared(share: Share) -> pl.DataFrame:
    """Those of a span of ids."""
    return share.sql(SHARED_DOCUMENTS.format(inside=share.span.has_id_sql("document_id")))


def _in_batches(documents: pl.LazyFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """The rows of `taken` for every batch that has the document: document_id, taken_down, batch_id."""
    if taken.is_empty():
        return taken.with_columns(batch_id=pl.lit(None, dtype=pl.String))
    ids = documents.select("document_id", "batch_id").filter(
        pl.col("document_id").is_in(taken["document_id"].implode())
    )
    return taken.join(ids.collect(engine="streaming"), on="document_id")


@dg.asset(
    key=SITE_TEMPLATES,
    deps=[OWNERS, parsed_key("articles"), parsed_key("blocks"), parsed_key("publishers")],
    group_name="corpus",
    kinds={"polars", "parquet"},
    tags={"layer": "corpus"},
    description="Passages that a site puts on its pages whatever the article, and where they are cut.",
)
def templates(warehouse: Warehouse, engine: Engine) -> dg.MaterializeResult:
    """One row per template: site, fingerprint, opens, articles, compared; and what is cut of each batch."""
    wanted = warehouse.whole_batches() if site_templates.are_wanted() else []
    paths = {batch_id: derived.passage_path(warehouse, batch_id) for batch_id in wanted}
    task = derived.PassageTask(warehouse.place)
    derived.make_missing(warehouse, engine, derived.PASSAGES, paths, task)
    found, cuts = site_templates.bring_up_to_date(warehouse, engine, paths)
    derived.forget_others(warehouse, derived.PASSAGES, list(paths.values()))
    return dg.MaterializeResult(
        data_version=dg.DataVersion(site_templates.version(found)),
        metadata={
            **metadata.observed(found),
            "sites": dg.MetadataValue.int(found["site"].n_unique()),
            "articles_cut": dg.MetadataValue.int(cuts["document_id"].n_unique()),
        },
    )


@dg.asset(
    key=DUPLICATES,
    deps=[OWNERS, parsed_key("articles")],
    group_name="corpus",
    kinds={"polars", "parquet"},
    tags={"layer": "corpus"},
    description="Articles that repeat others, and the canonical one of their story.",
)
def duplicates(warehouse: Warehouse, engine: Engine) -> dg.MaterializeResult:
    """One row per repeated article: batch_id, article_id, duplicate_of, similarity."""
    paths = {
        batch_id: derived.fingerprint_path(warehouse, batch_id)
        for batch_id in warehouse.whole_batches()
    }
    task = derived.FingerprintTask(warehouse.place)
    derived.make_missing(warehouse, engine, derived.FINGERPRINTS, paths, task)
    left_out = warehouse.load(warehouse.corpus_path("excluded"))
    target = warehouse.corpus_path("duplicates")
    known = repeats.KnownLinks(warehouse)
    if known.holds(paths, left_out) and warehouse.store.find(target) is not None:
        frame = warehouse.load(target)
    else:
        corpus = repeats.StoredCorpus(warehouse.place, paths, known.stamp(paths, left_out))
        frame, links = duplicate_steps.find_repeats(
            corpus, left_out, known.load(paths), engine.open
        )
        frame = frame.sort("batch_id", "article_id")
        warehouse.write(target, frame)
        known.keep(paths, left_out, links)
        derived.forget_others(warehouse, derived.FINGERPRINTS, list(paths.values()))
    return dg.MaterializeResult(metadata=metadata.observed(frame))
