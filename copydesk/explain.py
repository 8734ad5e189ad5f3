"""A dump, explained in the terminal.

What belongs here: laying out a dump's blocks, coloured by role, beside the article made of them.
What does not: any decision; all that is shown was decided elsewhere.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

import polars as pl
from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from copydesk import articles, parsing, reading
from copydesk.addresses import Place
from copydesk.cuts import cut_bodies, mark_blocks
from copydesk.home import Home
from copydesk.site_templates import FILE, find_cuts, outside_body, read_passages
from copydesk.stores import open_store

# Of a block no more is shown than a screen holds; the count of what is left out is.
MAX_BLOCK_CHARACTERS: Final = 1_500
# Below this width, in columns, the article stands under the dump instead of beside it.
SIDE_BY_SIDE: Final = 110

ROLE_STYLES: Final[Mapping[str, str]] = {
    "title": "bold cyan",
    "description": "cyan",
    "byline": "magenta",
    "dateline": "magenta",
    "timestamp": "bright_blue",
    "body": "green",
    "subheading": "bold green",
    "caption": "yellow",
    "tag": "bright_magenta",
    "image": "yellow",
    "publisher": "blue",
    "url": "bright_blue",
}
# What is no part of the article.
DROPPED_STYLE: Final = "red"

METADATA: Final = (
    "title",
    "description",
    "url",
    "site",
    "published_at",
    "published_precision",
    "published_source",
    "modified_at",
    "authors",
    "agency",
    "dateline",
    "section",
    "tags",
    "language",
    "image_url",
    "word_count",
    "quality",
)
PUBLISHER: Final = ("name", "legal_name", "domain", "email", "telephone", "country_code")


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was made of one dump: frames in the published schemas, of one document."""

    name: str
    documents: pl.DataFrame
    blocks: pl.DataFrame
    articles: pl.DataFrame
    images: pl.DataFrame
    publishers: pl.DataFrame


def explain(place: Place, templates: pl.DataFrame | None = None) -> Explanation:
    """Read and parse one dump in a file or an object, of a container the first, outside any home.

    Args:
        place: the file or object.
        templates: what is known of sites (see site_templates.py); without, the page stands for itself.

    Raises:
        OSError: it cannot be read.
    """
    parsed = parsing.parse(reading.read_file(place, limit=1))
    composed = articles.compose(parsed)
    blocks, found = parsed.blocks, composed.articles
    if templates is not None:
        passages = read_passages(found, blocks.filter(outside_body()), composed.publishers)
        cuts = find_cuts(passages, templates)
        blocks, found = mark_blocks(blocks, cuts), cut_bodies(found, cuts)
    return Explanation(
        name=PurePosixPath(place).name,
        documents=parsed.documents,
        blocks=blocks,
        articles=found,
        images=composed.images,
        publishers=composed.publishers,
    )


def known_templates(home: Home) -> pl.DataFrame | None:
    """What a home's pages have taught of their sites; None where nobody has looked yet.

    Raises:
        OSError: the warehouse cannot be read.
    """
    store = open_store(home.warehouse)
    if store.find(FILE) is None:
        return None
    return pl.read_parquet(store.reading(FILE), **store.polars_options)


def render(explanation: Explanation, *, width: int) -> RenderableType:
    """The dump and, beside it where `width` columns allow, the article."""
    head = _document(explanation)
    dump = _blocks(explanation.blocks)
    article = Group(*_article(explanation))
    if width < SIDE_BY_SIDE:
        return Group(head, dump, article)
    grid = Table.grid(padding=(0, 1), expand=True)
    grid.add_column(ratio=3)
    grid.add_column(ratio=2)
    grid.add_row(dump, article)
    return Group(head, grid)


def _document(explanation: Explanation) -> RenderableType:
    row = explanation.documents.row(0, named=True)
    line = Text.assemble(
        (explanation.name, "bold"),
        f"  {row['byte_length']:,} bytes, {row['encoding'] or 'no text'}",
    )
    verdict = Text(
        f"  {row['status']}", style="bold green" if row["status"] == "article" else "bold red"
    )
    if row["page_type"] is not None:
        verdict.append(f"  {row['page_type']}", style="default")
    if row["page_type_score"] is not None:
        verdict.append(f" {row['page_type_score']:.2f}", style="dim")
    if row["reason"] is not None:
        verdict.append(f"  {row['reason']}", style="default")
    roles = Counter(explanation.blocks["role"].to_list())
    legend = Text("  ").join(
        Text(f"{role} {count}", style=_style(role)) for role, count in roles.most_common()
    )
    return Group(Text.assemble(line, verdict), legend, Text())


def _style(role: str) -> str:
    return ROLE_STYLES.get(role, DROPPED_STYLE)


def _blocks(blocks: pl.DataFrame) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, expand=True, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column("role", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("block and reason", ratio=1, overflow="fold")
    for row in blocks.iter_rows(named=True):
        style = _style(row["role"])
        table.add_row(
            Text(row["role"], style=style),
            Text(f"{row['score']:.2f}", style="dim"),
            Text.assemble((_cut(row["text"]), style), (f"\n{row['reason']}", "dim italic")),
        )
    return table


def _cut(text: str) -> str:
    printable = _printable(text[:MAX_BLOCK_CHARACTERS])
    left_out = len(text) - MAX_BLOCK_CHARACTERS
    return printable if left_out <= 0 else f"{printable}… (+{left_out:,} characters)"


def _article(explanation: Explanation) -> Iterator[RenderableType]:
    if explanation.articles.is_empty():
        none = Text("no article: nothing is better than something wrong")
        yield Panel(none, title="article", title_align="left")
        return
    article = explanation.articles.row(0, named=True)
    facts = _facts({name: article[name] for name in METADATA})
    yield Panel(facts, title="article", title_align="left", border_style="green")
    for publisher in explanation.publishers.iter_rows(named=True):
        facts = _facts({name: publisher[name] for name in PUBLISHER})
        yield Panel(facts, title="publisher", title_align="left", border_style="blue")
    if not explanation.images.is_empty():
        lines = Text("\n").join(
            Text(_image(image)) for image in explanation.images.iter_rows(named=True)
        )
        yield Panel(lines, title="images", title_align="left", border_style="yellow")
    yield Panel(
        Text(_printable(article["body"])), title="body", title_align="left", border_style="green"
    )


def _facts(values: Mapping[str, object]) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in values.items():
        if value is not None and value != []:
            table.add_row(name, Text(_printable(_value(value))))
    return table


def _printable(text: str) -> str:
    # A control character would reach the terminal as a command.
    return "".join(
        character if character.isprintable() or character == "\n" else "\N{REPLACEMENT CHARACTER}"
        for character in text.replace("\t", " ")
    )


def _value(value: object) -> str:
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S UTC")
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def _image(image: Mapping[str, object]) -> str:
    size = f"{image['width']}×{image['height']}" if image["width"] is not None else "size unknown"
    crop = [image[f"crop_{side}"] for side in ("left", "top", "right", "bottom")]
    box_text = f", crop {':'.join(map(str, crop))}" if None not in crop else ""
    lead = ", lead" if image["is_lead"] else ""
    return f"{image['url']} ({size}{box_text}{lead})"
