"""Finding dumps and bundling them into batches."""

import os

import polars as pl
import pytest

from copydesk import sources
from copydesk.home import Home
from copydesk.reading import RAW_SCHEMA, read_batch
from copydesk.sources import SourceError, discover, list_batches, load_batch


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home").create()


@pytest.fixture
def dumps(tmp_path):
    directory = tmp_path / "dumps"
    directory.mkdir()
    for name in ("a", "b", "c"):
        (directory / f"{name}.txt").write_text(f"Text {name}.")
    return directory


def test_the_same_files_make_the_same_batch_wherever_they_are(home, dumps, tmp_path):
    first = discover(home, [dumps])
    assert (len(first.batches), first.new, first.known) == (1, 3, 0)
    moved = dumps.rename(tmp_path / "elsewhere")
    other = Home(tmp_path / "other").create()
    assert discover(other, [moved]).batches[0].batch_id == first.batches[0].batch_id
    again = discover(home, [moved])
    assert (again.batches, again.new, again.known) == ((), 0, 3)


def test_only_what_is_new_makes_a_new_batch(home, dumps):
    (first,) = discover(home, [dumps]).batches
    (dumps / "d.txt").write_text("Text d.")
    (second,) = discover(home, [dumps]).batches
    assert [os.path.basename(file.path) for file in second.files] == ["d.txt"]
    assert {batch.batch_id for batch in list_batches(home)} == {first.batch_id, second.batch_id}
    assert load_batch(home, second.batch_id) == second


def test_batches_are_bounded(home, dumps, monkeypatch):
    monkeypatch.setattr(sources, "MAX_BATCH_DOCUMENTS", 2)
    assert [len(batch.files) for batch in discover(home, [dumps]).batches] == [2, 1]


def test_hidden_and_other_files_are_left_alone_unless_named(home, dumps):
    (dumps / ".hidden.txt").write_text("x")
    (dumps / "notes.md").write_text("notes")
    (dumps / "page").write_text("x")
    found = discover(home, [dumps])
    assert (found.new, found.left_out) == (3, {".md": 1, "": 1})
    # Said each time: what is left out is never known.
    again = discover(home, [dumps / "*", dumps / ".hidden.txt"])
    assert (again.new, again.left_out) == (1, {".md": 1, "": 1})
    named = discover(home, [dumps / "notes.md"])
    assert (named.new, named.left_out) == (1, {})


def test_a_path_that_is_not_there_is_an_error_that_names_it(home, tmp_path):
    with pytest.raises(SourceError, match="nowhere does not exist"):
        discover(home, [tmp_path / "nowhere"])
    with pytest.raises(SourceError, match="no batch 00 in"):
        load_batch(home, "00")


def test_copies_are_counted_and_a_vanished_file_is_a_row(home, dumps):
    (dumps / "copy.txt").write_text("Text a.")
    (batch,) = discover(home, [dumps]).batches
    (dumps / "b.txt").unlink()
    (dumps / "c.txt").write_text("Changed!")
    raw = read_batch(batch)
    assert raw.schema == RAW_SCHEMA
    rows = {row["source_uri"].rpartition("/")[2]: row for row in raw.iter_rows(named=True)}
    assert (rows["a.txt"]["copies"], rows["a.txt"]["text"]) == (2, "Text a.")
    assert rows["b.txt"]["rejection"].startswith("unreadable: No such file")
    assert rows["c.txt"]["rejection"].startswith("changed: ")
    assert raw.select(pl.col("copies").sum()).item() == 4


def test_a_file_that_cannot_be_opened_is_a_row_and_is_read_once_it_can(home, dumps):
    (dumps / "later.txt").symlink_to(dumps / "nowhere")
    (batch,) = discover(home, [dumps]).batches
    reasons = dict(read_batch(batch).select("source_uri", "rejection").iter_rows())
    (later,) = [uri for uri in reasons if uri.endswith("later.txt")]
    assert reasons.pop(later) == "unreadable: No such file or directory"
    assert list(reasons.values()) == [None, None, None]
    assert discover(home, [dumps]).batches == ()
    (dumps / "nowhere").write_text("Text after all.")
    (batch,) = discover(home, [dumps]).batches
    assert read_batch(batch)["text"].to_list() == ["Text after all."]


def test_what_is_in_batches_is_known_without_its_index(home, dumps):
    discover(home, [dumps])
    (home.warehouse / "batches" / "contents.parquet").unlink()
    (dumps / "copy.txt").write_text("Text a.")
    (dumps / "d.txt").write_text("Text d.")
    (batch,) = discover(home, [dumps]).batches
    assert [os.path.basename(file.path) for file in batch.files] == ["d.txt"]
    # With the index no manifest is read.
    for path in (home.warehouse / "batches").glob("*.json"):
        path.write_text("{}")
    (dumps / "copies.txt").write_text("Text d.")
    assert discover(home, [dumps]).batches == ()
