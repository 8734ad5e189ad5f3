"""Name likeness: how much a word looks like a part of a person's name.

What belongs here: the runs of letters that are looked at and their learned weights. What does not: what a whole name
looks like (byline_names.py), the learning (training/names.py).

A logistic regression over the presence of runs of two to four letters, the word's ends included. No list of names is
complete; what names are made of is known of names never seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

import polars as pl

from copydesk.lexicons import common_words, first_names

WEIGHTS_FILE: Final = "name_grams.parquet"
GRAM_LENGTHS: Final = (2, 3, 4)
# The row of the weights that is added for every word.
INTERCEPT: Final = ""
# Newspapers are named `Le Figaro`, `Daily Mail`, `Gulf Coast Bulletin`; people's sites `Jane Doe`.
UNLIKELY_FIRST: Final = -0.6
UNLIKELY_LAST: Final = -0.8
# Behind a known first name less will do; `tribune` has less.
UNLIKELY_LAST_BEHIND_FIRST: Final = -1.4
_ARTICLES: Final = frozenset(
    [
        "the",
        "a",
        "le",
        "la",
        "les",
        "el",
        "al",
        "los",
        "il",
        "lo",
        "i",
        "o",
        "os",
        "der",
        "die",
        "das",
        "de",
        "het",
    ]
)
_CACHED_WORDS: Final = 50_000


def grams(word: str) -> Iterator[str]:
    """The runs of letters of a word, `^` and `$` standing for its ends."""
    ended = f"^{word.lower()}$"
    for length in GRAM_LENGTHS:
        for start in range(len(ended) - length + 1):
            yield ended[start : start + length]


@lru_cache(_CACHED_WORDS)
def likeness(word: str) -> float:
    """The log-odds that the word is a first or a last name."""
    weights = _shipped()
    known = [weights[gram] for gram in set(grams(word)) if gram in weights]
    return weights[INTERCEPT] + (sum(known) / len(known) ** 0.5 if known else 0.0)


def is_personal(outlet: str) -> bool:
    """Whether an outlet's name is a person's, whose own site it then is.

    Its words look like a first and a last name, and neither is an article or an everyday word.
    """
    words = outlet.split()
    if len(words) != 2:
        return False
    lower = [word.lower() for word in words]
    known = words[0] in first_names()
    return (
        _ARTICLES.isdisjoint(lower)
        and common_words().isdisjoint(lower)
        and (known or likeness(words[0]) >= UNLIKELY_FIRST)
        and likeness(words[-1]) >= (UNLIKELY_LAST_BEHIND_FIRST if known else UNLIKELY_LAST)
    )


@cache
def _shipped() -> dict[str, float]:
    table = pl.read_parquet(files("copydesk").joinpath("data", WEIGHTS_FILE).read_bytes())
    return dict(table.iter_rows())
