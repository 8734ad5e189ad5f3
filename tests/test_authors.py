"""Authors: names read from lines, what speaks for each, whom the shipped model believes."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.author_lines import (
    MAX_BLOCKS_TITLE_TO_PEN_NAME,
    MAX_PLAIN_LINES,
    candidate_lines,
    read_names,
)
from copydesk.authors import FEATURES, candidates, likely, page_authors
from copydesk.blocks import split_blocks
from copydesk.byline_names import parse_names
from copydesk.name_likeness import grams, is_personal, likeness
from copydesk.places import page_places
from copydesk.publishers import page_publishers
from copydesk.roles import assign_roles
from copydesk.sites import page_addresses
from copydesk.titles import page_titles

TEXT = """The old harbour bridge will close to all traffic on Monday, the council said, after divers found cracks in two piers.

"We looked at every way to keep one lane open, and there was none," said Ilse Brandt, who leads the works department.

Ferries will run every ten minutes from six in the morning until midnight, and the fare has been waived for residents."""


def page(above: str, below: str = "", site: str = "Port Observer") -> str:
    headline = "Harbour bridge to close for repairs"
    return f"{headline} | {site}\n\nHome\n\nNews\n\nSport\n\n{headline}\n\n{above}\n\n{TEXT}\n\n{below}"


def read(text: str) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    blocks = assign_roles(split_blocks(pl.DataFrame({"document_id": ["d"], "text": [text]})))
    publishers = page_publishers(blocks, page_addresses(blocks))
    return blocks, page_places(blocks, page_titles(blocks, publishers)), publishers


def authors(text: str) -> list[str]:
    found = page_authors(*read(text))
    return found["authors"].to_list()[0] if len(found) else []


@pytest.mark.parametrize(
    ("written", "people"),
    [
        ("Jane Doe Twitter", ["Jane Doe"]),
        ("Jane Doe USA TODAY", ["Jane Doe"]),
        ("David at December 16, 2025", ["David"]),
        ("A. J. Neal View In Digital Edition", ["A. J. Neal"]),
        ("St. Lawrence Tribune", []),
        ("Jane Martin 5 min read", ["Jane Martin"]),
        ("Jane Doe March 5, 2021", ["Jane Doe"]),
        ("Jane Doe Jane Doe", ["Jane Doe"]),
        ("Grace Sale", ["Grace Sale"]),
        ("Maria Oliveira Barbosa Editor", ["Maria Oliveira Barbosa"]),
        ("Ocean Rescue Foundation", []),
        ("Gulf Coast Printing OÜ", []),
        ("Saturday", []),
        ("undefined", []),
        ("the newsroom", []),
    ],
)
def test_names_end_where_something_else_begins(written, people):
    assert parse_names(written, announced=True) == people


def test_lines_are_read_with_what_stands_around_them():
    blocks, places, publishers = read(page("Written by\n\nMarta Lindqvist\n\n4 May 2021"))
    names = read_names(candidate_lines(blocks, places), publishers)
    (marta,) = names.filter(
        pl.col("name") == "Marta Lindqvist", pl.col("evidence") == "label"
    ).rows(named=True)
    assert (marta["below_title"], marta["lead_writes"], marta["lead_checks"]) == (2, True, False)
    assert (marta["signed"], marta["dated"], marta["above_writes"]) == (True, False, True)


@pytest.mark.parametrize(
    "line",
    [
        "Marta LindqvistMay 4, 2021",
        "Marta LindqvistNews Reporter",
        "Marta LindqvistUpdated 4 May 2021",
        "ByMarta Lindqvist",
        "Written by:Marta Lindqvist",
    ],
)
def test_names_glued_to_what_stands_beside_them_are_read(line):
    blocks, places, publishers = read(page(line))
    names = read_names(candidate_lines(blocks, places), publishers)["name"].to_list()
    assert "Marta Lindqvist" in names


def test_of_lines_that_nothing_announces_only_the_nearest_are_read():
    given = "Anna Berta Carla Dora Elsa Frida Greta Hedda Ida Johanna Karin Linnea Maria Nora Olga Petra"
    listed = "\n\n".join(f"{first} Lindqvist" for first in given.split())
    blocks, places, publishers = read(page(listed))
    names = read_names(candidate_lines(blocks, places), publishers)["name"].to_list()
    # The lines right below the headline, where one name alone may be a pen name, are read anyway.
    assert len(names) == MAX_BLOCKS_TITLE_TO_PEN_NAME + MAX_PLAIN_LINES
    assert "Anna Lindqvist" in names


@pytest.mark.parametrize(
    ("chances", "kept"),
    [
        ({"A": (2, 0.9), "B": (2, 0.2), "C": (5, 0.3)}, ["A", "B"]),
        ({"A": (2, 0.9), "C": (5, 0.6)}, ["A", "C"]),
        ({"A": (2, 0.15), "B": (2, 0.14)}, []),
        ({"A": (2, 0.2)}, ["A"]),
    ],
)
def test_a_second_name_needs_more_than_one_in_the_line_of_the_first(chances, kept):
    found = pl.DataFrame(
        [("d", name, index, chance) for name, (index, chance) in chances.items()],
        schema=["document_id", "name", "index", "probability"],
        orient="row",
    )
    assert likely(found)["name"].to_list() == kept


def test_a_name_is_one_candidate_however_often_it_stands():
    text = page("By Marta Lindqvist", "Marta Lindqvist is a reporter who covers harbours.")
    (marta,) = candidates(*read(text)).filter(pl.col("name") == "Marta Lindqvist").rows(named=True)
    assert (marta["evidence"], marta["byline_lines"], marta["biography_lines"]) == ("byline", 1, 1)
    assert (marta["body_count"], marta["rank"]) == (0, 0)
    assert all(isinstance(marta[name], float) for name in FEATURES)


@pytest.mark.parametrize(
    ("above", "below", "people"),
    [
        ("By Marta Lindqvist\n\n4 May 2021", "", ["Marta Lindqvist"]),
        (
            "By Marta Lindqvist and Tomas Okafor | 4 May 2021",
            "",
            ["Marta Lindqvist", "Tomas Okafor"],
        ),
        ("Marta Lindqvist\n\nPublished 4 May 2021, 10:10", "", ["Marta Lindqvist"]),
        ("Words by Marta Lindqvist\n\nPhoto: Tomas Okafor / Getty Images", "", ["Marta Lindqvist"]),
        # Nobody, a desk, the outlet, a date, and a reader.
        ("4 May 2021", "", []),
        ("By admin\n\n4 May 2021", "", []),
        ("By Port Observer staff\n\n4 May 2021", "", []),
        ("Port Observer\n\nMay 2021", "", []),
        ("4 May 2021", "Comments\n\nTomas Okafor says:\n\nAbout time, I would say.", []),
    ],
)
def test_who_wrote_it(above, below, people):
    assert authors(page(above, below)) == people


def test_a_page_without_lines_has_no_candidates():
    blocks, places, publishers = read("Hello there.")
    assert page_authors(blocks, places, publishers).is_empty()


def test_names_are_told_from_words_by_their_letters():
    names = ["Margarethe", "Okonkwo", "Lindqvist", "Giovanni"]
    words = ["subscribe", "newsletter", "calculator", "pricing"]
    assert min(map(likeness, names)) > 0 > max(map(likeness, words))
    assert likeness("MARTA") == likeness("Marta")


@pytest.mark.parametrize(
    ("outlet", "personal"),
    [
        ("Elizabeth McCravy", True),
        ("Derek Seaman", True),
        ("Polly Barks", True),
        ("Gulf Coast Bulletin", False),
        ("Le Figaro", False),
        ("Daily Mail", False),
        ("Reuters", False),
        ("", False),
    ],
)
def test_a_site_of_ones_own(outlet, personal):
    assert is_personal(outlet) is personal


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_word_has_a_likeness(word):
    assert isinstance(likeness(word), float)
    assert all(2 <= len(gram) <= 4 for gram in grams(word))
