"""What can be done to releases afterwards: going back, naming, comparing, merging, deleting, taking down."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from copydesk import compaction, evolution, releases, rollbacks, tables, takedowns
from copydesk.catalogue import build_catalogue
from copydesk.compaction import compact
from copydesk.differences import Difference, diff
from copydesk.manifests import Changes, ReleaseConflict, ReleaseError, list_releases, read_manifest
from copydesk.releases import append
from copydesk.retention import find_release, prune, tag, tags, untag
from copydesk.rollbacks import roll_back
from copydesk.tables import TABLES, TEXT, Column
from copydesk.takedowns import find_articles, find_taken_down, purge, same_page, take_down
from copydesk.verification import verify
from tests.test_releases import DAY, content, corpus, release, row, write


def ids(root: Path, number: int, table: str = "articles") -> list[str]:
    return sorted(str(values[0]) for values in content(root, number)[table])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two releases: of `a`, then of `a` and `b`."""
    root = tmp_path / "published"
    release(root, corpus(tmp_path / "w", "a"), inputs=["b1"])
    release(root, corpus(tmp_path / "w", "a", "b"), inputs=["b1", "b2"])
    return root


class TestRollback:
    def test_is_a_new_release_with_the_older_rows(self, root: Path) -> None:
        assert roll_back(root, 1).release == 3
        assert content(root, 3) == content(root, 1)
        manifest = read_manifest(root, 3)
        assert (manifest.kind, manifest.inputs) == ("rollback", ("b1",))
        assert manifest.tables["articles"].changes == Changes(0, 0, 1)
        assert manifest.tables["articles"].files == read_manifest(root, 1).tables["articles"].files
        assert verify(root, 3) == []
        assert not roll_back(root, 1).created

    def test_does_not_bring_back_what_was_taken_down(self, root: Path) -> None:
        take_down(root, "a", "court order")
        assert roll_back(root, 1).release == 4
        assert ids(root, 4) == []
        assert ids(root, 4, "documents") == ["a"]
        assert verify(root, 4) == []


class TestTags:
    def test_name_a_release_once(self, root: Path) -> None:
        tag(root, 1, "2026-11-23.0")
        assert tags(root) == {"2026-11-23.0": 1}
        assert (find_release(root, "2026-11-23.0"), find_release(root, "2")) == (1, 2)
        with pytest.raises(ReleaseError, match=r"the tag 2026-11-23\.0 is taken, by release 1"):
            tag(root, 2, "2026-11-23.0")
        untag(root, "2026-11-23.0")
        assert tags(root) == {}

    @pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 101])
    def test_that_are_no_names(self, root: Path, name: str) -> None:
        with pytest.raises(ReleaseError, match="is no name"):
            tag(root, 1, name)

    def test_of_releases_that_do_not_exist(self, root: Path) -> None:
        with pytest.raises(ReleaseError, match="there is no release 9"):
            tag(root, 9, "nine")
        with pytest.raises(ReleaseError, match="there is no release nine"):
            find_release(root, "nine")


def test_time_travel(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "then.duckdb"
    build_catalogue(path, root, read_manifest(root, 1), beside=False)
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT article_id FROM articles").fetchall() == [("a",)]
        assert connection.execute("SELECT release FROM release").fetchall() == [(1,)]


class TestDiff:
    def test_new_input(self, root: Path, tmp_path: Path) -> None:
        # The batch of a document decides whether its input is new.
        tables = corpus(tmp_path / "w2", "a", "b")
        for key, batch in (("a", "b1"), ("b", "b2"), ("c", "b3")):
            rows = [row("documents", document_id=key, status="article", batch_id=batch)]
            path = write(tmp_path / "w2" / "d" / f"{key}.parquet", "documents", rows)
            tables["documents"] = [*tables["documents"][-2 if key == "c" else 0 :], path]
        tables["documents"] = sorted((tmp_path / "w2" / "d").glob("[ab].parquet"))
        release(root, tables, inputs=["b1", "b2"])
        more = corpus(tmp_path / "w3", "c")
        for name in ("articles", "mentions"):
            tables[name].extend(more[name])
        tables["documents"].append(tmp_path / "w2" / "d" / "c.parquet")
        release(root, tables, inputs=["b1", "b2", "b3"])
        found = diff(root, 3, 4)
        assert found == [
            Difference("documents", "added", "new input", 1),
            Difference("articles", "added", "new input", 1),
            Difference("mentions", "added", "new input", 1),
        ]
        assert diff(root, 4, 3) == [
            Difference("documents", "removed", "lost input", 1),
            Difference("articles", "removed", "lost input", 1),
            Difference("mentions", "removed", "lost input", 1),
        ]

    def test_new_model_and_other_rows(self, root: Path, tmp_path: Path) -> None:
        tables = corpus(tmp_path / "w", "a", "b")
        model = row(
            "articles",
            article_id="a",
            document_id="a",
            cluster_id="a",
            body="Text.",
            recognizer="m",
        )
        story = row("articles", article_id="b", document_id="b", cluster_id="a", body="Text.")
        tables["articles"] = [
            write(tmp_path / f"{each['article_id']}.parquet", "articles", [each])
            for each in (model, story)
        ]
        release(root, tables)
        assert diff(root, 2, 3) == [
            Difference("articles", "changed", "new model", 1),
            Difference("articles", "changed", "other rows", 1),
        ]

    def test_takedown(self, root: Path) -> None:
        take_down(root, "a", "wrong person")
        assert Difference("articles", "removed", "takedown", 1) in diff(root, 2, 3)
        assert Difference("documents", "changed", "takedown", 1) in diff(root, 2, 3)

    def test_of_a_release_with_itself(self, root: Path) -> None:
        assert diff(root, 2, 2) == []


class TestCompaction:
    def test_merges_and_keeps_the_rows(self, root: Path) -> None:
        assert compact(root, max_files=1).release == 3
        manifest = read_manifest(root, 3)
        assert [len(entry.files) for entry in manifest.tables.values()] == [1] * 9
        assert ids(root, 3) == ["a", "b"]
        changes = {entry.changes for entry in manifest.tables.values()}
        assert changes == {Changes(0, 0, 0)}
        assert verify(root, 3) == []
        assert not compact(root, max_files=1).created

    def test_publishers_go_on_with_their_own_files(self, root: Path, tmp_path: Path) -> None:
        compact(root, max_files=1)
        # The same batches: nothing is new. One batch more: the merged files stay.
        assert not release(root, corpus(tmp_path / "w", "a", "b"), inputs=["b1", "b2"]).created
        assert release(root, corpus(tmp_path / "w", "a", "b", "c")).release == 4
        merged, grown = (read_manifest(root, number).tables["articles"].files for number in (3, 4))
        assert set(merged) < set(grown)
        assert len(grown) == 2
        # A merged batch that changes is taken out of the merged file.
        tables = corpus(tmp_path / "w", "a", "b", "c")
        tables["articles"][:2] = corpus(tmp_path / "w9", "a", "b", body="New.")["articles"]
        assert release(root, tables).release == 5
        assert ids(root, 5) == ["a", "b", "c"]
        assert read_manifest(root, 5).tables["articles"].changes == Changes(0, 2, 0)


class TestRetention:
    def test_keeps_the_last_and_the_tagged(self, root: Path, tmp_path: Path) -> None:
        for key in "cde":
            release(root, corpus(tmp_path / "w", key))
        tag(root, 1, "first")
        pruned = prune(root, keep=2, grace=timedelta(days=1), now=lambda: DAY)
        assert (pruned.releases, pruned.files) == ((2, 3), ())
        assert pruned.waiting > 0
        assert list_releases(root) == [1, 4, 5]
        assert [verify(root, number) for number in (1, 4, 5)] == [[], [], []]
        again = prune(root, keep=2, grace=timedelta(days=1), now=lambda: DAY + timedelta(hours=23))
        assert (again.files, again.waiting) == ((), pruned.waiting)
        last = prune(root, keep=2, grace=timedelta(days=1), now=lambda: DAY + timedelta(hours=25))
        assert (len(last.files), last.waiting) == (pruned.waiting, 0)
        assert [verify(root, number) for number in (1, 4, 5)] == [[], [], []]
        # What an older release shared is still there; what only the dropped ones had is not.
        assert not any((root / path).exists() for path in last.files)

    def test_a_clock_set_back_deletes_nothing_early(self, root: Path, tmp_path: Path) -> None:
        release(root, corpus(tmp_path / "w", "c"))
        prune(root, keep=1, grace=timedelta(days=1), now=lambda: DAY)
        earlier = prune(root, keep=1, grace=timedelta(days=1), now=lambda: DAY - timedelta(days=9))
        assert earlier.files == ()

    def test_a_file_that_is_needed_again_stays(self, root: Path, tmp_path: Path) -> None:
        release(root, corpus(tmp_path / "w", "c"))
        prune(root, keep=1, now=lambda: DAY)
        release(root, corpus(tmp_path / "w", "a"))
        prune(root, keep=1, grace=timedelta(0), now=lambda: DAY + timedelta(days=30))
        assert verify(root, 4) == []

    def test_the_newest_is_always_kept(self, root: Path) -> None:
        with pytest.raises(ReleaseError, match="at least the newest"):
            prune(root, keep=0)


class TestTakedown:
    def story(self, tmp_path: Path) -> Path:
        """A release of a story told three times; `a` is the canonical article, published first."""
        tables = corpus(tmp_path / "w", "a", "b", "c")
        rows = [
            row(
                "articles",
                article_id=key,
                document_id=key,
                url=f"https://www.example.com/{key}/?utm_source=x",
                body=f"Secret of {key}.",
                cluster_id="a",
                duplicate_of=None if key == "a" else "a",
                published_at=datetime(2026, 1, day, tzinfo=UTC),
            )
            for key, day in (("a", 1), ("c", 2), ("b", 3))
        ]
        tables["articles"] = [write(tmp_path / "articles.parquet", "articles", rows)]
        documents = [
            row("documents", document_id="a", status="article"),
            *(
                row(
                    "documents",
                    document_id=key,
                    status="duplicate",
                    reason="repeats: article a",
                )
                for key in "bc"
            ),
        ]
        tables["documents"] = [write(tmp_path / "documents.parquet", "documents", documents)]
        root = tmp_path / "published"
        release(root, tables)
        return root

    def test_removes_all_but_the_documents_row(self, tmp_path: Path) -> None:
        root = self.story(tmp_path)
        outcome, taken = take_down(root, "http://example.com/a", "court order 7")
        assert (outcome.release, taken) == (2, ["a"])
        assert ids(root, 2) == ["b", "c"]
        directory = root / "releases" / "00000002"
        documents = pl.read_parquet(directory / "documents" / "*.parquet").sort("document_id")
        assert documents.select("document_id", "status", "reason").rows() == [
            ("a", "rejected", "taken_down: court order 7"),
            ("b", "duplicate", "repeats: article c"),
            ("c", "article", None),
        ]
        articles = pl.read_parquet(directory / "articles" / "*.parquet").sort("article_id")
        assert articles.select("article_id", "cluster_id", "duplicate_of").rows() == [
            ("b", "c", "c"),
            ("c", "c", None),
        ]
        entities = pl.read_parquet(directory / "entities" / "*.parquet")
        assert entities.select("entity_id", "mention_count").rows() == [("e1", 2)]
        manifest = read_manifest(root, 2)
        assert (manifest.kind, manifest.takedowns[0].reason) == ("takedown", "court order 7")
        assert verify(root, 2) == []
        # Files without its rows stay.
        kept = {file.path for file in read_manifest(root, 1).tables["mentions"].files}
        assert len(kept & {file.path for file in manifest.tables["mentions"].files}) == 2

    def test_purge_leaves_no_trace_of_the_text(self, tmp_path: Path) -> None:
        root = self.story(tmp_path)
        _, taken = take_down(root, "a", "court order 7")
        assert purge(root, taken) == [1]
        assert ids(root, 1) == ["b", "c"]
        assert read_manifest(root, 1).purged == ("a",)
        assert verify(root, 1) == verify(root, 2) == []
        for path in root.rglob("*.parquet"):
            frame = pl.read_parquet(path, glob=False)
            texts = [text for column in frame.select(pl.col(pl.String)) for text in column if text]
            assert not any("Secret of a" in text for text in texts)
        assert purge(root, taken) == []

    def test_stays_down_whoever_publishes(self, tmp_path: Path) -> None:
        root = tmp_path / "published"
        tables = corpus(tmp_path / "w", "a", "b")
        release(root, tables)
        take_down(root, "a", "order")
        with pytest.raises(
            ReleaseConflict, match="documents: rows of articles that were taken down: a"
        ):
            release(root, tables)
        # Who computed before the takedown, and adds something else, does not undo it.
        release(root, corpus(tmp_path / "w", "a", "b", "c"), base=1)
        assert ids(root, 3) == ["b", "c"]
        assert read_manifest(root, 3).takedowns[0].article_id == "a"

    def test_only_what_was_taken_down_is_purged(self, root: Path) -> None:
        with pytest.raises(ReleaseError, match="only what was taken down"):
            purge(root, ["a"])

    def test_of_an_article_that_is_not_there(self, root: Path) -> None:
        with pytest.raises(ReleaseError, match="has no article nobody"):
            take_down(root, "nobody", "x")

    def test_an_order_holds_for_the_page_and_for_the_bytes(self, tmp_path: Path) -> None:
        root = self.story(tmp_path)
        take_down(root, "a", "order")
        orders = read_manifest(root, 2).takedowns
        again = pl.LazyFrame(
            {
                "document_id": ["a", "x", "y", "z"],
                "url": [None, "http://example.com/a#top", "https://example.com/b", None],
            }
        )
        assert find_taken_down(again, orders).rows() == [("a", "order"), ("x", "order")]
        assert find_articles(root, "https://example.com/b?utm_medium=mail")[0][0] == "b"

    def test_addresses_of_one_page(self) -> None:
        assert same_page("https://www.Example.com/a/?b=2&a=1&utm_x=1#c") == "example.com/a?a=1&b=2"
        assert same_page("http://example.com/a?a=1&b=2") == "example.com/a?a=1&b=2"
        assert same_page("http://[broken") == "http://[broken"


class TestAfterAnUpgrade:
    """What newer code, whose articles have a column more, does to releases that older code made."""

    @pytest.fixture(autouse=True)
    def upgraded(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        articles, column = TABLES["articles"], Column(999, "note", TEXT, "A note.", nullable=True)
        newer = dataclasses.replace(articles, columns=(*articles.columns, column))
        for module in (releases, takedowns, compaction, rollbacks):
            monkeypatch.setattr(module, "TABLES", {**TABLES, "articles": newer})
        for module in (releases, evolution, tables):
            monkeypatch.setattr(module, "SCHEMA_VERSION", "99.0.0")

    def notes(self, root: Path, number: int) -> list[tuple[str, str | None]]:
        files = root / "releases" / f"{number:08d}" / "articles" / "*.parquet"
        return pl.read_parquet(files).select("article_id", "note").sort("article_id").rows()

    def test_an_article_is_taken_down(self, root: Path) -> None:
        outcome, _ = take_down(root, "a", "order")
        assert (outcome.release, outcome.warning) == (3, None)
        assert self.notes(root, 3) == [("b", None)]
        assert verify(root, 3) == []

    def test_an_article_is_purged_from_older_releases_too(self, root: Path) -> None:
        release(root, corpus(root.parent / "w2", "b"), inputs=["b2"])
        take_down(root, "b", "order")
        untouched = read_manifest(root, 1)
        assert purge(root, ["b"]) == [2, 3]
        assert self.notes(root, 2) == [("a", None)]
        assert read_manifest(root, 1) == untouched
        assert [verify(root, number) for number in list_releases(root)] == [[]] * 4
        assert purge(root, ["b"]) == []

    @pytest.mark.parametrize("max_files", [1, 50])
    def test_files_are_merged(self, root: Path, max_files: int) -> None:
        outcome = compact(root, max_files=max_files)
        assert (outcome.release, outcome.warning) == (3, None)
        assert self.notes(root, 3) == [("a", None), ("b", None)]
        assert verify(root, 3) == []

    def test_nothing_is_added_to_files_of_another_schema(self, root: Path) -> None:
        more = corpus(root.parent / "w2", "c")
        del more["entities"]
        with pytest.raises(ReleaseError, match="table articles: release 2 has schema"):
            append(root, more, checks=[], inputs=["b3"], message="more")


def test_manifests_without_the_later_fields_are_read(root: Path) -> None:
    path = root / "releases" / "00000001.json"
    raw = json.loads(path.read_text())
    for name in ("kind", "takedowns", "purged", "code_digest"):
        del raw[name]
    path.write_text(json.dumps(raw))
    assert (read_manifest(root, 1).kind, read_manifest(root, 1).takedowns) == ("publish", ())
