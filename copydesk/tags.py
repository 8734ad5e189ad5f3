"""Tags and sections: the keywords an outlet gives an article, and the part of the outlet it stands in.

What belongs here: reading both out of a flattened page's lists, a `Tags:` line and a breadcrumb.
"""

from __future__ import annotations

from typing import Final

import polars as pl

TAGS_HEADING: Final = r"(?i)^(?:tags|topics|keywords|explore more on these topics|filed under|schlagw[oö]rter|themen|mots[- ]clés|etiquetas|temas|теги)\s*[:：]?$"
TAG_LINE: Final = r"(?i)^(?:tags?|topics?|keywords|filed under|schlagw[oö]rter|themen|mots[- ]clés|etiquetas|temas|теги|метки)\s*[:：]\s*(\S.*)$"
BREADCRUMB: Final = r"(?i)^(?:you are here:\s*)?(?:home|start|startseite|accueil|inicio|início|главная)\s*[>›»/]\s*([^>›»/]{2,40}?)\s*(?:[>›»/].*)?$"
# `More in Transport`, `Also in Weather` below the text name the section above it.
_MORE_IN: Final = r"^(?i:more|also|other news) (?i:in|from) (\p{Lu}[\p{L} &]{2,24})$"
_SECTION_LINE: Final = (
    r"(?i)^(?:section|category|ressort|rubrique|sección|seção|рубрика)\s*[:：]\s*(\S.{1,40})$"
)
# Where a list of tags may stand, how long one is and how many there are.
MAX_BLOCKS_TAG_TO_END: Final = 6
MAX_BLOCKS_END_TO_TAG: Final = 25
MAX_BLOCKS_TITLE_TO_TAG: Final = 10
MAX_TAG_CHARACTERS: Final = 50
MAX_TAG_WORDS: Final = 6
MAX_TAGS: Final = 20
# Below a heading that says so, tags follow each other; more of them are a menu.
MAX_LISTED_TAGS: Final = 12
# `RO4993426-1125` is for machines.
_CODE: Final = r"^[\p{Lu}\d_-]*\d{4,}[\p{Lu}\d_-]*$"
_LETTER: Final = r"\p{L}"
# A line that names a section is short and holds one of these.
MAX_SECTION_LINE_BYTES: Final = 160
_SECTION_SIGNS: Final = (
    ">", "›", "»", "/", "ore in", "ore from", "lso in", "lso from", "ews in", "ews from", "ORE IN", "ection", "ECTION", "ategory", "essort",
    "ubrique", "ección", "eção", "убрика",
)  # fmt: skip
_SEPARATOR: Final = r"\s*[,;|•·]\s*"
_PART: Final = "\x1e"
MAX_SECTION_WORDS: Final = 4
_NO_SECTION: Final = [
    "contents",
    "content",
    "inhalt",
    "page",
    "follow",
    "toggle",
    "other",
    "menu",
    "share",
    "search",
    "print",
    "home",
    "subscribe",
    "login",
    "log",
    "sign",
    "register",
    "advertisement",
    "back",
    "skip",
    "table",
    "live",
    "listen",
    "watch",
    "video",
    "close",
    "open",
    "more",
    "next",
    "previous",
    "save",
    "comments",
    "email",
    "breaking",
    "trending",
    "sponsored",
    "read",
    "minutes",
    "apply",
    "now",
    "get",
    "started",
    "book",
    "demo",
    "demos",
    "cancel",
    "select",
    "programs",
    "registration",
    "download",
    "contact",
    "services",
    "shop",
    "cart",
    "takeaways",
    "bottom",
    "line",
    "key",
    "tumblr",
    "facebook",
    "tiktok",
    "twitter",
    "instagram",
    "linkedin",
    "pinterest",
    "youtube",
    "sitemap",
    "sitemaps",
    "navigation",
    "navigace",
    "startseite",
    "accueil",
    "inicio",
    "resources",
    "careers",
    "author",
    "authors",
    "posts",
    "post",
    "by",
    "the",
    "article",
    "this",
    "figure",
]


def page_tags(blocks: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `tags` (list, in page order, without repeats), `section`.

    In a flattened page tags stand one a line above the text and once more as a comma list at the end; the section
    stands alone, behind the first publisher. Elsewhere they stand near headline or text's end; a longer list is a
    menu.

    Args:
        blocks: with roles, pages' blocks together and in order.
        places: see places.page_places.
    """
    text, index = pl.col("text"), pl.col("block_index")
    publisher = (
        blocks.filter(pl.col("role") == "publisher")
        .group_by("document_id")
        .agg(first_publisher=pl.col("block_index").min())
    )
    page = pl.col("document_id")
    heading = pl.col("reason") == "tags_heading"
    apart = (page != page.shift(1)) | (index - index.shift(1) != 1)
    listed = (
        blocks.filter(pl.col("role") == "tag")
        .with_columns(run=apart.fill_null(True).cum_sum())
        .with_columns(
            # Where no heading announces tags, the page is flattened microdata, which lists them bare.
            headed=heading.any().over("run") & (pl.len().over("run") <= 1 + MAX_LISTED_TAGS)
            | ~heading.any().over("document_id")
        )
        .filter(~pl.col("reason").is_in(["tags_heading", "tag_line", "section_line"]))
        .join(publisher, on="document_id", how="left")
        .join(places, on="document_id", how="left")
        .filter(
            pl.col("first_publisher").is_not_null()
            | pl.col("headed")
            & (
                (index - pl.col("last_block")).is_between(
                    -MAX_BLOCKS_TAG_TO_END, MAX_BLOCKS_END_TO_TAG
                )
                | (index - pl.col("title_block")).abs().le(MAX_BLOCKS_TITLE_TO_TAG)
            )
        )
        .with_columns(
            is_section=(pl.col("block_index") > pl.col("first_publisher")).fill_null(False)
            & ~text.str.contains(",", literal=True)
        )
    )
    lines = blocks.filter(pl.col("reason") == "tag_line").select(
        "document_id", "block_index", text=text.str.extract(TAG_LINE)
    )
    tags = (
        pl.concat(
            [
                listed.filter(~pl.col("is_section")).select("document_id", "block_index", "text"),
                lines,
            ]
        )
        .sort("document_id", "block_index")
        .with_columns(tag=text.str.replace_all(_SEPARATOR, _PART).str.split(_PART))
        .explode("tag")
        .with_columns(pl.col("tag").str.strip_chars(" #."))
        .filter(
            pl.col("tag").str.len_chars().is_between(1, MAX_TAG_CHARACTERS)
            & (pl.col("tag").str.count_matches(" ", literal=True) < MAX_TAG_WORDS)
            & ~pl.col("tag").str.contains("@", literal=True)
            & ~pl.col("tag").str.contains(_CODE)
            & pl.col("tag").str.contains(_LETTER)
        )
        .group_by("document_id", maintain_order=True)
        .agg(tags=pl.col("tag").unique(maintain_order=True))
        .filter(pl.col("tags").list.len() <= MAX_TAGS)
    )
    short = blocks.filter(
        text.str.len_bytes() <= MAX_SECTION_LINE_BYTES, text.str.contains_any(list(_SECTION_SIGNS))
    )
    sections = (
        pl.concat(
            [
                _named_below(short, blocks),
                _above_headline(blocks),
                listed.filter("is_section").select("document_id", "block_index", section="text"),
                short.select(
                    "document_id",
                    "block_index",
                    section=pl.coalesce(
                        text.str.extract(BREADCRUMB), text.str.extract(_SECTION_LINE)
                    ),
                ).drop_nulls(),
            ]
        )
        .filter(_names_section(pl.col("section")))
        .group_by("document_id", maintain_order=True)
        .agg(pl.col("section").first())
    )
    return tags.join(sections, on="document_id", how="full", coalesce=True)


def _named_below(short: pl.DataFrame, blocks: pl.DataFrame) -> pl.DataFrame:
    """Sections that a heading below the text names and a line of the navigation confirms."""
    named = short.select(
        "document_id", "block_index", section=pl.col("text").str.extract(_MORE_IN)
    ).drop_nulls()
    lines = (
        blocks.filter(pl.col("role") == "navigation")
        .join(named, on="document_id", how="semi")
        .select("document_id", section=pl.col("text").str.split(" | "))
        .explode("section")
    )
    return named.join(lines, on=["document_id", "section"], how="semi")


def _names_section(section: pl.Expr) -> pl.Expr:
    """Whether it may be a section's name: a few words, none of which is a button's or a heading's."""
    words = section.str.to_lowercase().str.extract_all(r"[\p{L}\p{N}]+")
    return (
        words.list.len().is_between(1, MAX_SECTION_WORDS)
        & (words.list.set_intersection(pl.lit(_NO_SECTION)).list.len() == 0)
        & ~section.str.contains(r"[?!:]|\d{4}")
    )


def _above_headline(blocks: pl.DataFrame) -> pl.DataFrame:
    return blocks.filter(pl.col("reason") == "section_line").select(
        "document_id", "block_index", section=pl.col("text").str.to_titlecase()
    )
