"""Page features: each page as numbers, for the page-type model.

What belongs here: what is measured of a page's blocks once they have roles. What does not: the model's answer and its
reason (pages.py), features of one block (block_features.py).
"""

from __future__ import annotations

from typing import Final

import polars as pl

from copydesk import vocabulary

MAX_CUE_CHARACTERS: Final = 120
CUES: Final = {
    "error": vocabulary.ERROR_PAGE,
    "product": vocabulary.PRODUCT_PAGE,
    "forum": vocabulary.FORUM_PAGE,
    "documentation": vocabulary.DOCUMENTATION_PAGE,
    "service": vocabulary.SERVICE_PAGE,
    "price": r"[$€£¥]\s?\d|\d\s?(?:€|EUR|USD)\b",
    "question": r"\?$",
    "date": r"(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2},? 20\d\d|\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* 20\d\d|20\d\d-\d\d-\d\d",
    "read_time": r"(?i)\bmin(?:ute)?s?\.? read\b|\bread time\b",
    "call": r"(?i)^(?:get started|learn more|contact us|book (?:a|now|your)|request a|sign up|buy now|shop now|try (?:it )?free|free trial|schedule|get a quote|apply now|view details|read more|find out more|see more|view all|load more)",
    "code": r"[{}();=<>]{2,}|^\$ |^>>> ",
}  # fmt: skip
# How the text is told.
MANNERS: Final = {
    "first_person": r"\bI\b",
    "reported": r" (?:said|says|told|according to)\b",
    "past": r" (?:was|were|had) ",
    "addressed": r" (?:you|your|our|we) ",
    "quoted": r"[“\"„«]",
}
COUNTED_ROLES: Final = (
    "body", "subheading", "byline", "caption", "tag", "comment", "related", "share", "subscription",
    "navigation", "other", "legal", "consent", "description",
)  # fmt: skip
# The words of the page's title, each as its own feature: `How to …`, `Best …`, `… | Docs`.
TITLE_CUES: Final = {
    "how": r"(?i)^(?:\S+ ){0,2}(?:how|what|why|when|who)\b",
    "best": r"(?i)\b(?:best|top \d+|\d+ (?:best|ways|tips|things))\b",
    "documentation": r"(?i)\b(?:docs?|documentation|api|reference|manual|guide|tutorial|getting started|help|support|wiki)\b",
    "forum": r"(?i)\b(?:forum|thread|community|discussion|stack|reddit|solved|questions?)\b",
    "listing": r"(?i)\b(?:archives?|category|categories|blog|news|latest|posts|topics?|page \d+|collection|all )\b",
    "product": r"(?i)\b(?:buy|price|sale|shop|store|review|product|for sale|amazon|specs?)\b",
    "service": r"(?i)\b(?:services?|solutions?|company|agency|pricing|platform|software|about|contact|careers|near|inc\.?|llc)\b",
}  # fmt: skip


def page_features(blocks: pl.DataFrame) -> pl.DataFrame:
    """`document_id` and Float32 features, one row a document, in the documents' order.

    Args:
        blocks: with roles and `body_score` (see roles.assign_roles).
    """
    text, role, chance = pl.col("text"), pl.col("role"), pl.col("body_score")
    measured = blocks.lazy().with_columns(
        characters=text.str.len_chars().cast(pl.Float32),
        short=text.str.len_chars() <= MAX_CUE_CHARACTERS,
        terminal=text.str.contains(r"[.!?…。！？]\W*$"),
        in_body=role.is_in(["body", "subheading"]),
    )
    # Whole columns first: an expression within a group is evaluated page by page.
    for name, pattern in CUES.items():
        measured = measured.with_columns(
            (pl.col("short") & text.str.contains(pattern)).alias(f"cue_{name}")
        )
    for name, pattern in MANNERS.items():
        measured = measured.with_columns(text.str.contains(pattern).alias(f"manner_{name}"))
    size, body = pl.col("characters"), pl.col("in_body")
    title = text.filter(role == "title").first().fill_null("")
    paragraphs = size.filter(body & pl.col("terminal"))
    features: dict[str, pl.Expr] = {
        "characters": size.sum().log1p(),
        "blocks": pl.len().cast(pl.Float32).log1p(),
        "body_characters": size.filter(body).sum().log1p(),
        "body_share": size.filter(body).sum() / size.sum(),
        "expected_share": (size * chance).sum() / size.sum(),
        "expected_characters": (size * chance).sum().log1p(),
        "mean_body_score": chance.filter(body).mean(),
        "least_body_score": chance.filter(body).quantile(0.1),
        "doubt": (size * pl.min_horizontal(chance, 1 - chance)).sum() / size.sum(),
        "paragraphs": paragraphs.len().cast(pl.Float32).log1p(),
        "mean_paragraph": paragraphs.mean(),
        "longest_paragraph": paragraphs.max().log1p(),
        "median_body_block": size.filter(body).median(),
        "unended_body": (body & ~pl.col("terminal")).sum() / (body.sum() + 1),
        "mean_block": size.mean(),
        "body_parts": (body & ~body.shift(1, fill_value=False)).sum() / (body.sum() + 1),
        "body_extent": body.arg_true().max() - body.arg_true().min(),
        "body_start": body.arg_true().min() / pl.len(),
        "body_end": body.arg_true().max() / pl.len(),
        "body_density": body.sum() / (body.arg_true().max() - body.arg_true().min() + 1),
        "distinct": text.n_unique() / pl.len(),
        "microdata": (pl.col("reason") == "schema_org_publisher").any(),
        "dated": ((role == "timestamp") & (pl.col("reason") != "crawler_header")).sum(),
        "title_words": title.str.count_matches(" ", literal=True) + 1,
        "title_question": title.str.contains("?", literal=True),
    }  # fmt: skip
    for name in MANNERS:
        features[name] = pl.col(f"manner_{name}").filter(body).mean()
    for name in COUNTED_ROLES:
        features[f"role_{name}"] = (role == name).sum() / pl.len()
    features["bylines"] = (role == "byline").sum()
    for name in CUES:
        found = pl.col(f"cue_{name}").sum()
        features[f"cue_{name}"] = found
        features[f"cue_{name}_share"] = found / pl.len()
    for name, pattern in TITLE_CUES.items():
        features[f"title_{name}"] = title.str.contains(pattern)
    return (
        measured.group_by("document_id", maintain_order=True)
        .agg(**{name: feature.cast(pl.Float32) for name, feature in features.items()})
        .collect()
    )
