"""Site templates: what a site puts on its pages whatever the article, told by comparing its pages with each other.

What belongs here: the passages of an article's page, which of them a site's pages have in common, and which of one page
are cut for it. What does not: what the page alone tells (roles.py), the tables without what is cut (cuts.py), where
passages are kept and when they are compared (assets).

A passage is a template where it stands on several pages of a site *whose articles are otherwise different*: pages of one
address or one headline count once, and only pages whose text is mostly their own count at all. So a story that a site
ran five times, updated, is no template, and a paragraph that a few of many articles share is none either.

What is learned is a function of the set of all pages, not of the order in which they came. Of a large site a sample is
compared, the pages with the smallest ids; as ids are hashes, a page more changes it as rarely as it should.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from copydesk.body import BODY_ROLES, PARAGRAPH_BREAK
from copydesk.buckets import BUCKET, bucket
from copydesk.takedowns import same_page

# Shorter ones (`How we tested`) are headings that articles of a kind have: of those that stood on several of a site's
# pages in the corpus of docs/models.md most were in the truth. (`body.py` draws the same line for repeats on one page.)
MIN_LETTERS: Final = 40
# Fewer pages than these agree by chance, or because one story was written on; and in a site of many pages a paragraph of
# background is copied into more articles than that, so there it is a share of the pages.
MIN_ARTICLES: Final = 5
MIN_SHARE: Final = 0.1
# Pages of a site that are compared. A passage on a tenth of all pages stands on 26 of these, give or take 5.
SAMPLE: Final = 256
# A page bears witness where this share of its text stands on no other page of the site: a story of which a quarter was
# written anew is the same story. (Half would be safer, but sites that put much on their pages would have no witnesses.)
MIN_OWN: Final = 0.33
# What other pages show as a teaser opens the page it was taken from. A true template opens more than that one.
MIN_OPENINGS: Final = 2
# A page that would lose more than the rest (`About us`) is about the template.
MIN_REST: Final = 0.25
# Where a warehouse has them.
FILE: Final = "corpus/templates.parquet"
# Pages whose text is taken apart at a time.
_PAGES_AT_ONCE: Final = 2_500

# `page`, `title`, `fingerprint` are hashes of what has to be equal; `start` and `end` are offsets into the body, null
# where the page's own evidence left the passage out of it.
PASSAGES_SCHEMA: Final = pl.Schema(
    {
        "bucket": BUCKET,
        "site": pl.String(),
        "document_id": pl.String(),
        "page": pl.UInt64(),
        "title": pl.UInt64(),
        "fingerprint": pl.UInt64(),
        "letters": pl.Int64(),
        "start": pl.Int64(),
        "end": pl.Int64(),
    }
)
# `opens`: also where it stands above all text of the page's own. `articles` of `compared` pages that
# bear witness have it.
TEMPLATES_SCHEMA: Final = pl.Schema(
    {
        "site": pl.String(),
        "fingerprint": pl.UInt64(),
        "opens": pl.Boolean(),
        "articles": pl.Int64(),
        "compared": pl.Int64(),
    }
)
# What is cut out of a document's body.
CUTS_SCHEMA: Final = pl.Schema(
    {name: PASSAGES_SCHEMA[name] for name in ("document_id", "fingerprint", "start", "end")}
)


def version() -> str:
    """Names what fingerprints depend on besides the text."""
    # Polars promises the same hashes within a version only.
    return f"2-{pl.__version__}"


def fingerprint(text: pl.Expr) -> pl.Expr:
    """The hash of a text's letters and digits; case, marks and white space do not count."""
    return _letters(text).hash()


def outside_body() -> pl.Expr:
    """Of the table `blocks`, those that the page's own evidence left out of the body, if they are long enough."""
    return ~pl.col("role").is_in(BODY_ROLES) & (pl.col("text").str.len_bytes() >= MIN_LETTERS)


def read_passages(
    articles: pl.DataFrame, blocks: pl.DataFrame, publishers: pl.DataFrame
) -> pl.DataFrame:
    """The passages of all articles whose site is known, as `PASSAGES_SCHEMA`; a document's are together, in order.

    Args:
        articles: `document_id`, `site`, `publisher_id`, `url`, `title`, `body`.
        blocks: `document_id`, `text` of those `outside_body`.
        publishers: `publisher_id`, `domain`.
    """
    pages = _pages(articles, publishers)
    return pl.concat(
        [
            PASSAGES_SCHEMA.to_frame(),
            *(_passages(part, blocks, pages) for part in articles.iter_slices(_PAGES_AT_ONCE)),
        ]
    ).sort("bucket", "site", "document_id", "start", "fingerprint", nulls_last=True)


def learn_templates(passages: pl.DataFrame) -> pl.DataFrame:
    """The templates of all sites of which `passages` has the pages, as `TEMPLATES_SCHEMA`, in order.

    Args:
        passages: as `read_passages` gives them, of one batch after the other.
    """
    in_body, own, page = pl.col("start").is_not_null(), pl.col("own"), "number"
    compared = (
        # By numbers, which takes half the time that names take.
        passages.join(_sample(passages), on="document_id", maintain_order="left")
        .select(
            page,
            "site_number",
            "fingerprint",
            "letters",
            "start",
            key=pl.col("fingerprint") ^ pl.col("site_number").hash(),
        )
        # In a body rather than outside, where both: those come first.
        .unique([page, "key"], keep="first", maintain_order=True)
        .with_columns(own=in_body & pl.col("key").is_unique())
        .with_columns(
            opens=in_body & ~own.cum_max().over(page),
            own_letters=pl.col("letters").filter(own).sum().over(page),
            body_letters=pl.col("letters").filter(in_body).sum().over(page),
        )
    )
    common = (
        compared.filter(
            (pl.col("own_letters") > 0)
            & (pl.col("own_letters") >= MIN_OWN * pl.col("body_letters"))
        )
        .with_columns(compared=pl.col(page).n_unique().over("site_number"))
        .filter(own.not_())
        .group_by("key")
        .agg(
            pl.col("site_number", "fingerprint", "compared").first(),
            opens=pl.col("opens").sum() >= MIN_OPENINGS,
            articles=pl.len(),
        )
        .filter(_is_common(pl.col("articles"), pl.col("compared")))
        .join(_numbered(passages), on="site_number")
    )
    # What no page has in its body is cut nowhere.
    in_bodies = passages.filter(
        in_body & pl.col("fingerprint").is_in(common["fingerprint"].implode())
    )
    return (
        common.join(in_bodies, on=["site", "fingerprint"], how="semi")
        .select(pl.col(name).cast(dtype) for name, dtype in TEMPLATES_SCHEMA.items())
        .sort("site", "fingerprint")
    )


def find_cuts(passages: pl.DataFrame, templates: pl.DataFrame) -> pl.DataFrame:
    """What is cut out of each document's body, as `CUTS_SCHEMA`.

    Args:
        passages: of all documents in question, whole, as `read_passages` gives them.
        templates: as `learn_templates` gives them.
    """
    key = ["site", "fingerprint"]
    known = pl.col("fingerprint").is_in(templates["fingerprint"].unique().implode())
    concerned = passages.filter(known).select("document_id").unique()
    letters, is_cut = pl.col("letters"), pl.col("is_cut")
    template = pl.col("opens").is_not_null()
    below_own = template.not_().cum_max().over("document_id")
    rest = letters.filter(is_cut.not_()).sum().over("document_id")
    return (
        passages.filter(pl.col("start").is_not_null())
        .join(concerned, on="document_id", how="semi", maintain_order="left")
        .join(templates.select(*key, "opens"), on=key, how="left", maintain_order="left")
        .with_columns(is_cut=template & (pl.col("opens") | below_own))
        .filter(is_cut & (rest >= MIN_REST * letters.sum().over("document_id")))
        .select(CUTS_SCHEMA.names())
        .sort("document_id", "start")
    )


def _passages(articles: pl.DataFrame, blocks: pl.DataFrame, pages: pl.DataFrame) -> pl.DataFrame:
    paragraphs = (
        articles.select("document_id", text=pl.col("body").str.split(PARAGRAPH_BREAK))
        .explode("text")
        .with_columns(length=pl.col("text").str.len_chars().cast(pl.Int64))
        .with_columns(
            end=(pl.col("length") + len(PARAGRAPH_BREAK)).cum_sum().over("document_id")
            - len(PARAGRAPH_BREAK)
        )
        .select("document_id", "text", "end", start=pl.col("end") - pl.col("length"))
    )
    outside = blocks.join(articles, on="document_id", how="semi").select("document_id", "text")
    return (
        pl.concat([paragraphs, outside], how="diagonal")
        .filter(pl.col("text").str.len_bytes() >= MIN_LETTERS)
        .with_columns(text=_letters(pl.col("text")))
        .with_columns(letters=pl.col("text").str.len_chars())
        .filter(pl.col("letters") >= MIN_LETTERS)
        .join(pages, on="document_id")
        .with_columns(
            bucket=bucket(pl.col("site")),
            fingerprint=pl.col("text").hash(),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in PASSAGES_SCHEMA.items())
    )


def _is_common(pages: pl.Expr, compared: pl.Expr) -> pl.Expr:
    return (pages >= MIN_ARTICLES) & (pages >= MIN_SHARE * compared)


def _letters(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.replace_all(r"[^\p{L}\p{M}\p{N}]+", "")


def _pages(articles: pl.DataFrame, publishers: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `site`, `page`, `title` of the articles whose site, or else outlet, is known."""
    document = pl.col("document_id")
    address = pl.col("url").map_elements(same_page, return_dtype=pl.String)
    return (
        articles.join(publishers.select("publisher_id", "domain"), on="publisher_id", how="left")
        .with_columns(site=pl.coalesce("site", "domain", "publisher_id"))
        .filter(pl.col("site").is_not_null())
        .select(
            "document_id",
            "site",
            # A page that has no address, or no headline, is like no other.
            page=pl.coalesce(address, document).hash(),
            title=pl.coalesce(_letters(pl.col("title")), document).hash(),
        )
    )


def _sample(passages: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `number`, `site_number` of the pages of each site that are compared, where there are enough of them.

    Of pages with one address, and then of those with one headline, the first. What so many pages have for a headline
    that it would be a template is the site's name or a notice, and tells no stories apart.
    """
    is_notice = _is_common(pl.len().over("site", "title"), pl.len().over("site"))
    return (
        passages.select("site", "document_id", "page", "title")
        .unique("document_id")
        .sort("site", "document_id")
        .unique(["site", "page"], keep="first", maintain_order=True)
        .filter(is_notice | pl.col("title").is_first_distinct().over("site"))
        .filter(pl.int_range(pl.len()).over("site") < SAMPLE)
        .filter(pl.len().over("site") >= MIN_ARTICLES)
        .join(_numbered(passages), on="site")
        .select("document_id", "site_number")
        .with_row_index("number")
    )


def _numbered(passages: pl.DataFrame) -> pl.DataFrame:
    """`site`, `site_number`."""
    return passages.select("site").unique().sort("site").with_row_index("site_number")
