"""The steps of the text path, each timed by itself.

What belongs here: the path from bytes to articles in the pieces in which a batch is processed, with a clock around each
step. What does not: what the steps do.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import polars as pl

from copydesk.articles import compose
from copydesk.block_features import block_features
from copydesk.blocks import split_blocks
from copydesk.identifiers import content_id
from copydesk.parsing import Parsed, gather, parts, settle
from copydesk.processing import PIECE
from copydesk.reading import RawDocument, read_documents
from copydesk.role_model import MODEL
from copydesk.roles import assign_roles
from copydesk.trees import predict
from copydesk.word_scores import score_words

DECODE: Final = "read and decode"
BLOCKS: Final = "blocks"
WORDS: Final = "word scores"
FEATURES: Final = "block features"
TREES: Final = "trees"
RULES: Final = "role rules"
PAGES: Final = "page type and the rest of parsing"
ARTICLES: Final = "articles and metadata"
STEPS: Final = (DECODE, BLOCKS, WORDS, FEATURES, TREES, RULES, PAGES, ARTICLES)


class _Clock:
    """Processor time by step; a step within another counts for itself alone."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(STEPS, 0.0)
        self._running: list[str] = []
        self._since = 0.0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self._stop()
        self._running.append(name)
        try:
            yield
        finally:
            self._stop()
            self._running.pop()

    def _stop(self) -> None:
        now = time.process_time()
        if self._running:
            self.seconds[self._running[-1]] += now - self._since
        self._since = now


def time_steps(dumps: Sequence[bytes]) -> dict[str, float]:
    """The processor time in seconds that each step takes for all `dumps`."""
    clock = _Clock()

    def score_body(blocks: pl.DataFrame) -> pl.Series:
        with clock.step(WORDS):
            words = score_words(blocks["text"])
        with clock.step(FEATURES):
            features = block_features(blocks, words)
        with clock.step(TREES):
            return pl.Series(predict(MODEL, features)[:, 1]).cast(pl.Float64)

    for start in range(0, len(dumps), PIECE):
        with clock.step(DECODE):
            raw = read_documents(map(_document, dumps[start : start + PIECE]))
        parsed = list[Parsed]()
        for part in parts(raw):
            with clock.step(BLOCKS):
                blocks = split_blocks(part)
            with clock.step(RULES):
                blocks = assign_roles(blocks, score_body)
            with clock.step(PAGES):
                parsed.append(settle(part, blocks))
        with clock.step(PAGES):
            whole = gather(parsed)
        with clock.step(ARTICLES):
            compose(whole)
    return clock.seconds


def _document(dump: bytes) -> RawDocument:
    name = content_id(dump)
    return RawDocument(name, f"memory:{name}", "text", len(dump), dump)
