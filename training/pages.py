"""Learns the page models: `python -m training.pages pages.parquet` (needs what training/roles.py needs).

What belongs here: the two fits (words for all kinds of page, then trees for article against the rest), their
cross-validated figures, the export. What does not: the features (copydesk/page_features.py, copydesk/page_words.py), the
reason that a page gets (copydesk/pages.py).

A page's features rest on its blocks' scores, so each page is read by a role model that was learned without its domain;
and the trees see word scores from weights that were fitted without the page's domain, as they will in use. Made pages
(made_pages.py) are learned from, too; the figures are over real pages. The model for HTML sees besides what pages state
of themselves; made pages, which are text, state nothing there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import polars as pl
import typer
from numpy.typing import NDArray

import copydesk
from benchmarks.quality import corpus
from benchmarks.quality.report import TYPE_NAMES
from copydesk.page_features import page_features
from copydesk.page_statements import page_statements
from copydesk.page_words import (
    HTML_WEIGHTS_FILE,
    INTERCEPT,
    KINDS,
    WEIGHTS_FILE,
    page_words,
    score_page_words,
)
from copydesk.pages import ARTICLE_THRESHOLD, HTML_MODEL, MODEL
from copydesk.structured_data import PAGES_STATED_SCHEMA
from training.made_pages import MADE_PREFIX, made_pages
from training.roles import export
from training.unseen import (
    FOLDS,
    MADE_PAGES,
    PagesArgument,
    UnseenOption,
    read_pages,
    unseen_blocks,
)

INNER_FOLDS: Final = 5
MADE_WEIGHT: Final = 0.5
# A word on fewer pages tells the page, not its kind; a weight smaller than this changes no page's.
MIN_PAGES: Final = 4
MIN_WEIGHT: Final = 0.15
PENALTY: Final = 20.0
ROUNDS: Final = 240
PARAMETERS: Final = {
    "objective": "binary",
    "num_leaves": 20,
    "learning_rate": 0.03,
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
# Where pages state much, thresholds drawn at random keep the trees from leaning on it (F1 .950 against .944 in folds 0 to
# 2, .953 against .949 in the others); from text they tell less (.942 against .949).
HTML_ROUNDS: Final = 400
HTML_PARAMETERS: Final = PARAMETERS | {"extra_trees": True}

Numbers = NDArray[Any]


def fit_words(words: pl.DataFrame, kind: Numbers, chosen: Numbers) -> pl.DataFrame:
    """`word` and a weight for each of `KINDS` (see page_words.py), from the chosen pages.

    Args:
        words: `page`, `word`.
        kind: each page's index in `KINDS`.
        chosen: which pages to learn from.
    """
    import scipy.sparse
    from sklearn.linear_model import LogisticRegression

    seen = words.filter(pl.Series(chosen[words["page"].to_numpy()]))
    known = (
        seen.group_by("word")
        .len()
        .filter(pl.col("len") >= MIN_PAGES)
        .sort("word")
        .select("word")
        .with_row_index("column")
    )
    present = seen.join(known, on="word").sort("page", "column")
    page = present["page"].to_numpy()
    count = np.bincount(page, minlength=len(kind)).clip(1)
    matrix = scipy.sparse.csr_matrix(
        (1 / np.sqrt(count[page]), (page, present["column"].to_numpy())),
        shape=(len(kind), len(known)),
    )
    model = LogisticRegression(C=PENALTY, max_iter=150, tol=1e-3)
    model.fit(matrix[chosen], kind[chosen])
    weights = pl.DataFrame(
        np.hstack([model.intercept_[:, None], model.coef_]).T.round(2).astype(np.float32),
        schema=list(KINDS),
    )
    every = pl.Series("word", [INTERCEPT, *known["word"]])
    telling = pl.max_horizontal(pl.col(KINDS).abs()) >= MIN_WEIGHT
    return weights.insert_column(0, every).filter(telling | (pl.col("word") == INTERCEPT))


def unseen_scores(
    blocks: pl.DataFrame, words: pl.DataFrame, kind: Numbers, fold: Numbers, chosen: Numbers
) -> Numbers:
    """Each page's word scores: of a chosen page from weights of the other chosen folds, of another from all chosen."""
    scores = score_page_words(blocks, weights=fit_words(words, kind, chosen)).to_numpy()
    for left_out in np.unique(fold):
        out = chosen & (fold == left_out)
        weights = fit_words(words, kind, chosen & (fold != left_out))
        scores[out] = score_page_words(blocks, weights=weights).to_numpy()[out]
    return scores


def fit_pages(features: Numbers, article: Numbers, weight: Numbers, *, html: bool) -> Any:
    """A LightGBM booster that tells articles from the rest."""
    import lightgbm

    data = lightgbm.Dataset(features, article, weight=weight, params={"verbose": -1})
    parameters, rounds = (HTML_PARAMETERS, HTML_ROUNDS) if html else (PARAMETERS, ROUNDS)
    return lightgbm.train(dict(parameters), data, rounds)


def learn(
    pages: pl.DataFrame,
    blocks: pl.DataFrame,
    weights_file: Path,
    model: Path,
    stated: pl.DataFrame | None = None,
) -> None:
    """Print the figures on domains left out, then learn from all pages and write both parts of the model.

    Args:
        pages: with `fold`, the made ones too.
        blocks: see unseen.Unseen.
        weights_file: where to write the words' weights.
        model: where to write the trees.
        stated: what the pages state of themselves, for HTML.
    """
    order = blocks.select(id="document_id").unique(maintain_order=True)
    pages = order.join(pages, on="id", how="left", maintain_order="left")
    kind = np.array([KINDS.index(TYPE_NAMES.get(name, name)) for name in pages["page_type"]])
    article = (kind == 0).astype(int)
    fold = pages["fold"].to_numpy()
    inner = np.array([corpus.fold_of(f"inner {domain}", INNER_FOLDS) for domain in pages["domain"]])
    real = ~pages["id"].str.starts_with(MADE_PREFIX).to_numpy()
    weight = np.where(real, 1.0, MADE_WEIGHT)
    words = page_words(blocks)
    shape = page_features(blocks).drop("document_id", pl.selectors.starts_with("words_"))
    measured = shape.to_numpy()
    statements = np.zeros((len(pages), 0))
    if stated is not None:
        unknown = order.join(stated, left_on="id", right_on="document_id", how="anti").select(
            document_id="id", kinds=pl.lit([], dtype=PAGES_STATED_SCHEMA["kinds"])
        )
        statements = (
            order.join(
                page_statements(pl.concat([stated, unknown], how="diagonal")),
                left_on="id",
                right_on="document_id",
                how="left",
                maintain_order="left",
            )
            .drop("id")
            .to_numpy()
        )

    def features(scores: Numbers) -> Numbers:
        return np.hstack([measured, scores, statements])

    chance = np.zeros(len(pages))
    guess = np.zeros((len(pages), len(KINDS)))
    for left_out in range(FOLDS):
        seen = fold != left_out
        scores = unseen_scores(blocks, words, kind, inner, seen)
        rows = features(scores)
        booster = fit_pages(rows[seen], article[seen], weight[seen], html=stated is not None)
        chance[~seen] = booster.predict(rows[~seen])
        guess[~seen] = scores[~seen]
    _report("left out", chance[real], guess[real], kind[real])
    _report("made pages", chance[~real], guess[~real], kind[~real])
    weights = fit_words(words, kind, np.ones(len(pages), dtype=bool))
    weights.write_parquet(weights_file, compression="zstd")
    scores = unseen_scores(blocks, words, kind, inner, np.ones(len(pages), dtype=bool))
    booster = fit_pages(features(scores), article, weight, html=stated is not None)
    export(booster, booster.num_feature(), model)


def _report(heading: str, chance: Numbers, guess: Numbers, kind: Numbers) -> None:
    article, said = kind == 0, chance >= ARTICLE_THRESHOLD
    right = (said & article).sum()
    told = np.where(said, 0, guess[:, 1:].argmax(axis=1) + 1)
    print(
        f"{heading}: article against the rest: precision {right / max(said.sum(), 1):.3f},"
        f" recall {right / max(article.sum(), 1):.3f},"
        f" F1 {2 * right / max(said.sum() + article.sum(), 1):.3f}, {(said & ~article).sum()} others taken for one;"
        f" all kinds: accuracy {(told == kind).mean():.3f}"
    )


def main(
    path: PagesArgument,
    kept: UnseenOption = None,
    only: Annotated[
        str | None, typer.Option(help="Learn only the model of `text` or that of `html`.")
    ] = None,
) -> None:
    """Print the figures on domains left out, then learn from all pages and write the package's models."""
    pages = read_pages(path)
    every = pl.concat([pages, made_pages(pages, MADE_PAGES)], how="diagonal")
    unseen = unseen_blocks(pages, kept)
    data = Path(copydesk.__file__).parent / "data"
    if only in {None, "text"}:
        print("text")
        learn(every, unseen.dumps, data / WEIGHTS_FILE, data / MODEL)
    if only in {None, "html"}:
        print("html")
        told = unseen.dumps.filter(pl.col("document_id").str.starts_with(MADE_PREFIX))
        learn(
            every,
            pl.concat([unseen.html, told], how="diagonal"),
            data / HTML_WEIGHTS_FILE,
            data / HTML_MODEL,
            unseen.stated,
        )


if __name__ == "__main__":
    typer.run(main)
