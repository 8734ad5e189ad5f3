"""Sentences: where they end.

What belongs here: cutting a paragraph at its sentences, without a model. What does not: what they say.
"""

from __future__ import annotations

import re
from typing import Final

# Abbreviations that a name or a number follows.
_ABBREVIATIONS: Final = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "mx",
        "dr",
        "prof",
        "gen",
        "lt",
        "col",
        "sgt",
        "capt",
        "cmdr",
        "maj",
        "adm",
        "gov",
        "sen",
        "rep",
        "rev",
        "hon",
        "pres",
        "sec",
        "dep",
        "st",
        "mt",
        "ft",
        "no",
        "nos",
        "vol",
        "fig",
        "vs",
        "jr",
        "sr",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "u.s",
        "u.k",
        "e.g",
        "i.e",
        "a.m",
        "p.m",
        "u.n",
        "ph.d",
        "d.c",
        "inc",
        "ltd",
        "co",
        "corp",
    ]
)
_END: Final = re.compile(r"[.!?…]+[\"”’»'“)\]]*(?=\s+[\"“„«‘'(\[]*[A-Z0-9\u2400-\u2426À-ÞА-Я])")
_LAST_WORD: Final = re.compile(r"([\w.]+)\.$")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence of a paragraph, in order; blank space between them belongs to none."""
    spans = list[tuple[int, int]]()
    start = 0
    for match in _END.finditer(text):
        if match[0] == "." and _abbreviates(text[start : match.end()]):
            continue
        spans.append((start, match.end()))
        start = match.end()
        while start < len(text) and text[start].isspace():
            start += 1
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def _abbreviates(text: str) -> bool:
    word = _LAST_WORD.search(text)
    if word is None:
        return False
    return word[1].lower() in _ABBREVIATIONS or (len(word[1]) == 1 and word[1].isupper())
