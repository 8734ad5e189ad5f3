"""Titles: the headline of an article.

What belongs here: the lines and parts of lines that may be a page's headline, what speaks for each, and the choice.
What does not: the role of blocks (roles.py), learning the weights (training/titles.py).

A page names its headline up to three times: in its own title, where the site's name stands behind it; above the
text; in lists of links. Each of them is wrong on some pages, so all that may be the headline are candidates, and a
learned model over a few dozen features says how likely each is.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from copydesk.places import text_starts
from copydesk.trees import predict

MODEL: Final = "titles.onnx"

# ` - Outlet`, ` | Outlet`: the name of the site behind the headline in the page's <title>.
SUFFIX: Final = r"^(.{8,}?)\s+[|–—»·-]\s+([^|–—»·]{2,50})$"
# What may stand between the headline and the site's name.
_SEPARATOR: Final = r"(?:\s[–—»·•>/«-]+\s|\s::\s|\s?[|ㅣ｜]\s?)"
FIRST_PART: Final = rf"^(.{{6,}}?){_SEPARATOR}.*$"
ALL_BUT_LAST_PART: Final = rf"^(.{{6,}}){_SEPARATOR}.*$"
BEHIND_FIRST_PART: Final = rf"^.*?{_SEPARATOR}(.{{8,}})$"

MIN_TITLE_CHARACTERS: Final = 4
MAX_TITLE_CHARACTERS: Final = 250
MAX_PAGE_TITLE_CHARACTERS: Final = 300
# The headline stands next to the text, under a breadcrumb and above a byline and buttons.
MAX_BLOCKS_ABOVE_TEXT: Final = 15
MAX_BLOCKS_INTO_TEXT: Final = 3
# Words of the page's title that a line shares, as a share of the longer one's words: it is another form of it.
ECHO_OVERLAP: Final = 0.5
# A candidate that the model gives less than this is no headline.
MIN_PROBABILITY: Final = 0.02
# The text's first paragraphs say what the headline says.
LEADING_BLOCKS: Final = 4
MAX_LEADING_CHARACTERS: Final = 2_000

_NO_WORD: Final = r"[^\p{L}\p{N}]+"
_SPACELESS: Final = r"[\p{Han}\p{Hiragana}\p{Katakana}]"
_DATED: Final = r"(?:19|20)\d\d|\bago\b|min read"
_BYLINE: Final = r"^(?i:by|von|par|por|di|text:|written by) "
_TRAIL: Final = r"\s[|•·]\s|[›»❯>]"
# Menus are words; a headline of one word is found in the page's title.
_SEVERAL_WORDS: Final = r"\S\s+\S|[\p{Han}\p{Hiragana}\p{Katakana}]{4}"
_ADDRESS: Final = r"https?://|^www\.|^\S+@\S+$|^\S+\.[a-z]{2,4}$"
# `Home | News | Council | Events`
_MENU: Final = r"^(?:[^|•·]{1,25}[|•·]){3,}[^|•·]{1,25}$|^[^>›»❯]+ [>›»❯] [^>›»❯]+ [>›»❯]"
_LINK: Final = r"^(?i:read (?:more|also|next)|see also|les også|läs (?:mer|också)|læs også|lees ook|lesen sie auch|lire aussi|à lire|lea también|leia também|leggi anche|czytaj)\b"
# Soft hyphens, zero-width spaces and marks that browsers do not show.
_UNSEEN: Final = r"[\u{AD}\u{200B}-\u{200F}\u{2060}\u{FEFF}]"
_CAPTION: Final = (
    r"^(?i:(?:file )?(?:image|photo|picture|credit|foto|bild|legende)s?(?: credit)?: )"
)
# `Opinion: …` before the headline in the page's title.
_LABEL: Final = r"^(?i:opinion|analysis|exclusive|comment|watch|live|editorial|kommentar|interview|video|podcast): "
_DOCUMENT: Final = "document_id"
_TEXT_ROLES: Final = ("body", "description")
# A sentence of the text, which ends in a stop and is longer than headlines that do.
_SENTENCE: Final = r"^.{60,}[.。][\"”’»)]?$"
_SIGNED_ROLES: Final = ("byline", "timestamp")
NEIGHBOURS: Final = ("navigation", "title", "byline", "timestamp", "description", "body", "image")
_OF_NEIGHBOURS: Final = (
    "to_signature", "from_signature", "characters_below", "characters_above", *(f"above_{name}" for name in NEIGHBOURS),
    *(f"below_{name}" for name in NEIGHBOURS),
)  # fmt: skip
_OF_PAGE: Final = ("page_title_lower", "page_title_words", "page_title_parted", "leading_words")
_PARTED: Final = r"\s[|–—»·-]\s"
_CAPITAL: Final = r"(?:^|[^\p{L}\p{N}])\p{Lu}"


def page_titles(blocks: pl.DataFrame, publishers: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `title`, `title_source`, `title_block` of documents whose blocks hold a headline.

    `title_block` is the index of the headline's block next to the text; null where only the page's title holds it.

    `title_source` is `repeated_headline` (the page's title and a line of the page agree), `headline` (a line of the
    page) or `page_title`.
    """
    found = candidates(blocks, publishers)
    features = found.select(pl.exclude(NO_FEATURES).cast(pl.Float32))
    ranked = found.with_columns(score=pl.Series(predict(MODEL, features)[:, 1]))
    # Where only the page's title words it so, the line that says it in other words is the headline's place.
    other_wording = (
        pl.col("block")
        .sort_by("score", descending=True)
        .filter((pl.col("echo") > 0).sort_by("score", descending=True))
        .first()
        .over(_DOCUMENT)
    )
    return (
        ranked.with_columns(block=pl.coalesce("block", other_wording))
        .filter(pl.col("score") >= MIN_PROBABILITY)
        .sort("score", descending=True, maintain_order=True)
        .unique(_DOCUMENT, keep="first", maintain_order=True)
        .select(
            _DOCUMENT,
            title="text",
            title_block="block",
            title_source=pl.when((pl.col("is_line") > 0) & (pl.col("of_page_title") > 0))
            .then(pl.lit("repeated_headline"))
            .when(pl.col("is_line") > 0)
            .then(pl.lit("headline"))
            .otherwise(pl.lit("page_title")),
        )
    )


def candidates(blocks: pl.DataFrame, publishers: pl.DataFrame) -> pl.DataFrame:
    """What may be each document's headline, a row for each wording.

    Args:
        blocks: with roles, pages' blocks together and in order.
        publishers: `document_id`, `name` of the outlet, which is no headline.

    Returns:
        `document_id`, `text`, `block` (index of its line next to the text) and the features, zero where they do not
        apply. Wordings that differ in case and punctuation alone are one row, with the highest of their features.
    """
    pages = _pages(blocks)
    found = pl.concat([_lines(blocks, pages), _parts(pages)], how="diagonal")
    outlets = publishers.select(_DOCUMENT, key=_key(pl.col("name")))
    return _merge(_describe(found).join(outlets, on=[_DOCUMENT, "key"], how="anti"))


def _pages(blocks: pl.DataFrame) -> pl.DataFrame:
    """Each page's own title, which it opens with, and where its text begins."""
    opening = (
        blocks.lazy()
        .filter(pl.col("block_index") <= 2)
        .filter((pl.col("role") != "url") & (pl.col("reason") != "crawler_header"))
        .group_by(_DOCUMENT, maintain_order=True)
        .agg(opening=pl.col("block_index").first(), page_title=pl.col("text").first())
    )
    bodies = text_starts(blocks).rename({"first_block": "body"})
    leading = (
        blocks.lazy()
        .filter(pl.col("role") == "body")
        .group_by(_DOCUMENT, maintain_order=True)
        .agg(pl.col("text").head(LEADING_BLOCKS).str.join(" "))
        .select(
            _DOCUMENT, leading_words=_long_words(pl.col("text").str.head(MAX_LEADING_CHARACTERS))
        )
    )
    page_title = _shown(pl.col("page_title")).str.replace(_LABEL, "")
    microdata = (
        blocks.lazy()
        .filter(pl.col("reason").is_in(["xpath", "schema_org_publisher"]))
        .select(_DOCUMENT, microdata=True)
        .unique(_DOCUMENT)
    )
    return (
        opening.join(bodies, on=_DOCUMENT, how="left")
        .join(microdata, on=_DOCUMENT, how="left")
        .join(leading, on=_DOCUMENT, how="left")
        .with_columns(
            page_title=pl.when(
                page_title.str.len_chars().is_between(
                    MIN_TITLE_CHARACTERS, MAX_PAGE_TITLE_CHARACTERS
                )
            ).then(page_title)
        )
        .with_columns(
            body=pl.col("body").fill_null(0),
            microdata=pl.col("microdata").fill_null(False),
            page_title_lower=pl.col("page_title").str.to_lowercase(),
            page_title_words=_words(_key(pl.col("page_title"))),
            page_title_parted=pl.col("page_title").str.contains(_PARTED),
        )
        .collect()
    )


def _lines(blocks: pl.DataFrame, pages: pl.DataFrame) -> pl.DataFrame:
    """Lines next to the text, and lines elsewhere that the page's title begins with or that are titles by role."""
    index, text = pl.col("block_index"), pl.col("text")
    ahead = pl.col("body") - index
    length = text.str.len_bytes()
    around = (
        blocks.lazy()
        .select(_DOCUMENT, "block_index", "text", "role", "reason")
        .join(
            pages.lazy().select(_DOCUMENT, "opening", "body"),
            on=_DOCUMENT,
            how="inner",
            maintain_order="left",
        )
        .with_columns(ahead=ahead)
        .with_columns(near=pl.col("ahead").is_between(-MAX_BLOCKS_INTO_TEXT, MAX_BLOCKS_ABOVE_TEXT))
        .filter(pl.col("near") | (pl.col("role") == "title"))
        # A page's rows lie together and in order; its last see the next page's first, which are never signed.
        .with_columns(signed=pl.col("role").is_in(_SIGNED_ROLES), prose=length > 100)
        .with_columns(
            above_signature=pl.any_horizontal(
                pl.col("signed").shift(-step, fill_value=False) for step in (1, 2, 3)
            ),
            above_prose=pl.col("prose").shift(-1, fill_value=False),
            to_signature=_nearness_of_signature(-1),
            from_signature=_nearness_of_signature(1),
            characters_below=_beside(-1, length, 0).log1p(),
            characters_above=_beside(1, length, 0).log1p(),
            role_above=_beside(1, pl.col("role"), None),
            role_below=_beside(-1, pl.col("role"), None),
        )
        .filter(
            (index > pl.col("opening"))
            & length.is_between(MIN_TITLE_CHARACTERS, 3 * MAX_TITLE_CHARACTERS)
            & (pl.col("reason") != "crawler_header")
        )
        .filter(
            (text.str.len_chars() <= MAX_TITLE_CHARACTERS)
            & text.str.contains(_SEVERAL_WORDS)
            & ~text.str.contains(_ADDRESS)
            & ~text.str.contains(_MENU)
            & ~text.str.contains(_CAPTION)
            & ~text.str.contains(_LINK)
            & ~pl.col("role").is_in(["markup", "image", "url"])
            & ~(pl.col("role").is_in(_TEXT_ROLES) & text.str.contains(_SENTENCE))
        )
        .with_columns(
            **{f"below_{name}": pl.col("role_above") == name for name in NEIGHBOURS},
            **{f"above_{name}": pl.col("role_below") == name for name in NEIGHBOURS},
        )
    )
    return (
        around.join(
            pages.lazy().select(_DOCUMENT, *_OF_PAGE),
            on=_DOCUMENT,
            how="left",
            maintain_order="left",
        )
        .select(
            _DOCUMENT,
            *_OF_PAGE,
            *_OF_NEIGHBOURS,
            text=_shown(text),
            part=pl.lit("line"),
            block="block_index",
            role="role",
            ahead="ahead",
            near="near",
            above_signature="above_signature",
            above_prose="above_prose",
        )
        .collect()
    )


def _beside(step: int, value: pl.Expr, otherwise: int | None) -> pl.Expr:
    """The value of the block right above (1) or below (-1)."""
    page, index = pl.col(_DOCUMENT), pl.col("block_index")
    next_to = (page.shift(step) == page) & ((index.shift(step) - index).abs() == 1)
    return pl.when(next_to).then(value.shift(step)).otherwise(otherwise)


def _nearness_of_signature(step: int) -> pl.Expr:
    """One divided by the blocks to the next signature above (1) or below (-1); zero where there is none."""
    page, index, signed = pl.col(_DOCUMENT), pl.col("block_index"), pl.col("signed")

    def nearest(value: pl.Expr) -> pl.Expr:
        marked = pl.when(signed).then(value).shift(step)
        return marked.forward_fill() if step > 0 else marked.backward_fill()

    near = pl.when(nearest(page) == page).then(1 / (nearest(index) - index).abs())
    return near.otherwise(0.0)


def _parts(pages: pl.DataFrame) -> pl.DataFrame:
    """The page's own title, whole and without what may be the site's name."""
    title = pl.col("page_title")
    title = pl.when(~title.str.contains(_MENU)).then(title)
    parts = {
        "whole": title,
        "first": title.str.extract(FIRST_PART),
        "but_last": title.str.extract(ALL_BUT_LAST_PART),
        "behind": title.str.extract(BEHIND_FIRST_PART),
    }
    return pl.concat(
        pages.select(
            _DOCUMENT,
            *(name for name in _OF_PAGE if name != "page_title_lower"),
            "microdata",
            text=expression.str.strip_chars(),
            part=pl.lit(name),
        )
        for name, expression in parts.items()
    ).filter(~pl.col("text").str.contains(_ADDRESS))


def _shown(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(_UNSEEN, "").str.replace_all(r"\s+", " ")


def _key(text: pl.Expr) -> pl.Expr:
    """What two wordings share that differ in case and punctuation alone: their words, in lower case."""
    return text.str.to_lowercase().str.replace_all(_NO_WORD, " ").str.strip_chars()


def _words(key: pl.Expr) -> pl.Expr:
    """The words of a key; of writings without spaces, their characters."""
    spaceless = pl.when(key.str.len_bytes() >= 2 * key.str.len_chars()).then(key)
    return (
        pl.coalesce(spaceless.str.replace_all(_SPACELESS, " ${0} "), key)
        .str.split(" ")
        .list.unique()
    )


def _long_words(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.extract_all(r"[\p{L}\p{N}]{4,}").list.unique()


def _describe(found: pl.DataFrame) -> pl.DataFrame:
    """`found` with what speaks for and against each candidate."""
    text, ahead = pl.col("text"), pl.col("ahead")
    line = pl.col("part") == "line"
    measured = found.lazy().with_columns(key=_key(text)).with_columns(words=_words(pl.col("key")))
    shared = pl.col("words").list.set_intersection("page_title_words").list.len()
    count, title_count = pl.col("words").list.len(), pl.col("page_title_words").list.len()
    measured = measured.with_columns(
        count=count,
        of_title=pl.when(line).then(shared / title_count).fill_nan(0),
        of_line=pl.when(line).then(shared / count).fill_nan(0),
    )
    overlap = pl.min_horizontal("of_title", "of_line")
    long_words = _long_words(text)
    led = long_words.list.set_intersection("leading_words").list.len() / long_words.list.len()
    described = measured.with_columns(
        is_line=line,
        whole=pl.col("part") == "whole",
        first=pl.col("part") == "first",
        but_last=pl.col("part") == "but_last",
        behind=pl.col("part") == "behind",
        # A flattened headline has no site's name behind it.
        whole_of_microdata=(pl.col("part") == "whole") & pl.col("microdata"),
        of_title=pl.col("of_title"),
        of_line=pl.col("of_line"),
        overlap=overlap,
        within_title=line & (pl.col("of_line") == 1) & (pl.col("count") >= 2),
        holds_title=line & (pl.col("of_title") == 1),
        begins_title=line & pl.col("page_title_lower").str.starts_with(text.str.to_lowercase()),
        near=line & pl.col("near"),
        distance=pl.when(line).then(ahead.clip(-5, 30).abs().cast(pl.Float64).log1p()),
        inside_text=line & (ahead < 0),
        directly_above=line & (ahead == 1),
        closely_above=line & ahead.is_between(2, 4),
        above_signature=line & pl.col("above_signature"),
        above_prose=line & pl.col("above_prose"),
        role_title=line & (pl.col("role") == "title"),
        role_signed=line & pl.col("role").is_in(_SIGNED_ROLES),
        role_text=line & pl.col("role").is_in(_TEXT_ROLES),
        role_subheading=line & (pl.col("role") == "subheading"),
        role_linked=line & pl.col("role").is_in(["navigation", "related", "share"]),
        one_or_two_words=pl.col("count") <= 2,
        three_words=pl.col("count") == 3,
        many_words=pl.col("count") > 20,
        words_log=pl.col("count").cast(pl.Float64).log1p(),
        ends_in_stop=text.str.ends_with("."),
        ends_in_colon=text.str.ends_with(":"),
        asks=text.str.ends_with("?"),
        trail=line & text.str.contains(_TRAIL),
        capitals=text.str.to_uppercase() == text,
        dated=text.str.contains(_DATED),
        signed=text.str.contains(_BYLINE),
        numbered=text.str.contains(r"\d"),
        led=led.fill_nan(0.0),
        characters=text.str.len_chars(),
        capitalised=text.str.count_matches(_CAPITAL) / pl.col("count"),
        page_title_count=pl.col("page_title_words").list.len(),
    )
    echo = pl.col("is_line") & (pl.col("overlap") >= ECHO_OVERLAP)
    return described.with_columns(
        echo=echo,
        echo_near=echo & pl.col("near"),
        echo_above_signature=echo & pl.col("above_signature"),
        best_echo=echo
        & (pl.col("overlap") == pl.col("overlap").max().over(_DOCUMENT)).fill_null(False),
        last_echo_above_text=echo
        & (ahead >= 0)
        & (ahead == ahead.filter(echo & (ahead >= 0)).min().over(_DOCUMENT)).fill_null(False),
    ).collect()


NO_FEATURES: Final = (_DOCUMENT, "text", "block")
_NOT_DESCRIBED: Final = (
    _DOCUMENT,
    "text",
    "part",
    "block",
    "role",
    "microdata",
    "ahead",
    "key",
    "words",
    "count",
    "page_title_words",
    "page_title_lower",
    "leading_words",
)


def _merge(described: pl.DataFrame) -> pl.DataFrame:
    """One row for each wording, with what follows from the other wordings of the page."""
    features = [name for name in described.columns if name not in _NOT_DESCRIBED]
    merged = (
        described.lazy()
        .group_by(_DOCUMENT, "key", maintain_order=True)
        .agg(
            pl.col("text").first(),
            *(pl.col(name).cast(pl.Float64).fill_null(0.0).max() for name in features),
            # The headline is the repeat that stands next to the text; further down repeats are links.
            block=pl.col("block").sort_by(pl.col("ahead").abs(), nulls_last=True).first(),
            repeats=(pl.col("part") == "line").sum().clip(0, 3).cast(pl.Float64),
        )
        .with_columns(
            of_page_title=pl.max_horizontal("whole", "first", "but_last", "behind"),
            page_has_echo=pl.col("echo").max().over(_DOCUMENT),
            page_has_parts=pl.col("first").max().over(_DOCUMENT),
        )
        .with_columns(
            led_behind=pl.col("led") - pl.col("led").max().over(_DOCUMENT),
            characters_behind=pl.col("characters") - pl.col("characters").max().over(_DOCUMENT),
            wordings=pl.len().over(_DOCUMENT).cast(pl.Float64),
            page_has_same=(pl.col("is_line") * pl.col("of_page_title")).max().over(_DOCUMENT),
        )
    )
    alone = 1 - pl.col("page_has_echo")
    return (
        merged.with_columns(
            line_of_title=pl.col("is_line") * pl.col("of_page_title"),
            line_is_whole=pl.col("is_line") * pl.col("whole"),
            whole_without_echo=pl.col("whole") * alone,
            first_without_echo=pl.col("first") * alone,
            but_last_without_echo=pl.col("but_last") * alone,
            whole_of_parts=pl.col("whole") * pl.col("page_has_parts"),
            two_parts=pl.col("first") * pl.col("but_last"),
            line_beside_same=pl.col("is_line")
            * (1 - pl.col("of_page_title"))
            * pl.col("page_has_same"),
        )
        .drop("key", "page_has_echo", "page_has_parts", "page_has_same")
        .collect()
    )
