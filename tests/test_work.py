"""What a worker does to a batch, and what it need not do again."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest
from conftest import write_dumps

from assets import pieces, work
from assets.warehouse import Warehouse
from assets.work import BatchTask
from copydesk import processing, sources
from copydesk.engines import SerialEngine
from copydesk.home import Home
from copydesk.processing import MADE_BY, Stage

ALL = tuple(Stage)


@pytest.fixture
def batch(home: Home) -> str:
    write_dumps(home.inbox)
    (found,) = sources.discover(home, [home.inbox]).batches
    return found.batch_id


def contents(home: Home) -> dict[str, bytes]:
    return {
        f"{path.parent.name}/{path.name}": path.read_bytes()
        for layer in ("raw", "parsed")
        for path in (home.warehouse / layer).rglob("*.parquet")
    }


def task(
    home: Home, *stages: Stage, again: bool = False, model: str = "none", share: float = 1.0
) -> BatchTask:
    return BatchTask(home, stages or ALL, model, share, again)


def test_what_the_same_code_has_done_is_not_done_again(home: Home, batch: str) -> None:
    report = task(home)(batch)
    assert report.stages == ALL
    assert report.documents == 4
    assert report.rejected == 2
    assert report.rows["articles"] == 2
    before = contents(home)
    assert {name.partition("/")[0] for name in before} == {
        name for names in MADE_BY.values() for name in names
    }
    assert dataclasses.replace(task(home)(batch), stages=ALL) == report
    assert task(home)(batch).stages == ()
    assert task(home, again=True)(batch).stages == ALL
    assert contents(home) == before


def test_a_stage_that_is_done_again_takes_those_behind_it_along(home: Home, batch: str) -> None:
    task(home)(batch)
    assert task(home, Stage.COMPOSE, again=True)(batch).stages == (Stage.COMPOSE,)
    assert task(home)(batch).stages == (Stage.ANNOTATE,)
    warehouse = Warehouse.at(home)
    warehouse.store.remove(warehouse.batch_path("parsed", "blocks", batch))
    assert task(home)(batch).stages == ALL[1:]
    assert task(home)(batch).stages == ()


def test_other_code_does_everything_again(
    home: Home, batch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    task(home)(batch)
    monkeypatch.setattr(work, "_code", lambda: "other")
    assert task(home)(batch).stages == ALL


def test_another_recognizer_reads_again_and_nothing_else(home: Home, batch: str) -> None:
    assert task(home)(batch).rows["mentions"] == 0
    report = task(home, model="")(batch)
    assert report.stages == (Stage.ANNOTATE,)
    assert report.rows["mentions"] > 0


def test_another_share_reads_again_and_nothing_else(
    home: Home, batch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert task(home, model="")(batch).stages == ALL
    parsed = home.warehouse / "parsed"
    first, second = pl.read_parquet(parsed / "articles" / "*.parquet")["article_id"].sort()
    between = (int(first[:8], 16) + int(second[:8], 16)) / 2 / 16**8
    sampled = task(home, model="", share=between)
    assert sampled(batch).stages == (Stage.ANNOTATE,)
    assert sampled(batch).stages == ()
    read = pl.read_parquet(parsed / "recognizers" / "*.parquet").filter("annotated")
    assert read["article_id"].to_list() == [first]
    mentions = pl.read_parquet(parsed / "mentions" / "*.parquet")
    assert mentions["article_id"].unique().to_list() == [first]

    whole = contents(home)
    monkeypatch.setattr(processing, "PIECE", 1)
    told = list[tuple[str, int]]()
    again = dataclasses.replace(sampled, again=True)
    (outcome,) = pieces.run(SerialEngine(), again, [batch], lambda *done: told.append(done))
    assert outcome.error is None
    assert contents(home) == whole
    # Each piece is told of as it is done: a batch of 20,000 documents is minutes of work.
    assert told == [(batch, 1)] * len(
        pl.read_parquet(home.warehouse / "raw" / "raw_documents" / "*.parquet")
    )


def test_a_file_that_could_not_be_read_is_looked_at_again(home: Home, batch: str) -> None:
    story = home.inbox / "story.txt"
    text = story.read_text("utf-8")
    story.unlink()
    assert task(home)(batch).rejected == 3
    assert task(home)(batch).stages == ALL
    story.write_text(text, encoding="utf-8")
    assert task(home)(batch).rejected == 2
    assert task(home)(batch).stages == ()


def test_a_batch_that_is_cut_off_is_not_done(
    home: Home, batch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    task(home)(batch)
    with monkeypatch.context() as patch:
        patch.setattr(work, "Processor", fail)
        with pytest.raises(OSError, match="full"):
            task(home, again=True)(batch)
    assert task(home)(batch).stages == ALL


def test_the_code_has_a_name() -> None:
    name = work.fingerprint("a")
    assert name == work.fingerprint("a")
    other = work.fingerprint("b")
    assert {stage for stage in Stage if name[stage] != other[stage]} == {Stage.ANNOTATE}


def test_pieces_make_the_same_files(
    home: Home, batch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processing, "PIECE", 1)
    report = task(home)(batch)
    whole = contents(home)
    for stages in (ALL, (Stage.ANNOTATE,)):
        (outcome,) = pieces.run(SerialEngine(), task(home, *stages, again=True), [batch])
        assert outcome.value is not None, outcome.error
        assert dataclasses.replace(outcome.value, stages=ALL) == report
        assert outcome.value.stages == stages
        assert contents(home) == whole
        assert task(home)(batch).stages == ()
    # What the same code has done is cut into no pieces either, and none are left lying about.
    (outcome,) = pieces.run(SerialEngine(), task(home), [batch])
    assert outcome.value is not None
    assert outcome.value.stages == ()
    assert not list((home.warehouse / pieces.LAYER).rglob("*.parquet"))


def test_a_piece_that_fails_leaves_the_batch_undone(
    home: Home, batch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(processing.articles, "compose", fail)
        (outcome,) = pieces.run(SerialEngine(), task(home), [batch])
    assert str(outcome.error) == "the disk is full"
    (outcome,) = pieces.run(SerialEngine(), task(home), [batch])
    assert outcome.value is not None
    assert outcome.value.stages == ALL[1:]


def test_a_file_of_an_older_schema_is_read_as_one_of_today(home: Home, batch: str) -> None:
    task(home)(batch)
    warehouse = Warehouse(home=str(home.root))
    assert warehouse.is_current("parsed", "articles", batch)
    path = home.root / "warehouse" / warehouse.batch_path("parsed", "articles", batch)
    newest = pl.read_parquet(path)
    newest.drop("agency").write_parquet(path)
    assert not warehouse.is_current("parsed", "articles", batch)
    for frame in (
        warehouse.read("parsed", "articles", batch),
        warehouse.scan("parsed", "articles", [batch]).collect(),
    ):
        assert frame.schema == newest.schema
        assert frame["agency"].null_count() == newest.height
        assert frame["body"].to_list() == newest["body"].to_list()
