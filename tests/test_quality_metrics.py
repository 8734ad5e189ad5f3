"""The figures of benchmarks/quality, on literals small enough to work out by hand."""

from datetime import date

import polars as pl
import pytest

from benchmarks.quality.answers import Answers
from benchmarks.quality.corpus import fold_of
from benchmarks.quality.metrics import (
    Overlap,
    author_names,
    compare,
    day_of,
    judge_cuts,
    micro,
    normalise,
    people,
    same_day,
    shingle_counts,
    shingle_f1,
    shows_day,
    word_counts,
)
from benchmarks.quality.report import BODY, METADATA, measure
from benchmarks.quality.scores import score
from benchmarks.quality.stated import same_description, same_file, same_name, same_tags


def test_words_are_compared_as_multisets_whatever_their_case():
    overlap = compare(word_counts("The cat, the dog"), word_counts("the cat sat"))
    assert overlap == Overlap(hit=2, extra=2, missed=1)
    assert (overlap.precision, overlap.recall) == (0.5, pytest.approx(2 / 3))
    assert overlap.f1 == pytest.approx(4 / 7)


def test_nothing_against_nothing_is_perfect_and_against_something_is_not():
    assert compare(word_counts(""), word_counts("")).f1 == 1
    assert compare(word_counts(""), word_counts("a")).f1 == 0


def test_shingles_are_four_tokens_in_a_row_and_keep_their_case():
    assert shingle_counts("a b c d e") == {"a b c d": 1, "b c d e": 1}
    assert shingle_counts("One two") == {"One two": 1}
    assert not shingle_counts(" … ")


def test_shingle_f1_is_of_the_mean_precision_and_the_mean_recall():
    # Precision 1 and 1/2 over the answered pages; recall 1/2, 1 and 0 over all three: 3/4 and 1/2.
    pages = [Overlap(1, 0, 1), Overlap(1, 1, 0), Overlap(0, 0, 4)]
    assert shingle_f1(pages) == pytest.approx(2 * 0.75 * 0.5 / 1.25)


def test_titles_agree_in_letters_and_digits():
    assert normalise("‘Big’ news:  Part 2") == normalise("'BIG' News — part 2!")
    assert normalise("Ver\u00adfassung") == normalise("Verfassung")
    assert normalise("Big news") != normalise("Big news | The Post")


def test_people_in_one_string_are_parted():
    assert set(author_names(["By Ana Sá and Bo Li", "Cy Orr"])) == {"ana sá", "bo li", "cy orr"}
    assert set(author_names(["Dr. Ana Sá, MD, RD", "Bo Li (bo), Senior Editor"])) == {
        "ana sá",
        "bo li",
    }
    assert micro([Overlap(1, 0, 1), Overlap(2, 1, 0)]) == Overlap(3, 1, 1)


def test_people_are_neither_desks_nor_the_site_itself():
    names = ["Ana Sá", "Podium Staff", "dpa", "Harbour Post", "Rick Steves", "venteur"]
    assert set(people(names, "harbourpost.example")) == {"ana sá", "rick steves", "venteur"}
    assert set(people(names, "ricksteves.example")) == {
        "ana sá",
        "harbour post",
        "rick steves",
        "venteur",
    }
    assert set(people(names, "venteur.example")) == {"ana sá", "harbour post", "rick steves"}


def test_authors_are_scored_where_somebody_is_named():
    def scored(true: list[str], told: list[str], dump: str) -> dict[str, object]:
        pages = pl.DataFrame(
            {
                "id": ["p"], "domain": ["post.example"], "dump": [dump], "body": [""], "title": [None],
                "published": [None], "authors": [true],
            },
            schema_overrides={"title": pl.String, "published": pl.String, "authors": pl.List(pl.String)},
        )  # fmt: skip
        frame = pl.DataFrame(
            {"id": ["p"], "authors": [told]}, schema_overrides={"authors": pl.List(pl.String)}
        )
        absent = [pl.lit(None, dtype=pl.String).alias(name) for name in ("title", "published")]
        answers = Answers("ours", frame.with_columns(absent), frozenset({"authors"}))
        return score(pages, answers).row(0, named=True)

    shown = scored(["Ana Sá", "Bo Li"], ["Ana Sá"], "By Ana Sá and Bo Li")
    assert (shown["author_f1"], shown["shown_author_f1"], shown["unsigned"]) == (
        pytest.approx(2 / 3),
        pytest.approx(2 / 3),
        None,
    )
    unshown = scored(["Ana Sá"], ["Cy Orr"], "Nobody signed")
    assert (unshown["author_f1"], unshown["shown_author_f1"]) == (0.0, None)
    desk = scored(["Post Staff"], ["Cy Orr"], "")
    assert (desk["author_f1"], desk["unsigned"], desk["written_author_f1"]) == (None, 1.0, 0.0)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2021-05-04", date(2021, 5, 4)),
        ("2021-05-04 23:10:00+02:00", date(2021, 5, 4)),
        ("2021", None),
        (None, None),
    ],
)
def test_the_day_is_the_one_that_is_written(written, day):
    assert day_of(written) == day


def test_an_instant_is_on_its_day_there_and_in_utc():
    assert same_day("2021-05-03T22:30:00Z", "2021-05-04T00:30:00+02:00")
    assert same_day("2021-05-04", "2021-05-04T00:30:00+02:00")
    assert not same_day("2021-05-03", "2021-05-04")
    assert not same_day(None, "2021-05-04")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Posted 4 May 2021", True),
        ("May 4th, 2021", True),
        ("04.05.2021", True),
        ("5/4/21", True),
        ("2021-05-04T10:00", True),
        ("/20210504/", True),
        ("4 мая 2021", True),
        ("14 May 2021", False),
        ("May 2021", False),
        ("4 June 2021, not May", False),
    ],
)
def test_whether_a_text_shows_a_day(text, shown):
    assert shows_day(text, date(2021, 5, 4)) is shown


def test_cuts_are_judged_where_the_truth_holds_the_place():
    truth = "It ended here.\nThen it began. And went on with e.g. this."
    sides = [("It ended here.", "Then it"), ("it began.", "And went"), ("unknown.", "Text")]
    assert judge_cuts(sides, truth) == (1, 1)


def test_an_interval_holds_its_figure_and_narrows_with_pages():
    few = pl.DataFrame({"word_f1": [0.0, 1.0] * 5})
    many = pl.DataFrame({"word_f1": [0.0, 1.0] * 500})
    wide, narrow = measure(few, BODY[0]), measure(many, BODY[0])
    assert wide.value == narrow.value == 0.5
    assert wide.low < narrow.low < 0.5 < narrow.high < wide.high


def test_the_vectorised_shingle_f1_is_the_plain_one():
    pages = [Overlap(1, 0, 1), Overlap(1, 1, 0), Overlap(0, 0, 4)]
    frame = pl.DataFrame(
        [[float(part) for part in page] for page in pages],
        schema=["shingle_hit", "shingle_extra", "shingle_missed"],
        orient="row",
    )
    assert measure(frame, BODY[1]).value == pytest.approx(shingle_f1(pages))


def test_a_figure_over_no_pages_is_none():
    assert (
        measure(pl.DataFrame({"title": [None]}, schema={"title": pl.Float64}), METADATA[0]) is None
    )


def test_a_domain_stays_in_its_fold():
    folds = [fold_of(f"site{number}.example", 5) for number in range(200)]
    assert folds == [fold_of(f"site{number}.example", 5) for number in range(200)]
    assert set(folds) == {0, 1, 2, 3, 4}


def test_what_is_read_agrees_with_what_is_stated():
    assert same_description("The bakers are back…", "The bakers are back at their ovens") == 1
    assert (
        same_description("Subscribe to our newsletter", "The bakers are back at their ovens") == 0
    )
    assert (same_name("Harbour Post", "harbourpost.example"), same_name("AFP", "Harbour Post")) == (
        1,
        0,
    )
    assert same_tags(["Ghent", "Log in"], ["ghent", "bakeries"]) == 0.5
    assert same_file("https://a.example/x/b.jpg?w=3", "https://cdn.example/b.jpg") == 1
    assert same_file("https://a.example/b.jpg", "https://a.example/c.jpg") == 0
