"""`python -m benchmarks.site_templates [--sites N] [--seed S] [--corpus PAGES.parquet --least N]`: what is told for a site's own,
rightly and wrongly, and its cost.

What belongs here: judging what is cut by what each passage is, and the report. What does not: the pages (sites.py).

By kind of passage: how often it stands, how often the page's own evidence keeps it in the body, and how much of what is kept
is cut. Of notes all should be, of text nothing. Word F1 of bodies before and after, by how many pages a site has.

With a corpus of real pages (benchmarks/quality/corpus.py), the same F1 on the articles of domains with `least` pages and
more, where so many are taken to be enough for a template: such corpora rarely have five pages of a site.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from unittest.mock import patch

import polars as pl
import typer

from benchmarks.quality.answers import from_html, from_text
from benchmarks.quality.corpus import read_corpus
from benchmarks.quality.metrics import compare, word_counts
from benchmarks.site_templates.sites import NOTES, Page, make_sites
from copydesk import site_templates
from copydesk.articles import compose
from copydesk.cuts import cut_bodies
from copydesk.identifiers import content_id
from copydesk.processing import Processor, Stage
from copydesk.reading import RawDocument, read_documents
from copydesk.site_templates import (
    find_cuts,
    fingerprint,
    learn_templates,
    outside_body,
    read_passages,
)


def process(pages: Sequence[Page]) -> dict[str, pl.DataFrame]:
    """The frames that processing makes of the pages, whose places are their addresses."""
    raw = read_documents(
        RawDocument(content_id(raw), page.url, "text", len(raw), raw)
        for page in pages
        for raw in [page.text.encode()]
    )
    return {
        "raw_documents": raw,
        **dict(Processor([Stage.PARSE, Stage.COMPOSE]).process({"raw_documents": raw})),
    }


def judge(pages: Sequence[Page], made: dict[str, pl.DataFrame], cuts: pl.DataFrame) -> pl.DataFrame:
    """Every longer passage of the pages' articles: `document_id`, `size`, `kind`, `kept` (by its page), `is_cut`."""
    ids = made["raw_documents"].select("document_id", url="source_uri")
    rows = [
        (page.url, page.size, text, kind) for page in pages for text, kind in page.kinds.items()
    ]
    passages = (
        pl.DataFrame(rows, schema=["url", "size", "text", "kind"], orient="row")
        .join(ids, on="url")
        .join(made["articles"].select("document_id"), on="document_id", how="semi")
        .with_columns(fingerprint=fingerprint(pl.col("text")))
    )
    kept = (
        made["articles"]
        .select("document_id", fingerprint=pl.col("body").str.split("\n\n"))
        .explode("fingerprint")
        .with_columns(fingerprint=fingerprint(pl.col("fingerprint")))
        .unique()
        .with_columns(kept=pl.lit(value=True))
    )
    gone = cuts.select("document_id", "fingerprint", is_cut=pl.lit(value=True)).unique()
    key = ["document_id", "fingerprint"]
    return passages.join(kept, on=key, how="left").join(gone, on=key, how="left").with_columns(
        pl.col("kept", "is_cut").fill_null(value=False)
    )  # fmt: skip


def scores(pages: Sequence[Page], made: dict[str, pl.DataFrame], articles: pl.DataFrame) -> list[float]:  # fmt: skip
    """The word F1 of each page's body; 0 where the page was taken for no article."""
    ids = dict(made["raw_documents"].select("source_uri", "document_id").iter_rows())
    bodies = dict(articles.select("document_id", "body").iter_rows())
    return [
        compare(word_counts(bodies.get(ids[page.url], "")), word_counts(page.truth)).f1
        for page in pages
    ]


def on_corpus(path: Path, least: int) -> None:
    """Print the bodies' F1 on the corpus's domains of at least so many pages, without and with their templates."""
    pages = read_corpus(path)
    pages = pages.filter(pl.len().over("domain") >= least)
    places = pages.select("domain", document_id="id", address="url")
    for name, answer in (("text", from_text), ("HTML", from_html)):
        parsed = answer(pages).parsed
        assert parsed is not None
        made = compose(parsed)
        articles = made.articles.join(places, on="document_id").with_columns(
            site="domain", url="address"
        )
        passages = read_passages(articles, parsed.blocks.filter(outside_body()), made.publishers)
        with patch.object(site_templates, "MIN_ARTICLES", least):
            templates = learn_templates(passages)
        cuts = find_cuts(passages, templates)
        bodies = dict(articles.select("document_id", "body").iter_rows())
        for document, start, end in cuts.select("document_id", "start", "end").iter_rows():
            print(f"  cut: {bodies[document][start:end]}")
        found = [
            dict(frame.select("document_id", "body").iter_rows())
            for frame in (made.articles, cut_bodies(made.articles, cuts))
        ]
        asked = pages.filter(pl.col("page_type") == "article").select("id", "body").rows()
        one, two = (
            sum(compare(word_counts(each.get(page, "")), word_counts(body)).f1 for page, body in asked)
            / len(asked)
            for each in found
        )  # fmt: skip
        print(f"{name}: {len(asked)} articles of {pages['domain'].n_unique()} domains, {templates.height} templates, word F1 {one:.4f} without, {two:.4f} with")  # fmt: skip


def main(
    sites: Annotated[int, typer.Option(help="Sites of each size.")] = 5,
    seed: Annotated[int, typer.Option(help="Another seed makes other sites.")] = 1,
    corpus: Annotated[Path | None, typer.Option(help="Real pages with their truth.")] = None,
    least: Annotated[int, typer.Option(help="Pages of a domain of the corpus.")] = 3,
) -> None:
    """Print what is cut by kind, the bodies' F1 by size of site, and processor time."""
    if corpus is not None:
        on_corpus(corpus, least)
        return
    pages = list(make_sites(sites, seed))
    started = time.process_time()
    made = process(pages)
    steps = {"parse and compose": time.process_time() - started}
    started = time.process_time()
    passages = read_passages(
        made["articles"], made["blocks"].filter(outside_body()), made["publishers"]
    )
    steps["passages"] = time.process_time() - started
    started = time.process_time()
    templates = learn_templates(passages)
    steps["learn"] = time.process_time() - started
    started = time.process_time()
    cuts = find_cuts(passages, templates)
    steps["find"] = time.process_time() - started
    started = time.process_time()
    articles = cut_bodies(made["articles"], cuts)
    steps["cut"] = time.process_time() - started
    judged = judge(pages, made, cuts)
    print(f"{len(pages):,} pages, {templates.height} templates, {cuts['document_id'].n_unique():,} pages cut\n")  # fmt: skip
    print(
        f"{'':18} {'passages':>9} {'kept':>7} {'cut, of those kept, in sites of how many pages':>40}"
    )
    sizes = sorted({page.size for page in pages})
    print(f"{'':18} {'':>9} {'':>7} {'all':>7} " + " ".join(f"{size:>7}" for size in sizes))
    for kind in (*NOTES, "teaser", "text", "again", "background", "background, often"):
        own = judged.filter(pl.col("kind") == kind)
        kept = own.filter("kept")
        shares = [kept, *(kept.filter(pl.col("size") == size) for size in sizes)]
        line = " ".join(f"{each['is_cut'].mean():7.3f}" if each.height else f"{'-':>7}" for each in shares)  # fmt: skip
        print(f"{kind:18} {own.height:9,} {kept.height:7,} {line}")
    before, after = scores(pages, made, made["articles"]), scores(pages, made, articles)
    print(f"\n{'word F1':18} {'pages':>7} {'before':>8} {'after':>8}")
    for size in (None, *sizes):
        chosen = [place for place, page in enumerate(pages) if size in (None, page.size)]
        one, two = (sum(each[place] for place in chosen) / len(chosen) for each in (before, after))
        print(f"{size or 'all':<18} {len(chosen):7,} {one:8.4f} {two:8.4f}")
    print("\nprocessor time a page: " + ", ".join(f"{name} {1e3 * value / len(pages):.3f} ms" for name, value in steps.items()))  # fmt: skip


if __name__ == "__main__":
    typer.run(main)
