"""Learns the role model: `python -m training.roles pages.parquet` (needs lightgbm, onnxmltools and scikit-learn).

What belongs here: labels, the two fits (words, then trees over all features), the export. What does not: the features
themselves (copydesk/block_features.py, copydesk/word_scores.py), measuring (benchmarks/quality).

A block's label is whether most of its words align with the page's true text. Every page is learned from as it was
dumped; a page whose dump keeps little around the article, or no blank lines, is learned from once more, flattened from
its HTML, and a third of the dumps with blank lines once more without them: a model should not lean on one flattener.
All folds are by domain. `benchmarks.quality --trainer training.roles:train` measures on the domains left out.
"""

from __future__ import annotations

import re
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
from copydesk.html_blocks import read_pages
from copydesk.parsing import parse
from copydesk.role_model import MODEL, BodyScorer
from copydesk.word_scores import INTERCEPT, WEIGHTS_FILE, block_words, score_words

INNER_FOLDS: Final = 5
# A shorter run of words aligns by chance, unless it is a block of its own.
MIN_ALIGNED_WORDS: Final = 4
# A word on fewer pages tells the page, not the kind of block.
MIN_PAGES: Final = 4
OTHER_STYLE_WEIGHT: Final = 0.6
NOT_ARTICLE_WEIGHT: Final = 0.5
ROUNDS: Final = 140
PARAMETERS: Final = {
    "objective": "binary",
    "num_leaves": 31,
    "learning_rate": 0.12,
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
    dumped = split_blocks(answers.raw_texts(pages))
    articles = pages.filter(pl.col("page_type") == "article")
    poor = articles.filter(pl.col("style") != "paragraphs")
    flattened = split_blocks(
        poor.select(document_id="id").hstack(read_pages(poor["html"].fill_null("").to_list()))
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


def fit_words(rows: pl.DataFrame) -> pl.DataFrame:
    """`word`, `weight` (see word_scores.py), from labelled blocks."""
    import scipy.sparse
    from sklearn.linear_model import LogisticRegression

    words = block_words(rows["text"])
    page = pl.DataFrame({"page": rows["document_id"].rle_id()}).with_row_index("row")
    known = (
        words.join(page, on="row")
        .group_by("word")
        .agg(pages=pl.col("page").n_unique())
        .filter(pl.col("pages") >= MIN_PAGES)
        .sort("word")
        .select("word")
        .with_row_index("column")
    )
    present = words.join(known, on="word").sort("row", "column")
    count = present.group_by("row").agg(pl.len())
    scale = np.ones(len(rows))
    scale[count["row"].to_numpy()] = 1 / np.sqrt(count["len"].to_numpy())
    row = present["row"].to_numpy()
    matrix = scipy.sparse.csr_matrix(
        (scale[row], (row, present["column"].to_numpy())), shape=(len(rows), len(known))
    )
    length = rows["text"].str.count_matches(r"\w+").clip(1, 36).sqrt().to_numpy()
    model = LogisticRegression(C=1.0, max_iter=100, tol=1e-3)
    model.fit(matrix, rows["label"].to_numpy(), sample_weight=length)
    return pl.DataFrame(
        {
            "word": [INTERCEPT, *known["word"]],
            "weight": np.r_[model.intercept_, model.coef_[0]].round(3),
        },
        schema={"word": pl.String, "weight": pl.Float32},
    )


def fit(rows: pl.DataFrame) -> tuple[pl.DataFrame, Any]:
    """The weights of words and the LightGBM booster over all features.

    The trees see word scores from weights that were fitted without the block's own domain, as they will in use.
    """
    import lightgbm

    folds = {domain: corpus.fold_of(f"inner {domain}", INNER_FOLDS) for domain in rows["domain"]}
    fold = np.array([folds[domain] for domain in rows["domain"]])
    scores = np.zeros(len(rows), dtype=np.float32)
    for left_out in range(INNER_FOLDS):
        out = pl.Series(fold == left_out)
        weights = fit_words(rows.filter(~out))
        scores[fold == left_out] = score_words(rows.filter(out)["text"], weights)
    features = block_features(rows, scores)
    weight = rows["weight"].to_numpy()
    weight = np.clip(weight, weight.mean() * 0.02, weight.mean() * 30)
    data = lightgbm.Dataset(
        features.to_numpy(),
        rows["label"].to_numpy(),
        weight=weight / weight.mean(),
        params={"max_bin": PARAMETERS["max_bin"], "verbose": -1},
    )
    return fit_words(rows), lightgbm.train(dict(PARAMETERS), data, ROUNDS)


def scorer(weights: pl.DataFrame, booster: Any) -> BodyScorer:
    """The freshly fitted model in the place of the package's (see role_model.score_body)."""

    def score(blocks: pl.DataFrame) -> pl.Series:
        features = block_features(blocks, score_words(blocks["text"], weights))
        return pl.Series(booster.predict(features.to_numpy(), num_threads=1), dtype=pl.Float64)

    return score


def train(pages: pl.DataFrame, fold: int) -> answers.Parser:
    """A parser whose roles were learned from `pages` alone, for `benchmarks.quality --trainer`."""
    return partial(parse, score_body=scorer(*fit(examples(pages))))


def export(booster: Any, features: int, target: Path) -> None:
    """Write `booster` as ONNX; its first input takes all features of a block."""
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    model = convert_lightgbm(
        booster, initial_types=[("features", FloatTensorType([None, features]))], zipmap=False
    )
    target.write_bytes(model.SerializeToString())


def main(
    path: Annotated[Path, typer.Argument(help="Parquet of pages (benchmarks/quality/corpus.py).")],
) -> None:
    """Learn from all pages and write the package's model."""
    rows = examples(corpus.read_corpus(path))
    print(f"{len(rows):,} blocks, {rows['label'].mean():.3f} of them text of an article")
    weights, booster = fit(rows)
    data = Path(copydesk.__file__).parent / "data"
    weights.write_parquet(data / WEIGHTS_FILE, compression="zstd")
    export(booster, booster.num_feature(), data / MODEL)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


if __name__ == "__main__":
    typer.run(main)
