"""Hash buckets: every key falls into one span, whatever the number of spans."""

from __future__ import annotations

import duckdb
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from copydesk.buckets import BUCKETS, Span, bucket, spans


def test_spans_cover_all_buckets_in_order() -> None:
    assert spans(0, 10) == [Span(0, BUCKETS)]
    assert spans(10, 10) == [Span(0, BUCKETS)]
    assert list(map(str, spans(25, 10))) == ["0000-1365", "1365-2730", "2730-4096"]
    assert len(spans(10**9, 10)) == BUCKETS


def test_a_span_is_known_by_its_name() -> None:
    assert Span.parse(str(Span(7, 4096))) == Span(7, 4096)


ids = st.one_of(
    st.text(alphabet="0123456789abcdef", min_size=20, max_size=20),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
)


@given(st.lists(ids, max_size=30), st.sampled_from([1, 2, 3, 17]))
def test_each_id_falls_into_one_span_for_frames_and_for_sql(keys: list[str], count: int) -> None:
    frame = pl.DataFrame({"id": keys}, schema={"id": pl.String})
    found = list[str]()
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        for span in spans(count, 1):
            own = frame.filter(span.has_id("id"))["id"].to_list()
            query = f"SELECT id FROM frame WHERE {span.has_id_sql('id')}"
            assert sorted(row[0] for row in connection.execute(query).fetchall()) == sorted(own)
            found += sorted(own, key=str.encode)
    assert found == sorted(keys, key=str.encode)


@given(st.lists(st.text(max_size=5), max_size=30), st.integers(1, 70))
def test_each_other_key_falls_into_one_span(keys: list[str], count: int) -> None:
    frame = pl.DataFrame({"key": keys}, schema={"key": pl.String})
    frame = frame.with_columns(bucket=bucket(pl.col("key")))
    found = [
        key for span in spans(count, 1) for key in frame.filter(span.has_bucket("bucket"))["key"]
    ]
    assert sorted(found) == sorted(keys)
