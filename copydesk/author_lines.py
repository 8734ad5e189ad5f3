"""Author lines: the lines of a page that may name who wrote it, read name by name.

What belongs here: which lines are read, what is known of each, the names read from them. What does not: what a name looks
like and what announces it (byline_names.py), which names are believed (authors.py).

Lines that may hold a name are picked by expressions; only those few are read one by one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import polars as pl

from copydesk.byline_names import ANNOUNCES, announced_at, is_label, may_hold_name, parse_names
from copydesk.name_likeness import is_personal

# How far from the headline, from the text's beginning and from its end a name may stand.
MAX_BLOCKS_ABOVE_TITLE: Final = 16
MAX_BLOCKS_BELOW_TITLE: Final = 15
MAX_BLOCKS_ABOVE_TEXT: Final = 12
MAX_BLOCKS_INTO_TEXT: Final = 8
MAX_BLOCKS_ABOVE_END: Final = 3
MAX_BLOCKS_BELOW_END: Final = 25
MAX_BLOCKS_TITLE_TO_PEN_NAME: Final = 4
MAX_NAME_LINE_CHARACTERS: Final = 110
MAX_LONE_NAME_BYTES: Final = 40
MAX_PEN_NAME_LINE_BYTES: Final = 50
MAX_BIOGRAPHY_BYTES: Final = 600
# A name is signed by a date that stands this near.
MAX_BLOCKS_NAME_TO_DATE: Final = 2
# A line with so much behind the name tells of the person; with less it is a link.
MIN_BIOGRAPHY_CHARACTERS: Final = 20
# Farther than this is far.
MAX_DISTANCE: Final = 40
# The same lines stand around the articles of a site.
_CACHED_LINES: Final = 50_000

_COLUMNS: Final = re.compile(r"\s*[|•·⋅∙]\s*")
_SENTENCE_ENDS: Final = tuple(".!?:…")
# `16 December 2025 Jane Doe`
_LEADING_DATE: Final = re.compile(r"^.*\d{4}\s*[|•·–—,-]?\s*(?=[^\W\d_])|^\W+")
# A line that dates something: a year, a short date, or an age.
_DATED: Final = r"(?:19|20)\d\d|\d\.\d{1,2}\.\d\d|(?:hours?|days?|months?|years?|weeks?) ago|[Mm]in(?:ute)?s?\.? [Rr]ead"
# The cheap test for a line that begins with a name or holds one behind a word.
_MAY_NAME: Final = r"^\P{L}{0,8}\p{Lu}\S+ (?:\p{Ll}+ )?\p{Lu}|記者|특파원|기자|كتبت?|بقلم"
_ENDED: Final = r"[.!?:…]$"
# Words that lines of menus begin with, the most frequent of those that no name holds.
_BEGINS_MENU: Final = (
    r"^\P{L}*(?i:about|all|art|best|blog|book|browse|business|buy|contact|cookie|data|find|follow|for|free|get|health|help|home|how|in"
    r"|learn|live|more|my|new|news|no|our|privacy|read|real|search|see|shop|sign|skip|social|start|terms|the|top|travel|view|what|when|where"
    r"|why|your)\s"
)
# Labels, prepositions and jobs before a name.
_MAY_ANNOUNCE: Final = [
    ":", "：", "・", " by", "by ", "von ", "par ", "por ", " av ", " af ", " di ", " da ", " door ", " od ", " oleh ", "reporter",
    "correspondent", "editor", "columnist", "writer", "автор", "от ", "بقلم", "كتب", "文", "取材",
]  # fmt: skip
# A line that is a name and no more may stand anywhere: at the end of a text that comments follow, say.
_LONE_NAME: Final = (
    r"^\p{Lu}[\p{Ll}'’-]+(?: (?:\p{Lu}\.|(?:de|da|van|von|der|la) ))?(?: \p{Lu}[\p{L}'’-]+){1,2}$"
)
# A pen name or a first name alone, or before a date.
_PEN_NAME: Final = re.compile(
    r"^([^\W\d_][\w'’-]{2,20})(?:$|[,|·•—– ]{1,3}(?=(?:[A-Z][a-z]{2,8} )?\d))"
)
# `3 May 2021 Jane Doe`
_NAME_INSIDE: Final = r"\p{Lu}\p{Ll}\S* (?:\p{Ll}+ )?\p{Lu}"
_PERSON: Final = (
    r"\p{Lu}[\p{L}'’.-]+(?: (?:\p{Lu}[\p{L}'’.-]*|de|da|van|von|der|la|di|al|bin)){1,3}"
)
# `Jane Doe is a reporter …`
_BIOGRAPHY: Final = (
    rf"^(?:[Aa]bout (?:[Tt]he )?(?:[Aa]uthor[:,]? )?)?({_PERSON}),? (?:is|was|has|writes|covers|joined|works|lives|holds"
    r"|reports|teaches|serves|spent|ist|schreibt|est)\b"
)
# `About Jane Doe`, `More from Jane Doe`
_LINKED: Final = (
    rf"^(?:(?:[Vv]iew |[Rr]ead |[Ss]ee )?(?:[Aa]ll |[Mm]ore )?(?:posts|[Pp]osts|[Aa]rticles|[Ss]tories|[Mm]ore|[Aa]bout|[Ff]ollow"
    rf"|[Cc]ontact|[Ff]ind [Aa]rticles) ?(?:by|from|about|of)? ({_PERSON})$)"
)
# `Jane Doe's Blog`
_BEHIND_OWNER: Final = re.compile(r"['’]s\b.*$")

# What the words of a line tell of the names in it, or in the line below.
WORDS: Final = {
    "pictures": (
        "photo", "image", "picture", "getty", "shutterstock", "illustration", "foto", "bild", "courtesy", "credit",
    ),
    "checks": (
        "review", "edited", "editing", "editor:", "fact", "medically", "translat", "approved", "verified", "expert",
    ),
    "writes": ("by ", " by", "author", "written", "writer", "words", "text", "posted", "published"),
    "job": (
        "reporter", "editor", "writer", "correspondent", "journalist", "columnist", "author", "contributor", "staff", "founder",
        "ceo", "director", "manager", "redakteur", "producer", "analyst", "specialist", "blogger",
    ),
    "comments": ("says:", "writes:", "wrote:", "said:", "replied", "reply", "comment"),
}  # fmt: skip
_LEADS: Final = ("checks", "writes")
EVIDENCE: Final = ("byline", "label", "name", "pen", "biography", "link", "owner")
_PAGE: Final = "document_id"


class _Names(NamedTuple):
    """The people read from a line; `length` of what holds them, `lead` is what stands before them."""

    evidence: str
    people: list[str]
    length: int
    lead: str


def candidate_lines(blocks: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Short blocks near headline and text, and anywhere what announces a name, what follows it, and lone names.

    Args:
        blocks: with roles, pages' blocks together and in order.
        places: see places.page_places.

    Returns:
        `document_id`, `index`, `text`, `role`, distances in blocks (see places.around), `dated` and `signed` by a date
        near by, what the words of the line (`WORDS`), of the one above and of the one below tell, `biography` (whom the
        line tells of, if it does).
    """
    text, index = pl.col("text"), pl.col("block_index")
    near_end = pl.col("below_text").is_between(-MAX_BLOCKS_ABOVE_END, MAX_BLOCKS_BELOW_END)
    near = (
        pl.col("below_title")
        .is_between(-MAX_BLOCKS_ABOVE_TITLE, MAX_BLOCKS_BELOW_TITLE)
        .fill_null(False)
        | pl.col("into_text").is_between(-MAX_BLOCKS_ABOVE_TEXT, MAX_BLOCKS_INTO_TEXT)
        | near_end
    )
    length = text.str.len_bytes()
    behind = pl.col("announces").shift(1, fill_value=False)
    lone = (length <= MAX_LONE_NAME_BYTES) & text.str.contains(_LONE_NAME)
    pen_name = pl.col("below_title").is_between(1, MAX_BLOCKS_TITLE_TO_PEN_NAME) & (
        length <= MAX_PEN_NAME_LINE_BYTES
    )
    short = length <= 2 * MAX_NAME_LINE_CHARACTERS
    biography = pl.coalesce(text.str.extract(_BIOGRAPHY), text.str.extract(_LINKED))
    return (
        blocks.lazy()
        .filter(
            (length <= MAX_BIOGRAPHY_BYTES)
            & ~pl.col("role").is_in(["image", "url", "markup", "publisher"])
            & (pl.col("reason") != "crawler_header")
        )
        .join(places.lazy(), on=_PAGE, how="inner", maintain_order="left")
        .select(
            _PAGE,
            "block_index",
            "text",
            "role",
            below_title=index - pl.col("title_block"),
            into_text=index - pl.col("first_block"),
            below_text=index - pl.col("last_block"),
        )
        .with_columns(near=near, announces=text.str.contains(ANNOUNCES))
        .filter(pl.col("near") | pl.col("announces") | behind | lone)
        .with_columns(
            dated=short & text.str.contains(_DATED),
            length=length.cast(pl.Int64),
            **{
                name: short & text.str.contains_any(list(words), ascii_case_insensitive=True)
                for name, words in WORDS.items()
            },
        )
        .with_columns(
            signed=_beside_date(),
            above_checks=_beside("checks", 1, False),
            above_writes=_beside("writes", 1, False),
            below_job=_beside("job", -1, False),
            above_length=_beside("length", 1, 0),
            below_length=_beside("length", -1, 0),
            biography=pl.when(near_end).then(biography),
        )
        .with_columns(
            may_announce=pl.col("announces")
            | text.str.contains_any(_MAY_ANNOUNCE, ascii_case_insensitive=True)
            | pl.col("dated")
        )
        .filter(
            pl.col("announces")
            | behind
            | pl.col("biography").is_not_null()
            | short & text.str.contains(" by ", literal=True)
            | (length <= 2 * MAX_NAME_LINE_CHARACTERS)
            & (pl.col("may_announce") | ~text.str.contains(_ENDED))
            & (
                text.str.contains(_MAY_NAME) & ~text.str.contains(_BEGINS_MENU)
                | pen_name
                | (pl.col("dated") & text.str.contains(_NAME_INSIDE))
            )
        )
        .with_columns(text.str.strip_chars())
        .rename({"block_index": "index"})
        .drop("near", "announces")
        .collect()
    )


def _beside(value: str, step: int, otherwise: bool | int) -> pl.Expr:
    """The value of the block right above (1) or below (-1)."""
    page, index = pl.col(_PAGE), pl.col("block_index")
    next_to = (page.shift(step) == page) & ((index.shift(step) - index).abs() <= 2)
    return pl.when(next_to).then(pl.col(value).shift(step)).otherwise(otherwise)


def _beside_date() -> pl.Expr:
    """Whether the block or one a few blocks away is dated; a page's rows lie together and in order."""
    page, index, dated = pl.col(_PAGE), pl.col("block_index"), pl.col("dated")
    return pl.any_horizontal(
        dated.shift(step)
        & (page.shift(step) == page)
        & ((index.shift(step) - index).abs() <= MAX_BLOCKS_NAME_TO_DATE)
        for step in range(-MAX_BLOCKS_NAME_TO_DATE, MAX_BLOCKS_NAME_TO_DATE + 1)
    ).fill_null(False)


def read_names(lines: pl.DataFrame, publishers: pl.DataFrame) -> pl.DataFrame:
    """One row for each person that a line names, with what `lines` knows of it; and for outlets that may be people.

    Args:
        lines: see candidate_lines.
        publishers: `document_id`, `name` of the outlet.

    Returns:
        the columns of `lines` (null for outlets, far from everything), `name`, `evidence` (one of `EVIDENCE`), `order`
        in the line, how many `names` it has, the share of the line that they cover, and whether the words before them
        announce who wrote or who checked.
    """
    found = list[tuple[int, str, str, int, int, float, bool, bool]]()
    of_line = (_PAGE, "text", "dated", "biography", "below_title", "may_announce")
    columns = (lines[name].to_list() for name in of_line)
    rows = list(zip(*columns, strict=True))
    for row, (page, text, dated, biography, below_title, may_announce) in enumerate(rows):
        following = rows[row + 1] if row + 1 < len(rows) and rows[row + 1][0] == page else None
        below = following[1] if following is not None else ""
        pen = below_title is not None and 0 < below_title <= MAX_BLOCKS_TITLE_TO_PEN_NAME
        reads = _read(text, below, biography, dated=dated, pen=pen, may_announce=may_announce)
        for read in reads:
            if not read.people:
                continue
            # A label's names stand in the line below it.
            at = row + (read.evidence == "label")
            covered = sum(map(len, read.people)) / max(read.length, 1)
            lead = read.lead.lower()
            told = [bool(lead) and any(map(lead.__contains__, WORDS[name])) for name in _LEADS]
            found.extend(
                (at, name, read.evidence, order, len(read.people), covered, told[0], told[1])
                for order, name in enumerate(read.people)
            )
    schema = {
        "row": pl.UInt32, "name": pl.String, "evidence": pl.String, "order": pl.Int64, "names": pl.Int64,
        "coverage": pl.Float64, "lead_checks": pl.Boolean, "lead_writes": pl.Boolean,
    }  # fmt: skip
    read_from = (
        pl.DataFrame(found, schema=schema, orient="row")
        .join(lines.with_row_index("row"), on="row", how="left", maintain_order="left")
        .drop("row")
    )
    return pl.concat([read_from, _owners(publishers)], how="diagonal")


def _read(
    text: str, below: str, biography: str | None, *, dated: bool, pen: bool, may_announce: bool
) -> Sequence[_Names]:
    """Whom a line names.

    Args:
        text: the line.
        below: the line below.
        biography: whom it tells of, if it does.
        dated: it holds a date.
        pen: it stands where a pen name or a first name alone is one.
        may_announce: a word in it may announce a name.
    """
    if biography is not None:
        people = parse_names(biography, announced=False)[:1]
        if people:
            telling = len(text) > len(biography) + MIN_BIOGRAPHY_CHARACTERS
            return [_Names("biography" if telling else "link", people, len(biography), "")]
    read = _read_line(text, dated=dated, pen=pen, may_announce=may_announce)
    if read is not None:
        return read
    if len(below) > MAX_NAME_LINE_CHARACTERS:
        return []
    return [_Names("label", parse_names(below, announced=True), len(below), text)]


@lru_cache(_CACHED_LINES)
def _read_line(
    text: str, *, dated: bool, pen: bool, may_announce: bool
) -> tuple[_Names, ...] | None:
    """Whom the line names by itself; null where it is the label of the line below."""
    if may_announce and is_label(text):
        return None
    start = announced_at(text, dated=dated) if may_announce else None
    if start is not None:
        people = parse_names(text[start:], announced=True)
        return (_Names("byline", people, len(text) - start, text[:start]),)
    if len(text) > MAX_NAME_LINE_CHARACTERS or text[-1] in _SENTENCE_ENDS:
        return ()
    people = [
        name
        for part in _COLUMNS.split(text)
        if dated or may_hold_name(part)
        for name in parse_names(_LEADING_DATE.sub("", part), announced=False)
    ]
    if not people and pen and (alone := _PEN_NAME.match(text)):
        return (_Names("pen", parse_names(alone[1], announced=True), len(text), ""),)
    return (_Names("name", people, len(text), ""),)


def _owners(publishers: pl.DataFrame) -> pl.DataFrame:
    """Outlets with a person's name."""
    rows = [
        (page, people[0], "owner", len(people[0]) / len(outlet), MAX_DISTANCE, MAX_DISTANCE)
        for page, outlet in publishers.select(_PAGE, "name").drop_nulls().iter_rows()
        if "&" not in outlet
        and len(people := parse_names(_BEHIND_OWNER.sub("", outlet), announced=False)) == 1
        and is_personal(people[0])
    ]
    schema = {
        _PAGE: pl.String, "name": pl.String, "evidence": pl.String, "coverage": pl.Float64, "into_text": pl.Int64,
        "below_text": pl.Int64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")
