"""Lexicons: words that names are told by.

What belongs here: which words are first names, and of which gender; which are everyday words of English. What does not:
whose name it is.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def first_names() -> Mapping[str, str]:
    """First names with their gender, `male` or `female`."""
    path = resources.files("copydesk") / "data" / "first_names.csv"
    with path.open(encoding="utf-8") as source:
        return {row["name"]: row["gender"] for row in csv.DictReader(source)}


@cache
def common_words() -> frozenset[str]:
    """Everyday words of English, in lower case: those that news pages mostly write small."""
    path = resources.files("copydesk") / "data" / "common_words.txt"
    return frozenset(path.read_text("utf-8").split())
