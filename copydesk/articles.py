"""Articles: from the blocks of a page to the article, its images and its outlet.

What belongs here: putting together what the metadata modules found, and what an article still lacks. What does not:
how any one field is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from copydesk.authors import page_authors
from copydesk.body import PARAGRAPH_BREAK, assemble_bodies
from copydesk.datelines import page_datelines
from copydesk.dates import page_dates
from copydesk.images import page_images
from copydesk.language import identify_all
from copydesk.parsing import Parsed
from copydesk.places import around, page_places
from copydesk.publishers import page_publishers
from copydesk.publishers import prefer_stated as publishers_stated
from copydesk.sites import page_addresses
from copydesk.structured_data import prefer_stated
from copydesk.tables import ARTICLES, IMAGES, PUBLISHERS
from copydesk.tags import page_tags
from copydesk.titles import page_titles

# The parts of a complete article, weighed alike: title, date, author or agency, language, place on the web, text of
# at least `SUBSTANTIAL_WORDS` words.
SUBSTANTIAL_WORDS: Final = 100
# So much of a description tells whether a body holds it.
MATCHED_CHARACTERS: Final = 80
QUALITY_DIGITS: Final = 6
# `… 23.05.2022, Sputnik International` behind a description.
_TRAILING_DATE: Final = r"\s*\b\d{1,2}[./]\d{1,2}[./]\d{4},\s+[^!?]{2,80}$"
# A description shares a longer word with the headline and the first paragraphs.
DESCRIBED_BLOCKS: Final = 8
MIN_SHARED_WORDS: Final = 1
_NOTICE: Final = r"(?i)\b(?:inbox|newsletter|subscri\w+|affiliate|commission|your account|submitting|stay connected|sign up|follow us|cookies?|links in our)\b"
# Languages whose words no space parts: each of these characters counts as one.
_SPACELESS_LANGUAGES: Final = ("zh", "ja")
_SPACELESS: Final = r"[\p{Han}\p{Hiragana}\p{Katakana}]"


@dataclass(frozen=True, slots=True)
class Composed:
    """Frames in the schemas of the tables `articles`, `images` and `publishers`."""

    articles: pl.DataFrame
    images: pl.DataFrame
    publishers: pl.DataFrame


def compose(parsed: Parsed) -> Composed:
    """The articles among the parsed documents, each its own story until duplicates are looked for."""
    accepted = parsed.documents.filter(pl.col("status") == "article")
    blocks = parsed.blocks.join(accepted, on="document_id", how="semi")
    addresses = page_addresses(blocks)
    stated = parsed.stated.join(accepted, on="document_id", how="semi")
    publishers = page_publishers(blocks, addresses)
    outlets = publishers_stated(publishers, stated)
    images = page_images(blocks, stated)
    headers = accepted.select("document_id", "header_date", "header_precision")
    titles = page_titles(blocks, publishers)
    places = page_places(blocks, titles)
    lines = around(blocks, places)
    bodies = assemble_bodies(blocks)
    languages = pl.concat(
        [bodies.select("document_id"), identify_all(bodies["body"])], how="horizontal"
    )
    articles = (
        accepted.select("document_id", article_id="document_id", cluster_id="document_id")
        .join(bodies, on="document_id", how="inner")
        .join(languages, on="document_id", how="left")
        .join(addresses, on="document_id", how="left")
        .join(titles, on="document_id", how="left")
        .join(_descriptions(blocks), on="document_id", how="left")
        .join(page_dates(lines, headers, languages), on="document_id", how="left")
        .join(page_authors(blocks, places, publishers), on="document_id", how="left")
        .join(page_datelines(blocks), on="document_id", how="left")
        .join(page_tags(blocks, places), on="document_id", how="left")
        .join(outlets.select("document_id", "publisher_id"), on="document_id", how="left")
        .join(
            images.filter("is_lead").select("document_id", image_url="url"),
            on="document_id",
            how="left",
        )
    )
    articles = articles.with_columns(
        word_count=_word_count(),
        authors=pl.col("authors").fill_null([]),
        tags=pl.col("tags").fill_null([]),
        duplicate_of=pl.lit(None, dtype=pl.String),
        annotated=pl.lit(None, dtype=pl.Boolean),
        recognizer=pl.lit(None, dtype=pl.String),
    )
    articles = prefer_stated(articles, stated).with_columns(lead=_lead())
    return Composed(
        articles=ARTICLES.conform(articles.with_columns(quality=_quality())),
        images=IMAGES.conform(images.rename({"document_id": "article_id"})),
        publishers=PUBLISHERS.conform(
            outlets.drop("document_id").unique("publisher_id", keep="first", maintain_order=True)
        ),
    )


def recount(articles: pl.DataFrame) -> pl.DataFrame:
    """`articles` with what is counted from their bodies, for bodies that were changed."""
    return articles.with_columns(word_count=_word_count()).with_columns(quality=_quality())


def _word_count() -> pl.Expr:
    """Words as `wc -w` counts them; a body's white space is single spaces and blank lines between paragraphs."""
    body = pl.col("body")
    parted = body.str.count_matches(" ", literal=True) + body.str.count_matches(
        PARAGRAPH_BREAK, literal=True
    )
    spaceless = pl.when(pl.col("language").is_in(_SPACELESS_LANGUAGES)).then(body)
    return (parted + 1 + spaceless.str.count_matches(_SPACELESS).fill_null(0)).cast(pl.Int64)


def _lead() -> pl.Expr:
    """The description where it opens with the dateline, as a report does, and the body does not have it.

    A dump of microdata has the lead paragraph there only. Descriptions without a dateline are mostly written for search
    engines: of fifty that a body lacked, three were leads.
    """
    description, body = pl.col("description"), pl.col("body")
    stem = description.str.strip_chars_end(" .…").str.head(MATCHED_CHARACTERS)
    opens = description.str.to_lowercase().str.starts_with(pl.col("dateline").str.to_lowercase())
    return pl.when(opens & ~body.str.contains(stem, literal=True)).then(description)


def _quality() -> pl.Expr:
    parts = (
        pl.col("title").is_not_null(),
        pl.col("published_at").is_not_null(),
        (pl.col("authors").list.len() > 0) | pl.col("agency").is_not_null(),
        pl.col("language").is_not_null(),
        pl.col("site").is_not_null(),
        pl.col("word_count") >= SUBSTANTIAL_WORDS,
    )
    share = pl.sum_horizontal(part.cast(pl.Float64) for part in parts) / len(parts)
    # Polars divides one row otherwise than many, in the last digit: an article alone in its batch would differ.
    return share.round(QUALITY_DIGITS)


def _descriptions(blocks: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `description`: without the date and the outlet's name that some pages append.

    A standfirst speaks of what headline and text speak of; a notice in its place does not.
    """
    microdata = (
        blocks.filter(pl.col("reason") == "schema_org_publisher").select("document_id").unique()
    )
    text = pl.col("text")
    around = (
        blocks.lazy()
        .filter(pl.col("role").is_in(["title", "body"]))
        .group_by("document_id", maintain_order=True)
        .agg(
            around=text.filter(pl.col("role") == "title").last().fill_null("")
            + " "
            + text.filter(pl.col("role") == "body").head(DESCRIBED_BLOCKS).str.join(" ")
        )
        .select("document_id", around=_long_words(pl.col("around")))
        .collect()
    )
    shared = _long_words(pl.col("description")).list.set_intersection("around").list.len()
    return (
        blocks.filter(pl.col("role") == "description")
        .group_by("document_id", maintain_order=True)
        .agg(
            description=pl.col("text")
            .first()
            .str.replace(_TRAILING_DATE, "")
            .str.replace_all(r"\s+", " ")
            .str.strip_chars()
        )
        .join(around, on="document_id", how="left", maintain_order="left")
        .filter(
            pl.col("document_id").is_in(microdata["document_id"].implode())
            | (
                (shared >= MIN_SHARED_WORDS)
                & ~pl.col("description").str.contains(_NOTICE)
                & ~pl.col("description").str.ends_with(":")
            ).fill_null(False)
        )
        .drop("around")
    )


def _long_words(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.extract_all(r"[\p{L}\p{N}]{4,}").list.unique()
