"""Learns the page model: `python -m training.pages pages.parquet` (needs what training/roles.py needs).

What belongs here: the fit of article against the rest, its cross-validated figure, the export. What does not: the
features (copydesk/page_features.py), the reason that a page gets (copydesk/pages.py).

A page's features rest on its blocks' scores, so each page is read by a role model that was learned without its domain.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import polars as pl
import typer
from numpy.typing import NDArray

import copydesk
from benchmarks.quality import answers, corpus
from copydesk.blocks import split_blocks
from copydesk.page_features import page_features
from copydesk.pages import ARTICLE_THRESHOLD, MODEL
from copydesk.roles import assign_roles
from training.roles import examples, export, fit, scorer

FOLDS: Final = 5
ROUNDS: Final = 120
PARAMETERS: Final = {
    "objective": "binary",
    "num_leaves": 12,
    "learning_rate": 0.06,
    "min_data_in_leaf": 15,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "seed": 1,
    "deterministic": True,
    "verbose": -1,
    "num_threads": 1,
}


def unseen_features(pages: pl.DataFrame) -> pl.DataFrame:
    """The page features of all `pages` (with `fold`), each read by a role model of the other folds."""
    parts = list[pl.DataFrame]()
    for fold in pages["fold"].unique().sort():
        weights, booster = fit(examples(pages.filter(pl.col("fold") != fold)))
        blocks = split_blocks(answers.raw_texts(pages.filter(pl.col("fold") == fold)))
        parts.append(page_features(assign_roles(blocks, scorer(weights, booster))))
        print(f"fold {fold}: {len(parts[-1])} pages read", flush=True)
    return pl.concat(parts)


def fit_pages(features: NDArray[Any], article: NDArray[Any]) -> Any:
    """A LightGBM booster that tells articles from the rest."""
    import lightgbm

    return lightgbm.train(
        dict(PARAMETERS), lightgbm.Dataset(features, article, params={"verbose": -1}), ROUNDS
    )


def main(
    path: Annotated[Path, typer.Argument(help="Parquet of pages (benchmarks/quality/corpus.py).")],
) -> None:
    """Print the F1 on domains left out, then learn from all pages and write the package's model."""
    pages = corpus.with_folds(corpus.read_corpus(path), FOLDS)
    rows = unseen_features(pages).join(
        pages.select("fold", "page_type", document_id="id"),
        on="document_id",
        maintain_order="left",
    )
    features = rows.drop("document_id", "fold", "page_type").to_numpy()
    article = (rows["page_type"] == "article").to_numpy().astype(int)
    fold = rows["fold"].to_numpy()
    chance = np.zeros(len(rows))
    for left_out in range(FOLDS):
        out = fold == left_out
        chance[out] = fit_pages(features[~out], article[~out]).predict(features[out])
    said = chance >= ARTICLE_THRESHOLD
    right = (said & (article == 1)).sum()
    print(
        f"article against the rest, left out: precision {right / said.sum():.3f},"
        f" recall {right / article.sum():.3f}, F1 {2 * right / (said.sum() + article.sum()):.3f}"
    )
    booster = fit_pages(features, article)
    export(booster, booster.num_feature(), Path(copydesk.__file__).parent / "data" / MODEL)


if __name__ == "__main__":
    typer.run(main)
