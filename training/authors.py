"""Learns who of a page's candidates is its author: `python -m training.authors pages.parquet`.

What belongs here: the fit, the cross-validated figures, the export. What does not: the candidates and their features
(copydesk/authors.py), how names are compared (benchmarks/quality/metrics.py). Needs what training/roles.py needs.

Candidates are read from pages whose roles come from a role model that was learned without their domains. A candidate is
right if the page's truth names it. Pages whose truth names nobody weigh half: on some of them the page does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import typer
from numpy.typing import NDArray

import copydesk
from benchmarks.quality.metrics import author_names, compare, normalise, people
from copydesk.authors import (
    FEATURES,
    MIN_PROBABILITY,
    MIN_PROBABILITY_BESIDES,
    MODEL,
    candidates,
)
from copydesk.places import page_places
from copydesk.publishers import page_publishers
from copydesk.sites import page_addresses
from copydesk.titles import page_titles
from training.roles import export
from training.unseen import FOLDS, BlocksOption, PagesArgument, unseen_articles

UNSIGNED_WEIGHT: Final = 0.5
ROUNDS: Final = 150
PARAMETERS: Final = {
    "objective": "binary",
    "num_leaves": 15,
    "learning_rate": 0.06,
    "min_data_in_leaf": 15,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "seed": 1,
    "deterministic": True,
    "verbose": -1,
    "num_threads": 1,
}

Numbers = NDArray[Any]


def read_candidates(blocks: pl.DataFrame) -> pl.DataFrame:
    """The candidates of all documents in `blocks` (with roles)."""
    publishers = page_publishers(blocks, page_addresses(blocks))
    places = page_places(blocks, page_titles(blocks, publishers))
    return candidates(blocks, places, publishers)


def fit_authors(features: Numbers, right: Numbers, weight: Numbers) -> Any:
    """A LightGBM booster that tells authors from other names."""
    import lightgbm

    data = lightgbm.Dataset(features, right, weight=weight, params={"verbose": -1})
    return lightgbm.train(dict(PARAMETERS), data, ROUNDS)


def learn(pages: pl.DataFrame, blocks: pl.DataFrame, data: Path) -> None:
    """Print the figures on domains left out, then learn from all pages and write the model to `data`.

    Args:
        pages: articles, with `fold`.
        blocks: theirs (see unseen.unseen_blocks).
        data: the directory to write to.
    """
    found = read_candidates(blocks)
    truth = {row["id"]: row for row in pages.iter_rows(named=True)}
    documents = found["document_id"].to_list()
    names = [next(iter(author_names([name])), normalise(name)) for name in found["name"]]
    signed = {page: author_names(row["authors"] or []) for page, row in truth.items()}
    right = np.array(
        [float(name in signed[page]) for page, name in zip(documents, names, strict=True)]
    )
    weight = np.array([1.0 if signed[page] else UNSIGNED_WEIGHT for page in documents])
    fold = np.array([truth[page]["fold"] for page in documents])
    features = found.select(FEATURES).to_numpy()
    chance = np.zeros(len(found))
    for left_out in range(FOLDS):
        out = fold == left_out
        booster = fit_authors(features[~out], right[~out], weight[~out])
        chance[out] = booster.predict(features[out])
    print("left out")
    _report("all", truth, documents, names, chance)
    for (style,), of_style in sorted(pages.partition_by("style", as_dict=True).items()):
        some = {page: truth[page] for page in of_style["id"]}
        _report(str(style), some, documents, names, chance)
    booster = fit_authors(features, right, weight)
    export(booster, booster.num_feature(), data / MODEL)


def _report(
    heading: str,
    truth: dict[str, dict[str, Any]],
    documents: list[str],
    names: list[str],
    chance: Numbers,
) -> None:
    """The benchmark's figures of authors, and how many true ones are among the candidates."""
    ranked = sorted(zip(documents, names, chance.tolist(), strict=True), key=lambda row: -row[2])
    told = dict[str, list[str]]()
    among = dict[str, set[str]]()
    for page, name, probability in ranked:
        among.setdefault(page, set()).add(name)
        wanted = MIN_PROBABILITY_BESIDES if len(among[page]) > 1 else MIN_PROBABILITY
        if probability >= wanted:
            told.setdefault(page, []).append(name)
    scores, shown, unsigned, reached = list[float](), list[float](), list[bool](), list[float]()
    for page, row in truth.items():
        true = people(row["authors"] or [], row["domain"])
        answer = people(told.get(page, []), row["domain"])
        if not true:
            unsigned.append(bool(answer))
            continue
        scores.append(compare(answer, true).f1)
        dump = f" {normalise(row['dump'])} "
        if all(f" {name} " in dump for name in true):
            shown.append(scores[-1])
            reached.append(len(true.keys() & among.get(page, set())) / len(true))
    print(
        f"{heading}: author F1 {np.mean(scores):.3f}, {np.mean(shown):.3f} where the page shows all"
        f" ({np.mean(reached):.3f} of those are candidates); of {len(unsigned)} unsigned pages"
        f" {np.mean(unsigned):.3f} are given one"
    )


def main(path: PagesArgument, kept: BlocksOption = None) -> None:
    """Print the figures on domains left out, then learn from all pages and write the package's model."""
    learn(*unseen_articles(path, kept), Path(copydesk.__file__).parent / "data")


if __name__ == "__main__":
    typer.run(main)
