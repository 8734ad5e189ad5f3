"""The command: `python -m benchmarks.quality pages.parquet`."""

from __future__ import annotations

import os

# Speeds are given for one core, so Polars may use no more; it reads this when it is imported.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

import importlib
from pathlib import Path
from typing import Annotated, Final

import polars as pl
import typer
from rich.table import Table

from benchmarks.quality import answers, corpus, metrics, peers, report, scores
from benchmarks.quality import stated as stated_values

# Wide enough for the metadata's eight figures with their intervals.
REPORT_WIDTH: Final = 220


def main(
    path: Annotated[Path, typer.Argument(help="Parquet of pages (benchmarks/quality/corpus.py).")],
    peer: Annotated[
        list[str] | None, typer.Option(help="Only these peers; `none` for none of them.")
    ] = None,
    trainer: Annotated[
        str | None,
        typer.Option(
            help="`module:function` that is given the pages of the other folds and the fold's number, and returns "
            "a parser: each page is then read by a parser that was trained without its domain."
        ),
    ] = None,
    folds: Annotated[int, typer.Option(help="Folds by domain, with --trainer.")] = 5,
    only_fold: Annotated[
        list[int] | None, typer.Option(help="Measure only pages of these folds.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(help="Write each page's answers and scores here, as Parquet.")
    ] = None,
) -> None:
    """Article and metadata quality of Copydesk and its peers, with 95 % bootstrap intervals."""
    pages = corpus.with_folds(corpus.read_corpus(path), folds)
    train = _load_trainer(trainer) if trainer else None
    measured = pages.filter(pl.col("fold").is_in(only_fold)) if only_fold else pages
    articles = measured.filter(pl.col("page_type") == "article")

    if train is None:
        text, html = answers.from_text(measured), answers.from_html(measured)
    else:
        text, html = answers.by_fold(pages, train, tuple(sorted(measured["fold"].unique())))
    assert text.parsed is not None
    told = answers.told_articles(articles, text)
    systems = [text, told]
    systems += [html, answers.told_articles(articles, html)]
    for candidate in peers.PEERS:
        if peer is None or candidate.name in peer:
            systems.append(peers.run_peer(candidate, articles, peers.cache_directory()))
    systems += [answers.floor(articles), answers.oracle(articles, text.parsed.blocks)]

    scored = pl.concat(scores.score(articles, system) for system in systems)
    out = report.console(REPORT_WIDTH)
    out.print(
        f"{len(measured)} pages, {len(articles)} of them articles, of {measured['domain'].n_unique()} domains; "
        "bracketed: 95 % bootstrap intervals\n"
    )
    out.print(report.table("The body of article pages", scored, report.BODY, articles))
    out.print(report.table("The metadata of article pages", scored, report.METADATA, articles))
    if html.parsed is not None and told.parsed is not None:
        out.print(stated_values.table(told.parsed, html.parsed.stated, articles))
    out.print(report.page_types("Page types, from text", measured, text.frame))
    out.print(report.page_types("Page types, from HTML", measured, html.frame))
    out.print(_cuts(*scores.count_cuts(articles, text.parsed.blocks)))
    out.print(_speeds(systems, len(measured), len(articles)))
    if save is not None:
        save.mkdir(parents=True, exist_ok=True)
        scored.write_parquet(save / "scores.parquet")
        pl.concat(
            system.frame.with_columns(system=pl.lit(system.system)) for system in systems
        ).write_parquet(save / "answers.parquet")


def _load_trainer(name: str) -> answers.Trainer:
    module, _, function = name.partition(":")
    try:
        trainer: answers.Trainer = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise typer.BadParameter(f"{name!r}: expected module:function ({error})") from error
    return trainer


def _cuts(glued: metrics.Cuts, spaced: metrics.Cuts) -> Table:
    shown = Table(title="Cuts within lines", title_justify="left", show_edge=False)
    shown.add_column("where")
    for heading in ("at a paragraph's end", "within a paragraph", "false-split rate"):
        shown.add_column(heading, justify="right")
    for where, cuts in (("sentences touch", glued), ("in lines without breaks", spaced)):
        judged = cuts.right + cuts.wrong
        rate = f"{cuts.wrong / judged:.4f}" if judged else "–"
        shown.add_row(where, str(cuts.right), str(cuts.wrong), rate)
    return shown


def _speeds(systems: list[answers.Answers], pages: int, articles: int) -> Table:
    shown = Table(title="Speed, in processor time", title_justify="left", show_edge=False)
    shown.add_column("system")
    shown.add_column("documents a second", justify="right")
    for system in systems:
        if system.seconds:
            count = pages if "page_type" in system.fields else articles
            shown.add_row(system.system, f"{count / system.seconds:.1f}")
    return shown


if __name__ == "__main__":
    typer.run(main)
