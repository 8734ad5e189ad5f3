"""The suites, run by Great Expectations inside DuckDB over Parquet."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from copydesk.articles import compose
from copydesk.parsing import parse
from copydesk.reading import read_file
from copydesk.storage import write_table_file
from copydesk.tables import MENTIONS, QUOTES, TABLES, TIME_EXPRESSIONS
from expectations import suites
from expectations.declaration import Expectation
from expectations.runner import MAX_FAILING_ROWS, validate

PAGE = """ date 2021-05-04 https://evening-mail-online.com/bakers

Bakers End Strike After 19 Days

By Jane Doe

4 May 2021

https://evening-mail-online.com/img/bakers-800x600.jpg

GHENT (Meridian Wire) - Bread returned to the shelves on Tuesday after the city's night bakers ended their strike.

"We asked for sleep and we got money, which is something," said Pieter Vandamme, who spoke for the strikers.

The new rules take effect on 1 June, and no shift may be longer than nine hours in any bakery of the city.
"""


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    path = Path(tmp_path_factory.mktemp("page")) / "page.txt"
    path.write_text(PAGE, encoding="utf-8")
    parsed = parse(read_file(path).with_columns(batch_id=pl.lit("b")))
    composed = compose(parsed)
    found = {name: table.empty() for name, table in TABLES.items()}
    found |= {"documents": parsed.documents, "blocks": parsed.blocks}
    found |= {
        "articles": composed.articles,
        "images": composed.images,
        "publishers": composed.publishers,
    }
    return found


def outcomes(frames, directory, **changed):
    files = {}
    for name, frame in (frames | changed).items():
        path = directory / f"{name}.parquet"
        write_table_file(frame, TABLES[name], path)
        files[name] = [path]
    return {(outcome.table, outcome.name): outcome for outcome in validate(files)}


def failures(found):
    return {key for key, outcome in found.items() if not outcome.success}


def test_good_tables_pass_everything(frames, tmp_path):
    found = outcomes(frames, tmp_path)
    assert failures(found) == set()
    assert set(found) == {(table, name) for table, name, _, _ in suites.expectation_names()}


def articles_with(frames, **columns):
    return frames["articles"].with_columns(
        **{name: pl.lit(value) for name, value in columns.items()}
    )


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"title": " "}, "title_not_blank"),
        ({"language": "eng"}, "language_code"),
        ({"quality": 1.5}, "quality_between_0_and_1"),
        ({"url": "ftp://x"}, "url_is_an_address"),
        ({"publisher_id": "nobody"}, "publisher_id_in_publishers"),
        ({"published_precision": "week"}, "published_precision_in_vocabulary"),
        ({"published_at": datetime(2021, 9, 1, tzinfo=UTC)}, "not_published_after_the_header"),
    ],
)
def test_a_bad_article_fails_the_expectation_that_says_so(frames, tmp_path, columns, expected):
    found = outcomes(frames, tmp_path, articles=articles_with(frames, **columns))
    assert failures(found) == {("articles", expected)}
    outcome = found["articles", expected]
    assert outcome.blocks
    assert outcome.unexpected_count == 1
    (name, value), *_ = columns.items()
    assert [row[name] for row in outcome.failing] == [value]


def test_a_warning_does_not_block(frames, tmp_path):
    articles = articles_with(frames).with_columns(authors=pl.lit(["Admin"]))
    found = outcomes(frames, tmp_path, articles=articles)
    assert failures(found) == {("articles", "authors_are_people")}
    assert not found["articles", "authors_are_people"].blocks


def test_a_mention_off_by_one_is_found_with_its_row(frames, tmp_path):
    article_id = frames["articles"]["article_id"][0]
    rows = [
        (article_id, "body", 0, 5, "GHENT", "place", None, None, "rule"),
        (article_id, "body", 8, 13, "Meridian"[:5], "organisation", None, None, "rule"),
    ]
    mentions = pl.DataFrame(rows, schema=MENTIONS.polars_schema, orient="row")
    found = outcomes(frames, tmp_path, mentions=mentions)
    outcome = found["mentions", "offsets_cut_the_surface"]
    assert not outcome.success
    assert [(row["start"], row["surface"]) for row in outcome.failing] == [(8, "Merid")]
    assert "surface" in outcome.sql


def test_quotes_and_times_off_by_one_are_found(frames, tmp_path):
    article_id, body = frames["articles"].select("article_id", "body").row(0)
    said, cue, speaker = "We asked for sleep", "said", "Pieter Vandamme"
    at, cue_at, speaker_at = body.index(said), body.index(cue), body.index(speaker)
    end = at + len(said)
    good = (article_id, at, end, said, "direct", cue, cue_at, speaker, speaker_at, None)
    bad = (
        article_id,
        at + 1,
        end + 1,
        said,
        "direct",
        cue,
        cue_at + 1,
        speaker,
        speaker_at + 1,
        None,
    )
    june = body.index("1 June")
    days = (datetime(2021, 6, 1).date(), datetime(2021, 6, 1).date())  # noqa: DTZ001 - a day
    times = [
        (article_id, june, june + 6, "1 June", "DATE", "2021-06-01", *days),
        (article_id, june + 5, june + 11, "1 June", "DATE", None, *days),
    ]
    found = outcomes(
        frames,
        tmp_path,
        quotes=pl.DataFrame([good, bad], schema=QUOTES.polars_schema, orient="row"),
        time_expressions=pl.DataFrame(times, schema=TIME_EXPRESSIONS.polars_schema, orient="row"),
    )
    expected = {
        ("quotes", "offsets_cut_the_text"),
        ("quotes", "speaker_where_it_says"),
        ("quotes", "cue_where_it_says"),
        ("time_expressions", "offsets_cut_the_surface"),
        ("time_expressions", "days_come_with_a_value"),
        ("time_expressions", "time_expressions_do_not_overlap"),
    }
    assert failures(found) == expected
    assert all(found[key].blocks and found[key].unexpected_count == 1 for key in expected)


def test_keys_and_foreign_keys_hold(frames, tmp_path):
    blocks = pl.concat([frames["blocks"], frames["blocks"].head(1)])
    assert ("blocks", "key_unique") in failures(outcomes(frames, tmp_path, blocks=blocks))
    images = frames["images"].with_columns(article_id=pl.lit("nobody"))
    assert failures(outcomes(frames, tmp_path, images=images)) == {
        ("images", "article_id_in_articles")
    }


def test_failing_rows_are_bounded_and_counted(frames, tmp_path):
    mention = (frames["articles"]["article_id"][0], "body")
    rows = [(*mention, n, n + 1, "~", "place", None, None, "rule") for n in range(50)]
    mentions = pl.DataFrame(rows, schema=MENTIONS.polars_schema, orient="row")
    outcome = outcomes(frames, tmp_path, mentions=mentions)["mentions", "offsets_cut_the_surface"]
    assert (outcome.unexpected_count, len(outcome.failing)) == (50, MAX_FAILING_ROWS)


def test_an_expectation_that_cannot_be_evaluated_has_failed(frames, tmp_path, monkeypatch):
    broken = Expectation(
        table="articles",
        name="broken",
        description="Refers to a column that is not there.",
        severity="critical",
        type="unexpected_rows_expectation",
        kwargs={"unexpected_rows_query": "SELECT no_such_column FROM {batch}"},
    )
    load = suites.load_suite
    monkeypatch.setattr(
        "expectations.runner.load_suite",
        lambda table: (*load(table), broken) if table == "articles" else load(table),
    )
    outcome = outcomes(frames, tmp_path)["articles", "broken"]
    assert outcome.blocks
    assert "no_such_column" in outcome.observed


def test_data_docs_can_be_opened(frames, tmp_path):
    files = {}
    for name, frame in frames.items():
        files[name] = [tmp_path / f"{name}.parquet"]
        write_table_file(frame, TABLES[name], files[name][0])
    validate(files, data_docs=tmp_path / "docs")
    index = (tmp_path / "docs" / "index.html").read_text(encoding="utf-8")
    assert all(table in index for table in TABLES)
