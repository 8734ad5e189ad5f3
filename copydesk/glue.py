"""Glued sentences: finding where a flattener ran two paragraphs together without a space.

What belongs here: the patterns that tell `expertise.Import` (glue) from `U.S.Army`, `example.com`, `3.5` and
`e.g.this` (no glue). What does not: what is done with the pieces (blocks.py).
"""

from __future__ import annotations

from typing import Final

import polars as pl

# U+001E, the ASCII record separator; decoding leaves none in a text.
BREAK: Final = "\x1e"
# Between a stop and a straight quotation mark, which may close the first sentence or open the second.
QUOTE_BREAK: Final = "\x1f"

# A sentence ends behind two lower-case letters, two digits, a percent sign, a bracket or a closing quotation mark;
# so initials (`U.S.`), decimals (`3.5`) and abbreviations of single letters (`e.g.`) do not end one.
_END: Final = r"(?:\p{Ll}\p{Ll}|\p{Nd}\p{Nd}|[%)\]”’»])[.!?…]+"
_CLOSERS: Final = r"[”’»)\]]*"
# A sentence begins with a capital before a lower-case letter, an apostrophe or a space; `.NET`, `.COM` do not. With a
# space behind it, `“` is the mark that closes a German quotation.
_BEGIN: Final = r"(?:[“„‘]|[«(\[]\s?)?\p{Lu}(?:[\p{Ll}'’]|\s)"

# The patterns take no white space between the two sentences: that is what makes it glue.
_PLAIN: Final = rf"({_END}{_CLOSERS})({_BEGIN})"
_STRAIGHT: Final = rf"({_END})(\"{_BEGIN})"
_CLOSED: Final = rf"({_END}[”’»])([“„«‘])"
_NUMERAL: Final = r"((?:\p{Ll}\p{Ll}|[%)\]”’»])[.!?…]+)(\p{Nd}{1,4}\s\p{Ll})"
# A subheading has no stop. `nobody had mappedThe dog`: a word in lower case cannot go on with a capital (`LinkedIn`,
# `iPhone` begin otherwise); behind a word in title case only an article or pronoun is safe.
# Before the word stands a character that is none of a word: asking for a boundary there takes ten times as long.
_SUBHEADING: Final = r"((?:^|\W)\p{Ll}{3,})(\p{Lu}\p{Ll}*\s)"
_TITLE_CASE_SUBHEADING: Final = r"(\p{Ll})((?:By|The|This|These|He|She|They|We|It|But|When|While|After|Before|For|As|There|Its|His|Her) )"

# What all of them hold: costs little, and few lines have it.
_TOUCHING: Final = r"\p{Ll}\p{Lu}|[.!?…][”’»)\]]*[\"“„«‘(\[\p{Lu}]|[\p{Ll}%)\]”’»][.!?…]+\p{Nd}"


def may_be_glued(text: pl.Series) -> pl.Series:
    """Whether `mark_glue` need be asked: it changes no other text."""
    return text.str.contains(_TOUCHING)


def mark_glue(text: pl.Series) -> pl.Series:
    """`text` with `BREAK` or `QUOTE_BREAK` where two sentences are glued."""
    return (
        text.str.replace_all(_STRAIGHT, f"${{1}}{QUOTE_BREAK}${{2}}")
        .str.replace_all(_PLAIN, f"${{1}}{BREAK}${{2}}")
        .str.replace_all(_CLOSED, f"${{1}}{BREAK}${{2}}")
        .str.replace_all(_NUMERAL, f"${{1}}{BREAK}${{2}}")
        .str.replace_all(_SUBHEADING, f"${{1}}{BREAK}${{2}}")
        # The space behind one may be the character before the next.
        .str.replace_all(_SUBHEADING, f"${{1}}{BREAK}${{2}}")
        .str.replace_all(_TITLE_CASE_SUBHEADING, f"${{1}}{BREAK}${{2}}")
    )
