"""Learns which of a page's candidates is its headline: `python -m training.titles pages.parquet`.

What belongs here: the fit, the cross-validated figures, the export. What does not: the features (copydesk/titles.py).
Needs what training/roles.py needs.

A candidate is right if its letters and digits are the true title's. A page has several titles of its own: its heading, its
`<title>`, what it tells those who share it; the truth is one of them, now this and now that, and a reader would take each.
So one that the page's HTML gives counts a little as right in learning, and the figures say how often the choice is one of
them. Candidates are read from pages whose roles come from a role model that was learned without their domains. Folds
are by domain, the same as the benchmark's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

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
from training.unseen import FOLDS, BlocksOption, PagesArgument, unseen_articles

# How right a title of the page's own is that is not the true one.
OWN_WEIGHT: Final = 0.2
ROUNDS: Final = 150
PARAMETERS: Final = {
    "objective": "binary",
    "num_leaves": 6,
    "learning_rate": 0.1,
    "min_data_in_leaf": 10,
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


def fit_titles(features: Numbers, right: Numbers) -> Any:
    """A LightGBM booster that tells headlines from other wordings.

    Args:
        features: a row a candidate.
        right: how right each is, from 0 to 1.
    """
    import lightgbm

    # Rows that are partly right are learned from twice: for what is right of them, and for what is not.
    partly = (right > 0) & (right < 1)
    rows = np.concatenate([features, features[partly]])
    label = np.concatenate([right > 0, np.zeros(partly.sum())])
    weight = np.concatenate([np.where(partly, right, 1.0), 1 - right[partly]])
    data = lightgbm.Dataset(rows, label, weight=weight, params={"verbose": -1})
    return lightgbm.train(dict(PARAMETERS), data, ROUNDS)


def best(score: Numbers, page: Numbers) -> Numbers:
    """The row of each page's best candidate, in the pages' order."""
    order = np.lexsort((-score, page))
    first: Numbers = order[np.unique(page[order], return_index=True)[1]]
    return first


def learn(pages: pl.DataFrame, blocks: pl.DataFrame, data: Path) -> None:
    """Print the accuracy on domains left out, then learn from all pages and write the model to `data`.

    Args:
        pages: articles, with `fold`.
        blocks: theirs (see unseen.unseen_blocks).
        data: the directory to write to.
    """
    found = candidates(blocks, page_publishers(blocks, page_addresses(blocks)))
    truth = {page: normalise(title) for page, title in pages.select("id", "title").iter_rows()}
    own = {page: own_titles(html or "") for page, html in pages.select("id", "html").iter_rows()}
    fold_of = dict(pages.select("id", "fold").iter_rows())
    documents = found["document_id"].to_list()
    wordings = [*zip(documents, map(normalise, found["text"]), strict=True)]
    right = np.array([text == truth[page] for page, text in wordings])
    ours = right | np.array([text in own[page] for page, text in wordings])
    target = np.where(right, 1.0, np.where(ours, OWN_WEIGHT, 0.0))
    features = found.select(pl.exclude(NO_FEATURES).cast(pl.Float32)).to_numpy()
    ids, page = np.unique(np.array(documents), return_inverse=True)
    fold = np.array([fold_of[document] for document in documents])
    score = np.zeros(len(found))
    for left_out in range(FOLDS):
        seen = fold != left_out
        booster = fit_titles(features[seen], target[seen])
        score[~seen] = booster.predict(features[~seen])
    chosen = best(score, page)
    result = pages.select("id", "style", "fold").join(
        pl.DataFrame({"id": ids, "right": right[chosen], "own": ours[chosen]}), on="id", how="left"
    )
    _report(result, ["all", *pages["style"].unique().sort()])
    print(f"{len(set(page[right])) / len(pages):.3f} of the titles are among the candidates")
    booster = fit_titles(features, target)
    export(booster, booster.num_feature(), data / MODEL)


def _report(result: pl.DataFrame, groups: list[str]) -> None:
    for group in groups:
        rows = result.filter((pl.col("style") == group) | (group == "all")).fill_null(False)
        folds = rows.group_by("fold").agg(pl.col("right").mean()).sort("fold")["right"]
        print(
            f"left out, {group}: {rows['right'].mean():.3f} of {len(rows)} titles right"
            f" (by fold {', '.join(f'{share:.3f}' for share in folds)}),"
            f" {rows['own'].mean():.3f} right or another that the page's HTML gives as its title"
        )


def main(path: PagesArgument, kept: BlocksOption = None) -> None:
    """Print the figures on domains left out, then learn from all pages and write the package's model."""
    learn(*unseen_articles(path, kept), Path(copydesk.__file__).parent / "data")


if __name__ == "__main__":
    typer.run(main)
