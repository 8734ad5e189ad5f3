"""Author lines: the lines of a page that may name who wrote it, read name by name.

What belongs here: which lines are read, what is known of each, the names read from them. What does not: what a name looks
like and what announces it (byline_names.py), which names are believed (authors.py).

Lines that may hold a name are picked by expressions; of those that nothing announces, the nearest whose first words look
like names. Only these few are read one by one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import polars as pl

from copydesk.byline_names import (
    ANNOUNCES,
    LABELS,
    announced_at,
    is_label,
    may_hold_name,
    parse_names,
)
from copydesk.lexicons import common_words, first_names
from copydesk.name_likeness import UNLIKELY_LAST, is_personal, likeness

# How far from the headline, from the text's beginning and from its end a name may stand.
MAX_BLOCKS_ABOVE_TITLE: Final = 16
MAX_BLOCKS_BELOW_TITLE: Final = 15
MAX_BLOCKS_ABOVE_TEXT: Final = 6
MAX_BLOCKS_INTO_TEXT: Final = 4
MAX_BLOCKS_ABOVE_END: Final = 3
MAX_BLOCKS_BELOW_END: Final = 15
MAX_BLOCKS_TITLE_TO_PEN_NAME: Final = 4
MAX_NAME_LINE_CHARACTERS: Final = 110
MAX_LONE_NAME_BYTES: Final = 40
MAX_PEN_NAME_LINE_BYTES: Final = 50
MAX_LABEL_BYTES: Final = 40
MAX_BIOGRAPHY_BYTES: Final = 600
# A name is signed by a date that stands this near.
MAX_BLOCKS_NAME_TO_DATE: Final = 2
# An image or an address may stand between a line and the one above or below.
MAX_BLOCKS_BESIDE: Final = 2
# A line with so much behind the name tells of the person; with less it is a link.
MIN_BIOGRAPHY_CHARACTERS: Final = 20
# `Jane Doe Photography`
MAX_OWNER_WORDS: Final = 3
# Farther than this is far.
MAX_DISTANCE: Final = 40
# The text's end is farther from its author than its beginning.
END: Final = 3
# One in a hundred of authors' names has a word that looks less like one, and four in ten of other names.
LEAST_LIKELY: Final = -3.5
# Of the lines that nothing announces so many are read, the nearest to headline and text; a date beside one counts as much
# as so many blocks.
MAX_PLAIN_LINES: Final = 8
SIGNED_BLOCKS: Final = 7
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
    " by", "by ", "von ", "par ", "por ", " av ", " af ", " di ", " da ", " door ", " od ", " oleh ", "reporter",
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

# The first two words of a line, where letters of names are looked at.
_FIRST_WORDS: Final = (
    r"^\P{L}*(?P<first>\p{Latin}[\p{Latin}'’-]*)[^\p{L}|•·⋅∙]+(?P<second>\p{Latin}[\p{Latin}'’-]*)"
)
# `Jane DoeNovember 3`, `Jane DoeNews Reporter`, `By:Jane Doe`: what stood in elements of their own.
_JOB_NAMES: Final = (
    "Reporter|Editor|Writer|Correspondent|Journalist|Columnist|Contributor|Producer|Director"
)
_GLUED: Final = (
    r"(\p{Ll}{2})((?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d|\d{1,2}[./-]\d{1,2}[./-]\d{2}"
    rf"|(?:Published|Updated|Posted|Follow|Read|Share|{_JOB_NAMES})\b|\p{{Lu}}[\p{{L}}-]+ (?:\p{{Lu}}\p{{Ll}}+ )?(?:{_JOB_NAMES})\b))"
)
_GLUED_BY: Final = (
    r"^((?:(?:[Ww]ritten|[Pp]osted|[Ss]tory|[Ww]ords) )?(?:By|by|BY)(?:: ?)?)(\p{Lu}\p{Ll})"
)

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
    near = _near_lines(blocks, places)
    return _described(_without_menus(_nameable(near)), near)


def _near_lines(blocks: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """The blocks near headline and text, and those anywhere that announce a name, stand below one that does or are one."""
    text, index = pl.col("text"), pl.col("block_index")
    length = text.str.len_bytes()
    near_end = pl.col("below_text").is_between(-MAX_BLOCKS_ABOVE_END, MAX_BLOCKS_BELOW_END)
    near = (
        pl.col("below_title")
        .is_between(-MAX_BLOCKS_ABOVE_TITLE, MAX_BLOCKS_BELOW_TITLE)
        .fill_null(False)
        | pl.col("into_text").is_between(-MAX_BLOCKS_ABOVE_TEXT, MAX_BLOCKS_INTO_TEXT)
        | near_end
    )
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
            "text",
            "role",
            index=index,
            below_title=index - pl.col("title_block"),
            into_text=index - pl.col("first_block"),
            below_text=index - pl.col("last_block"),
            length=length.cast(pl.Int64),
            announces=text.str.contains(ANNOUNCES),
            lone=(length <= MAX_LONE_NAME_BYTES) & text.str.contains(_LONE_NAME),
        )
        .with_columns(near_end=near_end, behind=pl.col("announces").shift(1, fill_value=False))
        .filter(near | pl.col("announces") | pl.col("behind") | pl.col("lone"))
        .drop("lone")
        .with_columns(
            dated=(pl.col("length") <= 2 * MAX_NAME_LINE_CHARACTERS) & text.str.contains(_DATED)
        )
        .collect()
    )


def _nameable(lines: pl.DataFrame) -> pl.DataFrame:
    """Those of the `lines` that may hold a name, with what stands around them; `plain` are those that nothing announces."""
    text, length = pl.col("text"), pl.col("length")
    short = length <= 2 * MAX_NAME_LINE_CHARACTERS
    pen_name = pl.col("below_title").is_between(1, MAX_BLOCKS_TITLE_TO_PEN_NAME) & (
        length <= MAX_PEN_NAME_LINE_BYTES
    )
    below_label = (pl.col("may_announce") & (length <= MAX_LABEL_BYTES)).shift(1, fill_value=False)
    rows = lines.lazy().with_row_index("row")
    told = (
        rows.filter("near_end")
        .select(
            "row", biography=pl.coalesce(text.str.extract(_BIOGRAPHY), text.str.extract(_LINKED))
        )
        .drop_nulls()
    )
    return (
        rows.with_columns(may_name=text.str.contains(_MAY_NAME), signed=_beside_date())
        .join(told, on="row", how="left", maintain_order="left")
        .drop("near_end")
        .with_columns(
            announced=pl.col("announces")
            | pl.col("behind")
            | pl.col("biography").is_not_null()
            | short & text.str.contains(" by ", literal=True)
        )
        .filter(pl.col("announced") | short & (pl.col("may_name") | pen_name | pl.col("dated")))
        .with_columns(
            may_announce=pl.col("announces")
            | pl.col("dated")
            | text.str.contains(LABELS)
            | text.str.contains_any(_MAY_ANNOUNCE, ascii_case_insensitive=True)
        )
        .filter(
            pl.col("announced")
            | (pl.col("may_announce") | ~text.str.contains(_ENDED))
            & (
                pl.col("may_name") & ~text.str.contains(_BEGINS_MENU)
                | pen_name
                | (pl.col("dated") & text.str.contains(_NAME_INSIDE))
            )
        )
        .with_columns(
            plain=~(pl.col("announced") | pl.col("may_announce") | below_label | pen_name)
        )
        .drop("announces", "behind", "announced", "may_name")
        .collect()
    )


def _without_menus(lines: pl.DataFrame) -> pl.DataFrame:
    """`lines` without the `plain` ones whose first words are no name's, and those of them that are farther than others."""
    near = near_blocks() - SIGNED_BLOCKS * pl.col("signed")
    worded = (
        lines.lazy()
        .with_columns(words=pl.when("plain").then(pl.col("text").str.extract_groups(_FIRST_WORDS)))
        .unnest("words")
        .collect()
    )
    words = ["first", "second"]
    pairs = worded.select(words).drop_nulls().unique()
    menus = pairs.filter(
        pl.Series([not _may_begin_name(*pair) for pair in pairs.iter_rows()], dtype=pl.Boolean)
    )
    return (
        worded.lazy()
        .join(menus.lazy(), on=words, how="anti", maintain_order="left")
        .filter(~pl.col("plain") | (near.rank("ordinal").over(_PAGE, "plain") <= MAX_PLAIN_LINES))
        .drop("plain", *words)
        .collect()
    )


@lru_cache(_CACHED_LINES)
def _may_begin_name(first: str, second: str) -> bool:
    return (
        may_hold_name(f"{first} {second}")
        and likeness(first) > LEAST_LIKELY
        and likeness(second) > LEAST_LIKELY
    )


def _described(lines: pl.DataFrame, near: pl.DataFrame) -> pl.DataFrame:
    """`lines` with what their words tell, and those of the lines beside them; what a flattener glued is cut.

    Args:
        lines: with `row`, their place in `near`.
        near: see _near_lines.
    """
    text = pl.col("text")
    above, below = _beside(lines, near, -1), _beside(lines, near, 1)
    return lines.select(
        pl.exclude("text", "row"),
        text.str.strip_chars().str.replace(_GLUED, "$1 $2").str.replace(_GLUED_BY, "$1 $2"),
        mail=text.str.contains("@", literal=True),
        **{name: _tells(name) for name in WORDS},
    ).hstack(
        [
            *above.select(
                above_dated="dated",
                above_role="role",
                above_length="length",
                above_checks=_tells("checks"),
                above_writes=_tells("writes"),
            ),
            *below.select(
                below_dated="dated",
                below_role="role",
                below_length="length",
                below_mail=text.str.contains("@", literal=True),
                below_job=_tells("job"),
            ),
        ]
    )


def _tells(words: str) -> pl.Expr:
    return (pl.col("length") <= 2 * MAX_NAME_LINE_CHARACTERS) & pl.col("text").str.contains_any(
        list(WORDS[words]), ascii_case_insensitive=True
    )


def _beside(lines: pl.DataFrame, near: pl.DataFrame, step: int) -> pl.DataFrame:
    """`text`, `role`, `length` and `dated` of the blocks right above (-1) or below (1), empty where there is none."""
    row = lines["row"].cast(pl.Int64) + step
    at = near[row.clip(0, max(len(near) - 1, 0))]
    there = (at[_PAGE] == lines[_PAGE]) & (
        (at["index"] - lines["index"]).abs() <= MAX_BLOCKS_BESIDE
    )
    there &= (row >= 0) & (row < len(near))
    return at.select(
        pl.when(there).then(name).otherwise(pl.lit(empty)).alias(name)
        for name, empty in (("text", ""), ("role", ""), ("length", 0), ("dated", False))
    )


def near_blocks() -> pl.Expr:
    """How many blocks lie between a line and the nearest of headline and text, at most `MAX_DISTANCE`."""
    return pl.min_horizontal(
        pl.col("into_text").abs(), pl.col("below_text").abs() + END, pl.col("below_title").abs()
    ).clip(0, MAX_DISTANCE)


def _beside_date() -> pl.Expr:
    """Whether the block or one a few blocks away is dated; a page's rows lie together and in order."""
    page, index, dated = pl.col(_PAGE), pl.col("index"), pl.col("dated")
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
        in the line, how many `names` it has, the share of the line that they cover, how long what stands before them is and
        whether its words announce who wrote or who checked.
    """
    found = list[tuple[int, str, str, int, int, float, int, bool, bool]]()
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
                (
                    at,
                    name,
                    read.evidence,
                    order,
                    len(read.people),
                    covered,
                    len(lead),
                    told[0],
                    told[1],
                )
                for order, name in enumerate(read.people)
            )
    schema = {
        "row": pl.UInt32, "name": pl.String, "evidence": pl.String, "order": pl.Int64, "names": pl.Int64,
        "coverage": pl.Float64, "lead_length": pl.Int64, "lead_checks": pl.Boolean, "lead_writes": pl.Boolean,
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
    """Outlets with a person's name, and with one before their trade's: `Jane Doe Photography`."""
    rows = [
        (page, owner, "owner", len(owner) / len(outlet), MAX_DISTANCE, MAX_DISTANCE)
        for page, outlet in publishers.select(_PAGE, "name").drop_nulls().iter_rows()
        if (owner := _owner(outlet))
    ]
    schema = {
        _PAGE: pl.String, "name": pl.String, "evidence": pl.String, "coverage": pl.Float64, "into_text": pl.Int64,
        "below_text": pl.Int64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _owner(outlet: str) -> str | None:
    """The person that an outlet is named after."""
    if "&" in outlet:
        return None
    words = _BEHIND_OWNER.sub("", outlet).split()
    if len(words) == MAX_OWNER_WORDS and words[0] in first_names():
        # Of three words the last is the trade, unless it is a name, too.
        traded = words[-1].lower() in common_words() or likeness(words[-1]) < UNLIKELY_LAST
        words = words[:-1] if traded else words
    people = parse_names(" ".join(words), announced=False)
    return people[0] if len(people) == 1 and is_personal(people[0]) else None
