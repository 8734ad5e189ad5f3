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

_NO_WORD: Final = r"[^\p{L}\p{N} ]+"
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
    "to_signature", "from_signature", "characters_below", "characters_above", "gap_above", "gap_below", "role_score",
    "role_score_below", *(f"above_{name}" for name in NEIGHBOURS), *(f"below_{name}" for name in NEIGHBOURS),
)  # fmt: skip
_OF_PAGE: Final = ("page", "page_title_lower", "page_title_parted")
# Characters between two lines: none where they are glued, one where a line ends, two where a blank line parts them.
MAX_GAP: Final = 4
# A word as short says little of what a text is about.
MIN_TELLING_CHARACTERS: Final = 4
_PARTED: Final = r"\s[|–—»·-]\s"
# How buttons, notices and labels begin.
_CALL: Final = (
    r"^(?i:get|sign|contact|join|subscribe|start|download|learn|read|share|click|skip|view|see|follow|book|request|try"
    r"|buy|shop|watch|listen|explore|find out|discover|search|log|please|thank|welcome|about|featured|related|more|photo"
    r"|image|by|in this|table of|on this|what'?s|posted|published|updated|introduction|home|blog|news)\b"
)
# Features of the wording alone.
_SHAPES: Final = {
    "calls": _CALL,
    "of_a_year": r"\b20[12]\d\b",
    "bracketed": r"[\[(]",
    "colon": r":",
    "bar": r"\|",
    "dash": r"\s[-–—]\s",
    "begins_with_number": r"^\d",
    "begins_small": r"^\p{Ll}",
    "ampersand": r"&",
    "quotes": r"[\"“”„«‘]",
    "apostrophe": r"['’]",
    "cut": r"(?:…|\.\.\.)$",
    "addresses": r"(?:^|[ (])(?:I|we|our|my|your|you)(?:[ ,.!?)]|$)",
    "dated": _DATED,
    "signed": _BYLINE,
    "numbered": r"\d",
    "asks": r"\?$",
    "ends_in_stop": r"\.$",
    "ends_in_colon": r":$",
}
_CAPITAL: Final = r"(?:^|[^\p{L}\p{N}])\p{Lu}"


def page_titles(blocks: pl.DataFrame, publishers: pl.DataFrame) -> pl.DataFrame:
    """`document_id`, `title`, `title_source`, `title_block` of documents whose blocks hold a headline.

    `title_block` is the index of the headline's block next to the text; null where only the page's title holds it.

    `title_source` is `repeated_headline` (the page's title and a line of the page agree), `headline` (a line of the
    page) or `page_title`.
    """
    found = candidates(blocks, publishers)
    features = found.select(pl.exclude(NO_FEATURES).cast(pl.Float32))
    ranked = found.with_columns(score=pl.Series(predict(MODEL, features)[:, 1])).sort(
        "score", descending=True, maintain_order=True
    )
    # Where only the page's title words it so, the line that says it in other words is the headline's place.
    other_wording = (
        ranked.filter(pl.col("echo") > 0)
        .unique(_DOCUMENT, keep="first", maintain_order=True)
        .select(_DOCUMENT, other_block="block")
    )
    return (
        ranked.filter(pl.col("score") >= MIN_PROBABILITY)
        .unique(_DOCUMENT, keep="first", maintain_order=True)
        .join(other_wording, on=_DOCUMENT, how="left", maintain_order="left")
        .with_columns(block=pl.coalesce("block", "other_block"))
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
    blocks = blocks.with_columns(page=pl.col(_DOCUMENT).rle_id())
    pages = _pages(blocks)
    outlets = publishers.select(_DOCUMENT, key=_key(pl.col("name")))
    found = (
        pl.concat([_lines(blocks, pages), _parts(pages)], how="diagonal")
        .with_columns(key=_key(pl.col("text")))
        .filter(pl.col("key") != "")
        .join(outlets, on=[_DOCUMENT, "key"], how="anti", maintain_order="left")
    )
    return _merge(_describe(_count_words(found, pages, _leading(blocks))))


def _pages(blocks: pl.DataFrame) -> pl.DataFrame:
    """Each page's own title, which it opens with, and where its text begins."""
    opening = (
        blocks.lazy()
        .filter(pl.col("block_index") <= 2)
        .filter((pl.col("role") != "url") & (pl.col("reason") != "crawler_header"))
        .group_by(_DOCUMENT, maintain_order=True)
        .agg(
            page=pl.col("page").first(),
            opening=pl.col("block_index").first(),
            page_title=pl.col("text").first(),
        )
    )
    bodies = text_starts(blocks).rename({"first_block": "body"})
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
            page_title_parted=pl.col("page_title").str.contains(_PARTED),
        )
        .collect()
    )


def _leading(blocks: pl.DataFrame) -> pl.DataFrame:
    """`page`, `word`: the telling words of the first paragraphs."""
    return (
        blocks.lazy()
        .filter(pl.col("role") == "body")
        .group_by("page", maintain_order=True)
        .agg(pl.col("text").head(LEADING_BLOCKS).str.join(" "))
        .select("page", word=_split(_key(pl.col("text").str.head(MAX_LEADING_CHARACTERS))))
        .explode("word", empty_as_null=False)
        .filter(_telling(pl.col("word")))
        .unique()
        .collect()
    )


def _lines(blocks: pl.DataFrame, pages: pl.DataFrame) -> pl.DataFrame:
    """Lines next to the text, and lines elsewhere that the page's title begins with or that are titles by role."""
    index, text = pl.col("block_index"), pl.col("text")
    ahead = pl.col("body") - index
    length = text.str.len_bytes()
    near = ahead.is_between(-MAX_BLOCKS_INTO_TEXT, MAX_BLOCKS_ABOVE_TEXT)
    # Numbers alone are joined; what is far from the text, which is most, is not read.
    placed = (
        blocks.lazy()
        .select("page", "block_index", is_title=pl.col("role") == "title")
        .with_row_index("row")
        .join(pages.lazy().select("page", "opening", "body"), on="page", maintain_order="left")
        .select("row", "opening", "is_title", ahead=ahead, near=near)
        .filter(pl.col("near") | pl.col("is_title"))
        .collect()
    )
    around = (
        blocks.select(
            _DOCUMENT, "page", "block_index", "start", "end", "text", "role", "score", "reason"
        )[placed["row"]]
        .hstack(placed.drop("row", "is_title"))
        .lazy()
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
            gap_above=(pl.col("start") - _beside(1, pl.col("end"), None)).clip(0, MAX_GAP),
            gap_below=(_beside(-1, pl.col("start"), None) - pl.col("end")).clip(0, MAX_GAP),
            role_score=pl.col("score"),
            role_score_below=_beside(-1, pl.col("score"), None),
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
            pages.lazy().select(*_OF_PAGE),
            on="page",
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
    page, index = pl.col("page"), pl.col("block_index")
    next_to = (page.shift(step) == page) & ((index.shift(step) - index).abs() == 1)
    return pl.when(next_to).then(value.shift(step)).otherwise(otherwise)


def _nearness_of_signature(step: int) -> pl.Expr:
    """One divided by the blocks to the next signature above (1) or below (-1); zero where there is none."""
    page, index, signed = pl.col("page"), pl.col("block_index"), pl.col("signed")

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
            "page",
            "page_title_parted",
            "microdata",
            text=expression.str.strip_chars(),
            part=pl.lit(name),
        )
        for name, expression in parts.items()
    ).filter(~pl.col("text").str.contains(_ADDRESS))


def _shown(text: pl.Expr) -> pl.Expr:
    # All white space becomes single spaces; most of it is, and needs no change.
    return text.str.replace_all(_UNSEEN, "").str.replace_all(r"[^\S ]\s*| \s+", " ")


def _key(text: pl.Expr) -> pl.Expr:
    """What two wordings share that differ in case and punctuation alone: their words, in lower case."""
    words = text.str.to_lowercase().str.replace_all(_NO_WORD, " ")
    return words.str.replace_all("  +", " ").str.strip_chars(" ")


def _split(key: pl.Expr) -> pl.Expr:
    """The words of a key; of writings without spaces, their characters."""
    spaceless = key.str.len_bytes() >= 2 * key.str.len_chars()
    parted = pl.when(spaceless).then(key).str.replace_all(_SPACELESS, " ${0} ")
    return pl.coalesce(parted, key).str.split(" ")


def _words(key: pl.Expr) -> pl.Expr:
    """The distinct words of a key."""
    return _split(key).list.unique()


def _count_words(found: pl.DataFrame, pages: pl.DataFrame, leading: pl.DataFrame) -> pl.DataFrame:
    """`found` with how many words each wording has, and shares with the page's title and with its first paragraphs.

    `count` and `shared`: its words, those of them in the page's title. `led`: the share of its telling words that the
    text leads with; `new_led`: the same of those that the title has not; `title_led`: the same of those of the title
    that it has not. The last two are -1 where there are no such words.
    """
    word = pl.col("word")
    numbered = found.with_row_index("row")
    titles = (
        pages.lazy()
        .select("page", word=_words(_key(pl.col("page_title"))))
        .explode("word", empty_as_null=False)
        .filter(word != "")
        .with_columns(titled=True, telling=_telling(word))
    )
    lead = leading.lazy().with_columns(led=True)
    telling, titled, led = pl.col("telling"), pl.col("titled"), pl.col("led")
    key = ("page", "word")
    told = (
        titles.join(lead, on=key, how="left")
        .group_by("page")
        .agg(
            title_count=pl.len(),
            title_telling=telling.sum(),
            title_told=(telling & led.fill_null(False)).sum(),
        )
    )
    counted = (
        numbered.lazy()
        .select("row", "page", word=_words(pl.col("key")))
        .explode("word", empty_as_null=False)
        .join(titles.drop("telling"), on=key, how="left")
        .join(lead, on=key, how="left")
        .with_columns(titled.fill_null(False), led.fill_null(False), telling=_telling(word))
        .group_by("row")
        .agg(
            count=pl.len(),
            shared=titled.sum(),
            telling=telling.sum(),
            told=(telling & led).sum(),
            telling_shared=(telling & titled).sum(),
            told_shared=(telling & titled & led).sum(),
        )
    )
    new = pl.col("telling") - pl.col("telling_shared")
    missed = pl.col("title_telling") - pl.col("telling_shared")
    return (
        numbered.lazy()
        .join(counted, on="row", how="left", maintain_order="left")
        .join(told, on="page", how="left", maintain_order="left")
        .with_columns(
            pl.col("title_count").fill_null(0),
            led=pl.col("told") / pl.max_horizontal("telling", 1),
            new_led=pl.when(new > 0)
            .then((pl.col("told") - pl.col("told_shared")) / new)
            .otherwise(-1.0),
            title_led=pl.when(missed > 0)
            .then((pl.col("title_told") - pl.col("told_shared")) / missed)
            .otherwise(-1.0),
        )
        .collect()
    )


def _telling(word: pl.Expr) -> pl.Expr:
    """Whether a word says what a text is about: it is long, or a character of a writing without spaces."""
    return (word.str.len_chars() >= MIN_TELLING_CHARACTERS) | word.str.contains(_SPACELESS)


def _describe(found: pl.DataFrame) -> pl.DataFrame:
    """`found` with what speaks for and against each candidate."""
    text, ahead = pl.col("text"), pl.col("ahead")
    line = pl.col("part") == "line"
    count, shared, title_count = pl.col("count"), pl.col("shared"), pl.col("title_count")
    measured = found.lazy().with_columns(
        of_title=pl.when(line & (title_count > 0)).then(shared / title_count).otherwise(0),
        of_line=pl.when(line).then(shared / count).otherwise(0),
    )
    overlap = pl.min_horizontal("of_title", "of_line")
    described = measured.with_columns(
        is_line=line,
        whole=pl.col("part") == "whole",
        first=pl.col("part") == "first",
        but_last=pl.col("part") == "but_last",
        behind=pl.col("part") == "behind",
        # A flattened headline has no site's name behind it.
        whole_of_microdata=(pl.col("part") == "whole") & pl.col("microdata"),
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
        trail=line & text.str.contains(_TRAIL),
        capitals=text.str.to_uppercase() == text,
        **{name: text.str.contains(pattern) for name, pattern in _SHAPES.items()},
        characters=text.str.len_chars(),
        capitalised=text.str.count_matches(_CAPITAL) / pl.col("count"),
        page_title_count=title_count,
        new_words=count - shared,
    )
    echo = pl.col("is_line") & (pl.col("overlap") >= ECHO_OVERLAP)
    return described.with_columns(
        echo=echo,
        echo_near=echo & pl.col("near"),
        echo_above_signature=echo & pl.col("above_signature"),
        best_echo=echo
        & (pl.col("overlap") == pl.col("overlap").max().over("page")).fill_null(False),
        last_echo_above_text=echo
        & (ahead >= 0)
        & (ahead == ahead.filter(echo & (ahead >= 0)).min().over("page")).fill_null(False),
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
    "row",
    "page",
    "page_title_lower",
    "count",
    "shared",
    "telling",
    "told",
    "telling_shared",
    "told_shared",
    "title_count",
    "title_telling",
    "title_told",
)


def _merge(described: pl.DataFrame) -> pl.DataFrame:
    """One row for each wording, with what follows from the other wordings of the page."""
    features = [name for name in described.columns if name not in _NOT_DESCRIBED]
    merged = (
        described.lazy()
        .group_by("page", "key", maintain_order=True)
        .agg(
            pl.col(_DOCUMENT, "text").first(),
            *(pl.col(name).cast(pl.Float64).fill_null(0.0).max() for name in features),
            # The headline is the repeat that stands next to the text; further down repeats are links.
            block=pl.col("block").sort_by(pl.col("ahead").abs(), nulls_last=True).first(),
            repeats=(pl.col("part") == "line").sum().clip(0, 3).cast(pl.Float64),
        )
        .with_columns(
            of_page_title=pl.max_horizontal("whole", "first", "but_last", "behind"),
            page_has_echo=pl.col("echo").max().over("page"),
            page_has_parts=pl.col("first").max().over("page"),
        )
        .with_columns(
            led_behind=pl.col("led") - pl.col("led").max().over("page"),
            characters_behind=pl.col("characters") - pl.col("characters").max().over("page"),
            wordings=pl.len().over("page").cast(pl.Float64),
            page_has_same=(pl.col("is_line") * pl.col("of_page_title")).max().over("page"),
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
        .drop("page", "key", "page_has_echo", "page_has_parts", "page_has_same")
        .collect()
    )
