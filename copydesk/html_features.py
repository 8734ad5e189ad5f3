"""Features of HTML: each block as numbers, by its text and by its place in the DOM.

What belongs here: what is measured of the DOM's evidence, and of the element, its parent and its parent's parent, each
with all the text in it. What does not: the features of a block's text (block_features.py), the walk over the DOM
(flattening.py), the model over the features (role_model.py).

How much of a page's prose an element holds, and how much of it in links, is what Readability and Boilerpipe tell main
text by; here a model weighs both, at three elements around a block.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copydesk.block_features import block_features
from copydesk.contexts import Column, Runs
from copydesk.html_blocks import FLAG_COLUMNS, HINT_COLUMNS
from copydesk.word_scores import HTML_WEIGHTS_FILE, score_words, shipped_weights

_TAGS: Final[Mapping[str, int]] = {
    name: number
    for number, name in enumerate(
        (
            "p", "li", "div", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "figcaption",
            "title", "dd", "dt", "section", "article", "span", "header", "caption", "summary",
        )
    )
}  # fmt: skip
_OTHER_TAG: Final = 30
# As many elements up a class name is too far away to say anything.
_NO_HINT: Final = 60
_LEVELS: Final = ("element", "container", "grandparent")
_AS_THEY_ARE: Final = (
    "depth", "links", "heading_level", "link_density", "strong_density", "is_headline", "is_summary",
)  # fmt: skip


def html_features(blocks: pl.DataFrame, word_scores: Column | None = None) -> pl.DataFrame:
    """One row a block, one Float32 column a feature, in the order of `blocks`.

    Args:
        blocks: see html_blocks.attach_evidence; sorted by document and position.
        word_scores: of each block, where they are not those of the package's weights (in training).
    """
    if word_scores is None:
        word_scores = score_words(blocks["text"], shipped_weights(HTML_WEIGHTS_FILE))
    text = block_features(blocks, word_scores)
    page = Runs(blocks["document_id"].rle_id().to_numpy())
    return text.hstack(_place(blocks)).hstack(_surroundings(blocks, page, text["prose"].to_numpy()))


def _place(blocks: pl.DataFrame) -> pl.DataFrame:
    """What the DOM says of the block itself."""
    return blocks.select(
        tag=pl.col("tag").replace_strict(_TAGS, default=_OTHER_TAG, return_dtype=pl.Float32),
        has_item_property=pl.col("item_property").is_not_null().cast(pl.Float32),
        **{name: pl.col(name).cast(pl.Float32).fill_null(0) for name in _AS_THEY_ARE},
        **{name: pl.col(name).cast(pl.Float32).fill_null(0) for name in FLAG_COLUMNS},
        **{name: pl.col(name).cast(pl.Float32).fill_null(_NO_HINT) for name in HINT_COLUMNS},
    )


def _surroundings(blocks: pl.DataFrame, page: Runs, prose: Column) -> pl.DataFrame:
    """What else the elements around a block hold."""
    characters = blocks["text"].str.len_chars().to_numpy().astype(np.float64)
    in_prose = np.where(prose > 0, characters, 0)
    page_prose = page.total(in_prose).astype(np.float64) + 1
    linked = blocks["link_density"].fill_null(0).to_numpy() * characters
    stated = blocks["in_article_body"].fill_null(value=False).to_numpy()
    paragraph = (blocks["tag"] == "p").fill_null(value=False).to_numpy()
    # The structured data may give a teaser for the article's text: how much of the page's prose it holds tells.
    features: dict[str, NDArray[Any]] = {
        "in_stated_body": stated,
        "stated_body_share": page.total(in_prose * stated) / page_prose,
    }
    for level in _LEVELS:
        member = _members(page, blocks[level].fill_null(0).to_numpy())
        count, total = _sum(member, np.ones(page.rows)), _sum(member, characters)
        features[f"{level}_blocks"] = np.log1p(count)
        features[f"{level}_characters"] = np.log1p(total)
        features[f"{level}_prose_share"] = _sum(member, in_prose) / page_prose
        features[f"{level}_prose_blocks"] = _sum(member, prose)
        features[f"{level}_link_density"] = _sum(member, linked) / total
        features[f"{level}_paragraphs"] = _sum(member, paragraph) / count
    return pl.DataFrame({name: values.astype(np.float32) for name, values in features.items()})


def _members(page: Runs, element: NDArray[Any]) -> NDArray[np.int64]:
    """A number for each element of each page, the same for all blocks in it."""
    key = page.number.astype(np.int64) << 32 | element.astype(np.int64)
    members: NDArray[np.int64] = np.unique(key, return_inverse=True)[1]
    return members


def _sum(member: NDArray[np.int64], values: NDArray[Any]) -> NDArray[np.float64]:
    """The sum over all blocks of the same element, for each of them."""
    return np.asarray(np.bincount(member, weights=values), dtype=np.float64)[member]
