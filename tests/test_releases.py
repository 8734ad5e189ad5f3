"""The release log: whole or not at all, whoever publishes, whenever it is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk import releases, storage, stores
from copydesk.manifests import (
    Changes,
    ReleaseConflict,
    ReleaseError,
    head,
    list_releases,
    read_manifest,
)
from copydesk.releases import publish, repair, write_table_file
from copydesk.tables import SCHEMA_VERSION, TABLES
from copydesk.verification import verify

DAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def row(table: str, **values: Any) -> dict[str, Any]:
    """A row of a table: the given values, null or the type's plainest value elsewhere."""
    plain = {"string": "x", "int64": 0, "double": 1.0, "bool": False}
    filled: dict[str, Any] = {}
    for column in TABLES[table].columns:
        default = None if column.nullable else plain.get(str(column.type), [])
        filled[column.name] = values.get(column.name, default)
    return filled


def write(path: Path, table: str, rows: Sequence[Mapping[str, Any]]) -> Path:
    """A table's file."""
    schema = TABLES[table].polars_schema
    write_table_file(pl.DataFrame(rows, schema=schema, orient="row"), TABLES[table], path)
    return path


def corpus(directory: Path, *ids: str, body: str = "Text.") -> dict[str, list[Path]]:
    """Files of every table: one batch per id, each with a document, an article and a mention."""
    tables: dict[str, list[Path]] = {name: [] for name in TABLES}
    for key in ids:
        rows = {
            "documents": row("documents", document_id=key, status="article"),
            "articles": row("articles", article_id=key, document_id=key, cluster_id=key, body=body),
            "mentions": row("mentions", article_id=key, field="body", end=4, entity_id="e1"),
        }
        for name, values in rows.items():
            tables[name].append(write(directory / name / f"{key}.parquet", name, [values]))
    tables["entities"] = [
        write(directory / "entities" / "all.parquet", "entities", [row("entities", entity_id="e1")])
    ]
    return tables


def release(root: Path, tables: Mapping[str, Sequence[Path]], **options: Any) -> Any:
    given = {"checks": [], "inputs": ["b1"], "message": "test", "now": lambda: DAY}
    return publish(root, tables, **{**given, **options})


def content(root: Path, number: int) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of a release, read from its directory as any Parquet reader would."""
    directory = root / "releases" / f"{number:08d}"
    return {name: pl.read_parquet(directory / name / "*.parquet").rows() for name in TABLES}


class TestTableFile:
    def test_same_rows_in_any_order_give_the_same_bytes(self, tmp_path: Path) -> None:
        rows = [row("entities", entity_id=str(number)) for number in range(50)]
        one = write(tmp_path / "one.parquet", "entities", rows)
        two = write(tmp_path / "two.parquet", "entities", rows[::-1])
        assert one.read_bytes() == two.read_bytes()

    @pytest.mark.parametrize("name", TABLES)
    def test_schema_with_ids_and_descriptions_survives(self, tmp_path: Path, name: str) -> None:
        path = write(tmp_path / "x.parquet", name, [])
        assert pq.read_schema(path).equals(TABLES[name].arrow_schema, check_metadata=True)

    def test_encoding_follows_the_declaration(self, tmp_path: Path) -> None:
        rows = [row("mentions", article_id=f"a{number}", field="body") for number in range(9)]
        group = pq.read_metadata(write(tmp_path / "x.parquet", "mentions", rows)).row_group(0)
        columns = {
            group.column(index).path_in_schema: group.column(index)
            for index in range(group.num_columns)
        }
        assert columns["article_id"].bloom_filter_offset is not None
        assert columns["surface"].bloom_filter_offset is None
        assert columns["label"].has_dictionary_page
        assert not columns["start"].has_dictionary_page
        assert {column.compression for column in columns.values()} == {"ZSTD"}
        order = [
            TABLES["mentions"].columns[item.column_index].name for item in group.sorting_columns
        ]
        assert order == ["entity_id", "article_id", "field", "start", "end"]
        assert columns["article_id"].has_dictionary_page

    def test_row_groups_are_small_for_wide_tables(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(storage.ROW_GROUPS, "texts", 4)
        rows = [row("articles", article_id=f"{number:02d}") for number in range(10)]
        metadata = pq.read_metadata(write(tmp_path / "x.parquet", "articles", rows))
        assert [metadata.row_group(index).num_rows for index in range(3)] == [4, 4, 2]

    def test_a_failed_write_leaves_the_old_file(self, tmp_path: Path) -> None:
        path = write(tmp_path / "x.parquet", "entities", [row("entities", entity_id="a")])
        before = path.read_bytes()
        with pytest.raises(ValueError, match="lacks"):
            write_table_file(pl.DataFrame({"entity_id": ["b"]}), TABLES["entities"], path)
        assert path.read_bytes() == before
        assert os.listdir(tmp_path) == ["x.parquet"]


class TestPublish:
    def test_first_release(self, tmp_path: Path) -> None:
        root = tmp_path / "published"
        outcome = release(root, corpus(tmp_path / "w", "a", "b"))
        assert (outcome.release, outcome.created, outcome.warning) == (1, True, None)
        assert list_releases(root) == [1]
        assert os.readlink(root / "latest") == "releases/00000001"
        assert os.listdir(root / ".staging") == []
        assert [len(rows) for rows in content(root, 1).values()] == [2, 0, 2, 0, 0, 2, 1, 0, 0]
        assert verify(root, 1) == []

    def test_manifest_says_it_all(self, tmp_path: Path) -> None:
        root = tmp_path / "published"
        checks = [{"table": "articles", "name": "x", "severity": "warning", "success": False}]
        release(root, corpus(tmp_path / "w", "a", "b"), checks=checks, inputs=["b1", "b2"])
        raw = json.loads((root / "releases" / "00000001.json").read_text())
        assert raw["format"] == "copydesk-release/1"
        assert (raw["release"], raw["parent"], raw["message"]) == (1, None, "test")
        assert raw["published_at"] == "2026-11-23T12:00:00Z"
        assert (raw["schema_version"], raw["code_version"]) == (SCHEMA_VERSION, "0.1.0")
        assert (raw["checks"], raw["inputs"]) == (checks, ["b1", "b2"])
        assert len(raw["commit_id"]) == 32
        mentions = raw["tables"]["mentions"]
        assert mentions["primary_key"] == ["article_id", "field", "start", "end"]
        assert mentions["changes"] == {"added": 2, "changed": 0, "removed": 0}
        assert mentions["fields"][2] == {
            "id": 3,
            "name": "start",
            "type": "int64",
            "nullable": False,
            "description": "First character in that text, from 0.",
            "unit": "character",
            "values": None,
        }
        assert {
            "columns": ["entity_id"],
            "references": "entities",
            "references_columns": ["entity_id"],
        } in mentions["foreign_keys"]
        files = {tuple(file["first_key"]): file for file in mentions["files"]}
        assert set(files) == {("a", "body", 0, 4), ("b", "body", 0, 4)}
        file = files["a", "body", 0, 4]
        path = root / file["path"]
        assert file["path"] == f"data/mentions/mentions-20261123-{file['sha256'][:20]}.parquet"
        assert (file["rows"], file["bytes"]) == (1, path.stat().st_size)
        assert file["sha256"] == storage.sha256_of(path)
        assert read_manifest(root, 1).to_json() == json.dumps(raw, indent=1) + "\n"

    def test_nothing_new_makes_no_release(self, tmp_path: Path) -> None:
        root = tmp_path / "published"
        release(root, corpus(tmp_path / "w", "a", "b"))
        again = release(root, corpus(tmp_path / "elsewhere", "b", "a"), message="again")
        assert (again.release, again.created) == (1, False)
        assert list_releases(root) == [1]

    def test_an_increment_shares_files_and_counts_changes(self, tmp_path: Path) -> None:
        root = tmp_path / "published"
        release(root, corpus(tmp_path / "w", "a", "b"))
        before = {path: path.stat().st_ino for path in (root / "data").rglob("*.parquet")}
        tables = corpus(tmp_path / "w", "b", "c")
        tables["articles"][0] = write(
            tmp_path / "w" / "articles" / "b2.parquet",
            "articles",
            [row("articles", article_id="b", document_id="b", cluster_id="b", body="New.")],
        )
        later = datetime(2026, 11, 24, tzinfo=UTC)
        assert release(root, tables, now=lambda: later).release == 2
        manifest = read_manifest(root, 2)
        assert manifest.parent == 1
        counts = {
            name: (entry.changes.added, entry.changes.changed, entry.changes.removed)
            for name, entry in manifest.tables.items()
        }
        assert counts["articles"] == (1, 1, 1)
        assert counts["documents"] == counts["mentions"] == (1, 0, 1)
        assert counts["entities"] == counts["quotes"] == (0, 0, 0)
        assert all(path.stat().st_ino == inode for path, inode in before.items())
        days = {file.path.split("-")[-2] for file in manifest.tables["documents"].files}
        assert days == {"20261123", "20261124"}
        # The old release reads as it did.
        assert [values[0] for values in content(root, 1)["documents"]] != []
        assert sorted(values[0] for values in content(root, 1)["documents"]) == ["a", "b"]
        assert sorted(values[0] for values in content(root, 2)["documents"]) == ["b", "c"]
        assert verify(root, 1) == verify(root, 2) == []

    def test_a_release_directory_stores_no_byte_twice(self, tmp_path: Path) -> None:
        root = tmp_path / "published"
        release(root, corpus(tmp_path / "w", "a"))
        for name, entry in read_manifest(root, 1).tables.items():
            for file in entry.files:
                linked = root / "latest" / name / file.name
                assert linked.stat().st_ino == (root / file.path).stat().st_ino

    def test_batches_of_no_rows_add_no_files(self, tmp_path: Path) -> None:
        tables = corpus(tmp_path / "w", "a")
        tables["documents"].append(write(tmp_path / "w" / "none.parquet", "documents", []))
        release(tmp_path / "p", tables)
        manifest = read_manifest(tmp_path / "p", 1)
        assert [file.rows for file in manifest.tables["documents"].files] == [1]
        assert [file.rows for file in manifest.tables["quotes"].files] == [0]


class TestRefusals:
    """What may not be released, and that the last release stays whole."""

    def refused(self, tmp_path: Path, tables: Mapping[str, Sequence[Path]], match: str) -> None:
        root = tmp_path / "published"
        release(root, corpus(tmp_path / "sound", "z"))
        before = content(root, 1)
        with pytest.raises(ReleaseError, match=match):
            release(root, tables)
        assert list_releases(root) == [1]
        assert os.readlink(root / "latest") == "releases/00000001"
        assert content(root, 1) == before
        assert verify(root, 1) == []

    def test_key_repeated_across_files(self, tmp_path: Path) -> None:
        tables = corpus(tmp_path / "w", "a")
        other = row("documents", document_id="a", status="rejected")
        tables["documents"].append(write(tmp_path / "w" / "x.parquet", "documents", [other]))
        self.refused(tmp_path, tables, r"documents: the primary key \(document_id\) repeats: a")

    def test_new_key_that_a_kept_file_has(self, tmp_path: Path) -> None:
        tables = corpus(tmp_path / "w", "z")
        other = row("documents", document_id="z", status="rejected")
        tables["documents"].append(write(tmp_path / "w" / "x.parquet", "documents", [other]))
        self.refused(tmp_path, tables, r"documents: the primary key \(document_id\) repeats: z")

    def test_key_repeated_within_a_file(self, tmp_path: Path) -> None:
        tables = corpus(tmp_path / "w", "a")
        twice = [row("publishers", publisher_id="p")] * 2
        tables["publishers"] = [write(tmp_path / "w" / "p.parquet", "publishers", twice)]
        self.refused(tmp_path, tables, "publishers: p.*not sorted by publisher_id without repeats")

    def test_the_same_file_twice(self, tmp_path: Path) -> None:
        tables = corpus(tmp_path / "w", "a")
        tables["documents"] *= 2
        self.refused(tmp_path, tables, "repeats another file's rows")

    def test_dangling_reference_in_new_rows(self, tmp_path: Path) -> None:
        tables = corpus(tmp_path / "w", "a")
        tables["documents"] = []
        self.refused(tmp_path, tables, r"articles: \(document_id\) refers to .* documents does not")

    def test_dangling_reference_of_kept_rows(self, tmp_path: Path) -> None:
        tables = corpus(tmp_path / "w", "z")
        other = row("entities", entity_id="e2")
        tables["entities"] = [write(tmp_path / "w" / "e.parquet", "entities", [other])]
        self.refused(tmp_path, tables, r"mentions: \(entity_id\) refers to rows that entities.*e1")

    def test_wrong_column(self, tmp_path: Path) -> None:
        tables = corpus(tmp_path / "w", "a")
        path = tables["documents"][0]
        loaded = pq.read_table(path)
        pq.write_table(loaded.rename_columns([name.upper() for name in loaded.column_names]), path)
        self.refused(tmp_path, tables, "DOCUMENT_ID: string not null where document_id")

    def test_missing_field_ids(self, tmp_path: Path) -> None:
        tables = corpus(tmp_path / "w", "a")
        path = tables["documents"][0]
        loaded = pq.read_table(path)
        bare = [field.remove_metadata() for field in loaded.schema]
        pq.write_table(loaded.cast(pa.schema(bare)), path)
        self.refused(tmp_path, tables, "document_id .* lacks its field id 1")

    def test_unsorted_file(self, tmp_path: Path) -> None:
        tables = corpus(tmp_path / "w", "a")
        path = write(
            tmp_path / "w" / "p.parquet",
            "publishers",
            [row("publishers", publisher_id=key) for key in "pq"],
        )
        pq.write_table(pq.read_table(path).take([1, 0]), path)
        tables["publishers"] = [path]
        self.refused(tmp_path, tables, "not sorted")

    def test_no_parquet_at_all(self, tmp_path: Path) -> None:
        tables = corpus(tmp_path / "w", "a")
        tables["documents"][0].write_bytes(b"PAR1 not really")
        self.refused(tmp_path, tables, "documents: .* cannot be read")

    def test_vanished_file(self, tmp_path: Path) -> None:
        tables = corpus(tmp_path / "w", "a")
        tables["documents"][0].unlink()
        self.refused(tmp_path, tables, "documents: .* cannot be read")

    def test_truncated_file(self, tmp_path: Path) -> None:
        tables = corpus(tmp_path / "w", "a")
        path = tables["mentions"][0]
        raw = path.read_bytes()
        # The footer is right, so the schema and the number of rows are; the pages are not.
        path.write_bytes(raw[:4] + bytes(60) + raw[64:])
        self.refused(tmp_path, tables, r"mentions: .*a\.parquet cannot be read")

    def test_missing_and_unknown_tables(self, tmp_path: Path) -> None:
        tables = corpus(tmp_path / "w", "a")
        tables["quoets"] = tables.pop("quotes")
        self.refused(tmp_path, tables, r"missing \['quotes'\], unknown \['quoets'\]")

    def test_failed_critical_check(self, tmp_path: Path) -> None:
        check = {"table": "articles", "name": "keys", "severity": "critical", "success": False}
        with pytest.raises(ReleaseError, match=r"critical checks failed: articles\.keys"):
            release(tmp_path / "p", corpus(tmp_path / "w", "a"), checks=[check])
        assert not (tmp_path / "p").exists()

    def test_check_that_is_no_json(self, tmp_path: Path) -> None:
        with pytest.raises(ReleaseError, match="cannot be written as JSON"):
            release(tmp_path / "p", corpus(tmp_path / "w", "a"), checks=[{"observed": object()}])
        assert head(tmp_path / "p") is None

    def test_release_that_does_not_exist(self, tmp_path: Path) -> None:
        with pytest.raises(ReleaseError, match="there is no release 7"):
            read_manifest(tmp_path, 7)

    def test_manifest_of_a_later_format(self, tmp_path: Path) -> None:
        (tmp_path / "releases").mkdir()
        (tmp_path / "releases" / "00000001.json").write_text('{"format": "copydesk-release/9"}')
        with pytest.raises(ReleaseError, match=r"copydesk-release/9.*update Copydesk"):
            read_manifest(tmp_path, 1)


class Killed(BaseException):
    """Stands for SIGKILL: no handler of the code under test may catch it."""


def kill_at(monkeypatch: pytest.MonkeyPatch, step: int) -> list[str]:
    """Die at the step-th call that changes the disk; returns the list that collects the calls.

    Cleaning up is switched off as well, for a killed process cleans nothing up.
    """
    calls: list[str] = []

    def deadly(name: str, real: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            calls.append(name)
            if len(calls) == step:
                raise Killed
            return real(*arguments, **options)

        return call

    for name in ("link", "rename", "replace", "fsync", "mkdir", "symlink"):
        monkeypatch.setattr(os, name, deadly(name, getattr(os, name)))
    real_rmtree = storage.shutil.rmtree

    def rmtree(path: Any, **options: Any) -> None:
        if len(calls) < step:
            real_rmtree(path, **options)

    monkeypatch.setattr(storage.shutil, "rmtree", rmtree)
    return calls


class TestCrashes:
    def steps(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
        """How many calls of an undisturbed second release change the disk."""
        root = tmp_path / "undisturbed"
        release(root, corpus(tmp_path / "w1", "a"))
        tables = corpus(tmp_path / "w2", "a", "b")
        with monkeypatch.context() as patch:
            calls = kill_at(patch, 10**9)
            release(root, tables)
        return len(calls)

    def test_killed_at_any_step_nothing_is_lost_or_half_done(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one, two = corpus(tmp_path / "w1", "a"), corpus(tmp_path / "w2", "a", "b")
        total = self.steps(tmp_path, monkeypatch)
        undisturbed = content(tmp_path / "undisturbed", 2)
        first = content(tmp_path / "undisturbed", 1)
        assert total > 40
        # A prime stride meets every kind of step; all of them are for the long run.
        stride = 1 if "COPYDESK_SOAK" in os.environ else 5
        for step in [*range(1, total, stride), total]:
            root = tmp_path / f"killed-{step}"
            release(root, one)
            with monkeypatch.context() as patch:
                kill_at(patch, step)
                with pytest.raises(Killed):
                    release(root, two)
            # What a reader sees right after: the old release or the new one, whole either way.
            seen = head(root)
            assert seen in (1, 2)
            assert content(root, seen) == (first if seen == 1 else undisturbed)
            assert content(root, 1) == first
            latest = {
                name: pl.read_parquet(root / "latest" / name / "*.parquet").rows()
                for name in TABLES
            }
            assert latest in (first, undisturbed)
            # The next run finishes the work, and leaves no rubbish.
            outcome = release(root, two)
            assert (outcome.release, outcome.warning) == (2, None)
            assert content(root, 2) == undisturbed
            assert verify(root, 2) == []
            assert os.readlink(root / "latest") == "releases/00000002"
            assert os.listdir(root / ".staging") == []
            assert sorted(os.listdir(root / "releases")) == [
                "00000001", "00000001.json", "00000002", "00000002.json"
            ]  # fmt: skip

    def test_derived_files_that_fail_are_a_warning_and_come_with_the_next_run(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        root = tmp_path / "p"
        tables = corpus(tmp_path / "w", "a")

        def full(*arguments: Any) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(releases, "stage_derived", full)
            outcome = release(root, tables)
        assert outcome.created
        assert "No space left" in (outcome.warning or "")
        assert not (root / "catalog.duckdb").exists()
        assert release(root, tables).warning is None
        assert (root / "catalog.duckdb").exists()

    def test_disk_full_is_a_clear_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        root = tmp_path / "p"
        release(root, corpus(tmp_path / "w1", "a"))

        def full(*arguments: Any) -> str:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(stores, "copy_hashed", full)
        with pytest.raises(ReleaseError, match=r"nothing was released: .*No space left"):
            release(root, corpus(tmp_path / "w2", "b"))
        assert verify(root, 1) == []

    def test_repair_restores_directory_link_and_catalogue(self, tmp_path: Path) -> None:
        root = tmp_path / "p"
        release(root, corpus(tmp_path / "w", "a"))
        expected = content(root, 1)
        next((root / "releases" / "00000001" / "articles").iterdir()).unlink()
        (root / "latest").unlink()
        (root / "catalog.duckdb").write_bytes(b"rubbish")
        repair(root)
        assert content(root, 1) == expected
        assert os.readlink(root / "latest") == "releases/00000001"
        assert verify(root, 1) == []

    def test_repair_of_nothing_makes_nothing(self, tmp_path: Path) -> None:
        repair(tmp_path / "p")
        assert not (tmp_path / "p").exists()


class TestContention:
    def test_a_lost_race_is_run_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        root = tmp_path / "p"
        mine, theirs = corpus(tmp_path / "w1", "a"), corpus(tmp_path / "w2", "b")
        prepare = releases._prepare
        interferences = iter([True])

        def interfered(*arguments: Any) -> Any:
            manifest = prepare(*arguments)
            if next(interferences, False):
                release(root, theirs, message="theirs")
            return manifest

        monkeypatch.setattr(releases, "_prepare", interfered)
        assert release(root, mine, message="mine").release == 2
        assert [read_manifest(root, number).message for number in (1, 2)] == ["theirs", "mine"]
        assert read_manifest(root, 2).parent == 1
        # Nothing of theirs is lost, and none of their files is written again.
        changes = read_manifest(root, 2).tables["documents"].changes
        assert (changes.added, changes.changed, changes.removed) == (1, 0, 0)
        assert sorted(values[0] for values in content(root, 2)["documents"]) == ["a", "b"]
        ours = {file.path for file in read_manifest(root, 2).tables["articles"].files}
        assert {file.path for file in read_manifest(root, 1).tables["articles"].files} < ours
        assert verify(root, 1) == verify(root, 2) == []

    def test_processes_at_once_lose_nothing(self, tmp_path: Path) -> None:
        root = tmp_path / "p"
        script = (
            "import sys; from pathlib import Path; from tests.test_releases import *\n"
            "who, base = sys.argv[1], Path(sys.argv[2])\n"
            "for number in range(4):\n"
            "    made = corpus(base / who / str(number), f'{who}{number}')\n"
            "    name = f'{who}{number}'\n"
            "    assert releases.append(base / 'p', made, checks=[], inputs=[name], message=name).created\n"
        )
        workers = [
            subprocess.Popen(
                [sys.executable, "-c", script, who, str(tmp_path)],
                cwd=Path(__file__).parent.parent,
            )
            for who in "xyz"
        ]
        assert [worker.wait(120) for worker in workers] == [0, 0, 0]
        assert list_releases(root) == list(range(1, 13))
        manifests = [read_manifest(root, number) for number in range(1, 13)]
        assert sorted(manifest.message for manifest in manifests) == sorted(
            f"{who}{number}" for who in "xyz" for number in range(4)
        )
        assert [manifest.parent for manifest in manifests] == [None, *range(1, 12)]
        assert [fault for number in range(1, 13) for fault in verify(root, number)] == []
        assert os.readlink(root / "latest") == "releases/00000012"
        everything = sorted(f"{who}{number}" for who in "xyz" for number in range(4))
        assert sorted(values[0] for values in content(root, 12)["articles"]) == everything
        assert sorted(manifests[-1].inputs) == everything

    def test_a_change_of_rows_that_others_changed_is_a_conflict(self, tmp_path: Path) -> None:
        root = tmp_path / "p"
        release(root, corpus(tmp_path / "w", "a"))
        release(root, corpus(tmp_path / "w1", "a", body="Theirs."), base=1)
        with pytest.raises(ReleaseConflict, match="articles: others changed the same rows"):
            release(root, corpus(tmp_path / "w2", "a", body="Mine."), base=1)
        assert list_releases(root) == [1, 2]
        # Who computed from the newest release may; and doing it again changes nothing.
        mine = corpus(tmp_path / "w2", "a", body="Mine.")
        assert release(root, mine, base=2).release == 3
        assert not release(root, mine, base=2).created

    def test_what_was_computed_earlier_keeps_what_others_added(self, tmp_path: Path) -> None:
        root = tmp_path / "p"
        release(root, corpus(tmp_path / "w", "a"))
        release(root, corpus(tmp_path / "w", "a", "b"), base=1, inputs=["b1", "b2"])
        release(root, corpus(tmp_path / "w", "a", "c"), base=1, inputs=["b1", "b3"])
        manifest = read_manifest(root, 3)
        assert sorted(values[0] for values in content(root, 3)["articles"]) == ["a", "b", "c"]
        assert manifest.inputs == ("b1", "b2", "b3")
        assert manifest.tables["articles"].changes == Changes(1, 0, 0)
        assert verify(root, 3) == []


class TestVerify:
    def test_names_what_is_wrong(self, tmp_path: Path) -> None:
        root = tmp_path / "p"
        release(root, corpus(tmp_path / "w", "a", "b"))
        manifest = read_manifest(root, 1)
        damaged, gone = manifest.tables["articles"].files
        raw = bytearray((root / damaged.path).read_bytes())
        raw[10] ^= 1
        (root / damaged.path).write_bytes(raw)
        (root / gone.path).unlink()
        assert verify(root, 1) == [
            f"{damaged.path}: the content is not what was released",
            f"{gone.path}: the file is missing",
        ]
