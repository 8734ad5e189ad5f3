"""Page statements: what a page of HTML says of its own kind, as numbers for the page-type model.

What belongs here: which of the types that pages state, and what of their addresses, is looked at. What does not: reading
them off the page (structured_data.py), what follows from them (pages.py), the features of the text (page_features.py).

None of it is believed by itself: every third page that is no article states something of articles, and many a shop's
guide states a product. They are evidence beside the text's.
"""

from __future__ import annotations

from typing import Final

import polars as pl

# Types of schema.org, and OpenGraph's, that pages of more than one site state.
STATED_TYPES: Final = (
    "NewsArticle", "ReportageNewsArticle", "BlogPosting", "Article", "TechArticle", "HowTo", "Recipe", "Review", "CreativeWork",
    "Product", "ProductGroup", "Offer", "AggregateRating", "SoftwareApplication", "ItemList", "CollectionPage", "FAQPage",
    "DiscussionForumPosting", "QAPage", "InteractionCounter", "Comment", "Answer", "Service", "LocalBusiness", "ContactPage",
    "AboutPage", "WebPage", "BreadcrumbList", "Person", "VideoObject",
    "og:article", "og:product", "og:product.group", "og:website", "og:blog",
)  # fmt: skip
# Folders of an address by what they hold: `/collections/chairs`, `/2021/05/04/…`.
ADDRESS_SIGNS: Final = {
    "dated": r"/(?:19|20)\d\d(?:/|-|$)",
    "numbered": r"\d{5,}",
    "of_news": r"/(?:news|articles?|story|stories|blogs?|posts?|magazine|opinion|features?)(?:/|$)",
    "of_shop": r"/(?:products?|shop|store|p|dp|item|buy|cart)(?:/|$)",
    "of_listing": r"/(?:category|categories|collections?|tags?|topics?|search|archives?|c|page|shop-all)(?:/|$)",
    "of_forum": r"/(?:forums?|threads?|t|topic|questions?|community|discussions?|viewtopic)(?:/|\.|$)",
    "of_documentation": r"/(?:docs?|documentation|reference|api|manual|guides?|help|support|wiki|kb)(?:/|$)",
    "of_service": r"/(?:services?|solutions?|pricing|about|contact|company|platform|industries)(?:/|$)",
}  # fmt: skip


def page_statements(stated: pl.DataFrame) -> pl.DataFrame:
    """`document_id` and Float32 features, one row for each page of HTML.

    Args:
        stated: `document_id`, `kinds`, `url` (see structured_data.PAGE_DTYPE); pages without `kinds` were no HTML.
    """
    kinds = pl.col("kinds")
    path = pl.col("url").str.extract(r"^https?://[^/?#]+([^?#]*)").str.to_lowercase()
    folders = path.str.strip_chars("/").str.split("/")
    name = folders.list.last()
    features: dict[str, pl.Expr] = {
        **{f"states_{kind}": kinds.list.count_matches(kind) for kind in STATED_TYPES},
        "states_nothing": kinds.list.len() == 0,
        "address_depth": pl.when(path.str.strip_chars("/") == "")
        .then(0)
        .otherwise(folders.list.len()),
        "address_words": name.str.count_matches("-", literal=True),
        "address_characters": name.str.len_chars(),
        **{
            f"address_{name}": path.str.contains(pattern) for name, pattern in ADDRESS_SIGNS.items()
        },
    }
    return stated.filter(kinds.is_not_null()).select(
        "document_id", **{name: value.cast(pl.Float32) for name, value in features.items()}
    )
