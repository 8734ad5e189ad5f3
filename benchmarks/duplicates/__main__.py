"""`python -m benchmarks.duplicates [--articles N] [--set development] [--no-peers]`: precision and recall by edit distance.

What belongs here: judging links against the truth, and the report. What does not: the articles (variants.py).

For each share of words edited, a corpus: originals, a variant of every kind of each, reports from templates of which none
repeats another (but some are run elsewhere, edited), and follow-ups that give a third of a story again. A link is right
where both articles are of one story; recall is the share of variants that the links put together with their original.
"""

from __future__ import annotations

import time
from typing import Annotated, Final

import polars as pl
import typer

from benchmarks.duplicates.peers import run_peers
from benchmarks.duplicates.variants import VARIANTS, make_corpus
from copydesk.duplicates import find_duplicates

SHARES: Final = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3)
REPORT_EDITED: Final = "report edited"
KINDS: Final = (*VARIANTS, REPORT_EDITED)


def judge(corpus: pl.DataFrame, links: pl.DataFrame) -> tuple[float, dict[str, float]]:
    """Precision of the links, and recall by kind of variant, `all` for all of them."""
    stories = dict(corpus.select("article_id", "story").iter_rows())
    right = [stories[one] == stories[other] for one, other in links.iter_rows()]
    root = dict.fromkeys(stories, "")

    def find(article: str) -> str:
        while root[article]:
            article = root[article]
        return article

    for one, other in links.iter_rows():
        first, second = sorted((find(one), find(other)))
        if first != second:
            root[second] = first
    originals = corpus.unique("story", keep="first", maintain_order=True)
    home = {story: find(article) for story, article in originals.select("story", "article_id").iter_rows()}  # fmt: skip
    hits = dict[str, list[bool]]()
    for article, story, kind in corpus.select("article_id", "story", "kind").iter_rows():
        if kind in KINDS:
            hits.setdefault(kind, []).append(find(article) == home[story])
            hits.setdefault("all", []).append(hits[kind][-1])
    recall = {kind: sum(found) / len(found) for kind, found in hits.items()}
    return sum(right) / len(right) if right else 1.0, recall


def our_links(corpus: pl.DataFrame) -> pl.DataFrame:
    """What Copydesk says: `article_id`, `duplicate_of`."""
    found = find_duplicates(corpus.lazy())
    return found.drop_nulls("duplicate_of").select("article_id", "duplicate_of")


def main(
    articles: Annotated[int, typer.Option(help="Articles of free wording.")] = 1_000,
    which: Annotated[str, typer.Option("--set", help="development or test.")] = "test",
    seed: Annotated[int, typer.Option(help="Other articles for another seed.")] = 1,
    peers: Annotated[bool, typer.Option(help="Run the peers too.")] = True,
) -> None:
    """Print precision and recall by share of words edited."""
    kinds = " ".join(f"{kind:>13}" for kind in KINDS)
    print(f"{'words edited':>12}  {'precision':>9} {'recall':>7}  {kinds}  {'CPU s':>7}")
    for share in SHARES:
        corpus = make_corpus(which, articles, share, seed)
        started = time.process_time()
        links = our_links(corpus)
        answers = {f"Copydesk, {corpus.height:,} articles": (links, time.process_time() - started)}
        answers |= run_peers(corpus) if peers else {}
        for name, (found, seconds) in answers.items():
            precision, recall = judge(corpus, found)
            each = " ".join(f"{recall[kind]:13.3f}" for kind in KINDS)
            print(f"{share:12.0%}  {precision:9.4f} {recall['all']:7.4f}  {each}  {seconds:7.1f}  {name}")  # fmt: skip


if __name__ == "__main__":
    typer.run(main)
