"""Learns who of a page's candidates is its author: `python -m training.authors pages.parquet`.

What belongs here: the fit, the cross-validated figures, the export. What does not: the candidates and their features
(copydesk/authors.py), how names are compared (benchmarks/quality/metrics.py). Needs what training/roles.py needs.

Pages are learned from three times, as unseen.py reads them: the dump, their HTML, and their HTML flattened to text. Many
dumps keep no author, and HTML has other lines. A candidate is right if the page's truth names it. Pages whose truth
names nobody weigh half: on some of them the page does.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
import typer
from numpy.typing import NDArray

import copydesk
from benchmarks.quality.metrics import author_names, compare, normalise, people
from copydesk.authors import FEATURES, MODEL, candidates, likely
from copydesk.places import page_places
from copydesk.publishers import page_publishers
from copydesk.sites import page_addresses
from copydesk.titles import page_titles
from training.roles import export
from training.unseen import FOLDS, PagesArgument, Unseen, UnseenOption, unseen_articles

# What these hold was not looked at when candidates, features and thresholds were chosen.
HELD_FOLDS: Final = (3, 4)
UNSIGNED_WEIGHT: Final = 0.5
# The same page again; more of it gains nothing.
HTML_WEIGHT: Final = 0.7
# Thresholds drawn at random keep the trees from leaning on single pages: F1 .871 against .865 in folds 0 to 2, .801 against
# .796 in the others (means of three seeds).
ROUNDS: Final = 600
PARAMETERS: Final = {
    "objective": "binary",
    "extra_trees": True,
    "num_leaves": 10,
    "learning_rate": 0.05,
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


class Examples(NamedTuple):
    """Candidates with what is learned from them, a row each; `fold` is their domain's."""

    found: pl.DataFrame
    features: Numbers
    right: Numbers
    weight: Numbers
    fold: Numbers


def examples(found: pl.DataFrame, pages: pl.DataFrame) -> Examples:
    """The candidates `found` on `pages` as examples."""
    signed, folds = dict[str, Counter[str]](), dict[str, int]()
    for page, authors, fold in pages.select("id", "authors", "fold").iter_rows():
        signed[page], folds[page] = author_names(authors or []), fold
    documents = found["document_id"].to_list()
    names = [_compared(name) for name in found["name"]]
    return Examples(
        found,
        found.select(FEATURES).to_numpy(),
        np.array([float(name in signed[at]) for at, name in zip(documents, names, strict=True)]),
        np.array([1.0 if signed[at] else UNSIGNED_WEIGHT for at in documents]),
        np.array([folds[at] for at in documents]),
    )


def _compared(name: str) -> str:
    return next(iter(author_names([name])), normalise(name))


def fit_examples(*parts: Examples) -> Any:
    """A booster that learned from all `parts`."""
    return fit_authors(
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.weight for part in parts]),
    )


def learn(pages: pl.DataFrame, unseen: Unseen, data: Path) -> None:
    """Print the figures on domains left out, then learn from all pages and write the model to `data`.

    Args:
        pages: articles, with `fold`.
        unseen: theirs.
        data: the directory to write to.
    """
    text, markup, again = (
        examples(read_candidates(blocks), pages)
        for blocks in (unseen.dumps, unseen.html, unseen.flattened)
    )
    markup = markup._replace(weight=markup.weight * HTML_WEIGHT)
    again = again._replace(weight=again.weight * HTML_WEIGHT)
    told, told_html = list[pl.DataFrame](), list[pl.DataFrame]()
    for out in range(FOLDS):
        booster = fit_examples(*(_rows(part, part.fold != out) for part in (text, markup, again)))
        for part, kept in ((text, told), (markup, told_html)):
            rest = _rows(part, part.fold == out)
            chance = booster.predict(rest.features) if len(rest.found) else np.zeros(0)
            kept.append(rest.found.with_columns(probability=pl.Series(chance)))
    print("left out")
    for folds in (HELD_FOLDS, tuple(range(FOLDS))):
        some = pages.filter(pl.col("fold").is_in(folds))
        print(f"folds {folds}")
        _report("all", some, pl.concat(told))
        for (style,), of_style in sorted(some.partition_by("style", as_dict=True).items()):
            _report(str(style), of_style, pl.concat(told))
        _report("HTML", some, pl.concat(told_html), unseen.stated)
    booster = fit_examples(text, markup, again)
    export(booster, booster.num_feature(), data / MODEL)


def _rows(part: Examples, rows: Numbers) -> Examples:
    return Examples(part.found.filter(pl.Series(rows)), *(column[rows] for column in part[1:]))


def _report(
    heading: str, pages: pl.DataFrame, found: pl.DataFrame, stated: pl.DataFrame | None = None
) -> None:
    """The benchmark's figures of authors, and how many true ones are among the candidates.

    Args:
        heading: what the pages are.
        pages: with the truth.
        found: their candidates, with `probability`.
        stated: what the pages state of themselves, which comes before what is read.
    """
    among = dict(found.group_by("document_id").agg("name").iter_rows())
    authors = dict(
        likely(found).group_by("document_id", maintain_order=True).agg("name").iter_rows()
    )
    if stated is not None:
        said = stated.filter(pl.col("authors").list.len() > 0)
        authors |= dict(said.select("document_id", "authors").iter_rows())
    scores, shown, unsigned, reached = list[float](), list[float](), list[bool](), list[float]()
    for row in pages.iter_rows(named=True):
        true = people(row["authors"] or [], row["domain"])
        answer = people(authors.get(row["id"], []), row["domain"])
        if not true:
            unsigned.append(bool(answer))
            continue
        scores.append(compare(answer, true).f1)
        dump = f" {normalise(row['dump'])} "
        if all(f" {name} " in dump for name in true):
            shown.append(scores[-1])
            names = {_compared(name) for name in among.get(row["id"], [])}
            reached.append(len(true.keys() & names) / len(true))
    print(
        f"{heading}: author F1 {np.mean(scores):.3f}, {np.mean(shown):.3f} where the dump shows all"
        f" ({np.mean(reached):.3f} of those are candidates); of {len(unsigned)} unsigned pages"
        f" {np.mean(unsigned):.3f} are given one"
    )


def main(path: PagesArgument, kept: UnseenOption = None) -> None:
    """Print the figures on domains left out, then learn from all pages and write the package's model."""
    learn(*unseen_articles(path, kept), Path(copydesk.__file__).parent / "data")


if __name__ == "__main__":
    typer.run(main)
