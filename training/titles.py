"""Learns the weights that rank a page's candidates for its headline: `python -m training.titles pages.parquet`.

What belongs here: fitting, the cross-validated figure. What does not: the features (copydesk/titles.py).

A softmax over each page's candidates is fitted to the candidate whose letters and digits are the true title's, with
an L2 penalty. Folds are by domain, the same as the benchmark's.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import polars as pl
import typer
from numpy.typing import NDArray

import copydesk
from benchmarks.quality import answers, corpus
from benchmarks.quality.metrics import normalise
from copydesk.parsing import parse
from copydesk.publishers import page_publishers
from copydesk.sites import page_addresses
from copydesk.titles import WEIGHTS_FILE, candidates

FOLDS: Final = 5
PENALTY: Final = 3.0
STEPS: Final = 600
RATE: Final = 0.05
# Adam's own defaults (Kingma and Ba 2015).
MOMENTUM: Final = 0.9
VARIANCE: Final = 0.999

Numbers = NDArray[np.float64]


def learn(features: Numbers, right: Numbers, page: NDArray[np.int64]) -> Numbers:
    """The weights under which the right candidates of each page have the highest softmax.

    Args:
        features: candidates by features.
        right: 1 where the candidate is the title; pages without one are left out.
        page: the page of each candidate, from 0.
    """
    kept = np.bincount(page, weights=right)[page] > 0
    features, right = features[kept], right[kept]
    _, page = np.unique(page[kept], return_inverse=True)
    scale = features.std(axis=0)
    scale[scale == 0] = 1
    scaled = features / scale
    target = right / np.bincount(page, weights=right)[page]
    weights = np.zeros(features.shape[1])
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        score = scaled @ weights
        highest = np.full(page.max() + 1, -np.inf)
        np.maximum.at(highest, page, score)
        odds = np.exp(score - highest[page])
        slope = scaled.T @ (odds / np.bincount(page, weights=odds)[page] - target)
        slope += PENALTY * weights
        first = MOMENTUM * first + (1 - MOMENTUM) * slope
        second = VARIANCE * second + (1 - VARIANCE) * slope**2
        move = (first / (1 - MOMENTUM**step)) / (np.sqrt(second / (1 - VARIANCE**step)) + 1e-8)
        weights -= RATE * move
    return weights / scale


def accuracy(score: Numbers, right: Numbers, page: NDArray[np.int64]) -> tuple[int, int]:
    """How many pages' best candidate is right, of how many."""
    order = np.lexsort((-score, page))
    first = order[np.unique(page[order], return_index=True)[1]]
    return int(right[first].sum()), len(first)


def main(
    path: Annotated[Path, typer.Argument(help="Parquet of pages (benchmarks/quality/corpus.py).")],
) -> None:
    """Prints the accuracy on domains left out, then writes the weights learned from all pages."""
    pages = corpus.with_folds(corpus.read_corpus(path), FOLDS)
    pages = pages.filter(pl.col("page_type") == "article")
    blocks = parse(answers.raw_texts(pages)).blocks
    found = candidates(blocks, page_publishers(blocks, page_addresses(blocks)))
    truth = dict(pages.select("id", "title").iter_rows())
    fold_of = dict(pages.select("id", "fold").iter_rows())
    ids = found["document_id"].to_list()
    right = np.array(
        [
            float(normalise(text) == normalise(truth[document]))
            for document, text in zip(ids, found["text"], strict=True)
        ]
    )
    names = [name for name in found.columns if name not in ("document_id", "text", "block")]
    features = found.select(names).to_numpy().astype(np.float64)
    _, page = np.unique(np.array(ids), return_inverse=True)
    fold = np.array([fold_of[document] for document in ids])

    hits = 0
    for left_out in range(FOLDS):
        train = fold != left_out
        weights = learn(features[train], right[train], page[train])
        hit, count = accuracy(features[~train] @ weights, right[~train], page[~train])
        hits += hit
        print(f"fold {left_out}: {hit / count:.3f} of {count} pages")
    among = len(set(page[right > 0])) / len(pages)
    print(f"left out: {hits / len(pages):.3f}; the title is among the candidates of {among:.3f}")
    learned = learn(features, right, page)
    target = Path(copydesk.__file__).parent / "data" / WEIGHTS_FILE
    rounded = {name: round(float(weight), 3) for name, weight in zip(names, learned, strict=True)}
    note = {"learned_from": path.name, "pages": len(pages), "left_out_accuracy": hits / len(pages)}
    target.write_text(json.dumps({**note, "weights": rounded}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
