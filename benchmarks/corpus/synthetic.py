"""A warehouse of made-up batches, as if they had been read and processed.

What belongs here: writing the frames that processing leaves, without texts being processed. What does not: the articles'
words (benchmarks.throughput), the measuring (__main__.py).

Articles are those of the throughput benchmark's generator: one in ten is a variant of a story that others have too.
With `notes`, three pages of five end with a note of their outlet's, which is then cut. With `sites`, articles are of so many
sites instead of the generator's 240, and the number of a site's articles is in proportion to one by its rank: most
sites have few.
Mentions are of entities whose frequencies follow Zipf's law, and of people known by one word, who are of one article only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from itertools import islice

import numpy as np
import polars as pl

from assets.warehouse import Warehouse
from benchmarks.release.__main__ import filled
from benchmarks.throughput.generator import Generator, Story
from copydesk.tables import TABLES

BATCH = 20_000
BLOCKS, MENTIONS, LOCAL, ENTITIES = 12, 20, 3, 400_000
ZIPF = 1.3


def write_warehouse(
    warehouse: Warehouse, articles: int, added: int, notes: bool = False, sites: int = 0
) -> Iterator[list[str]]:
    """Write batches of `articles` articles, then, when asked on, those of `added` newer and of `added` older ones.

    Yields:
        the batches' ids.
    """
    count = int((articles + 2 * added) / 0.9)  # The generator's pages are not all articles.
    stories = iter(Generator(count, seed=11).stories())
    sizes = [min(BATCH, articles - start) for start in range(0, articles, BATCH)]
    yield [write_batch(warehouse, number, list(islice(stories, size)), notes=notes, sites=sites) for number, size in enumerate(sizes)]  # fmt: skip
    for place, days in enumerate((20_000, -20_000)):
        more = list(islice(stories, added))
        yield [write_batch(warehouse, len(sizes) + place, more, days, notes, sites)]


def write_batch(
    warehouse: Warehouse,
    number: int,
    stories: Sequence[Story],
    days: int = 0,
    notes: bool = False,
    sites: int = 0,
) -> str:
    """The files of one batch, its articles published so many days later; returns its id."""
    chance = np.random.default_rng(number)
    if sites:
        # The logarithm of a rank is spread evenly where numbers are in proportion to one by the rank.
        ranks = (float(sites) ** chance.random(len(stories))).astype(int)
        stories = [_at_site(story, rank) for story, rank in zip(stories, ranks, strict=True)]
    batch_id = sha256(f"batch {number}".encode()).hexdigest()[:20]
    ids = [sha256(f"article {story.number}".encode()).hexdigest()[:20] for story in stories]
    noted = [notes and story.number % 5 < 3 for story in stories]
    bodies = [
        "\n\n".join([*story.paragraphs, *[story.outlet.consent][: 1 if with_note else 0]])
        for story, with_note in zip(stories, noted, strict=True)
    ]
    outlets = [sha256(story.outlet.domain.encode()).hexdigest()[:20] for story in stories]
    names = dict(zip(outlets, (story.outlet.name for story in stories), strict=True))
    every = len(ids)
    ranks = np.minimum(chance.zipf(ZIPF, every * MENTIONS) - 1, ENTITIES - 1)
    local = chance.integers(0, 2**62, every * LOCAL)
    blocks = np.tile(np.arange(BLOCKS), every)
    frames = {
        "documents": filled(
            "documents", document_id=ids, batch_id=[batch_id] * every, status=["article"] * every
        ),
        "blocks": filled(
            "blocks",
            document_id=np.repeat(ids, BLOCKS),
            block_index=blocks,
            text=_block_texts(stories, noted),
            role=np.where(blocks % 3, "body", "navigation"),
        ),
        "articles": filled(
            "articles",
            article_id=ids,
            document_id=ids,
            cluster_id=ids,
            body=bodies,
            title=[story.headline for story in stories],
            url=[story.url for story in stories],
            language=["en"] * every,
            publisher_id=outlets,
            published_at=pl.Series(
                [story.moment + timedelta(days=days) for story in stories],
                dtype=pl.Datetime("us", "UTC"),
            ),
            published_precision=["minute"] * every,
        ),
        "images": filled("images", article_id=ids, image_index=[0] * every),
        "publishers": filled(
            "publishers", publisher_id=list(names), name=list(names.values())
        ),
        "mentions": filled(
            "mentions",
            article_id=np.concatenate([np.repeat(ids, MENTIONS), np.repeat(ids, LOCAL)]),
            field=["body"] * (every * (MENTIONS + LOCAL)),
            start=np.concatenate([np.tile(np.arange(MENTIONS), every), np.tile(np.arange(LOCAL) + MENTIONS, every)]) * 50,
            surface=[*(f"Firm {rank} {rank % 3}" for rank in ranks), *(f"Name{one % 5_000}" for one in local)],
            label=["organisation"] * len(ranks) + ["person"] * len(local),
            entity_id=[*_entity_ids(ranks), *(f"{one:020x}"[::-1] for one in local.tolist())],
        ),
        "quotes": filled("quotes", article_id=ids),
        "time_expressions": filled("time_expressions", article_id=ids),
        "recognizers": pl.DataFrame({"article_id": ids, "recognizer": ["made up"] * every}),
    }  # fmt: skip
    for name, frame in frames.items():
        warehouse.write(warehouse.batch_path("parsed", name, batch_id), frame, TABLES.get(name))
    warehouse.store.replace(f"batches/{batch_id}.json", b"{}")
    return batch_id


def _at_site(story: Story, rank: int) -> Story:
    """The story at the site of this rank, with what that puts below it."""
    name = f"Outlet {rank}"
    note = f"{name} sends its readers a letter every Friday, and asks them to sign up for it."
    outlet = replace(story.outlet, name=name, domain=f"outlet{rank}.example", consent=note)
    return replace(story, outlet=outlet)


def _block_texts(stories: Sequence[Story], noted: Sequence[bool]) -> list[str]:
    """Of each page the same blocks; the last but one, which is body, is the outlet's note where the page has it."""
    plain = [f"Block number {number}" for number in range(BLOCKS)]
    return [
        story.outlet.consent if with_note and number == BLOCKS - 2 else text
        for story, with_note in zip(stories, noted, strict=True)
        for number, text in enumerate(plain)
    ]


def _entity_ids(ranks: np.ndarray) -> list[str]:
    known = {rank: sha256(f"entity {rank}".encode()).hexdigest()[:20] for rank in np.unique(ranks)}
    return [known[rank] for rank in ranks]
