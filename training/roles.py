"""Learns the role models: `python -m training.roles pages.parquet` (needs lightgbm, onnxmltools and scikit-learn).

What belongs here: labels, the fits of each model (words, then trees over all features, then trees that learn from those
trees), the export. What does not: the features themselves (copydesk/block_features.py, copydesk/html_features.py, copydesk/word_scores.py), measuring
(benchmarks/quality).

A block's label is whether most of its words align with the page's true text. For text, every page is learned from as it
was dumped; an article's once more, flattened from its HTML, and a third of the dumps with blank lines once more without
them: a model should not lean on one flattener. For HTML, every page's HTML is learned from.

Labels are noisy: where a page's truth leaves out what another's keeps, no feature tells why. So trees of inner folds say
what each block looks like that they did not see, and the trees that ship learn from a mixture of that and the label
(Hinton et al. 2015, Distilling the knowledge in a neural network; Reed et al. 2014 for noisy labels).

All folds are by domain. `benchmarks.quality --trainer
training.roles:train` measures on the domains left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import polars as pl
import typer
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

import copydesk
from benchmarks.quality import answers, corpus
from copydesk.block_features import block_features
from copydesk.blocks import split_blocks
from copydesk.html_blocks import attach_evidence, read_pages
from copydesk.html_features import html_features
from copydesk.parsing import parse
from copydesk.role_model import HTML_MODEL, MODEL, BodyScorer
from copydesk.word_scores import (
    HTML_WEIGHTS_FILE,
    INTERCEPT,
    WEIGHTS_FILE,
    block_words,
    score_words,
)

INNER_FOLDS: Final = 5
# A shorter run of words aligns by chance, unless it is a block of its own.
MIN_ALIGNED_WORDS: Final = 4
# A word on fewer pages tells the page, not the kind of block.
MIN_PAGES: Final = 4
OTHER_STYLE_WEIGHT: Final = 0.6
NOT_ARTICLE_WEIGHT: Final = 0.5
# Parsed DOMs are large: pages are flattened, and their evidence attached, so many at a time.
PAGES_AT_A_TIME: Final = 200
# A looser tolerance stops after three steps, which leaves the weights of rare words where they began: .06 of AUC less.
WORD_STEPS: Final = 150
WORD_TOLERANCE: Final = 1e-5
# Boosting rounds and their learning rate, of the inner folds' trees and of those that ship: what these learn is smoother,
# and a hundred of them reach what a hundred and forty do.
ROUNDS: Final = 140, 0.12
SHIPPED_ROUNDS: Final = 100, 0.15
# How much of what the shipped trees learn is the inner folds' opinion, and how much the label.
OPINION: Final = 0.8
# Blocks of which the inner folds are sure and right teach nothing more: one in so many stands for all.
SURE: Final = (0.02, 0.985)
ONE_IN: Final = 10
PARAMETERS: Final = {
    # As "binary", for labels that are probabilities.
    "objective": "cross_entropy",
    "num_leaves": 31,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "max_bin": 63,
    "seed": 1,
    "deterministic": True,
    "verbose": -1,
    "num_threads": 1,
}

Numbers = NDArray[Any]
# Blocks, and the scores of their words, in; their features out.
Features = Callable[[pl.DataFrame, Any], pl.DataFrame]


def label_blocks(texts: list[str], truth: str) -> list[float]:
    """The share of each block's words that align with the words of `truth` (longest common subsequence)."""
    blocks = [_words(text) for text in texts]
    owner = [index for index, words in enumerate(blocks) for _ in words]
    numbers: dict[str, int] = {}
    page = [numbers.setdefault(word, len(numbers)) for words in blocks for word in words]
    target = [numbers.setdefault(word, len(numbers)) for word in _words(truth)]
    aligned = np.zeros(len(blocks))
    for step in LCSseq.opcodes(page, target):
        if step.tag != "equal":
            continue
        owners, counts = np.unique(owner[step.src_start : step.src_end], return_counts=True)
        for block, count in zip(owners, counts, strict=True):
            whole = count == len(blocks[block])
            if whole or step.src_end - step.src_start >= MIN_ALIGNED_WORDS:
                aligned[block] += count
    return [
        count / max(len(words), 1) for count, words in zip(aligned.tolist(), blocks, strict=True)
    ]


def examples(pages: pl.DataFrame) -> pl.DataFrame:
    """Labelled blocks: those of blocks.BLOCKS_SCHEMA with `label`, `weight`, `domain`; one page's stand together."""
    return _remembered(_examples, _TEXTS, pages)


def html_examples(pages: pl.DataFrame) -> pl.DataFrame:
    """Labelled blocks of the pages' HTML: those of html_blocks.attach_evidence with `label`, `weight`, `domain`."""
    return _remembered(_html_examples, _HTMLS, pages)


# A page is flattened, cut and aligned once, however many folds learn from it.
_TEXTS: Final[dict[str, pl.DataFrame]] = {}
_HTMLS: Final[dict[str, pl.DataFrame]] = {}


def _remembered(
    make: Callable[[pl.DataFrame], pl.DataFrame],
    known: dict[str, pl.DataFrame],
    pages: pl.DataFrame,
) -> pl.DataFrame:
    for part in pages.filter(~pl.col("id").is_in(list(known))).iter_slices(PAGES_AT_A_TIME):
        page = pl.col("document_id").str.split("#").list.first()
        made = make(part).with_columns(page=page).partition_by("page", as_dict=True)
        known |= {str(page): rows for (page,), rows in made.items()}
    return pl.concat(known[page] for page in pages["id"] if page in known)


def _examples(pages: pl.DataFrame) -> pl.DataFrame:
    dumped = split_blocks(answers.raw_texts(pages))
    articles = pages.filter(pl.col("page_type") == "article")
    flattened = split_blocks(
        articles.select(document_id="id").hstack(
            read_pages(articles["html"].fill_null("").to_list())
        )
    )
    spaced = articles.filter(
        (pl.col("style") == "paragraphs")
        & pl.col("id").map_elements(lambda page: corpus.fold_of(page, 3) == 0, pl.Boolean)
    )
    dense = dumped.join(spaced, left_on="document_id", right_on="id", how="semi").with_columns(
        line=(pl.col("line").diff().fill_null(1) > 0).cum_sum().cast(pl.Int64)
    )
    labelled = [
        _labelled(blocks, pages).with_columns(
            document_id=pl.col("document_id") + f"#{number}", weight=pl.col("weight") * factor
        )
        for number, (blocks, factor) in enumerate(
            ((dumped, 1.0), (flattened, OTHER_STYLE_WEIGHT), (dense, OTHER_STYLE_WEIGHT))
        )
        if len(blocks)
    ]
    return pl.concat(labelled)


def _html_examples(pages: pl.DataFrame) -> pl.DataFrame:
    read = pages.select(document_id="id").hstack(read_pages(pages["html"].fill_null("")))
    return _labelled(attach_evidence(split_blocks(read), read), pages)


def _labelled(blocks: pl.DataFrame, pages: pl.DataFrame) -> pl.DataFrame:
    truths = pages.select(document_id="id", truth="body", domain="domain", page_type="page_type")
    grouped = (
        blocks.group_by("document_id", maintain_order=True)
        .agg("text")
        .join(truths, on="document_id", maintain_order="left")
    )
    labels = pl.Series(
        [
            share
            for texts, truth in grouped.select("text", "truth").iter_rows()
            for share in label_blocks(texts, truth or "")
        ]
    )
    # A page counts as a page, however many blocks it has; within it, long blocks count more.
    words = pl.col("text").str.count_matches(r"\w+").clip(1).sqrt()
    weight = (words / words.sum().over("document_id")) * pl.when(
        pl.col("page_type") == "article"
    ).then(1.0).otherwise(NOT_ARTICLE_WEIGHT)
    return blocks.join(
        truths.drop("truth"), on="document_id", how="left", maintain_order="left"
    ).with_columns(label=(labels > 0.5).cast(pl.Int8), weight=weight)


class WordFits:
    """Logistic regressions over the words of labelled blocks, on all of the blocks or on a part of them."""

    def __init__(self, rows: pl.DataFrame) -> None:
        """Count the words of `rows`: blocks with `text`, `label`, and the `page` they are of."""
        import scipy.sparse

        words = block_words(rows["text"])
        pages = rows.select("page").with_row_index("row")
        known = (
            words.join(pages, on="row")
            .group_by("word")
            .agg(pages=pl.col("page").n_unique())
            .filter(pl.col("pages") >= MIN_PAGES)
            .sort("word")
            .select("word")
            .with_row_index("column")
        )
        present = words.join(known, on="word").sort("row", "column")
        row, count = present["row"].to_numpy(), np.bincount(present["row"], minlength=len(rows))
        self.words = known["word"]
        self.matrix = scipy.sparse.csr_matrix(
            (1 / np.sqrt(count[row]), (row, present["column"].to_numpy())),
            shape=(len(rows), len(known)),
        )
        self.label = rows["label"].to_numpy()
        self.length = rows["text"].str.count_matches(r"\w+").clip(1, 36).sqrt().to_numpy()
        # What a page says several times is learned from once.
        self.first = rows.select(pl.struct("page", "text").is_first_distinct()).to_numpy()[:, 0]

    def fit(self, chosen: Numbers) -> Any:
        """The regression on the `chosen` rows."""
        from sklearn.linear_model import LogisticRegression

        rows = self.first & chosen
        model = LogisticRegression(C=1.0, max_iter=WORD_STEPS, tol=WORD_TOLERANCE)
        return model.fit(self.matrix[rows], self.label[rows], sample_weight=self.length[rows])

    def weights(self, model: Any) -> pl.DataFrame:
        """`word`, `weight` of a regression (see word_scores.py)."""
        return pl.DataFrame(
            {
                "word": [INTERCEPT, *self.words],
                "weight": np.r_[model.intercept_, model.coef_[0]].round(3),
            },
            schema={"word": pl.String, "weight": pl.Float32},
        )


def fit(rows: pl.DataFrame, features: Features = block_features) -> tuple[pl.DataFrame, Any]:
    """The weights of words and the LightGBM booster over `features` (block_features or html_features).

    The trees see word scores from weights that were fitted without the block's own domain, as they will in use.
    """
    folds = {domain: corpus.fold_of(f"inner {domain}", INNER_FOLDS) for domain in rows["domain"]}
    fold = np.array([folds[domain] for domain in rows["domain"]])
    words = WordFits(rows)
    scores = np.zeros(len(rows), dtype=np.float32)
    for left_out in range(INNER_FOLDS):
        out = fold == left_out
        scores[out] = words.fit(~out).decision_function(words.matrix[out])
    numbers = features(rows, scores).to_numpy()
    label = rows["label"].to_numpy().astype(np.float64)
    weight = rows["weight"].to_numpy()
    weight = np.clip(weight, weight.mean() * 0.02, weight.mean() * 30)
    opinion = np.zeros(len(rows))
    for left_out in range(INNER_FOLDS):
        out = fold == left_out
        trees = _grow(numbers[~out], label[~out], weight[~out], ROUNDS)
        opinion[out] = trees.predict(numbers[out], num_threads=1)
    taught, weight = _thinned(label, opinion, weight)
    target = OPINION * opinion + (1 - OPINION) * label
    booster = _grow(numbers[taught], target[taught], weight[taught], SHIPPED_ROUNDS)
    return words.weights(words.fit(np.ones(len(rows), dtype=np.bool_))), booster


def _thinned(label: Numbers, opinion: Numbers, weight: Numbers) -> tuple[Numbers, Numbers]:
    """Which rows to learn from, and the weights that make up for the others."""
    low, high = SURE
    sure = ((opinion < low) & (label == 0)) | ((opinion > high) & (label == 1))
    chosen = np.random.default_rng(1).random(len(label)) * ONE_IN < 1
    return ~sure | chosen, np.where(sure, weight * ONE_IN, weight)


def _grow(numbers: Numbers, target: Numbers, weight: Numbers, rounds: tuple[int, float]) -> Any:
    import lightgbm

    data = lightgbm.Dataset(
        numbers,
        target,
        weight=weight / weight.mean(),
        params={"max_bin": PARAMETERS["max_bin"], "verbose": -1},
    )
    number, rate = rounds
    return lightgbm.train({**PARAMETERS, "learning_rate": rate}, data, number)


def scorer(words: pl.DataFrame, booster: Any, features: Features = block_features) -> BodyScorer:
    """A freshly fitted model in the place of the package's (see role_model.score_body)."""

    def score(blocks: pl.DataFrame) -> pl.Series:
        rows = features(blocks, score_words(blocks["text"], words)).to_numpy()
        return pl.Series(booster.predict(rows, num_threads=1), dtype=pl.Float64)

    return score


def train(pages: pl.DataFrame, fold: int) -> answers.Parser:
    """A parser whose roles were learned from `pages` alone, for `benchmarks.quality --trainer`."""
    return partial(
        parse,
        score_body=scorer(*fit(examples(pages))),
        score_html_body=scorer(*fit(html_examples(pages), html_features), html_features),
    )


def export(booster: Any, features: int, target: Path) -> None:
    """Write `booster` as ONNX; its first input takes all features of a block."""
    import lightgbm
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    # The converter knows the one objective and not the other; what comes out of the trees is the same.
    known = (
        booster.model_to_string()
        .replace("objective=cross_entropy", "objective=binary sigmoid:1")
        .replace("[objective: cross_entropy]", "[objective: binary]")
    )
    model = convert_lightgbm(
        lightgbm.Booster(model_str=known),
        initial_types=[("features", FloatTensorType([None, features]))],
        zipmap=False,
    )
    target.write_bytes(model.SerializeToString())


def main(
    path: Annotated[Path, typer.Argument(help="Parquet of pages (benchmarks/quality/corpus.py).")],
    only: Annotated[
        str | None, typer.Option(help="Learn only the model of `text` or that of `html`.")
    ] = None,
) -> None:
    """Learn from all pages and write the package's models."""
    pages = corpus.read_corpus(path)
    data = Path(copydesk.__file__).parent / "data"
    for name, make, features, words, model in (
        ("text", examples, block_features, WEIGHTS_FILE, MODEL),
        ("html", html_examples, html_features, HTML_WEIGHTS_FILE, HTML_MODEL),
    ):
        if only in {None, name}:
            rows = make(pages)
            print(f"{name}: {len(rows):,} blocks, {rows['label'].mean():.3f} of them text")
            weights, booster = fit(rows, features)
            weights.write_parquet(data / words, compression="zstd")
            export(booster, booster.num_feature(), data / model)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


if __name__ == "__main__":
    typer.run(main)
