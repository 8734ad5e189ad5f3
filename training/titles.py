"""Learns which of a page's candidates is its headline: `python -m training.titles pages.parquet`.

What belongs here: the fit, the cross-validated figures, the export. What does not: the features (copydesk/titles.py).
Needs what training/roles.py needs.

A candidate is right if its letters and digits are the true title's. A page has several titles of its own: its heading, its
`<title>`, what it tells those who share it; the truth is one of them, now this and now that, and a reader would take each.
So one that the page's HTML gives counts a little as right in learning, and the figures say how often the choice is one of
them. Pages are learned from three times, as unseen.py reads them: the dump, their HTML, and their HTML flattened to text.
Folds are by domain, the same as the benchmark's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
import typer
from numpy.typing import NDArray

import copydesk
from benchmarks.quality.metrics import normalise
from copydesk.flattening import flatten
from copydesk.publishers import page_publishers
from copydesk.sites import page_addresses
from copydesk.titles import (
    ALL_BUT_LAST_PART,
    BEHIND_FIRST_PART,
    FIRST_PART,
    MODEL,
    NO_FEATURES,
    candidates,
)
from training.roles import export
from training.unseen import FOLDS, PagesArgument, Unseen, UnseenOption, unseen_articles

# How right a title of the page's own is that is not the true one.
OWN_WEIGHT: Final = 0.2
# The same page again.
AGAIN_WEIGHT: Final = 0.5
ROUNDS: Final = 150
PARAMETERS: Final = {
    "objective": "binary",
    "num_leaves": 6,
    "learning_rate": 0.1,
    "min_data_in_leaf": 50,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "seed": 1,
    "deterministic": True,
    "verbose": -1,
    "num_threads": 1,
}
_SHARED_TITLES: Final = ("og:title", "twitter:title")

Numbers = NDArray[Any]


def own_titles(html: str) -> set[str]:
    """What the page's HTML gives as its title, normalised: main headings, `<title>`, OpenGraph's, with and without the site's name."""
    page = flatten(html)
    headings = dict[int, list[str]]()
    for line in page.lines:
        if line.heading_level == 1:
            headings.setdefault(line.element, []).append(page.text[line.start : line.end])
    titles = [page.text[line.start : line.end] for line in page.lines[:1] if line.tag == "title"]
    titles += [value for name, value in page.meta if name in _SHARED_TITLES]
    texts = [" ".join(lines) for lines in headings.values()]
    texts += [part for title in titles for part in _parts(" ".join(title.split()))]
    return set(map(normalise, texts)) - {""}


def _parts(title: str) -> Iterator[str]:
    yield title
    for pattern in (FIRST_PART, ALL_BUT_LAST_PART, BEHIND_FIRST_PART):
        if match := re.match(pattern, title):
            yield match[1]


class Examples(NamedTuple):
    """Candidates with what is learned from them, a row each; `fold` is their domain's."""

    document: Numbers
    features: Numbers
    right: Numbers
    # Whether it is right or another title of the page's own.
    own: Numbers
    fold: Numbers


def examples(pages: pl.DataFrame, blocks: pl.DataFrame, own: dict[str, set[str]]) -> Examples:
    """The candidates of `pages` in `blocks`.

    Args:
        pages: articles, with `fold`.
        blocks: theirs, with roles.
        own: see own_titles.
    """
    found = candidates(blocks, page_publishers(blocks, page_addresses(blocks)))
    truth = {page: normalise(title) for page, title in pages.select("id", "title").iter_rows()}
    fold_of = dict(pages.select("id", "fold").iter_rows())
    documents = found["document_id"].to_list()
    wordings = [*zip(documents, map(normalise, found["text"]), strict=True)]
    right = np.array([text == truth[page] for page, text in wordings])
    return Examples(
        np.array(documents),
        found.select(pl.exclude(NO_FEATURES).cast(pl.Float32)).to_numpy(),
        right,
        right | np.array([text in own[page] for page, text in wordings]),
        np.array([fold_of[page] for page in documents]),
    )


def fit_titles(parts: list[tuple[Examples, float]], left_out: int | None = None) -> Any:
    """A LightGBM booster that tells headlines from other wordings.

    Args:
        parts: what to learn from, with its weight.
        left_out: the fold that is not learned from.
    """
    import lightgbm

    rows, labels, weights = list[Numbers](), list[Numbers](), list[Numbers]()
    for part, weight in parts:
        seen = part.fold != left_out
        features, right = part.features[seen], part.right[seen]
        # Other titles of the page's own are learned from twice: for what is right of them, and for what is not.
        other = part.own[seen] & ~right
        rows += [features, features[other]]
        labels += [right | other, np.zeros(other.sum(), dtype=np.bool_)]
        weights += [
            np.where(other, OWN_WEIGHT, 1.0) * weight,
            np.full(other.sum(), (1 - OWN_WEIGHT) * weight),
        ]
    data = lightgbm.Dataset(
        np.concatenate(rows),
        np.concatenate(labels).astype(np.float64),
        weight=np.concatenate(weights),
        params={"verbose": -1},
    )
    return lightgbm.train(dict(PARAMETERS), data, ROUNDS)


def best(score: Numbers, page: Numbers) -> Numbers:
    """The row of each page's best candidate, in the pages' order."""
    order = np.lexsort((-score, page))
    first: Numbers = order[np.unique(page[order], return_index=True)[1]]
    return first


def learn(pages: pl.DataFrame, unseen: Unseen, data: Path) -> None:
    """Print the accuracy on domains left out, then learn from all pages and write the model to `data`.

    Args:
        pages: articles, with `fold`.
        unseen: theirs.
        data: the directory to write to.
    """
    own = {page: own_titles(html or "") for page, html in pages.select("id", "html").iter_rows()}
    dumps, html, flattened = (
        examples(pages, blocks, own) for blocks in (unseen.dumps, unseen.html, unseen.flattened)
    )
    parts = [(dumps, 1.0), (html, AGAIN_WEIGHT), (flattened, AGAIN_WEIGHT)]
    boosters = [fit_titles(parts, left_out) for left_out in range(FOLDS)]
    told = _choose(pages, dumps, boosters)
    for group in ["all", *pages["style"].unique().sort()]:
        _report(group, told.filter((pl.col("style") == group) | (group == "all")))
    _report("HTML, before what it states", _choose(pages, html, boosters))
    among = len(np.unique(dumps.document[dumps.right])) / len(pages)
    print(f"{among:.3f} of the titles are among the candidates")
    booster = fit_titles(parts)
    export(booster, booster.num_feature(), data / MODEL)


def _choose(pages: pl.DataFrame, found: Examples, boosters: list[Any]) -> pl.DataFrame:
    """`pages` with whether the choice of their fold's booster is `right`, and whether it is one of their `own`."""
    score = np.zeros(len(found.fold))
    for fold, booster in enumerate(boosters):
        score[found.fold == fold] = booster.predict(found.features[found.fold == fold])
    ids, page = np.unique(found.document, return_inverse=True)
    chosen = best(score, page)
    choice = pl.DataFrame({"id": ids, "right": found.right[chosen], "own": found.own[chosen]})
    return (
        pages.select("id", "style", "fold")
        .join(choice, on="id", how="left")
        .with_columns(pl.col("right", "own").fill_null(False))
    )


def _report(group: str, rows: pl.DataFrame) -> None:
    folds = rows.group_by("fold").agg(pl.col("right").mean()).sort("fold")["right"]
    print(
        f"left out, {group}: {rows['right'].mean():.3f} of {len(rows)} titles right"
        f" (by fold {', '.join(f'{share:.3f}' for share in folds)}),"
        f" {rows['own'].mean():.3f} right or another that the page's HTML gives as its title"
    )


def main(path: PagesArgument, kept: UnseenOption = None) -> None:
    """Print the figures on domains left out, then learn from all pages and write the package's model."""
    learn(*unseen_articles(path, kept), Path(copydesk.__file__).parent / "data")


if __name__ == "__main__":
    typer.run(main)
