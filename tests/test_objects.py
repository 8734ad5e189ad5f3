"""Dumps in an object store: found, read by ranges, fetched again, like those on a disk."""

from __future__ import annotations

import io
import json
import os
import random
from pathlib import Path

import polars as pl
import pytest
from conftest import BUCKET, STORY, write_dumps
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from copydesk import objects, sources
from copydesk.addresses import below, is_remote, place_of, split_address
from copydesk.containers import split_uri, uri_of
from copydesk.home import Home, HomeError
from copydesk.objects import ObjectReader, find_object, list_objects
from copydesk.reading import fetch, read_batch, read_file
from copydesk.sources import SourceError, discover
from copydesk.stores import open_store
from pipelines.cli import app
from tests.test_containers import CONTAINERS, make_container


def put(url: str, **contents: bytes | str) -> None:
    """Objects below a prefix; `__` in a name is a slash, `_` a dot."""
    for name, content in contents.items():
        key = name.replace("__", "/").replace("_", ".")
        raw = content.encode() if isinstance(content, str) else content
        open_store(url).replace(key, raw)


def names(home: Home, *places: str) -> list[str]:
    """The last parts of the addresses that are new at some places."""
    found = discover(home, places)
    return sorted(file.path.rpartition("/")[2] for batch in found.batches for file in batch.files)


# --- Addresses ------------------------------------------------------------------------------------


def test_addresses_and_paths_are_told_apart() -> None:
    assert is_remote("s3://bucket/key")
    assert is_remote("gs://bucket")
    assert not is_remote("s3:/bucket")
    assert not is_remote(Path("/s3://bucket"))
    assert split_address("s3://bucket/a/b.txt") == ("s3://bucket", "a/b.txt")
    assert split_address("abfss://c@account.dfs.core.windows.net/x/") == (
        "abfss://c@account.dfs.core.windows.net",
        "x",
    )
    assert below("s3://b/p", "x") == "s3://b/p/x"
    assert below(Path("/p"), "x") == Path("/p/x")
    assert place_of("s3://b/p/") == "s3://b/p"
    assert place_of("p") == Path.cwd() / "p"
    with pytest.raises(ValueError, match="no address of an object"):
        split_address("/a/b")


@given(st.lists(st.text(st.characters(exclude_characters="/", exclude_categories=["Cs", "Cc"]), min_size=1), min_size=1, max_size=4).map("/".join))  # fmt: skip
def test_any_key_can_be_written_as_an_address_and_read_again(key: str) -> None:
    for place in ("", "#offset=12", "!/a%20b.txt#offset=0"):
        assert split_uri(uri_of(f"s3://bucket/{key}") + place) == (f"s3://bucket/{key}", place)


def test_a_home_is_a_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    run = CliRunner().invoke(app, ["--home", "s3://bucket/x", "releases"])
    assert (run.exit_code, "must be a directory" in run.output) == (2, True)
    monkeypatch.setenv("COPYDESK_HOME", "s3://bucket/x")
    with pytest.raises(HomeError, match="COPYDESK_WAREHOUSE"):
        Home.resolve()
    monkeypatch.setenv("COPYDESK_HOME", "/tmp/x")
    monkeypatch.setenv("COPYDESK_PUBLISHED", "s3://bucket/published/")
    monkeypatch.setenv("COPYDESK_INBOX", "inbox")
    place = Home.resolve(warehouse="gs://bucket/w")
    assert (place.inbox, place.warehouse, place.published) == (
        Path.cwd() / "inbox",
        "gs://bucket/w",
        "s3://bucket/published",
    )
    assert (place.dagster, place.local) == (Path("/tmp/x/dagster"), Path("/tmp/x/local"))
    assert Home.resolve().local == Path("/tmp/x/warehouse")


# --- One object -----------------------------------------------------------------------------------


def test_an_object_is_read_like_a_file(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "WHOLE_BYTES", 10)
    monkeypatch.setattr(objects, "FIRST_BYTES", 16)
    monkeypatch.setattr(objects, "MOST_BYTES", 64)
    content = random.Random(3).randbytes(1_000)
    put(url, big_bin=content)
    chance, reader, file = random.Random(5), ObjectReader(f"{url}/big.bin"), io.BytesIO(content)
    for _ in range(200):
        if chance.random() < 0.4:
            where = chance.choice([(chance.randrange(1_100), 0), (-chance.randrange(900), 2)])
            assert reader.seek(*where) == file.seek(*where)
        size = chance.choice([0, 1, 7, 100, 2_000])
        assert reader.read(size) == file.read(size)
        assert reader.tell() == file.tell()
    reader.seek(0)
    assert reader.read() == content
    buffer = bytearray(7)
    reader.seek(-3, os.SEEK_END)
    assert reader.readinto(buffer) == 3
    assert buffer == content[-3:] + bytes(4)
    with pytest.raises(ValueError, match="before the beginning"):
        reader.seek(-1)


def test_no_more_than_a_piece_is_held_and_pieces_grow(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "WHOLE_BYTES", 10)
    monkeypatch.setattr(objects, "FIRST_BYTES", 16)
    monkeypatch.setattr(objects, "MOST_BYTES", 64)
    put(url, big_bin=bytes(1_000))
    reader = ObjectReader(f"{url}/big.bin")
    held = []
    while reader.read(1):
        held.append(len(reader._piece))
    assert sorted(set(held)) == [16, 32, 56, 64]
    # A jump starts with little again.
    reader.seek(100)
    reader.read(1)
    assert len(reader._piece) == 16


def test_an_object_that_is_replaced_while_it_is_read_is_an_error(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "WHOLE_BYTES", 10)
    monkeypatch.setattr(objects, "FIRST_BYTES", 16)
    put(url, a_bin=b"a" * 100)
    reader = ObjectReader(f"{url}/a.bin")
    assert reader.read(4) == b"aaaa"
    put(url, a_bin=b"b" * 100)
    with pytest.raises(OSError, match="was replaced while it was read"):
        reader.read(90)
    with pytest.raises(FileNotFoundError, match="No such object"):
        ObjectReader(f"{url}/nothing")


# --- Discovery ------------------------------------------------------------------------------------


def test_what_is_known_changed_and_deleted(url: str, home: Home) -> None:
    put(url, in__a_txt="Text a.", in__b__b_txt="Text b.")
    first = discover(home, [f"{url}/in"])
    assert (first.new, first.known, first.documents) == (2, 0, 2)
    again = discover(home, [f"{url}/in"])
    assert (again.batches, again.new, again.known) == ((), 0, 2)
    # The same bytes put once more are the same version; other bytes are new, and only they.
    put(url, in__a_txt="Text a.", in__b__b_txt="Text B.")
    assert names(home, f"{url}/in") == ["b.txt"]
    # A copy is another object with known content.
    put(url, in__copy_txt="Text a.")
    assert names(home, f"{url}/in") == []
    open_store(url).remove("in/a.txt")
    assert names(home, f"{url}/in") == []
    assert len(sources.list_batches(home)) == 2


def test_the_same_bytes_make_the_same_batch_in_a_store_and_on_a_disk(
    url: str, home: Home, tmp_path: Path
) -> None:
    write_dumps(tmp_path / "dumps")
    for path in (tmp_path / "dumps").iterdir():
        open_store(url).replace(path.name, path.read_bytes())
    (here,) = discover(home, [tmp_path / "dumps"]).batches
    (there,) = discover(Home(tmp_path / "other").create(), [url]).batches
    assert here.batch_id == there.batch_id
    one, other = (read_batch(each).drop("source_uri") for each in (here, there))
    assert one.equals(other)


def test_hidden_objects_other_objects_and_named_ones(url: str, home: Home) -> None:
    put(url, in__a_txt="a", in___hidden_txt="x", in___dir__b_txt="x", in__notes_md="n", inbox__c_txt="c")  # fmt: skip
    assert names(home, f"{url}/in") == ["a.txt"]
    assert names(home, f"{url}/in/notes.md") == ["notes.md"]
    assert names(home, f"{url}/nothing/here") == []


def test_patterns(url: str, home: Home) -> None:
    put(url, d1__a_txt="1", d1__x__b_txt="2", d2__c_txt="3", e__d_txt="4", e__e_html="<p>5", e__notes_md="6")  # fmt: skip
    assert names(home, f"{url}/*/*.txt") == ["a.txt", "c.txt", "d.txt"]
    # What a pattern fits may be a directory.
    assert names(home, f"{url}/d*") == ["b.txt"]
    assert names(home, f"{url}/**/*.html") == ["e.html"]
    with pytest.raises(SourceError, match="fits no file"):
        discover(home, [f"{url}/*.warc"])
    # An object whose name is a pattern is meant itself.
    put(url, **{"odd__[z]_txt": "odd", "odd__z_txt": "no"})
    assert names(home, f"{url}/odd/[z].txt") == ["[z].txt"]


def test_a_store_that_cannot_be_asked_is_an_error_that_says_so(url: str, home: Home) -> None:
    with pytest.raises(OSError, match="NoSuchBucket"):
        discover(home, ["s3://copydesk-nothing/in"])


def test_listings_come_piece_by_piece(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "LISTED_AT_ONCE", 3)
    put(url, **{f"in__{number}_txt": "x" for number in range(7)})
    assert [len(piece) for piece in list_objects(f"{url}/in")] == [3, 3, 1]
    assert find_object(f"{url}/in") is None
    assert find_object(f"s3://{BUCKET}") is None


def test_names_with_every_character_come_back(url: str, home: Home) -> None:
    odd = ["a b.txt", "ü.txt", "50%25.txt", "x#y.txt", "q?r.txt", "t~y^`{}|.txt", "wow!/m.txt"]
    for name in odd:
        open_store(url).replace(f"in/{name}", name.encode())
    (batch,) = discover(home, [f"{url}/in"]).batches
    rows = read_batch(batch)
    assert sorted(rows["text"]) == sorted(odd)
    for uri, text in rows.select("source_uri", "text").iter_rows():
        assert fetch(uri).decode() == text


# --- Reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CONTAINERS)
def test_containers_give_the_same_slices_as_on_a_disk(
    url: str, home: Home, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_BATCH_DOCUMENTS", 4)
    # So small that nothing comes whole.
    monkeypatch.setattr(objects, "WHOLE_BYTES", 0)
    monkeypatch.setattr(objects, "FIRST_BYTES", 100)
    path = make_container(tmp_path, name, [f"Text number {number}." for number in range(10)])
    open_store(url).replace(name, path.read_bytes())
    here = discover(Home(tmp_path / "other").create(), [path])
    there = discover(home, [url])
    assert [each.batch_id for each in there.batches] == [each.batch_id for each in here.batches]
    for one, other in zip(here.batches, there.batches, strict=True):
        expected = read_batch(one).with_columns(
            pl.col("source_uri").str.replace(path.as_uri(), f"{url}/{name}", literal=True)
        )
        assert read_batch(other).equals(expected)
    uri = read_batch(there.batches[1])["source_uri"][0]
    assert uri.startswith(f"{url}/{name}")
    assert fetch(uri) == fetch(uri.replace(f"{url}/{name}", path.as_uri()))


def test_an_object_that_changed_or_went_after_it_was_found_is_a_row(url: str, home: Home) -> None:
    lines = "\n".join(json.dumps({"text": text}) for text in ("One.", "Two."))
    put(url, a_txt="One.", b_txt="Two.", c_jsonl=lines, d_jsonl='{"text": "Three."}')
    (batch,) = discover(home, [url]).batches
    put(url, a_txt="Other.", c_jsonl='{"text": "Quite another."}')
    open_store(url).remove("b.txt")
    open_store(url).remove("d.jsonl")
    reasons = dict(read_batch(batch).select("source_uri", "rejection").iter_rows())
    assert {uri.rpartition("/")[2]: reason for uri, reason in reasons.items()} == {
        "a.txt": "changed: the file is no longer what was found; it comes in as a new one",
        "b.txt": "unreadable: No such object",
        "c.jsonl": "changed: the file is no longer what was found; it comes in as a new one",
        "d.jsonl": "unreadable: No such object",
    }


def test_commands_take_addresses(url: str, home: Home) -> None:
    put(url, story_txt=STORY)
    run = CliRunner().invoke(app, ["explain", f"{url}/story.txt"])
    assert run.exit_code == 0, run.output
    assert "Harbour strike in Rotterdam" in run.output
    assert CliRunner().invoke(app, ["fetch", f"{url}/story.txt"]).output == STORY
    run = CliRunner().invoke(app, ["explain", f"{url}/nothing.txt"])
    assert (run.exit_code, "No such object" in run.output) == (2, True)
    run = CliRunner().invoke(app, ["build", f"{url}/nothing"])
    assert (run.exit_code, f"there are no dumps in {url}/nothing" in " ".join(run.output.split())) == (2, True)  # fmt: skip
    assert read_file(f"{url}/story.txt")["text"].to_list() == [STORY]
