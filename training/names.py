"""Learns what people's names are made of: `python -m training.names pages.parquet` (needs faker and scikit-learn).

What belongs here: the examples, the fit, the export. What does not: the features (copydesk/name_likeness.py).

Faker's lists of first and last names in all its languages are what names look like; what they do not look like are the
words that pages of at least two sites begin with a capital in short lines (menus, headings) and everyday words.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import polars as pl
import typer

import copydesk
from benchmarks.quality import corpus
from copydesk.lexicons import common_words
from copydesk.name_likeness import INTERCEPT, WEIGHTS_FILE, grams

_LATIN_NAME: Final = re.compile(r"[A-Za-z\u00c0-\u024f][\w'’-]+")
_CAPITALISED: Final = re.compile(r"[A-Z\u00c0-\u00de][\w'’-]+")
MAX_LINE_CHARACTERS: Final = 60
# Fewer pages, or words with the run, tell that page or word.
MIN_PAGES: Final = 2
MIN_WORDS: Final = 12
PENALTY: Final = 5.0


def known_names() -> set[str]:
    """Faker's first and last names in Latin letters, in lower case."""
    person = importlib.import_module("faker.providers.person")
    found = set[str]()
    for language in pkgutil.iter_modules(person.__path__):
        provider = importlib.import_module(f"{person.__name__}.{language.name}").Provider
        for attribute, value in vars(provider).items():
            if attribute.startswith(("first_names", "last_names")) and isinstance(
                value, (tuple, list, dict)
            ):
                found.update(name for name in value if isinstance(name, str))
    return {name.lower() for name in found if _LATIN_NAME.fullmatch(name)}


def page_capitals(pages: pl.DataFrame) -> set[str]:
    """The words that short lines of several pages begin with a capital, in lower case."""
    seen = Counter[str]()
    for dump in pages["dump"].fill_null(""):
        lines = (line for line in dump.splitlines() if len(line) <= MAX_LINE_CHARACTERS)
        seen.update({word.lower() for line in lines for word in _CAPITALISED.findall(line)})
    return {word for word, count in seen.items() if count >= MIN_PAGES}


def main(
    path: Annotated[Path, typer.Argument(help="Parquet of pages (benchmarks/quality/corpus.py).")],
) -> None:
    """Learn the weights and write them into the package."""
    import scipy.sparse
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    names = known_names()
    others = (page_capitals(corpus.read_corpus(path)) | common_words()) - names
    words = [*sorted(names), *sorted(others)]
    is_name = np.arange(len(words)) < len(names)
    vectorizer = CountVectorizer(analyzer=grams, min_df=MIN_WORDS, binary=True)
    present = vectorizer.fit_transform(words)
    count = np.asarray(present.sum(axis=1)).ravel().clip(1)
    model = LogisticRegression(C=PENALTY, max_iter=200, class_weight="balanced")
    model.fit(scipy.sparse.diags(1 / np.sqrt(count)) @ present, is_name)
    print(
        f"{len(names):,} names, {len(others):,} other words, {len(vectorizer.vocabulary_):,} runs"
    )
    weights = sorted(
        [
            (INTERCEPT, round(float(model.intercept_[0]), 2)),
            *(
                (gram, round(float(model.coef_[0][at]), 2))
                for gram, at in vectorizer.vocabulary_.items()
            ),
        ]
    )
    pl.DataFrame(
        weights, schema={"gram": pl.String, "weight": pl.Float32}, orient="row"
    ).write_parquet(Path(copydesk.__file__).parent / "data" / WEIGHTS_FILE, compression="zstd")


if __name__ == "__main__":
    typer.run(main)
