"""Unseen blocks: every page as a role model reads it that was learned without the page's domain.

What belongs here: reading pages and their folds, keeping what was read. What does not: learning roles (roles.py), what
is learned from these blocks (pages.py, authors.py, titles.py).

What is learned on top of roles must see them as they will be in use, with a model's errors on pages it never saw.
`python -m training.unseen PAGES BLOCKS` keeps them, which is most of the time that the other scripts take.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import polars as pl
import typer

from benchmarks.quality import answers, corpus
from copydesk.blocks import split_blocks
from copydesk.html_blocks import read_pages as read_html
from copydesk.html_features import html_features
from copydesk.html_roles import assign_html_roles
from copydesk.roles import assign_roles
from copydesk.structured_data import stated_by_pages
from training.roles import PAGES_AT_A_TIME, examples, fit, html_examples, scorer

FOLDS: Final = 5

PagesArgument = Annotated[
    Path, typer.Argument(help="Parquet of pages (benchmarks/quality/corpus.py).")
]
BlocksOption = Annotated[
    Path | None, typer.Option("--blocks", help="Keep unseen blocks here (training/unseen.py).")
]


def read_pages(path: Path) -> pl.DataFrame:
    """All labelled pages, each with its `fold`."""
    return corpus.with_folds(corpus.read_corpus(path), FOLDS)


def unseen_articles(path: Path, kept: Path | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The labelled articles, each with its `fold`, and their unseen blocks."""
    pages = read_pages(path)
    articles = pages.filter(pl.col("page_type") == "article")
    blocks = unseen_blocks(pages, kept=kept).join(
        articles, left_on="document_id", right_on="id", how="semi", maintain_order="left"
    )
    return articles, blocks


def unseen_blocks(
    pages: pl.DataFrame, *more: pl.DataFrame, kept: Path | None = None
) -> pl.DataFrame:
    """The blocks with roles of all `pages` and `more`, each read by a role model of the other folds' `pages`.

    Args:
        pages: with `fold`; roles are learned from them.
        more: further pages with `fold`, which are only read.
        kept: where the blocks of all of them are, or will be.
    """
    every = pl.concat([pages, *more], how="diagonal")
    if kept is not None and kept.exists():
        blocks = pl.read_parquet(kept)
        if set(blocks["document_id"]) >= set(every["id"]):
            return blocks.join(
                every, left_on="document_id", right_on="id", how="semi", maintain_order="left"
            )
    parts = list[pl.DataFrame]()
    for fold in every["fold"].unique().sort():
        weights, booster = fit(examples(pages.filter(pl.col("fold") != fold)))
        read = answers.raw_texts(every.filter(pl.col("fold") == fold))
        parts.append(assign_roles(split_blocks(read), scorer(weights, booster)))
        print(f"fold {fold}: read", flush=True)
    blocks = pl.concat(parts)
    if kept is not None:
        blocks.write_parquet(kept)
    return blocks


def unseen_html(pages: pl.DataFrame, kept: Path | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The blocks with roles of the HTML of all `pages`, read likewise, and what the pages state of themselves.

    Args:
        pages: with `fold`.
        kept: the directory where both are, or will be.
    """
    files = [] if kept is None else [kept / "blocks.parquet", kept / "stated.parquet"]
    if files and all(file.exists() for file in files):
        blocks, stated = map(pl.read_parquet, files)
        return blocks, stated
    every, told = list[pl.DataFrame](), list[pl.DataFrame]()
    for fold in pages["fold"].unique().sort():
        rest = html_examples(pages.filter(pl.col("fold") != fold))
        score = scorer(*fit(rest, html_features), html_features)
        for part in pages.filter(pl.col("fold") == fold).iter_slices(PAGES_AT_A_TIME):
            read = part.select(document_id="id", address=pl.lit(None, dtype=pl.String)).hstack(
                read_html(part["html"].fill_null(""))
            )
            every.append(assign_html_roles(split_blocks(read), read, score))
            told.append(stated_by_pages(read))
        print(f"fold {fold}: HTML read", flush=True)
    blocks, stated = pl.concat(every), pl.concat(told)
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        for file, frame in zip(files, (blocks, stated), strict=True):
            frame.write_parquet(file)
    return blocks, stated


def main(
    path: PagesArgument,
    target: Annotated[Path, typer.Argument(help="Parquet of blocks to write.")],
) -> None:
    """Read every page unseen, made ones too, and keep the blocks."""
    from training.made_pages import made_pages
    from training.pages import MADE_PAGES

    pages = read_pages(path)
    unseen_blocks(pages, made_pages(pages, MADE_PAGES), kept=target)


if __name__ == "__main__":
    typer.run(main)
