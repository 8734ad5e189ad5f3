"""Quotation marks: where direct speech opens and closes.

What belongs here: the marks of the world's languages, which of them open and which close, speech that goes on over
several paragraphs, and blanking speech out so that what stands around it can be read. What does not: whether it is a
quotation and whose (quotations.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from copydesk.body import PARAGRAPH_BREAK

# Opening mark to the marks that can close it (Unicode, General Punctuation; CLDR's quotation delimiters).
PAIRS: Final = {
    "“": "”",
    "”": "”",
    "„": "“”",
    "«": "»",
    "»": "«»",
    "‹": "›",
    "›": "‹",
    "‘": "’",
    "‚": "‘’",
    "「": "」",
    "『": "』",
    "〝": "〟",
    "＂": "＂",
    '"': '"',
    "``": "''",
    "'": "'",
}
_MARK: Final = re.compile(r"``|''|[“”„«»‹›‘’‚「」『』〝〟＂\"']")
# Marks that are apostrophes as well.
_APOSTROPHES: Final = frozenset("'’‘")
# Marks of scripts without spaces: nothing around them tells whether they open or close, and nothing needs to.
_UNSPACED: Final = frozenset("「」『』〝〟")
_OPENERS_BEFORE: Final = frozenset(" \t\n\xa0([{—–-:/“„«‘\"'\u202f\u2009")
MAX_CHARACTERS: Final = 4_000
# Nor are there so many marks within one quotation; it bounds the time that marks by the thousand take.
MAX_MARKS: Final = 120
BLANK: Final = "\N{SYMBOL FOR SUBSTITUTE FORM TWO}"


@dataclass(frozen=True, slots=True)
class Speech:
    """Characters `start` to `end` between the marks; `opened` and `closed` take the marks in."""

    opened: int
    start: int
    end: int
    closed: int


def find_speech(text: str) -> list[Speech]:
    """What stands between quotation marks, outermost only, in order.

    A paragraph that ends inside quotation marks goes on where the next one opens with the same mark; otherwise the mark
    was none. Paragraphs that all open with it and never close are speech up to the end of the last one.
    """
    found = list[Speech]()
    marks = list(_MARK.finditer(text))
    index = 0
    while index < len(marks):
        mark = marks[index]
        if mark[0] not in PAIRS or not _opens(text, mark):
            index += 1
            continue
        closing = _closing(text, marks, index)
        if closing is None:
            index += 1
            continue
        following, end, closed = closing
        start = mark.end()
        inner = text[start:end]
        if inner.strip():
            # French sets spaces between the marks and the words.
            start += len(inner) - len(inner.lstrip())
            end -= len(inner) - len(inner.rstrip())
            found.append(Speech(mark.start(), start, end, closed))
        index = following
    return found


def blank_speech(text: str, speech: list[Speech]) -> str:
    """The text with speech blanked out, of the same length; a last stop or comma within the marks stays."""
    parts, end = list[str](), 0
    for each in speech:
        inner = text[each.start : each.end]
        last = inner[-1:] if inner[-1:] in ".,!?…" else ""
        parts += [text[end : each.start], BLANK * (len(inner) - len(last)), last]
        end = each.end
    return "".join([*parts, text[end:]])


def _opens(text: str, mark: re.Match[str]) -> bool:
    before = text[mark.start() - 1] if mark.start() else " "
    after = text[mark.end()] if mark.end() < len(text) else " "
    if mark[0] in _UNSPACED:
        return True
    if mark[0] in ("«", "»"):  # French sets a space inside, German none
        return not before.isalnum() and (before not in ",.!?…" or before.isspace())
    return before in _OPENERS_BEFORE and not after.isspace()


def _closes(text: str, mark: re.Match[str], opening: str) -> bool:
    before = text[mark.start() - 1]
    after = text[mark.end()] if mark.end() < len(text) else " "
    if opening in _UNSPACED or opening in ("«", "»"):
        return True
    if before.isspace():
        return False
    if mark[0] in _APOSTROPHES and after.isalnum():
        return False
    return not after.isalnum() or before in ".,!?…"


def _closing(
    text: str, marks: list[re.Match[str]], opening_index: int
) -> tuple[int, int, int] | None:
    """Where the speech that the mark at `opening_index` opens ends: the index of the mark behind it, start and end of the closing one."""
    opening = marks[opening_index]
    wanted = PAIRS[opening[0]]
    depth = 0
    paragraph = opening.start()
    last = min(len(marks), opening_index + 1 + MAX_MARKS)
    for index in range(opening_index + 1, last):
        mark = marks[index]
        if mark.start() - opening.start() > MAX_CHARACTERS:
            return None
        end_of_paragraph = text.find(PARAGRAPH_BREAK, paragraph, mark.start())
        if end_of_paragraph >= 0:
            # Speech goes on if the next paragraph opens with the mark again.
            last_break = text.rfind(PARAGRAPH_BREAK, paragraph, mark.start())
            if (
                last_break != end_of_paragraph
                or mark[0] != opening[0]
                or mark.start() != last_break + len(PARAGRAPH_BREAK)
            ):
                return _unclosed(text, index, opening.start(), paragraph)
            paragraph = mark.start()
            continue
        if mark[0] == opening[0] and mark[0] not in wanted and _opens(text, mark):
            depth += 1
        elif mark[0] in wanted and mark.start() > opening.end() and _closes(text, mark, opening[0]):
            if depth == 0:
                if mark[0] == "’" and _is_plural(text, mark) and _later(marks, index, text):
                    continue
                return index + 1, mark.start(), mark.end()
            depth -= 1
    return _unclosed(text, last, opening.start(), paragraph) if last == len(marks) else None


def _unclosed(text: str, index: int, opened: int, paragraph: int) -> tuple[int, int, int] | None:
    """The end of speech over several paragraphs of which none closes; `paragraph` is where the last one opens."""
    if paragraph == opened:
        return None
    end = text.find(PARAGRAPH_BREAK, paragraph)
    end = len(text) if end < 0 else end
    return (index, end, end) if end - opened <= MAX_CHARACTERS else None


def _is_plural(text: str, mark: re.Match[str]) -> bool:
    """Whether the mark can be the apostrophe of a plural, as in `the workers' union`."""
    return text[mark.start() - 1] == "s" and text[mark.end() : mark.end() + 1] == " "


def _later(marks: list[re.Match[str]], index: int, text: str) -> bool:
    """Whether a better closing mark comes before another one opens in the paragraph."""
    end = text.find(PARAGRAPH_BREAK, marks[index].start())
    for mark in marks[index + 1 : index + 1 + MAX_MARKS]:
        if 0 <= end < mark.start() or mark[0] == "‘":
            return False
        if mark[0] == "’" and text[mark.start() - 1] in ".,!?…":
            return True
    return False
