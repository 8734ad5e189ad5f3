"""Learns the page models: `python -m training.pages pages.parquet` (needs what training/roles.py needs).

What belongs here: the fits (words of lines and words of the text, each for all kinds of page, then trees for article
against the rest), their cross-validated figures, the export. What does not: the features (copydesk/page_features.py,
copydesk/page_words.py, copydesk/page_text.py), the reason that a page gets (copydesk/pages.py).

A page's features rest on its blocks' scores, so each page is read by a role model that was learned without its domain;
and the trees see word scores from weights that were fitted without the page's domain, as they will in use. For text,
words are learned from each page a second time, from its flattened HTML: which menus a dump shows depends on who
flattened it. Made pages (made_pages.py) are learned from, too; the figures are over real pages. The model for HTML sees
besides what pages state of themselves; made pages, which are text, state nothing there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import numpy as np
import polars as pl
import typer
from numpy.typing import NDArray

import copydesk
from benchmarks.quality import corpus
from benchmarks.quality.report import TYPE_NAMES
from copydesk.page_features import HTML_WEIGHTS, WEIGHTS, page_features
from copydesk.page_statements import page_statements
from copydesk.page_text import score_text, text_words
from copydesk.page_words import INTERCEPT, KINDS, MASS, page_words, score_page_words
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
# Of made pages, front pages weigh as much as real pages: half of it has twice as many of them (.064 instead of .036) taken
# for articles and gains nothing.
MADE_WEIGHTS: Final = {"article": 0.5, "listing": 1.0}
# The same page again, in learning words. Learned from in the trees, too, it gains nothing.
AGAIN_WEIGHT: Final = 0.5
# Words, features and parameters were chosen on the folds before this one.
HELD_FROM: Final = 3
# So many pages are learned from once more as if their text's words said nothing, as those of a foreign language do.
SPEECHLESS: Final = 0.25
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


class Rules(NamedTuple):
    """How a regression over words is fitted.

    A word on fewer pages than `min_pages` tells the page, not its kind; a word whose weights are all smaller than
    `min_weight` changes no page's. `penalty` is scikit-learn's `C`.
    """

    min_pages: int
    min_weight: float
    penalty: float


OF_LINES: Final = Rules(4, 0.4, 20.0)
OF_TEXT: Final = Rules(6, 0.1, 10.0)


class Examples(NamedTuple):
    """Pages to learn words from: first those that are scored, then the same pages again.

    `lines` and `text` hold the words of each (see page_words.page_words, page_text.text_words), the others a value a page.
    """

    lines: pl.DataFrame
    text: pl.DataFrame
    kind: Numbers
    fold: Numbers
    inner: Numbers
    weight: Numbers


def examples(pages: pl.DataFrame, blocks: pl.DataFrame, again: pl.DataFrame) -> Examples:
    """The pages of `blocks`, and the same `again`.

    Args:
        pages: with `fold`.
        blocks: theirs, with roles.
        again: theirs from another reading.
    """
    read = pl.concat([blocks, again.with_columns(pl.col("document_id") + "#")], how="diagonal")
    order = read.select(row="document_id").unique(maintain_order=True)
    every = order.with_columns(id=pl.col("row").str.strip_suffix("#")).join(
        pages, on="id", how="left", maintain_order="left"
    )
    return Examples(
        page_words(read),
        text_words(read),
        np.array([KINDS.index(TYPE_NAMES.get(name, name)) for name in every["page_type"]]),
        every["fold"].to_numpy(),
        np.array([corpus.fold_of(f"inner {domain}", INNER_FOLDS) for domain in every["domain"]]),
        np.where(every["row"].str.ends_with("#"), AGAIN_WEIGHT, 1.0),
    )


def fit_words(words: pl.DataFrame, pages: Examples, chosen: Numbers, rules: Rules) -> pl.DataFrame:
    """`word`, `mass` and a weight for each of `KINDS` (see page_words.py), from the chosen pages.

    Args:
        words: `page`, `word`.
        pages: what they are of.
        chosen: which of them to learn from.
        rules: how.
    """
    import scipy.sparse
    from sklearn.linear_model import LogisticRegression

    seen = words.filter(pl.Series(chosen[words["page"].to_numpy()]))
    known = (
        seen.group_by("word")
        .len()
        .filter(pl.col("len") >= rules.min_pages)
        .sort("word")
        .with_row_index("column")
    )
    present = seen.join(known.drop("len"), on="word").sort("page", "column")
    page, column = present["page"].to_numpy(), present["column"].to_numpy()
    mass = np.log(chosen.sum() / known["len"].to_numpy())
    length = np.sqrt(np.bincount(page, mass[column], len(pages.kind))).clip(1)
    matrix = scipy.sparse.csr_matrix(
        (np.sqrt(mass)[column] / length[page], (page, column)),
        shape=(len(pages.kind), len(known)),
    )
    model = LogisticRegression(C=rules.penalty, max_iter=150, tol=1e-3)
    model.fit(matrix[chosen], pages.kind[chosen], sample_weight=pages.weight[chosen])
    weights = pl.DataFrame(
        np.hstack([model.intercept_[:, None], model.coef_ * np.sqrt(mass)]).T.round(2),
        schema=dict.fromkeys(KINDS, pl.Float32),
    )
    telling = pl.max_horizontal(pl.col(KINDS).abs()) >= rules.min_weight
    return (
        weights.insert_column(0, pl.Series("word", [INTERCEPT, *known["word"]]))
        .insert_column(1, pl.Series(MASS, np.r_[0.0, mass].round(2), dtype=pl.Float32))
        .filter(telling | (pl.col("word") == INTERCEPT))
    )


def fit_both(pages: Examples, chosen: Numbers) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The weights of the words of lines, and those of the text's."""
    return (
        fit_words(pages.lines, pages, chosen, OF_LINES),
        fit_words(pages.text, pages, chosen, OF_TEXT),
    )


def unseen_scores(blocks: pl.DataFrame, pages: Examples, chosen: Numbers) -> Numbers:
    """The word scores of each page of `blocks`: of a chosen one from weights of the other chosen inner folds, of another
    from all chosen.
    """

    def score(learned: Numbers) -> Numbers:
        of_lines, of_text = fit_both(pages, learned)
        lines = score_page_words(blocks, of_lines)
        return lines.hstack(score_text(blocks, of_text)).to_numpy()

    scores = score(chosen)
    for left_out in np.unique(pages.inner):
        out = (chosen & (pages.inner == left_out))[: len(scores)]
        scores[out] = score(chosen & (pages.inner != left_out))[out]
    return scores


def fit_pages(
    features: Numbers, article: Numbers, weight: Numbers, of_text: int, *, html: bool
) -> Any:
    """A LightGBM booster that tells articles from the rest.

    Args:
        features: a row a page.
        article: whether each is one.
        weight: of each.
        of_text: the column of what the text's words say.
        html: learn the model for HTML.
    """
    import lightgbm

    again = np.random.default_rng(1).random(len(features)) < SPEECHLESS
    speechless = features[again]
    speechless[:, of_text] = np.nan
    data = lightgbm.Dataset(
        np.vstack([features, speechless]),
        np.r_[article, article[again]],
        weight=np.r_[weight, weight[again]],
        params={"verbose": -1},
    )
    parameters, rounds = (HTML_PARAMETERS, HTML_ROUNDS) if html else (PARAMETERS, ROUNDS)
    return lightgbm.train(dict(parameters), data, rounds)


def learn(
    pages: pl.DataFrame,
    blocks: pl.DataFrame,
    again: pl.DataFrame,
    files: tuple[Path, Path, Path],
    stated: pl.DataFrame | None = None,
) -> None:
    """Print the figures on domains left out, then learn from all pages and write the parts of the model.

    Args:
        pages: with `fold`, the made ones too.
        blocks: see unseen.Unseen.
        again: the same pages' from another reading, which words are learned from, too.
        files: where to write the weights of lines' words, those of the text's words, and the trees.
        stated: what the pages state of themselves, for HTML.
    """
    order = blocks.select(id="document_id").unique(maintain_order=True)
    read = examples(pages, blocks, again)
    kind, fold = read.kind[: len(order)], read.fold[: len(order)]
    article = (kind == 0).astype(int)
    real = ~order["id"].str.starts_with(MADE_PREFIX).to_numpy()
    weight = np.where(real, 1.0, [MADE_WEIGHTS.get(KINDS[number], 1.0) for number in kind])
    measured = page_features(blocks, None).drop("document_id").to_numpy()
    statements = np.zeros((len(order), 0))
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

    def fit(rows: Numbers, seen: Numbers) -> Any:
        of_text = measured.shape[1] + len(KINDS)
        return fit_pages(rows[seen], article[seen], weight[seen], of_text, html=stated is not None)

    chance = np.zeros(len(order))
    guess = np.zeros((len(order), len(KINDS)))
    for left_out in range(FOLDS):
        seen = fold != left_out
        scores = unseen_scores(blocks, read, read.fold != left_out)
        rows = features(scores)
        booster = fit(rows, seen)
        chance[~seen] = booster.predict(rows[~seen])
        guess[~seen] = scores[~seen, : len(KINDS)]
    _report("left out", chance[real], guess[real], kind[real])
    for name, some in (("looked at", fold < HELD_FROM), ("not looked at", fold >= HELD_FROM)):
        _report(f"left out, folds {name}", *(of[real & some] for of in (chance, guess, kind)))
    _report("made pages", chance[~real], guess[~real], kind[~real])
    everything = np.ones(len(read.kind), dtype=np.bool_)
    for weights, file in zip(fit_both(read, everything), files[:2], strict=True):
        weights.write_parquet(file, compression="zstd")
    scores = unseen_scores(blocks, read, everything)
    booster = fit(features(scores), np.ones(len(order), dtype=np.bool_))
    export(booster, booster.num_feature(), files[2])


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
        files = (*(data / name for name in WEIGHTS), data / MODEL)
        learn(every, unseen.dumps, unseen.flattened, files)
    if only in {None, "html"}:
        print("html")
        made = unseen.dumps.filter(pl.col("document_id").str.starts_with(MADE_PREFIX))
        files = (*(data / name for name in HTML_WEIGHTS), data / HTML_MODEL)
        blocks = pl.concat([unseen.html, made], how="diagonal")
        # What the dumps' words add is nothing here (F1 .952 either way, means of three seeds).
        learn(every, blocks, blocks.clear(), files, unseen.stated)


if __name__ == "__main__":
    typer.run(main)
