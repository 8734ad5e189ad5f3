"""Writes the two seeds that nobody would type: bytes that are no text, and one enormous line.

What belongs here: the generators of seeds 045 and 048, the same bytes on every run. What does not:
the other seeds, which were written by hand. Run it from anywhere: `python seeds/make_bulk.py`.
"""

from __future__ import annotations

import random
from pathlib import Path

DUMPS = Path(__file__).parent / "dumps"
BINARY_BYTES = 3 * 1024
LINE_CHARACTERS = 200_000

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_HEADER = b"\0\0\0\rIHDR\0\0\2\x80\0\0\1\xe0\x08\6\0\0\0"
HEAD = """\
 date 2016-09-05 https://kettleness-log-reader.com/harbour/the-whole-log-of-the-lighthouse-tender

The Whole Log of the Lighthouse Tender, Read Aloud

The Whole Log of the Lighthouse Tender, Read Aloud

2016-09-05T12:00+0100

2016-09-05T12:00+0100

2016-09-05T12:00+0100

harbours

lighthouses

"""
OPENING = (
    "For four days in September, volunteers in Kettleness read the log of a lighthouse tender "
    "aloud, from its first page to its last. This is what they read."
)
CLOSING = (
    "The last page is blank, and it was read aloud as well: a minute of silence, timed by the cook."
)
WATCHES = ("first watch", "middle watch", "morning watch", "forenoon watch", "last dog watch")
WINDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
HANDS = ("mate", "cook", "second engineer", "boatswain", "keeper", "pilot", "apprentice")
DEEDS = (
    "painted the rail",
    "mended the longboat",
    "counted the oil drums",
    "wound the clock",
    "caught a cod of {number} pounds",
    "wrote a letter to his sister",
    "cleaned {number} lamps",
    "took soundings in {number} fathoms",
)
SIGHTS = (
    "a schooner with a torn sail",
    "{number} porpoises",
    "the mail steamer, {number} minutes late",
    "no other vessel",
    "smoke to the landward",
    "a barrel adrift",
)


def binary() -> bytes:
    """A PNG's signature and header, then noise."""
    head = PNG_SIGNATURE + PNG_HEADER
    return head + random.Random(45).randbytes(BINARY_BYTES - len(head))


def log_paragraphs() -> list[str]:
    """The paragraphs of the enormous line, each a few sentences."""
    chance = random.Random(48)
    paragraphs = [OPENING]
    length = len(OPENING)
    while length < LINE_CHARACTERS:
        paragraph = " ".join(_entry(chance) for _ in range(chance.randint(2, 5)))
        paragraphs.append(paragraph)
        length += len(paragraph)
    return [*paragraphs, CLOSING]


def _entry(chance: random.Random) -> str:
    deed = chance.choice(DEEDS).format(number=chance.randint(3, 60))
    sight = chance.choice(SIGHTS).format(number=chance.randint(3, 60))
    return (
        f"In the {chance.choice(WATCHES)} the wind was {chance.choice(WINDS)} and the glass stood "
        f"at {chance.randint(287, 306) / 10:.1f} inches, the {chance.choice(HANDS)} {deed}, and "
        f"the lookout reported {sight}."
    )


def enormous_line() -> str:
    """The founding shape with a body of 200,000 characters on one line, its paragraphs glued."""
    return HEAD + "".join(log_paragraphs()) + "\n"


if __name__ == "__main__":
    (DUMPS / "045-binary.txt").write_bytes(binary())
    (DUMPS / "048-enormous-line.txt").write_bytes(enormous_line().encode("utf-8"))
