"""The role model: how likely each block is part of the article's text.

What belongs here: the thresholds, and what a score is. What does not: the features (block_features.py), the roles that
rules give (roles.py), the learning (training/roles.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

from copydesk.block_features import block_features
from copydesk.html_features import html_features
from copydesk.trees import predict

MODEL: Final = "roles.onnx"
# What the rules take for text stays with less than what they do not. Between .35 and .50 the cross-validated word F1 is
# the same to the third digit.
KEEP_THRESHOLD: Final = 0.4
TAKE_THRESHOLD: Final = 0.5
HTML_MODEL: Final = "html_roles.onnx"
HTML_THRESHOLD: Final = 0.5

# Blocks in (see blocks.BLOCKS_SCHEMA; of HTML with the evidence of html_blocks.attach_evidence), the probability of
# each, in their order, out.
BodyScorer = Callable[[pl.DataFrame], pl.Series]


def score_body(blocks: pl.DataFrame) -> pl.Series:
    """The probability, 0 to 1, that each block belongs to the article's text or its subheadings."""
    return pl.Series(predict(MODEL, block_features(blocks))[:, 1]).cast(pl.Float64)


def score_html_body(blocks: pl.DataFrame) -> pl.Series:
    """The same for blocks of HTML documents, from their text and from the DOM."""
    return pl.Series(predict(HTML_MODEL, html_features(blocks))[:, 1]).cast(pl.Float64)
