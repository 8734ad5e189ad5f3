"""The report: figures with 95 % bootstrap intervals, for each group of pages and each system.

What belongs here: averages, intervals, tables for people. What does not: a single page's score (scores.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

RESAMPLES: Final = 1_000
SEED: Final = 20_260_101
# A group of fewer pages says nothing; its pages count with the others.
MIN_GROUP_PAGES: Final = 10

Sample = dict[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its heading, the columns that it needs, and how they make it for each resample (a row)."""

    heading: str
    columns: tuple[str, ...]
    value: Callable[..., NDArray[np.float64]]


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values.mean(axis=-1)


def _micro_precision(*parts: NDArray[np.float64]) -> NDArray[np.float64]:
    hit, extra, _ = (part.sum(axis=-1) for part in parts)
    return _divide(hit, hit + extra)


def _micro_recall(*parts: NDArray[np.float64]) -> NDArray[np.float64]:
    hit, _, missed = (part.sum(axis=-1) for part in parts)
    return _divide(hit, hit + missed)


def _micro_f1(*parts: NDArray[np.float64]) -> NDArray[np.float64]:
    hit, extra, missed = (part.sum(axis=-1) for part in parts)
    return _divide(2 * hit, 2 * hit + extra + missed)


def _shingle_f1(
    hit: NDArray[np.float64], extra: NDArray[np.float64], missed: NDArray[np.float64]
) -> NDArray[np.float64]:
    """See `metrics.shingle_f1`, over many resamples at once."""
    answered, true = hit + extra > 0, hit + missed > 0
    precision = _divide(_divide(hit, hit + extra).sum(axis=-1), answered.sum(axis=-1))
    recall = _divide(_divide(hit, hit + missed).sum(axis=-1), true.sum(axis=-1))
    return _divide(2 * precision * recall, precision + recall)


def _divide(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(above, below, out=np.zeros_like(above, dtype=float), where=below > 0)


def _parts(prefix: str) -> tuple[str, ...]:
    return tuple(f"{prefix}_{part}" for part in ("hit", "extra", "missed"))


BODY: Final = (
    Figure("word F1", ("word_f1",), _mean),
    Figure("shingle F1", _parts("shingle"), _shingle_f1),
)
METADATA: Final = (
    Figure("title", ("title",), _mean),
    Figure("date", ("date",), _mean),
    Figure("date, shown", ("shown_date",), _mean),
    Figure("date, given", ("given_date",), _mean),
    Figure("author P", _parts("author"), _micro_precision),
    Figure("author R", _parts("author"), _micro_recall),
    Figure("author F1", ("author_f1",), _mean),
    Figure("author F1, shown", ("shown_author_f1",), _mean),
    Figure("author F1, all names", ("written_author_f1",), _mean),
    Figure("authors of none", ("unsigned",), _mean),
)


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure over `pages` pages with the bounds of its 95 % bootstrap interval."""

    value: float
    low: float
    high: float
    pages: int

    def __str__(self) -> str:
        return f"{_short(self.value)} [{_short(self.low)} {_short(self.high)}]"


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def measure(scores: pl.DataFrame, figure: Figure, resamples: int = RESAMPLES) -> Interval | None:
    """`figure` over the pages that have it; null where none does."""
    known = scores.select(figure.columns).drop_nulls()
    if known.is_empty():
        return None
    columns = [known[name].to_numpy() for name in figure.columns]
    picks = np.random.default_rng(SEED).integers(0, len(known), (resamples, len(known)))
    drawn = figure.value(*(column[picks] for column in columns))
    low, high = np.quantile(drawn, [0.025, 0.975])
    value = figure.value(*(column[np.newaxis, :] for column in columns))[0]
    return Interval(float(value), float(low), float(high), len(known))


def groups(pages: pl.DataFrame) -> list[tuple[str, pl.Series]]:
    """The groups of pages that figures are shown for: all, by corpus, style and language; a name and the ids of each."""
    shown = [("all", pages["id"])]
    for column in ("corpus", "style", "language"):
        counted = pages.group_by(column).agg("id").sort(pl.col("id").list.len(), descending=True)
        few = list[str]()
        for name, ids in counted.iter_rows():
            if len(ids) >= MIN_GROUP_PAGES:
                shown.append((f"{column}: {name}", pl.Series(ids)))
            else:
                few.extend(ids)
        if few:
            shown.append((f"{column}: others", pl.Series(few)))
    return shown


def table(
    title: str, scores: pl.DataFrame, figures: tuple[Figure, ...], pages: pl.DataFrame
) -> Table:
    """A table of `figures`: for each group of pages a row for each system that answers."""
    shown = Table(title=title, title_justify="left", show_edge=False)
    shown.add_column("pages")
    shown.add_column("system")
    for figure in figures:
        shown.add_column(figure.heading, justify="right", no_wrap=True)
    for name, ids in groups(pages):
        here = scores.filter(pl.col("id").is_in(ids.implode()))
        heading = f"{name} ({len(ids)})"
        for system, of_system in here.group_by("system", maintain_order=True):
            measured = [measure(of_system, figure) for figure in figures]
            if any(measured):
                cells = [str(interval) if interval else "–" for interval in measured]
                shown.add_row(heading, str(system[0]), *cells)
                heading = ""
        shown.add_section()
    return shown


def page_types(title: str, pages: pl.DataFrame, answers: pl.DataFrame) -> Table:
    """How well page types are told: article against the rest, and all types that the system knows."""
    both = pages.select("id", true=pl.col("page_type").replace(TYPE_NAMES)).join(
        answers.select("id", told="page_type"), on="id"
    )
    true, told = both["true"] == "article", (both["told"] == "article").fill_null(False)
    hit = float((true & told).sum())
    scores = both.select(
        right=(pl.col("true") == pl.col("told")).fill_null(False).cast(pl.Float64),
        article_hit=(true & told).cast(pl.Float64),
        article_extra=(~true & told).cast(pl.Float64),
        article_missed=(true & ~told).cast(pl.Float64),
    )
    shown = Table(title=title, title_justify="left", show_edge=False)
    shown.add_column("figure")
    shown.add_column("value", justify="right")
    for figure in (
        Figure("article against the rest, F1", _parts("article"), _micro_f1),
        Figure("article, precision", _parts("article"), _micro_precision),
        Figure("article, recall", _parts("article"), _micro_recall),
        Figure("all types, accuracy", ("right",), _mean),
    ):
        shown.add_row(figure.heading, str(measure(scores, figure)))
    shown.add_row("articles found, of", f"{hit:.0f}, {true.sum()}")
    return shown


# The corpus tells lists of entries (`collection`) from lists of links; both are listings.
TYPE_NAMES: Final = {"collection": "listing"}


def console(width: int) -> Console:
    """Where the report goes; `width` holds also where the output is no terminal."""
    return Console(width=width, highlight=False)
