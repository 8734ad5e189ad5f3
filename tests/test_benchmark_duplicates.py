"""The benchmark of duplicates: its truth, its judge, and that what it promises holds on a small form."""

from __future__ import annotations

import polars as pl
import pytest

from benchmarks.duplicates.__main__ import judge, our_links
from benchmarks.duplicates.reports import TEMPLATES
from benchmarks.duplicates.variants import VARIANTS, make_corpus


def test_links_are_judged_by_their_stories() -> None:
    corpus = pl.DataFrame(
        {
            "article_id": ["a", "b", "c", "d", "e"],
            "story": ["1", "2", "1", "1", "2"],
            "kind": ["original", "original", "edited", "truncated", "edited"],
        }
    )
    # c repeats a rightly, d repeats c and so a, e repeats a wrongly.
    links = pl.DataFrame({"article_id": ["c", "d", "e"], "duplicate_of": ["a", "c", "a"]})
    precision, recall = judge(corpus, links)
    assert precision == pytest.approx(2 / 3)
    assert recall == {"edited": 0.5, "truncated": 1.0, "all": pytest.approx(2 / 3)}


def test_the_sets_share_no_template() -> None:
    assert not set(TEMPLATES["development"]) & set(TEMPLATES["test"])


def test_the_share_of_edited_words_is_what_is_said() -> None:
    corpus = make_corpus("development", 20, 0.15, seed=5)
    first = corpus.filter(pl.col("story") == corpus["story"][0])
    kinds = dict(first.select("kind", "body").iter_rows())
    assert set(kinds) == {"original", *VARIANTS}
    words, edited = kinds["original"].split(), kinds["edited"].split()
    # Each third edit or so leaves the old words standing, beside a new one or one fewer.
    changed = 1 - len(set(words) & set(edited)) / len(set(words))
    assert 0.08 < changed < 0.16
    assert 0.55 < len(kinds["truncated"].split()) / len(words) < 0.97


def test_repeats_are_found_and_reports_of_a_template_left_alone() -> None:
    corpus = make_corpus("development", 150, 0.15, seed=6)
    precision, recall = judge(corpus, our_links(corpus))
    assert precision >= 0.99
    assert recall["all"] >= 0.95
