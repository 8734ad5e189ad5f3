"""The published tables in their final form, from what the batches have and what the corpus knows.

What belongs here: their assets, and having stale batches settled again. What does not: how rows are settled (settling.py),
checking and releasing them (release.py).

A table keeps one file per batch, so that a new batch leaves the others' files, and so the release's, alone. A batch's file is
settled again only when what it is made from has changed: its own rows, what of them is left out, what is cut out of
them, or which of its articles repeat others. `entities` and `publishers` are sums over all batches; they are
summed anew from what is kept of each (derived.py) when that has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import dagster as dg
import polars as pl

from assets import derived, metadata
from assets.corpus import DUPLICATES, OWNERS, SITE_TEMPLATES, parsed_key
from assets.engine import Engine
from assets.facts import Facts, Ledger, of_batch
from assets.settling import RECIPES, merge_publishers
from assets.shuffles import Files, Share, shuffle
from assets.text import LAYER
from assets.warehouse import ALL_BATCHES, Warehouse
from copydesk import entities as entity_steps
from copydesk.home import Home
from copydesk.tables import TABLES

# Facts by the asset that finds them.
FOUND_BY: Final[Mapping[str, dg.AssetKey]] = {
    "left_out": OWNERS,
    "copies": OWNERS,
    "stories": DUPLICATES,
    "cuts": SITE_TEMPLATES,
}
# What is said of a table beside what its declaration says.
REMARKS: Final[Mapping[str, str]] = {
    "documents": "Repeated articles are marked as such.",
    "articles": "Knows the story it belongs to.",
}
PLOTS: Final[Mapping[str, tuple[str, str]]] = {
    "documents": ("status", "What became of the dumps"),
    "articles": ("language", "Articles by language"),
    "blocks": ("role", "Blocks by role"),
    "mentions": ("label", "Mentions by kind of entity"),
    "entities": ("label", "Entities by kind"),
}
# Settling so many documents' rows of one table takes about as long as processing one document.
SETTLED_FOR_ONE: Final = 100
# Rows of tallies that are summed in one go; they take some 200 bytes each meanwhile.
SURFACES_AT_ONCE: Final = 3_000_000
# Rows of outlets, one for each batch that has one; they take a kilobyte.
OUTLETS_AT_ONCE: Final = 1_000_000


def table_key(name: str) -> dg.AssetKey:
    """The asset key of published table `name`."""
    return dg.AssetKey(["tables", name])


def _spec(name: str, deps: Sequence[dg.AssetKey], description: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=table_key(name),
        deps=list(dict.fromkeys(deps)),
        group_name="tables",
        kinds={"polars", "parquet"},
        tags={"layer": "tables"},
        description=f"{TABLES[name].description} {description}",
        metadata=metadata.declared(TABLES[name]),
    )


def _describe(warehouse: Warehouse, name: str) -> dict[str, dg.MetadataValue]:
    files = list(warehouse.listing("tables", name))
    rows = warehouse.scan("tables", name, files)
    details = {
        "dagster/row_count": dg.MetadataValue.int(rows.select(pl.len()).collect().item()),
        "preview": metadata.preview(rows.head(metadata.PREVIEW_ROWS).collect()),
        "files": dg.MetadataValue.int(len(files)),
        "path": dg.MetadataValue.path(str(warehouse.location(f"tables/{name}"))),
    }
    if name in PLOTS:
        column, title = PLOTS[name]
        details["plot"] = metadata.counts_plot(title, rows, column)
    return details


@dataclass(frozen=True, slots=True)
class SettleTask:
    """Settles a batch's rows of a table; gives the name of the file."""

    home: Home
    name: str

    def __call__(self, batch_id: str) -> str:
        """Write the table's file of the batch with this id."""
        warehouse, recipe = Warehouse.at(self.home), RECIPES[self.name]
        path = warehouse.batch_path("tables", self.name, batch_id)
        facts = of_batch(warehouse, batch_id, *recipe.facts)
        if _is_as_it_was(warehouse, self.name, batch_id, facts):
            warehouse.store.share(warehouse.batch_path(LAYER, self.name, batch_id), path)
        else:
            frames = [warehouse.scan(LAYER, name, [batch_id]) for name in recipe.frames]
            warehouse.write(path, recipe.settle(*frames, **facts), TABLES[self.name])
        return path


def _is_as_it_was(warehouse: Warehouse, name: str, batch_id: str, facts: Facts) -> bool:
    """Whether a batch's rows are published as processing left them."""
    nothing_known = all(frame.is_empty() for frame in facts.values())
    return RECIPES[name].as_is and nothing_known and warehouse.is_current(LAYER, name, batch_id)


def settle(warehouse: Warehouse, engine: Engine, name: str) -> None:
    """Settle the batches of a table that are not what they would be now."""
    recipe, batches = RECIPES[name], warehouse.whole_batches()
    ledger = Ledger(warehouse, *recipe.facts)
    sources = [warehouse.listing(LAYER, each) for each in recipe.frames]
    with warehouse.settling(name) as settled:
        stale, rewritten = dict[str, str](), list[str]()
        for batch_id in batches:
            facts = ledger.of(batch_id)
            stamp = warehouse.stamp([each[batch_id] for each in sources], *facts.values())
            if not settled.holds(batch_id, stamp):
                stale[batch_id] = stamp
                if not _is_as_it_was(warehouse, name, batch_id, facts):
                    rewritten.append(batch_id)
        documents = warehouse.scan(LAYER, "documents", rewritten).select(pl.len()).collect().item()
        opened = engine.open(documents // SETTLED_FOR_ONE, keys=len(stale))
        task = SettleTask(warehouse.place, name)
        for outcome in opened.map(task, list(stale)):
            outcome.result()
            settled.note(outcome.key, stale[outcome.key])
    warehouse.keep_only(name, batches)


def _final(name: str) -> dg.AssetsDefinition:
    recipe = RECIPES[name]
    deps = [*map(parsed_key, recipe.frames), *(FOUND_BY[fact] for fact in recipe.facts)]

    @dg.multi_asset(
        name=f"final_{name}", specs=[_spec(name, deps, REMARKS.get(name, "Of every batch."))]
    )
    def final(warehouse: Warehouse, engine: Engine) -> dg.MaterializeResult:
        settle(warehouse, engine, name)
        return dg.MaterializeResult(metadata=_describe(warehouse, name))

    return final


by_batch: Final = [_final(name) for name in RECIPES]


@dg.multi_asset(
    name="final_publishers",
    specs=[_spec("publishers", [parsed_key("publishers"), OWNERS], "Over all batches.")],
)
def final_publishers(warehouse: Warehouse, engine: Engine) -> dg.MaterializeResult:
    """The published outlets."""
    sources = warehouse.listing(LAYER, "publishers")
    files = [sources[batch_id] for batch_id in warehouse.whole_batches()]
    with warehouse.settling("publishers") as settled:
        stamp = warehouse.stamp(files)
        if not settled.holds(ALL_BATCHES, stamp):
            paths = {"publishers": [file.path for file in files]}
            frame = _sum(
                warehouse, engine, "publishers", sum_outlets, paths, stamp, OUTLETS_AT_ONCE
            )
            settled.write(ALL_BATCHES, stamp, frame)
    return dg.MaterializeResult(metadata=_describe(warehouse, "publishers"))


def _sum(
    warehouse: Warehouse,
    engine: Engine,
    name: str,
    step: Callable[[Share], pl.DataFrame],
    files: Files,
    stamp: str,
    at_once: int,
) -> pl.DataFrame:
    """A table over all batches; `at_once` of the rows of the first of its `files` at a time."""
    first = next(iter(files.values()))
    if not first:
        return TABLES[name].empty()
    rows = warehouse.lazy(*first).select(pl.len()).collect().item()
    return shuffle(warehouse, engine, name, step, files, stamp, rows=rows, at_once=at_once)


def sum_outlets(share: Share) -> pl.DataFrame:
    """The outlets of a span of ids."""
    outlets = share.scan_table("publishers")
    return merge_publishers(outlets.filter(share.span.has_id("publisher_id")))


# No final table depends on another: a blocking check holds up what comes after its table, and the
# checks' one step needs every table.
@dg.multi_asset(
    name="final_entities",
    specs=[
        _spec(
            "entities",
            [parsed_key("mentions"), parsed_key("articles"), OWNERS, SITE_TEMPLATES],
            "Over all batches.",
        )
    ],
)
def final_entities(warehouse: Warehouse, engine: Engine) -> dg.MaterializeResult:
    """The published entities."""
    ledger = Ledger(warehouse, "left_out", "cuts")
    paths = {
        batch_id: derived.tally_paths(warehouse, batch_id, ledger.of(batch_id))
        for batch_id in warehouse.whole_batches()
    }
    sightings = {batch_id: path for batch_id, (_, path) in paths.items()}
    task = derived.TallyTask(warehouse.place)
    derived.make_missing(warehouse, engine, derived.SIGHTINGS, sightings, task)
    files = {
        name: [pair[place] for pair in paths.values()]
        for place, name in enumerate((derived.SURFACES, derived.SIGHTINGS))
    }
    with warehouse.settling("entities") as settled:
        stamp = warehouse.stamp(
            [warehouse.stored(path) for each in files.values() for path in each]
        )
        if not settled.holds(ALL_BATCHES, stamp):
            frame = _sum(warehouse, engine, "entities", sum_tallies, files, stamp, SURFACES_AT_ONCE)
            settled.write(ALL_BATCHES, stamp, frame)
    # Sightings, which vouch for their surfaces, go before them, so that a run that is killed leaves none that lie.
    for name in (derived.SIGHTINGS, derived.SURFACES):
        derived.forget_others(warehouse, name, files[name])
    return dg.MaterializeResult(metadata=_describe(warehouse, "entities"))


def sum_tallies(share: Share) -> pl.DataFrame:
    """The entities of a span of ids."""
    return entity_steps.sum_tallies(
        *(
            share.scan(name).filter(share.span.has_id("entity_id"))
            for name in (derived.SURFACES, derived.SIGHTINGS)
        )
    )
