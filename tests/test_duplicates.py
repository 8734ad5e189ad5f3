"""Duplicates: the same story twice is found, a teaser or a follow-up is not."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk import candidates, comparisons, fingerprints
from copydesk.duplicate_corpus import InMemory
from copydesk.duplicates import Links, find_duplicates, find_repeats
from copydesk.engines import SerialEngine
from copydesk.fingerprints import MIN_WORDS

STORY = (
    "The harbour authority of Port Lindal said on Tuesday that the ferry to the northern islands"
    " will not run before Friday. A storm damaged the pier in the night and two ships broke loose."
    " Nobody was hurt, the authority said. Divers will look at the foundations as soon as the wind"
    " allows."
    "\n\n"
    "Residents of the islands were told to expect shortages of fresh food. The mayor asked them to"
    " share what they have. A helicopter will bring medicine on Wednesday morning, and the school"
    " stays closed until the end of the week. The last time the pier was closed for so long was in"
    " the winter of 1987, when ice pushed it half a metre out of line."
)
OTHER = (
    "Researchers at the university have counted more storks in the valley than in any year since"
    " the war. They put the growth down to wetter meadows and milder winters in the south, and warn"
    " that a single dry spring could undo most of it again within a few seasons."
)
EARLY = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
LATE = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def article(
    key: str, body: str, at: datetime | None = None, precision: str | None = "minute"
) -> dict[str, Any]:
    return {
        "article_id": key,
        "body": body,
        "published_at": at,
        "published_precision": precision if at else None,
    }


def find(*rows: dict[str, Any]) -> dict[str, tuple[str, str | None, float | None]]:
    """cluster_id, duplicate_of and similarity by article_id."""
    schema = {
        "article_id": pl.String,
        "body": pl.String,
        "published_at": pl.Datetime("us", "UTC"),
        "published_precision": pl.String,
    }
    found = find_duplicates(pl.LazyFrame(list(rows), schema=schema))
    assert found.schema == {
        "article_id": pl.String,
        "cluster_id": pl.String,
        "duplicate_of": pl.String,
        "similarity": pl.Float64,
    }
    assert found["article_id"].to_list() == sorted(row["article_id"] for row in rows)
    return {key: (cluster, of, score) for key, cluster, of, score in found.iter_rows()}


def test_wire_story_at_two_outlets() -> None:
    local = STORY.replace("The harbour authority", "PORT LINDAL (Wire) - The harbour authority")
    found = find(
        article("a", local + "\n\nReporting by our desk.", LATE),
        article("b", STORY, EARLY),
        article("c", OTHER, EARLY),
    )
    cluster, of, score = found["a"]
    assert (cluster, of) == ("b", "b")
    # All pairs of words of the shorter article stand in the longer one.
    assert score == 1.0
    assert found["b"] == ("b", None, None)
    assert found["c"] == ("c", None, None)


def test_same_words_with_other_marks_and_case_are_exact() -> None:
    changed = STORY.upper().replace(".", "!").replace("\n\n", "\n")
    assert find(article("a", STORY), article("b", changed))["b"] == ("a", "a", 1.0)


def test_a_teaser_is_no_duplicate() -> None:
    teaser = STORY.split("\n\n")[0]
    assert len(teaser.split()) > MIN_WORDS
    found = find(article("a", STORY), article("b", teaser))
    assert [found[key][1] for key in "ab"] == [None, None]


def test_a_follow_up_that_quotes_half_of_it_is_no_duplicate() -> None:
    found = find(article("a", STORY), article("b", STORY.split("\n\n")[1] + " " + OTHER))
    assert found["b"] == ("b", None, None)


def test_short_bodies_only_exactly() -> None:
    short = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen."
    found = find(
        article("a", short), article("b", short + " Fifteen."), article("c", short.upper())
    )
    assert found["b"] == ("b", None, None)
    assert found["c"] == ("a", "a", 1.0)


def test_bodies_of_no_words_are_not_one_another() -> None:
    found = find(article("a", ""), article("b", ""), article("c", "..."))
    assert [found[key] for key in "abc"] == [(key, None, None) for key in "abc"]


def test_no_articles() -> None:
    assert find() == {}


@pytest.mark.parametrize(
    ("rows", "canonical"),
    [
        ([article("a", STORY, LATE), article("b", STORY, EARLY)], "b"),
        ([article("b", STORY, EARLY), article("a", STORY, EARLY)], "a"),
        ([article("a", STORY), article("b", STORY, LATE)], "b"),
        ([article("b", STORY), article("a", STORY)], "a"),
        # 2026 alone is stored as its first instant, and is no evidence of being first.
        (
            [
                article("a", STORY, datetime(2026, 1, 1, tzinfo=UTC), "year"),
                article("b", STORY, LATE),
            ],
            "b",
        ),
    ],
)
def test_canonical_is_the_earliest_then_the_smallest_id(
    rows: list[dict[str, Any]], canonical: str
) -> None:
    assert {found[0] for found in find(*rows).values()} == {canonical}


def test_similarity_is_not_passed_along_a_chain() -> None:
    words = [f"word{number}" for number in range(200)]
    drift = [
        " ".join([f"new{number}" for number in range(cut)] + words[cut:]) for cut in (0, 60, 120)
    ]
    found = find(*(article(key, body) for key, body in zip("abc", drift, strict=True)))
    assert found["b"][1] == "a"
    assert found["c"] == ("c", None, None)


def test_exact_copies_of_a_near_duplicate_follow_it() -> None:
    edited = STORY.replace("ferry", "boat")[:-20]
    found = find(article("a", STORY), article("b", edited), article("c", edited))
    assert found["c"][:2] == ("a", "a")
    assert found["b"][2] == found["c"][2]
    assert 0.8 <= (found["c"][2] or 0) < 1


def test_scripts_without_spaces() -> None:
    text = (
        "港湾局は火曜日、北の島へ向かうフェリーが金曜日まで"
        "運航しないと発表した。夜の嵐で桟橋が壊れた。"
    )
    found = find(article("a", text), article("b", text + "以上"), article("c", text[:20]))
    assert found["a"][1] == "b"
    assert found["c"][1] is None


def test_a_crowded_bucket_is_still_one_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MAX_BUCKET", 4)
    found = find(*(article(f"{n:02d}", f"{STORY} Edition number{n}.") for n in range(20)))
    assert {values[0] for values in found.values()} == {"00"}


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        article(f"{n:02d}", f"{STORY if n % 2 else OTHER} Edition number{n}.") for n in range(12)
    ]
    whole = find(*rows)
    assert {cluster for cluster, _, _ in whole.values()} == {"00", "01"}
    monkeypatch.setattr(fingerprints, "_CHUNK", 3)
    for name in ("_PAIRED", "_WAITING", "_ESTIMATED"):
        monkeypatch.setattr(candidates, name, 2)
    assert find(*rows) == whole


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_order_does_not_matter(data: st.DataObject) -> None:
    """Any mix of edits, copies and dates gives the same clusters in any order of rows."""
    words = STORY.split()
    rows = []
    for number in range(data.draw(st.integers(0, 8))):
        body = list(words[: data.draw(st.sampled_from([10, 60, len(words)]))])
        for place in data.draw(st.lists(st.integers(0, len(body) - 1), max_size=4)):
            body[place] = "edited"
        at = data.draw(st.sampled_from([None, EARLY, LATE]))
        rows.append(article(f"{number}", " ".join(body), at))
    expected = find(*rows)
    assert find(*data.draw(st.permutations(rows))) == expected
    for key, (cluster, of, score) in expected.items():
        assert (of is None) == (cluster == key) == (score is None)
        assert expected[cluster][1] is None


ARTICLES = {
    "article_id": pl.String,
    "document_id": pl.String,
    "body": pl.String,
    "published_at": pl.Datetime("us", "UTC"),
    "published_precision": pl.String,
}


def corpus(batches: dict[str, list[dict[str, Any]]]) -> InMemory:
    return InMemory(
        {
            batch: pl.DataFrame(
                [{**row, "document_id": row["article_id"]} for row in rows], schema=ARTICLES
            )
            for batch, rows in batches.items()
        }
    )


NOTHING_LEFT_OUT = pl.DataFrame(schema={"batch_id": pl.String, "document_id": pl.String})


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_adding_batches_gives_what_all_at_once_gives(data: st.DataObject) -> None:
    """In any order, with full buckets as well, and what is known of earlier batches passed on."""
    chooser = random.Random(data.draw(st.integers(0, 10**6)))
    stems = [[f"w{chooser.randrange(10**6)}" for _ in range(60)] for _ in range(3)]
    batches: dict[str, list[dict[str, Any]]] = {}
    for number in range(data.draw(st.integers(1, 24))):
        words = list(chooser.choice(stems))
        for place in chooser.sample(range(60), chooser.choice([0, 1, 4, 8, 14])):
            words[place] = f"e{chooser.randrange(10**6)}"
        day = chooser.choice([None, *(EARLY + timedelta(days=day) for day in range(6))])
        row = article(f"{chooser.randrange(10**9):09d}{number}", " ".join(words), day)
        batches.setdefault(f"b{chooser.randrange(5)}", []).append(row)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "MAX_BUCKET", data.draw(st.sampled_from([1, 2, 32])))
        # However the work is shared out, and however much of it one task holds.
        patch.setattr(candidates, "TEXTS_AT_ONCE", data.draw(st.sampled_from([20, 10**6])))
        patch.setattr(candidates, "FEW_TEXTS", data.draw(st.sampled_from([0, 10**6])))
        patch.setattr(candidates, "FEW_PROBES", data.draw(st.sampled_from([0.0, 0.5])))
        patch.setattr(candidates, "_CHANCE", data.draw(st.sampled_from([0.0, 1.0])))
        patch.setattr(candidates, "_BATCHES_AT_ONCE", data.draw(st.sampled_from([1, 64])))
        patch.setattr(comparisons, "PAIRS_AT_ONCE", data.draw(st.sampled_from([1, 3, 10**6])))
        expected, every = find_repeats(corpus(batches), NOTHING_LEFT_OUT, Links.none())
        order = data.draw(st.permutations(list(batches)))
        known = Links.none()
        for size in range(1, len(order) + 1):
            part = {batch: batches[batch] for batch in sorted(order[:size])}
            found, known = find_repeats(corpus(part), NOTHING_LEFT_OUT, known)
    assert found.equals(expected)
    assert known.pairs.equals(every.pairs)


def test_shares_of_buckets_and_of_pairs_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        article(f"{n:02d}", f"{STORY if n % 2 else OTHER} Edition number{n}.") for n in range(12)
    ]
    batches = {"b1": rows[:5], "b2": [], "b3": rows[5:]}
    expected, links = find_repeats(corpus(batches), NOTHING_LEFT_OUT, Links.none())
    assert expected.height == 10
    kept = dict[str, set[str]]()

    class Noting(SerialEngine):
        def map(self, task: Any, keys: Sequence[str]) -> Any:
            kept.setdefault(type(task).__name__, set()).update(keys)
            return super().map(task, keys)

    monkeypatch.setattr(candidates, "TEXTS_AT_ONCE", 5)
    monkeypatch.setattr(comparisons, "PAIRS_AT_ONCE", 7)
    shared = find_repeats(corpus(batches), NOTHING_LEFT_OUT, Links.none(), lambda *_: Noting())
    assert shared[0].equals(expected)
    assert shared[1].pairs.equals(links.pairs)
    # 12 texts, 12 bands a column, 5 texts at once: 29 shares of each of 8 columns. 30 pairs, 7 at once.
    assert {name: len(keys) for name, keys in kept.items()} == {
        "BucketTask": 29 * 8,
        "WordsTask": 2,
        "CompareTask": 5,
    }


def test_new_articles_are_looked_up_among_the_old(monkeypatch: pytest.MonkeyPatch) -> None:
    old = {"b1": [article("a", STORY, EARLY), article("x", STORY.replace("ferry", "boat"), LATE)]}
    _, known = find_repeats(corpus(old), NOTHING_LEFT_OUT, Links.none())
    compared = []
    true_similarity = comparisons.similarity_of
    monkeypatch.setattr(
        comparisons,
        "similarity_of",
        lambda one, other: compared.append(1) or true_similarity(one, other),
    )
    new = {"b2": [article("c", STORY.replace("storm", "gale"), LATE), article("d", OTHER)]}
    found, _ = find_repeats(corpus({**old, **new}), NOTHING_LEFT_OUT, known)
    assert dict(found.select("article_id", "duplicate_of").iter_rows()) == {"x": "a", "c": "a"}
    assert found.filter(pl.col("article_id") == "c")["batch_id"].item() == "b2"
    # The new article with the two of its story; the old two are not compared again.
    assert len(compared) == 2


def test_what_is_left_out_is_no_ones_original() -> None:
    batches = {
        "b1": [article("a", STORY, EARLY), article("b", STORY, LATE)],
        "b2": [article("c", STORY.replace("ferry", "boat"), LATE)],
    }
    found, known = find_repeats(corpus(batches), NOTHING_LEFT_OUT, Links.none())
    assert dict(found.select("article_id", "duplicate_of").iter_rows()) == {"b": "a", "c": "a"}
    taken = pl.DataFrame({"batch_id": ["b1"], "document_id": ["a"]})
    found, _ = find_repeats(corpus(batches), taken, known)
    assert dict(found.select("article_id", "duplicate_of").iter_rows()) == {"c": "b"}


def test_a_seventh_of_the_words_changed() -> None:
    """Recall of bands and comparison on articles of which scattered words were replaced."""
    chooser = random.Random(7)
    rows = []
    for number in range(200):
        words = [f"w{chooser.randrange(10**6)}" for _ in range(200)]
        edited = list(words)
        for place in chooser.sample(range(200), 28):
            edited[place] = f"e{chooser.randrange(10**6)}"
        rows += [article(f"{number}a", " ".join(words)), article(f"{number}b", " ".join(edited))]
    assert sum(of is not None for _, of, _ in find(*rows).values()) >= 196


def test_the_same_wording_with_other_numbers_is_another_report() -> None:
    """Two days' closing prices are no duplicates; the same prices with edited wording are."""
    chooser = random.Random(3)
    firms = [
        f"{first} {second}" for first in ("Arden", "Bel", "Corva") for second in ("Oil", "Air")
    ]

    def report() -> list[str]:
        return [
            f"Shares of {firm} closed at {chooser.randrange(10, 99)}.{chooser.randrange(10, 99)}"
            " after a quiet day on the exchange in the capital, brokers said in the evening."
            for firm in firms
        ]

    monday, tuesday = report(), report()
    edited = [line.replace("a quiet day", "an uneventful session") for line in monday]
    found = find(
        article("a", " ".join(monday), EARLY),
        article("b", " ".join(tuesday), LATE),
        article("c", " ".join(edited), LATE),
    )
    assert [found[key][1] for key in "abc"] == [None, None, "a"]


def test_the_complete_one_of_one_instant_is_canonical() -> None:
    cut = STORY[:-100]
    found = find(article("a", cut, EARLY), article("b", STORY, EARLY))
    assert found["a"][1] == "b"


def test_signatures_estimate_similarity() -> None:
    """The permutations are good enough: agreeing rows estimate the Jaccard similarity."""
    generator = np.random.default_rng(1)
    shared = generator.integers(0, 2**63, 8000, dtype=np.uint64)
    one, other = shared[:5000], shared[3000:]
    starts = np.array([0, 5000])
    signed = fingerprints._minima(np.concatenate([one, other]), starts)
    assert np.mean(signed[0] == signed[1]) == pytest.approx(2000 / 8000, abs=0.12)
