"""Unseen blocks: every page as role models read it that were learned without the page's domain.

What belongs here: reading pages and their folds, keeping what was read. What does not: learning roles (roles.py), what
is learned from these blocks (pages.py, authors.py, titles.py).

What is learned on top of roles must see them as they will be in use, with a model's errors on pages it never saw.
`python -m training.unseen PAGES DIRECTORY` keeps them, which is most of the time that the other scripts take. A page is
read three times: its dump, its HTML, and its HTML flattened and read as a text, as another's dump would be.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, NamedTuple

import polars as pl
import typer

from benchmarks.quality import answers, corpus
from copydesk.blocks import split_blocks
from copydesk.html_blocks import read_pages as read_html
from copydesk.html_features import html_features
from copydesk.html_roles import assign_html_roles
from copydesk.roles import assign_roles
from copydesk.structured_data import stated_by_pages
from training.made_pages import made_pages
from training.roles import PAGES_AT_A_TIME, examples, fit, html_examples, scorer

FOLDS: Final = 5
MADE_PAGES: Final = 225

PagesArgument = Annotated[
    Path, typer.Argument(help="Parquet of pages (benchmarks/quality/corpus.py).")
]
UnseenOption = Annotated[
    Path | None, typer.Option("--unseen", help="Directory of unseen blocks (training/unseen.py).")
]


class Unseen(NamedTuple):
    """What was read: blocks with roles, and what pages of HTML state of themselves (see structured_data.py)."""

    dumps: pl.DataFrame
    html: pl.DataFrame
    flattened: pl.DataFrame
    stated: pl.DataFrame

    def of(self, pages: pl.DataFrame) -> Unseen:
        """What was read of these pages."""
        return Unseen(
            *(
                frame.join(
                    pages, left_on="document_id", right_on="id", how="semi", maintain_order="left"
                )
                for frame in self
            )
        )


def read_pages(path: Path) -> pl.DataFrame:
    """All labelled pages, each with its `fold`."""
    return corpus.with_folds(corpus.read_corpus(path), FOLDS)


def unseen_articles(path: Path, kept: Path | None) -> tuple[pl.DataFrame, Unseen]:
    """The labelled articles, each with its `fold`, and their unseen blocks."""
    pages = read_pages(path)
    articles = pages.filter(pl.col("page_type") == "article")
    return articles, unseen_blocks(pages, kept).of(articles)


def unseen_blocks(pages: pl.DataFrame, kept: Path | None) -> Unseen:
    """All `pages`, and the dumps of those made of them (made_pages.py), read by role models of the other folds' pages.

    Args:
        pages: with `fold`.
        kept: the directory where it all is, or will be.
    """
    files = [] if kept is None else [kept / f"{name}.parquet" for name in Unseen._fields]
    if files and all(file.exists() for file in files):
        return Unseen(*map(pl.read_parquet, files))
    dumps = pl.concat([pages, made_pages(pages, MADE_PAGES)], how="diagonal")
    parts = list[Unseen]()
    for fold in pages["fold"].unique().sort():
        in_fold = pl.col("fold") == fold
        parts.append(_read(pages.filter(in_fold), dumps.filter(in_fold), pages.filter(~in_fold)))
        print(f"fold {fold}: read", flush=True)
    unseen = Unseen(*map(pl.concat, zip(*parts, strict=True)))
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        for file, frame in zip(files, unseen, strict=True):
            frame.write_parquet(file)
    return unseen


def _read(pages: pl.DataFrame, dumps: pl.DataFrame, rest: pl.DataFrame) -> Unseen:
    """`pages` and `dumps` as they are read by role models of the `rest`."""
    score = scorer(*fit(examples(rest)))
    score_html = scorer(*fit(html_examples(rest), html_features), html_features)
    parts = list[tuple[pl.DataFrame, ...]]()
    for part in pages.iter_slices(PAGES_AT_A_TIME):
        raw = part.select(document_id="id", address=pl.lit(None, dtype=pl.String)).hstack(
            read_html(part["html"].fill_null(""))
        )
        blocks = split_blocks(raw)
        html = assign_html_roles(blocks, raw, score_html)
        parts.append((html, assign_roles(blocks, score), stated_by_pages(raw)))
    told = assign_roles(split_blocks(answers.raw_texts(dumps)), score)
    return Unseen(told, *map(pl.concat, zip(*parts, strict=True)))


def main(
    path: PagesArgument,
    target: Annotated[Path, typer.Argument(help="Directory to keep the blocks in.")],
) -> None:
    """Read every page unseen, made ones too, and keep the blocks."""
    unseen_blocks(read_pages(path), target)


if __name__ == "__main__":
    typer.run(main)
