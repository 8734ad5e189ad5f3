"""The corpus layer: what is known only once all batches are.

What belongs here: duplicates, sites' templates, entities and the published tables in their final form.
What does not: checking and releasing them.

A final table keeps one file per batch, so that a new batch leaves the others' files, and so the
release's, alone. A batch's file is settled again only when what it is made from has changed: its own
rows, what of them is left out, what is cut out of them, or which of its articles repeat others. `entities` and `publishers` are
sums over all batches; they are summed anew from what is kept of each (derived.py) when that has changed.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final

import dagster as dg
import polars as pl

from assets import derived, metadata, site_templates
from assets.engine import Engine
from assets.settling import (
    excluded,
    merge_publishers,
    published,
    settle_articles,
    settle_documents,
    shared_documents,
)
from assets.text import LAYER
from assets.warehouse import ALL_BATCHES, Warehouse
from copydesk import cuts as cut_steps
from copydesk import duplicates as duplicate_steps
from copydesk import entities as entity_steps
from copydesk.site_templates import CUTS_SCHEMA
from copydesk.tables import TABLES
from copydesk.takedowns import find_taken_down

DUPLICATES: Final = dg.AssetKey(["corpus", "duplicates"])
OWNERS: Final = dg.AssetKey(["corpus", "owners"])
SITE_TEMPLATES: Final = dg.AssetKey(["corpus", "templates"])
# Tables that follow an article or a document and change no more once their batch is processed.
FOLLOWERS: Final[Mapping[str, str]] = {
    "blocks": "document_id",
    "images": "article_id",
    "mentions": "article_id",
    "quotes": "article_id",
    "time_expressions": "article_id",
}
# What lies at offsets into bodies, or is made of their text.
FOLLOW_CUTS: Final = frozenset({"blocks", "mentions", "quotes", "time_expressions"})
# Rows of tallies that are summed in one go; they take some 200 bytes each meanwhile.
SURFACES_AT_ONCE: Final = 3_000_000


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
    """Documents that came in more than once: document_id, batch_id, copies; and what each batch does not publish."""
    newest = warehouse.remember_base()
    batches = warehouse.whole_batches()
    documents = warehouse.scan(LAYER, "documents", batches)
    frame = shared_documents(documents)
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


def _by_batch(frame: pl.DataFrame) -> Callable[[str], pl.DataFrame]:
    """The rows of a batch, by its id."""
    parts = frame.partition_by("batch_id", as_dict=True)
    return lambda batch_id: parts.get((batch_id,), frame.clear())


def _left_out(warehouse: Warehouse) -> Callable[[str], pl.DataFrame]:
    """What of a batch is not published, by its id."""
    return _by_batch(warehouse.load(warehouse.corpus_path("excluded")))


def _cuts(warehouse: Warehouse) -> Callable[[str], pl.DataFrame]:
    """What is cut out of a batch's bodies, by its id."""
    cuts_of = _by_batch(warehouse.load(warehouse.corpus_path(site_templates.CUTS)))
    return lambda batch_id: cuts_of(batch_id).drop("batch_id")


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
    paths = {
        batch_id: derived.passage_path(warehouse, batch_id)
        for batch_id in warehouse.whole_batches()
    }
    task = derived.PassageTask(warehouse.place)
    derived.make_missing(warehouse, engine, derived.PASSAGES, paths, task)
    found, cuts = site_templates.bring_up_to_date(warehouse, paths, _left_out(warehouse))
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
    known = derived.KnownLinks(warehouse)
    if known.holds(paths, left_out) and warehouse.store.find(target) is not None:
        frame = warehouse.load(target)
    else:
        corpus = derived.StoredCorpus(warehouse, paths)
        frame, links = duplicate_steps.find_repeats(corpus, left_out, known.load(paths))
        warehouse.write(target, frame)
        known.keep(paths, left_out, links)
        derived.forget_others(warehouse, derived.FINGERPRINTS, list(paths.values()))
    return dg.MaterializeResult(metadata=metadata.observed(frame))


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
        details["plot"] = metadata.counts_plot(title, rows, column)
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
    copies_of, stories_of = (
        _by_batch(warehouse.load(warehouse.corpus_path(name))) for name in ("owners", "duplicates")
    )
    batches, left_out_of = warehouse.whole_batches(), _left_out(warehouse)
    sources = warehouse.listing(LAYER, "documents")
    with warehouse.settling("documents") as settled:
        for batch_id in batches:
            left_out, copies = left_out_of(batch_id), copies_of(batch_id)
            stories = stories_of(batch_id).select("article_id", "duplicate_of")
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
            [
                parsed_key("articles"),
                parsed_key("recognizers"),
                OWNERS,
                SITE_TEMPLATES,
                DUPLICATES,
            ],
            "Knows the story it belongs to.",
        )
    ],
)
def final_articles(warehouse: Warehouse) -> dg.MaterializeResult:
    """The published articles."""
    stories_of = _by_batch(warehouse.load(warehouse.corpus_path("duplicates")))
    batches, left_out_of = warehouse.whole_batches(), _left_out(warehouse)
    cuts_of = _cuts(warehouse)
    sources = [warehouse.listing(LAYER, name) for name in ("articles", "recognizers")]
    with warehouse.settling("articles") as settled:
        for batch_id in batches:
            left_out, cuts = left_out_of(batch_id), cuts_of(batch_id)
            own = stories_of(batch_id).select("article_id", "duplicate_of")
            stamp = warehouse.stamp([each[batch_id] for each in sources], left_out, own, cuts)
            if not settled.holds(batch_id, stamp):
                articles, recognizers = (
                    warehouse.scan(LAYER, each, [batch_id]) for each in ("articles", "recognizers")
                )
                frame = settle_articles(articles, left_out, own, cuts, recognizers)
                settled.write(batch_id, stamp, frame)
    warehouse.keep_only("articles", batches)
    return dg.MaterializeResult(
        metadata=_describe(warehouse, "articles", ("language", "Articles by language"))
    )


PLOTS: Final[Mapping[str, tuple[str, str]]] = {
    "blocks": ("role", "Blocks by role"),
    "mentions": ("label", "Mentions by kind of entity"),
}


def _cut(
    warehouse: Warehouse, name: str, batch_id: str, rows: pl.DataFrame, cuts: pl.DataFrame
) -> pl.DataFrame:
    """The rows of a batch's follower, brought into line with what is cut out of its bodies."""
    if name == "blocks":
        return cut_steps.mark_blocks(rows, cuts)
    if name == "quotes":
        mentions = warehouse.scan(LAYER, "mentions", [batch_id]).collect()
        return cut_steps.move_quotes(rows, cuts, cut_steps.move(mentions, cuts))
    return cut_steps.move(rows, cuts)


def _follower(name: str, id_column: str) -> dg.AssetsDefinition:
    follows_cuts = name in FOLLOW_CUTS
    deps = [parsed_key(name), OWNERS, *([SITE_TEMPLATES] if follows_cuts else [])]
    # A speaker is an entity as long as a mention names it.
    read = [name, "mentions"] if name == "quotes" else [name]

    @dg.multi_asset(
        name=f"final_{name}",
        specs=[_final_asset(name, deps, "Of every batch.")],
    )
    def final(warehouse: Warehouse) -> dg.MaterializeResult:
        batches, left_out_of = warehouse.whole_batches(), _left_out(warehouse)
        cuts_of = _cuts(warehouse) if follows_cuts else lambda _: CUTS_SCHEMA.to_frame()
        sources = [warehouse.listing(LAYER, each) for each in read]
        with warehouse.settling(name) as settled:
            for batch_id in batches:
                left_out, cuts = left_out_of(batch_id), cuts_of(batch_id)
                stamp = warehouse.stamp([each[batch_id] for each in sources], left_out, cuts)
                if settled.holds(batch_id, stamp):
                    continue
                is_whole = left_out.is_empty() and cuts.is_empty()
                if is_whole and warehouse.is_current(LAYER, name, batch_id):
                    settled.share(batch_id, stamp, sources[0][batch_id])
                    continue
                rows = warehouse.scan(LAYER, name, [batch_id])
                frame = published(rows, left_out, id_column).collect()
                if cuts.height:
                    frame = _cut(warehouse, name, batch_id, frame, cuts)
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
    sources = warehouse.listing(LAYER, "publishers")
    batches = warehouse.whole_batches()
    with warehouse.settling("publishers") as settled:
        stamp = warehouse.stamp([sources[batch_id] for batch_id in batches])
        if not settled.holds(ALL_BATCHES, stamp):
            frame = merge_publishers(warehouse.scan(LAYER, "publishers", batches))
            settled.write(ALL_BATCHES, stamp, frame)
    return dg.MaterializeResult(metadata=_describe(warehouse, "publishers"))


# No final table depends on another: a blocking check holds up what comes after its table, and the
# checks' one step needs every table.
@dg.multi_asset(
    name="final_entities",
    specs=[
        _final_asset(
            "entities",
            [parsed_key("mentions"), parsed_key("articles"), OWNERS, SITE_TEMPLATES],
            "Over all batches.",
        )
    ],
)
def final_entities(warehouse: Warehouse) -> dg.MaterializeResult:
    """The published entities."""
    left_out_of, cuts_of = _left_out(warehouse), _cuts(warehouse)
    paths = [
        derived.tally_batch(warehouse, batch_id, left_out_of(batch_id), cuts_of(batch_id))
        for batch_id in warehouse.whole_batches()
    ]
    names = (derived.SURFACES, derived.SIGHTINGS)
    files = dict(zip(names, map(list, zip(*paths, strict=True)), strict=True)) if paths else {}
    stored = [warehouse.stored(path) for pair in paths for path in pair]
    with warehouse.settling("entities") as settled:
        stamp = warehouse.stamp(stored)
        if not settled.holds(ALL_BATCHES, stamp):
            settled.write(ALL_BATCHES, stamp, _sum_tallies(warehouse, files))
            for name, kept in files.items():
                derived.forget_others(warehouse, name, kept)
    return dg.MaterializeResult(
        metadata=_describe(warehouse, "entities", ("label", "Entities by kind"))
    )


def _sum_tallies(warehouse: Warehouse, files: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """The entities of all tallies, some shares of them at a time: not all surfaces need fit memory."""
    if not files:
        return TABLES["entities"].empty()
    surfaces, sightings = (warehouse.lazy(*files[name]) for name in files)
    rows = surfaces.select(pl.len()).collect().item()
    passes = min(entity_steps.SHARES, -(-rows // SURFACES_AT_ONCE)) or 1
    bounds = [entity_steps.SHARES * number // passes for number in range(passes + 1)]
    return pl.concat(
        entity_steps.sum_tallies(
            *(
                tally.filter(pl.col("share").is_between(start, end, closed="left"))
                for tally in (surfaces, sightings)
            )
        )
        for start, end in pairwise(bounds)
    )
