"""Learns which of a page's candidates is its headline: `python -m training.titles pages.parquet`.

What belongs here: the fit, the cross-validated figure, the export. What does not: the features (copydesk/titles.py).
Needs what training/roles.py needs.

A candidate is right if its letters and digits are the true title's; pages none of whose candidates is right say nothing.
Candidates are read from pages whose roles come from a role model that was learned without their domains. Folds are by
domain, the same as the benchmark's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import typer
from numpy.typing import NDArray

import copydesk
from benchmarks.quality.metrics import normalise
from copydesk.publishers import page_publishers
from copydesk.sites import page_addresses
from copydesk.titles import MODEL, NO_FEATURES, candidates
from training.roles import export
from training.unseen import FOLDS, BlocksOption, PagesArgument, unseen_articles

ROUNDS: Final = 300
PARAMETERS: Final = {
    "objective": "binary",
    "num_leaves": 6,
    "learning_rate": 0.05,
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

Numbers = NDArray[Any]


def fit_titles(features: Numbers, right: Numbers) -> Any:
    """A LightGBM booster that tells headlines from other wordings."""
    import lightgbm

    data = lightgbm.Dataset(features, right, params={"verbose": -1})
    return lightgbm.train(dict(PARAMETERS), data, ROUNDS)


def hits(score: Numbers, right: Numbers, page: Numbers) -> Numbers:
    """Whether each page's best candidate is right."""
    order = np.lexsort((-score, page))
    first = order[np.unique(page[order], return_index=True)[1]]
    return right[first]


def learn(pages: pl.DataFrame, blocks: pl.DataFrame, data: Path) -> None:
    """Print the accuracy on domains left out, then learn from all pages and write the model to `data`.

    Args:
        pages: articles, with `fold`.
        blocks: theirs (see unseen.unseen_blocks).
        data: the directory to write to.
    """
    found = candidates(blocks, page_publishers(blocks, page_addresses(blocks)))
    truth = dict(pages.select("id", "title").iter_rows())
    fold_of = dict(pages.select("id", "fold").iter_rows())
    documents = found["document_id"].to_list()
    right = np.array(
        [
            float(normalise(text) == normalise(truth[document]))
            for document, text in zip(documents, found["text"], strict=True)
        ]
    )
    features = found.select(pl.exclude(NO_FEATURES).cast(pl.Float32)).to_numpy()
    _, page = np.unique(np.array(documents), return_inverse=True)
    fold = np.array([fold_of[document] for document in documents])
    known = np.bincount(page, weights=right)[page] > 0
    score = np.zeros(len(found))
    for left_out in range(FOLDS):
        seen = (fold != left_out) & known
        booster = fit_titles(features[seen], right[seen])
        score[fold == left_out] = booster.predict(features[fold == left_out])
    best = dict(zip(np.unique(documents), hits(score, right, page), strict=True))
    among = len(set(page[right > 0])) / len(pages)
    for style, ids in [
        ("all", pages["id"]),
        *pages.group_by("style").agg("id").sort("style").iter_rows(),
    ]:
        print(
            f"left out, {style}: {sum(best.get(name, 0) for name in ids) / len(ids):.3f} of {len(ids)} titles right"
        )
    print(f"{among:.3f} of the titles are among the candidates")
    booster = fit_titles(features[known], right[known])
    export(booster, booster.num_feature(), data / MODEL)


def main(path: PagesArgument, kept: BlocksOption = None) -> None:
    """Print the figures on domains left out, then learn from all pages and write the package's model."""
    learn(*unseen_articles(path, kept), Path(copydesk.__file__).parent / "data")


if __name__ == "__main__":
    typer.run(main)
