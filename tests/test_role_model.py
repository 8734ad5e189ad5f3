"""The learned scores: windows that stay within a page, features of literal lines, decisions of the shipped models."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.block_features import block_features
from copydesk.blocks import split_blocks
from copydesk.contexts import FARTHEST, Runs, distinct
from copydesk.page_features import page_features
from copydesk.role_model import score_body
from copydesk.roles import assign_roles
from copydesk.word_scores import block_words, score_words

PAGE = """Harbour bridge to close for repairs | Port Observer

Home
News
Sport
Subscribe to our newsletter

Harbour bridge to close for repairs

By Marta Lindqvist

The old harbour bridge will close to all traffic on Monday, the council said, after divers found cracks in two piers.

"We looked at every way to keep one lane open, and there was none," said Ilse Brandt, who leads the works department.

Ferries will run every ten minutes from six in the morning until midnight, and the fare has been waived for residents.

Read more: The bridge that nobody wanted

Privacy policy
"""


def raw(*texts: str) -> pl.DataFrame:
    return pl.DataFrame({"document_id": [f"d{n}" for n in range(len(texts))], "text": list(texts)})


@given(st.lists(st.integers(-3, 3)))
def test_distinct_values_are_each_there_once(values: list[int]) -> None:
    assert distinct(np.array(values, dtype=np.int64)).tolist() == sorted(set(values))


def test_windows_end_with_the_run() -> None:
    runs = Runs(np.array([1, 1, 1, 2, 2]))
    values = np.array([1, 2, 3, 10, 20])
    assert runs.before(values).tolist() == [0, 1, 3, 0, 10]
    assert runs.after(values).tolist() == [5, 3, 0, 20, 0]
    assert runs.window(values, -1, 1).tolist() == [3, 6, 5, 30, 30]
    assert runs.shifted(values, 1, -1).tolist() == [2, 3, -1, 20, -1]
    assert runs.total(values).tolist() == [6, 6, 6, 30, 30]


def test_distances_do_not_reach_into_the_next_run() -> None:
    runs = Runs(np.array([1, 1, 1, 2, 2]))
    marked = np.array([True, False, False, True, False])
    none = FARTHEST + 1
    assert runs.since(marked).tolist() == [none, 1, 2, none, 1]
    assert runs.until(marked).tolist() == [none, none, none, none, none]


def test_what_is_above_or_below_is_of_the_same_run() -> None:
    runs = Runs(np.array([1, 1, 1, 2, 2]))
    marked = np.array([False, True, False, False, True])
    assert runs.latest(marked).tolist() == [-1, 1, 1, -1, 4]
    assert runs.follows(marked).tolist() == [False, False, True, False, False]
    assert runs.precedes(marked).tolist() == [True, False, False, True, False]
    assert runs.next(marked).tolist() == [True, False, False, True, False]
    assert runs.previous(marked).tolist() == [False, False, True, False, False]
    assert (
        runs.any(np.array([False, True, False, False, False])).tolist() == [True] * 3 + [False] * 2
    )


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), max_size=40))
def test_above_itself_and_below_make_the_total(rows: list[tuple[int, int]]) -> None:
    rows.sort(key=lambda row: row[0])
    runs = Runs(np.array([run for run, _ in rows], dtype=int))
    values = np.array([value for _, value in rows], dtype=float)
    assert (runs.before(values) + values + runs.after(values)).tolist() == runs.total(
        values
    ).tolist()


def test_a_block_has_its_words_its_first_two_and_its_last() -> None:
    words = block_words(pl.Series(["Read more in 2023"]))
    assert set(words["word"]) == {"read", "more", "in", "0000", "^read_more", "$0000"}


def test_words_weigh_by_the_root_of_their_count() -> None:
    weights = pl.DataFrame({"word": ["", "read", "more"], "weight": [0.5, -1.0, -2.0]})
    scores = score_words(pl.Series(["Read more", "Quite unknown"]), weights)
    assert scores.tolist() == pytest.approx([0.5 - 3 / 2**0.5, 0.5], abs=1e-6)


def test_features_of_one_page_do_not_depend_on_the_others() -> None:
    other = "Quarterly results\n\nRevenue rose by a tenth, the company said.\n\nComments (3)\n"
    alone = block_features(split_blocks(raw(PAGE)))
    together = block_features(split_blocks(raw(PAGE, other)))
    assert together.head(len(alone)).equals(alone)


def test_a_batch_without_blocks_has_no_scores() -> None:
    blocks = split_blocks(raw(PAGE)).clear()
    assert len(score_body(blocks)) == 0
    assert len(page_features(assign_roles(blocks))) == 0


def test_paragraphs_are_likelier_text_than_what_stands_around_them() -> None:
    blocks = split_blocks(raw(PAGE))
    scores = dict(zip(blocks["text"], score_body(blocks), strict=True))
    text = [score for block, score in scores.items() if len(block) > 100]
    rest = [score for block, score in scores.items() if len(block) <= 100]
    assert len(text) == 3
    assert min(text) > 0.5 > max(rest)


def test_copies_are_counted_in_their_own_page() -> None:
    texts = ["Share!", "share", "News", "shaer", "Share", "Ещё", "ЕЩЁ.", "Other"]
    blocks = pl.DataFrame(
        {"document_id": ["a"] * 4 + ["b"] * 4, "text": texts, "line": range(len(texts))},
        schema_overrides={"line": pl.Int64},
    )
    features = block_features(blocks)
    assert features["copies"].to_list() == [2, 2, 1, 1, 1, 2, 2, 1]
    assert features["copy"].to_list() == [0, 1, 0, 0, 0, 0, 1, 0]


def test_a_page_in_an_alphabet_that_was_not_learned_keeps_what_the_rules_take_for_text() -> None:
    russian = "Музей работает ежедневно, кроме понедельника. Вход в валенках бесплатный, билеты продают в кассе."
    english = "The museum is open daily except on Mondays. Whoever comes in felt boots gets in free of charge."
    pages = raw(f"Музей\n\n{russian}\n", f"Museum\n\n{english}\n", f"{russian}\n\n{english * 3}\n")
    blocks = assign_roles(split_blocks(pages), lambda blocks: pl.Series([0.1] * len(blocks)))
    kept = blocks.filter(pl.col("role") == "body")
    assert kept.select("document_id", "text").rows() == [("d0", russian)]
