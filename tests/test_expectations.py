"""The suites, run by Great Expectations inside DuckDB over Parquet."""

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest
from sqlalchemy import Engine, event

from copydesk.articles import compose
from copydesk.parsing import parse
from copydesk.reading import read_file
from copydesk.storage import write_table_file
from copydesk.tables import ARTICLES, MENTIONS, QUOTES, TABLES, TIME_EXPRESSIONS
from expectations import runner, suites
from expectations.against import Against, LastRelease, last_release
from expectations.declaration import Expectation
from expectations.runner import MAX_FAILING_ROWS, create_tables, validate
from tests.test_releases import corpus, release, row, write

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


def outcomes(frames, directory, against=None, **changed):
    files = {}
    for name, frame in (frames | changed).items():
        path = directory / f"{name}.parquet"
        write_table_file(frame, TABLES[name], path)
        files[name] = [path]
    return {(outcome.table, outcome.name): outcome for outcome in validate(files, against)}


def rows_that_fail(frames, directory, against=None, **changed):
    """The failing rows of every expectation that is a query, asked of DuckDB without Great Expectations' seconds."""
    with duckdb.connect() as connection:
        files = {}
        for name, frame in (frames | changed).items():
            files[name] = [directory / f"{name}.parquet"]
            write_table_file(frame, TABLES[name], files[name][0])
        create_tables(connection, files, against)
        found = {
            (table, expectation.name): connection.execute(expectation.sql).pl().to_dicts()
            for table in TABLES
            for expectation in suites.load_suite(table)
            if expectation.sql is not None
        }
    return {key: rows for key, rows in found.items() if rows}


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
        ({"modified_at": datetime(2199, 1, 1, tzinfo=UTC)}, "modified_in_a_sane_range"),
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


def test_tags_of_html_in_a_body_are_a_warning(frames, tmp_path):
    body = frames["articles"]["body"][0]
    articles = articles_with(frames, body=f'{body} <div class="ad"><a href="/x">Read on</a></div>')
    found = outcomes(frames, tmp_path, articles=articles)
    assert failures(found) == {("articles", "body_without_tags")}
    assert not found["articles", "body_without_tags"].blocks
    assert [row["tag"] for row in found["articles", "body_without_tags"].failing] == [
        '<div class="ad">'
    ]
    plain = articles_with(frames, body=f"{body} If a < b and c > d, <Ana> wins.")
    assert not failures(outcomes(frames, tmp_path, articles=plain))


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
    results = dict(re.findall(r'<a href="(validations/[^"]+)">(\w+)</a>', index))
    assert set(TABLES) <= set(results.values())
    for place in results:
        page = (tmp_path / "docs" / place).read_text(encoding="utf-8")
        assert "Evaluated Expectations" in page
        home = re.search(r'<nav><a href="([^"]+)">', page)
        assert home is not None
        assert (tmp_path / "docs" / place).parent.joinpath(home[1]).resolve().name == "index.html"


def test_data_docs_need_no_web_and_show_failures_first(frames, tmp_path):
    bad = frames["articles"].with_columns(quality=pl.lit(7.0))
    files = {}
    for name, frame in (frames | {"articles": bad}).items():
        files[name] = [tmp_path / f"{name}.parquet"]
        write_table_file(frame, TABLES[name], files[name][0])
    validate(files, data_docs=tmp_path / "docs")
    pages = [path.read_text(encoding="utf-8") for path in (tmp_path / "docs").rglob("*.html")]
    # Nothing is fetched: no script, no picture, no style sheet; and nothing is a link to another host.
    assert not [
        found for page in pages for found in re.findall(r"<(?:script|link|img)\b|https?://", page)
    ]
    index = (tmp_path / "docs" / "index.html").read_text(encoding="utf-8")
    (first, *others) = re.findall(r'class="fas fa-(check-circle|times)', index)
    assert first == "times"
    assert "times" not in others


def test_a_document_that_got_lost_is_found(frames, tmp_path):
    raw = tmp_path / "raw.parquet"
    document_id = frames["documents"]["document_id"][0]
    pl.DataFrame(
        {"document_id": [document_id, "lost"], "batch_id": ["b", "b"], "source_uri": ["x", "y"]}
    ).write_parquet(raw)
    found = outcomes(frames, tmp_path, Against(raw=[raw], inputs={"b": 1}))
    assert failures(found) == {("documents", "every_input_is_a_document")}
    assert [row["source_uri"] for row in found["documents", "every_input_is_a_document"].failing] == ["y"]  # fmt: skip
    found = rows_that_fail(frames, tmp_path, Against(inputs={"b": 1, "c": 2}))
    assert found == {("documents", "inputs_add_up"): [{"inputs": 3, "documents": 1}]}
    # A dump that came in more than once is one row, which says how often.
    copies = frames["documents"].with_columns(copies=pl.lit(3))
    against = Against(inputs={"b": 1, "c": 2})
    assert rows_that_fail(frames, tmp_path, against, documents=copies) == {}


def test_codes_are_real_ones(frames, tmp_path):
    found = rows_that_fail(frames, tmp_path, articles=articles_with(frames, language="xx"))
    assert [key for _, key in found] == ["language_code"]
    publishers = frames["publishers"].with_columns(country_code=pl.lit("ZZ"))
    found = rows_that_fail(frames, tmp_path, publishers=publishers)
    assert [rows[0]["country_code"] for rows in found.values()] == ["ZZ"]


def many(frames, batch_id, first, count, **columns):
    """Documents and articles of one batch, each a copy of the page."""
    ids = [f"{number:05d}" for number in range(first, first + count)]
    shared = {"document_id": pl.Series(ids)}
    documents = pl.concat([frames["documents"]] * count).with_columns(
        **shared, batch_id=pl.lit(batch_id)
    )
    articles = pl.concat([frames["articles"]] * count).with_columns(
        **shared,
        article_id=pl.Series(ids),
        cluster_id=pl.Series(ids),
        **{
            name: pl.lit(value).cast(ARTICLES.polars_schema[name])
            for name, value in columns.items()
        },
    )
    return documents, articles


SHAPED = {"title_share_as_before", "date_share_as_before", "author_share_as_before", "length_as_before"}  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, set()),
        ({"title": None}, {"title_share_as_before"}),
        (
            {"published_at": None, "published_precision": None, "published_source": None},
            {"date_share_as_before"},
        ),
        ({"authors": []}, {"author_share_as_before"}),
        ({"word_count": 9}, {"length_as_before"}),
    ],
)
def test_new_batches_that_look_unlike_the_last_release_are_a_warning(
    frames, tmp_path, columns, expected
):
    # Two thousand articles as they were, and a hundred of a new batch, which are what is off.
    known = many(frames, "b", 0, 2_000)
    new = many(frames, "c", 2_000, 100, **columns)
    documents, articles = (pl.concat(pair) for pair in zip(known, new, strict=True))
    last = LastRelease(("b",), (2_000, 1.0, 1.0, 1.0, float(articles["word_count"][0])))
    changed = {"documents": documents, "articles": articles}
    found = rows_that_fail(frames, tmp_path, Against(last=last), **changed)
    off = {name: rows for (table, name), rows in found.items() if name in SHAPED}
    assert off.keys() == expected
    assert all([row["part"] for row in rows] == ["of new batches"] for rows in off.values())
    # With nothing before, or with too few to tell, nothing is off.
    few = LastRelease(("b",), (99, 1.0, 1.0, 1.0, 1.0))
    for against in (Against(), Against(last=few)):
        assert (
            not {name for _, name in rows_that_fail(frames, tmp_path, against, **changed)} & SHAPED
        )


def test_what_may_shift_between_releases_never_blocks_one():
    severities = {name: severity for _, name, severity, _ in suites.expectation_names()}
    assert {severities[name] for name in SHAPED} == {"warning"}


def test_the_last_releases_shape_is_read_from_it(tmp_path):
    assert last_release(tmp_path / "p") is None
    tables = corpus(tmp_path / "w", "a", "b")
    rows = [
        row("articles", article_id=key, document_id=key, cluster_id=key, word_count=count, title=title)
        for key, count, title in (("a", 10, "T"), ("b", 30, None))
    ]  # fmt: skip
    tables["articles"] = [write(tmp_path / "articles.parquet", "articles", rows)]
    release(tmp_path / "p", tables, inputs=["b1"])
    assert last_release(tmp_path / "p") == LastRelease(("b1",), (2, 0.5, 0.0, 0.0, 20.0))


def test_all_rows_that_fail_can_be_queried(frames, tmp_path):
    files = {}
    bad = articles_with(frames, url="ftp://x", quality=2.0)
    for name, frame in (frames | {"articles": bad}).items():
        files[name] = [tmp_path / f"{name}.parquet"]
        write_table_file(frame, TABLES[name], files[name][0])
    database = tmp_path / "checks" / "candidate.duckdb"
    for _ in range(2):  # the second replaces the first
        validate(files, database=database)
    with duckdb.connect(str(database), read_only=True) as connection:
        views = connection.execute(
            "SELECT view_name FROM duckdb_views() WHERE schema_name = 'failing' ORDER BY 1"
        ).fetchall()
        rows = connection.execute('SELECT url FROM failing."articles.url_is_an_address"').fetchall()
        kept = connection.execute("SELECT count(*) FROM documents").fetchall()
    assert views == [("articles.quality_between_0_and_1",), ("articles.url_is_an_address",)]
    assert (rows, kept) == ([("ftp://x",)], [(1,)])
    assert [path.name for path in database.parent.iterdir()] == ["candidate.duckdb"]


def test_memory_is_bounded(frames, tmp_path, monkeypatch):
    """Whatever opens DuckDB, and Great Expectations does so by itself: more goes to files."""
    monkeypatch.setattr(runner, "MEMORY_LIMIT", "123MiB")
    seen = set()
    ran = runner._run

    def run(candidate, asked, data_docs):
        from sqlalchemy import create_engine, text

        with create_engine(f"duckdb:///{candidate}").connect() as connection:
            seen.add(connection.execute(text("SELECT current_setting('memory_limit')")).scalar())
        return ran(candidate, asked, data_docs)

    monkeypatch.setattr(runner, "_run", run)
    assert failures(outcomes(frames, tmp_path)) == set()
    assert seen == {"123.0 MiB"}


def test_every_query_is_asked_once(frames, tmp_path):
    """Great Expectations counts the rows that fail, and would ask again to have them."""
    asked = Counter()

    def note(_connection, _cursor, statement, *_more):
        asked[statement] += 1

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert failures(outcomes(frames, tmp_path)) == set()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    # SQLAlchemy looks at the catalogue by itself.
    queries = {
        statement: count
        for statement, count in asked.items()
        if "SELECT" in statement and "pg_catalog" not in statement
    }
    assert len(queries) > 50
    assert {query: count for query, count in queries.items() if count > 1} == {}


def test_local_expectations_are_asked_of_unchecked_files_alone(frames, tmp_path):
    """A lost original is found wherever it is; a body that cannot be, in the files not checked before."""
    bad = articles_with(frames, body=" ", duplicate_of="0" * 20)
    files = {}
    for name, frame in (frames | {"articles": bad}).items():
        files[name] = [tmp_path / f"{name}.parquet"]
        write_table_file(frame, TABLES[name], files[name][0])
    found = {}
    for checked in (True, False):
        unchecked = {name: [] for name in files} if checked else files
        with duckdb.connect() as connection:
            create_tables(connection, files, None, unchecked)
            found[checked] = {
                expectation.name
                for expectation in suites.load_suite("articles")
                if expectation.sql is not None
                and connection.execute(expectation.sql).fetchone() is not None
            }
    assert "duplicate_of_in_articles" in found[True] & found[False]
    assert {"body_not_empty", "status_agrees"} <= found[False] - found[True]


def test_what_is_local_is_said_of_no_comparison_with_other_documents():
    """`local` is a promise; these are the ones that cannot keep it."""
    for table in TABLES:
        for expectation in suites.load_suite(table):
            query = str(expectation.kwargs.get("unexpected_rows_query"))
            others = ("inputs", "last_release", "new_documents", "raw_documents", "entities AS")
            if any(name in query for name in others):
                assert not expectation.local, expectation.name
            if expectation.local:
                # Another document's rows would be among all of a table's.
                assert not re.search(rf"(FROM|JOIN) ({'|'.join(TABLES)})\b", query), query
    for table in ("entities", "publishers"):
        local = {each.name for each in suites.load_suite(table) if each.local}
        assert {name for name in local if not name.endswith("_in_vocabulary")} == {
            "required_values_present"
        }


def test_what_failed_before_is_asked_of_everything(frames, tmp_path):
    bad = articles_with(frames, body="\n\n\n", word_count=0)
    files = {name: [tmp_path / f"{name}.parquet"] for name in TABLES}
    for name, frame in (frames | {"articles": bad}).items():
        write_table_file(frame, TABLES[name], files[name][0])
    unchecked = {name: [] for name in files}
    failed = {("articles", "body_not_empty")}
    found = {
        (each.table, each.name): each
        for each in validate(files, unchecked=unchecked, failed=failed)
    }
    assert found["articles", "body_not_empty"].failing[0]["article_id"] == bad["article_id"][0]
    assert found["articles", "paragraphs_parted_by_one_blank_line"].success
