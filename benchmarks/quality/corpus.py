"""The pages to measure on: reading the Parquet, the groups that results are shown for, the folds.

What belongs here: the corpus's shape and what is derived from its truth alone. What does not: anyone's answers.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import polars as pl

from copydesk.language import identify

# `dump` is the flattened text, `html` the page it came from, `style` how it was flattened. `published` is ISO 8601,
# a day or an instant; `body` has a line for each paragraph.
CORPUS_SCHEMA: Final = pl.Schema(
    {
        "id": pl.String,
        "corpus": pl.String,
        "page_type": pl.String,
        "url": pl.String,
        "domain": pl.String,
        "title": pl.String,
        "authors": pl.List(pl.String),
        "published": pl.String,
        "topics": pl.List(pl.String),
        "body": pl.String,
        "style": pl.String,
        "dump": pl.String,
        "html": pl.String,
    }
)
UNKNOWN_LANGUAGE: Final = "?"


def read_corpus(path: Path) -> pl.DataFrame:
    """The pages of `path` in `CORPUS_SCHEMA`, with `language` (of the true body, `?` where it is not clear).

    Raises:
        ValueError: a column is missing, or an id stands twice.
    """
    pages = pl.read_parquet(path)
    missing = [name for name in CORPUS_SCHEMA if name not in pages.columns]
    if missing:
        raise ValueError(f"{path}: the columns {', '.join(missing)} are missing (see corpus.py)")
    pages = pages.select(pl.col(name).cast(dtype) for name, dtype in CORPUS_SCHEMA.items())
    if pages["id"].is_duplicated().any():
        raise ValueError(f"{path}: an id stands twice; give each page its own")
    languages = [identify(text)[0] or UNKNOWN_LANGUAGE for text in pages["body"].fill_null("")]
    return pages.with_columns(language=pl.Series(languages, dtype=pl.String))


def fold_of(domain: str, folds: int) -> int:
    """The fold of a domain: the same wherever and with whatever other pages it is asked for."""
    return int.from_bytes(hashlib.sha256(domain.encode()).digest()[:8], "big") % folds


def with_folds(pages: pl.DataFrame, folds: int) -> pl.DataFrame:
    """`pages` with `fold`: all pages of a domain are in the same one."""
    return pages.with_columns(
        fold=pl.Series([fold_of(domain, folds) for domain in pages["domain"]], dtype=pl.Int64)
    )
