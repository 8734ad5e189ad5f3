"""Images: the pictures that a page shows with its article.

What belongs here: image addresses, the crop box and the sizes that they and the page tell.
"""

from __future__ import annotations

from typing import Final

import polars as pl

# `…/1030441727_0:309:3744:2415_1920x0_80_…`: crop box left:top:right:bottom in the original, then the size served,
# where 0 keeps the crop's proportions.
_CROP: Final = r"_(\d{1,5}):(\d{1,5}):(\d{1,5}):(\d{1,5})_"
_SIZE: Final = r"[_/-](\d{2,5})x(\d{1,5})(?:[_./-]|$)"


def page_images(blocks: pl.DataFrame) -> pl.DataFrame:
    """The images of each document: `document_id` and the columns of the table `images` but `article_id`.

    The first is the lead. Its height, where the address leaves it open, follows from the crop box's proportions.
    """
    text = pl.col("text")
    addresses = (
        blocks.filter(pl.col("reason") == "image_address")
        .unique(["document_id", "text"], keep="first", maintain_order=True)
        .select(
            "document_id",
            url=text,
            crop=text.str.extract_groups(_CROP),
            size=text.str.extract_groups(_SIZE),
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
        width=pl.when(width > 0).then(width),
        height=pl.when(height > 0).then(height).when(boxed).then(by_crop),
        crop_left=pl.when(boxed).then(left),
        crop_top=pl.when(boxed).then(top),
        crop_right=pl.when(boxed).then(right),
        crop_bottom=pl.when(boxed).then(bottom),
    ).with_columns(is_lead=pl.col("image_index") == 0)
