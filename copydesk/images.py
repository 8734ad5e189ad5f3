"""Images: the pictures that a page shows with its article.

What belongs here: image addresses, the crop box and the sizes that they and the page tell. What does not: reading what
a page of HTML states of its lead image (structured_data.py).
"""

from __future__ import annotations

from typing import Final

import polars as pl

# `…/1030441727_0:309:3744:2415_1920x0_80_…`: crop box left:top:right:bottom in the original, then the size served,
# where 0 keeps the crop's proportions.
_CROP: Final = r"_(\d{1,5}):(\d{1,5}):(\d{1,5}):(\d{1,5})_"
_SIZE: Final = r"[_/-](\d{2,5})x(\d{1,5})(?:[_./-]|$)"


def page_images(blocks: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """The images of each document: `document_id` and the columns of the table `images` but `article_id`.

    The first is the lead: the one that the page states of itself, if it does. A size that neither the page nor the address
    tells follows from the crop box's proportions.

    Args:
        blocks: with roles.
        stated: in structured_data.PAGES_STATED_SCHEMA.
    """
    shown = blocks.filter(pl.col("reason") == "image_address").select(
        "document_id", url="text", stated_width=None, stated_height=None
    )
    leads = stated.filter(pl.col("image_url").is_not_null()).select(
        "document_id", url="image_url", stated_width="image_width", stated_height="image_height"
    )
    address = pl.col("url")
    addresses = (
        pl.concat([leads, shown], how="vertical_relaxed")
        .unique(["document_id", "url"], keep="first", maintain_order=True)
        .with_columns(
            crop=address.str.extract_groups(_CROP), size=address.str.extract_groups(_SIZE)
        )
    )
    left, top, right, bottom = (
        pl.col("crop").struct.field(str(number)).cast(pl.Int64, strict=False)
        for number in range(1, 5)
    )
    width = pl.col("size").struct.field("1").cast(pl.Int64, strict=False)
    height = pl.col("size").struct.field("2").cast(pl.Int64, strict=False)
    by_crop = (width * (bottom - top) / (right - left)).round().cast(pl.Int64)
    boxed = (right > left) & (bottom > top)
    return addresses.select(
        "document_id",
        image_index=pl.int_range(pl.len(), dtype=pl.Int64).over("document_id"),
        url="url",
        width=pl.coalesce("stated_width", pl.when(width > 0).then(width)),
        height=pl.coalesce(
            "stated_height", pl.when(height > 0).then(height).when(boxed).then(by_crop)
        ),
        crop_left=pl.when(boxed).then(left),
        crop_top=pl.when(boxed).then(top),
        crop_right=pl.when(boxed).then(right),
        crop_bottom=pl.when(boxed).then(bottom),
    ).with_columns(is_lead=pl.col("image_index") == 0)
