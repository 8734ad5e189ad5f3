"""Page features: each page as numbers, for the page-type model.

What belongs here: what is measured of a page's blocks once they have roles. What does not: the model's answer and its
reason (pages.py), features of one block (block_features.py).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from copydesk import page_text, page_words, vocabulary
from copydesk.contexts import Copies, distinct
from copydesk.page_text import TEXT_ROLES, score_text
from copydesk.page_words import score_page_words
from copydesk.signs import Sign, find_signs

# The files of words' weights among the package's data, for text and for HTML.
WEIGHTS: Final = (page_words.WEIGHTS_FILE, page_text.WEIGHTS_FILE)
HTML_WEIGHTS: Final = (page_words.HTML_WEIGHTS_FILE, page_text.HTML_WEIGHTS_FILE)
MAX_CUE_CHARACTERS: Final = 120
MAX_OPENING_CHARACTERS: Final = 24
# In short lines only.
CUES: Final = {
    "error": Sign(vocabulary.ERROR_PAGE, vocabulary.ERROR_PAGE_WORDS),
    "product": Sign(vocabulary.PRODUCT_PAGE, vocabulary.PRODUCT_PAGE_WORDS),
    "forum": Sign(vocabulary.FORUM_PAGE, vocabulary.FORUM_PAGE_WORDS),
    "documentation": Sign(vocabulary.DOCUMENTATION_PAGE, vocabulary.DOCUMENTATION_PAGE_WORDS),
    "service": Sign(vocabulary.SERVICE_PAGE, vocabulary.SERVICE_PAGE_WORDS),
    "price": Sign(r"[$€£¥]\s?\d|\d\s?(?:€|EUR|USD)\b", ("$", "€", "£", "¥", "eur", "usd")),
    "question": Sign(r"\?$"),
    "date": Sign(
        r"(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2},? 20\d\d|\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* 20\d\d|20\d\d-\d\d-\d\d",
        shape=r"20\d\d",
    ),
    "read_time": Sign(r"(?i)\bmin(?:ute)?s?\.? read\b|\bread time\b", (" read", "read time")),
    "call": Sign(
        r"(?i)^(?:get started|learn more|contact us|book (?:a|now|your)|request a|sign up|buy now|shop now|try (?:it )?free|free trial|schedule|get a quote|apply now|view details|read more|find out more|see more|view all|load more)"
    ),
    "code": Sign(r"[{}();=<>]{2,}|^\$ |^>>> "),
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


def page_features(blocks: pl.DataFrame, weights: tuple[str, str] | None = WEIGHTS) -> pl.DataFrame:
    """`document_id` and Float32 features, one row a document, in the documents' order.

    The last ones are what the page's words say (see page_words.score_page_words, page_text.score_text).

    Args:
        blocks: with roles and `body_score` (see roles.assign_roles).
        weights: the files of the words' weights among the package's data; without, words are not asked.
    """
    text, role, chance = pl.col("text"), pl.col("role"), pl.col("body_score")
    # Four blocks in ten are copies of others: what follows from the text alone is asked of each text once.
    copies = Copies(blocks["text"])
    of_text = (
        copies.one.to_frame("text")
        .select(
            characters=text.str.len_chars().cast(pl.Float32),
            terminal=text.str.contains(r"[.!?…。！？]\W*$"),
            opening=text.str.head(MAX_OPENING_CHARACTERS).str.to_lowercase().hash(),
        )
        .hstack(_read_cues(copies.one))
    )
    # Whole columns first: an expression within a group is evaluated page by page.
    measured = pl.concat(
        [
            blocks.lazy().select(
                "document_id",
                "text",
                "role",
                "reason",
                "body_score",
                in_body=role.is_in(TEXT_ROLES),
            ),
            of_text[copies.number].lazy(),
            _read_manners(blocks).lazy(),
        ],
        how="horizontal",
    ).with_columns(
        terminal=pl.col("in_body") & pl.col("terminal"),
        # A front page's own title is the site's name; an article's stands in the page once more.
        opening=pl.when(pl.col("reason") != "crawler_header").then("opening"),
    )
    size, body = pl.col("characters"), pl.col("in_body")
    paragraphs = size.filter(body & pl.col("terminal"))
    opening = pl.col("opening")
    measures: dict[str, pl.Expr] = {
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
        "microdata": (pl.col("reason") == "schema_org_publisher").any(),
        "echoes": (opening == opening.drop_nulls().first()).sum(),
        "titles": (role == "title").sum(),
        "first_characters": size.filter(opening.is_not_null()).first(),
        "dated": ((role == "timestamp") & (pl.col("reason") != "crawler_header")).sum(),
    }  # fmt: skip
    counts: dict[str, pl.Expr] = {}
    for name in MANNERS:
        counts[name] = pl.col(f"manner_{name}").filter(body).mean()
    for name in COUNTED_ROLES:
        counts[f"role_{name}"] = (role == name).sum() / pl.len()
    counts["bylines"] = (role == "byline").sum()
    for name in CUES:
        found = pl.col(f"cue_{name}").sum()
        counts[f"cue_{name}"] = found
        counts[f"cue_{name}_share"] = found / pl.len()
    title = pl.col("title").fill_null("")
    shape = {
        "title_words": title.str.count_matches(" ", literal=True) + 1,
        "title_question": title.str.contains("?", literal=True),
    }
    words = {f"title_{name}": title.str.contains(pattern) for name, pattern in TITLE_CUES.items()}
    features = (
        measured.group_by("document_id", maintain_order=True)
        .agg(**measures, **counts, lines=pl.len(), title=text.filter(role == "title").first())
        .collect()
        .with_columns(**shape, **words, distinct=_texts(blocks, copies) / pl.col("lines"))
        .select(
            "document_id", pl.col(*measures, "distinct", *shape, *counts, *words).cast(pl.Float32)
        )
    )
    if weights is None:
        return features
    of_lines, of_text_words = weights
    return features.hstack(score_page_words(blocks, of_lines, copies)).hstack(
        score_text(blocks, of_text_words)
    )


def _texts(blocks: pl.DataFrame, copies: Copies) -> pl.Series:
    """How many different texts each page has."""
    page = blocks["document_id"].rle_id().to_numpy().astype(np.int64)
    texts = distinct(page * len(copies.one) + copies.number) // max(len(copies.one), 1)
    return pl.Series(np.bincount(texts))


def _read_cues(text: pl.Series) -> pl.DataFrame:
    """Which text shows which cue; long ones show none."""
    rows = (text.str.len_chars() <= MAX_CUE_CHARACTERS).arg_true()
    found = find_signs(text.gather(rows), CUES)
    return pl.DataFrame({f"cue_{name}": _spread(found[name], rows, len(text)) for name in CUES})


def _read_manners(blocks: pl.DataFrame) -> pl.DataFrame:
    """How each block of the text tells; others are not asked."""
    inside = blocks["role"].is_in(TEXT_ROLES)
    text, rows = blocks["text"].filter(inside), inside.arg_true()
    return pl.DataFrame(
        {
            f"manner_{name}": _spread(text.str.contains(pattern), rows, len(blocks))
            for name, pattern in MANNERS.items()
        }
    )


def _spread(found: pl.Series, rows: pl.Series, height: int) -> pl.Series:
    """`found` at `rows` of a column of this height, false elsewhere."""
    whole = np.zeros(height, dtype=np.bool_)
    whole[rows.to_numpy()] = found.to_numpy()
    return pl.Series(whole)
