"""The command line: what it prints, what it says about mistakes, what it does not import."""

from __future__ import annotations

import csv
import io
import json
import shutil
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import dagster as dg
import pytest
from conftest import LATER, STORY
from typer.testing import CliRunner, Result

from copydesk import explain
from copydesk.home import Home
from copydesk.manifests import read_manifest
from copydesk.tables import TABLES
from pipelines.cli import app


def copydesk(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_build_prints_the_release_and_the_tour(built: tuple[Home, str]) -> None:
    _, output = built
    for name in TABLES:
        assert name in output
    for expected in ("Release 1", "rejected", "critical", "SELECT", "Who and what"):
        assert expected in output


def test_builds_run_stands_in_the_instance(built: tuple[Home, str]) -> None:
    home, _ = built
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        (run,) = instance.get_runs()
        assert run.job_name == "edition"
        assert run.status == dg.DagsterRunStatus.SUCCESS
        assert run.remote_job_origin is not None
        assert run.remote_job_origin.location_name == "copydesk"
        assert instance.get_latest_materialization_event(dg.AssetKey("release")) is not None
        assert not instance.telemetry_enabled


def test_a_second_build_says_nothing_is_new(built: tuple[Home, str], dumps: Path) -> None:
    home, _ = built
    result = copydesk("--home", home.root, "build", dumps)
    assert result.exit_code == 0
    assert "Nothing is new: 4 files" in result.output
    assert "Release 1" in result.output


def test_what_a_directory_holds_besides_is_said(
    built: tuple[Home, str], dumps: Path, tmp_path: Path
) -> None:
    moved = shutil.copytree(dumps, tmp_path / "dumps")
    (moved / "page.json").write_text("{}")
    output = " ".join(copydesk("--home", built[0].root, "build", moved).output.split())
    assert "1 file left out, whose names say no format that is known (.json)" in output
    assert "left out" not in copydesk("--home", built[0].root, "build", dumps).output


def test_building_again_makes_up_for_a_run_killed_after_its_release(
    built: tuple[Home, str], dumps: Path
) -> None:
    published = built[0].published
    before = (published / "README.md").read_bytes()
    for name in ("README.md", "latest.json", "latest"):
        (published / name).unlink()
    assert copydesk("--home", built[0].root, "build", dumps).exit_code == 0
    assert (published / "README.md").read_bytes() == before
    assert (published / "latest").resolve().name == "00000001"


def test_a_second_build_does_not_wait_for_dagster(built: tuple[Home, str], dumps: Path) -> None:
    home, _ = built
    assert imported_by("--home", str(home.root), "build", str(dumps), "--tour").isdisjoint(HEAVY)


def test_a_new_dump_makes_a_new_release(home: Home, tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text(STORY, encoding="utf-8")
    unread = copydesk("build", story, "--home", home.root, "--annotate-share", "0")
    assert unread.exit_code == 0
    later = tmp_path / "later"
    later.write_text(LATER, encoding="utf-8")
    result = copydesk("--home", home.root, "build", later)
    assert result.exit_code == 0
    assert "Release 2" in result.output
    listed = copydesk("--home", home.root, "releases")
    assert listed.exit_code == 0
    assert "Dagster run" in listed.output
    # The first dump was in no sample, and the release says so.
    message = read_manifest(home.published, 2).message
    assert message.endswith("; names, quotations and times were read in 1 of 2 articles")
    read = copydesk(
        *("--home", home.root, "sql", "--format", "json"),
        "SELECT annotated, recognizer IS NOT NULL AS read,"
        " EXISTS (FROM mentions m WHERE m.article_id = a.article_id) AS mentions"
        " FROM articles a ORDER BY annotated",
    )
    assert [json.loads(line) for line in read.output.splitlines()] == [
        {"annotated": False, "read": False, "mentions": False},
        {"annotated": True, "read": True, "mentions": True},
    ]


def test_sql_formats(built: tuple[Home, str]) -> None:
    home, _ = built
    query = "SELECT status, count(*) AS n FROM documents GROUP BY status ORDER BY status"
    rows = [("article", "2"), ("rejected", "2")]
    table = copydesk("--home", home.root, "sql", query)
    assert table.exit_code == 0
    assert "article" in table.output
    as_csv = copydesk("--home", home.root, "sql", query, "--format", "csv")
    assert list(csv.reader(io.StringIO(as_csv.stdout))) == [["status", "n"], *map(list, rows)]
    as_json = copydesk("sql", query, "--format", "json", "--home", home.root)
    assert [json.loads(line) for line in as_json.stdout.splitlines()] == [
        {"status": status, "n": int(count)} for status, count in rows
    ]


@pytest.mark.parametrize("output", ["table", "csv", "json"])
def test_sql_prints_every_type(built: tuple[Home, str], output: str) -> None:
    for name in TABLES:
        result = copydesk(
            "--home", built[0].root, "sql", f"SELECT * FROM {name} LIMIT 3", "--format", output
        )
        assert result.exit_code == 0, result.output


@pytest.mark.parametrize("query", ["SELEC 1", "SELECT * FROM nowhere", "DROP VIEW articles"])
def test_bad_sql_is_an_error_with_a_hint(built: tuple[Home, str], query: str) -> None:
    result = copydesk("--home", built[0].root, "sql", query)
    assert result.exit_code == 1
    assert "error" in result.output
    assert "SHOW TABLES" in result.output


def test_without_a_release_it_says_how_to_make_one(home: Home) -> None:
    for arguments in (["sql", "SELECT 1"], ["releases"]):
        result = copydesk("--home", home.root, *arguments)
        assert result.exit_code == 1
        assert "copydesk build" in result.output


def test_bad_paths_say_what_to_do(home: Home, tmp_path: Path) -> None:
    missing = copydesk("--home", home.root, "build", tmp_path / "nowhere")
    assert missing.exit_code == 2
    assert "does not exist" in missing.output
    empty = tmp_path / "empty"
    empty.mkdir()
    nothing = copydesk("--home", home.root, "build", empty)
    assert nothing.exit_code == 2
    assert "no dumps" in nothing.output
    assert copydesk("build").exit_code == 2
    assert copydesk("explain", tmp_path).exit_code == 2


def test_a_document_is_fetched_again_where_it_was_found(built: tuple[Home, str]) -> None:
    answer = copydesk(
        "--home", built[0].root, "sql", "--format", "csv",
        "SELECT source_uri FROM documents WHERE source_uri LIKE '%second.txt'",
    )  # fmt: skip
    source_uri = answer.output.split()[-1]
    assert "Telescope in Chile finds a comet" in copydesk("fetch", source_uri).output
    gone = copydesk("fetch", source_uri + "x")
    assert gone.exit_code == 1
    assert "No such file" in gone.output


def test_a_taken_port_is_an_error(home: Home) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = copydesk("--home", home.root, "ui", "--port", str(port))
    assert result.exit_code == 2
    assert f"--port {port + 1}" in result.output


def test_explain_shows_roles_reasons_and_the_article(dumps: Path) -> None:
    result = copydesk("explain", dumps / "story.txt")
    assert result.exit_code == 0
    for expected in ("title", "byline", "body", "Harbour strike", "published_at", "2023-04-05"):
        assert expected in result.output


@pytest.mark.parametrize("name", ["empty.txt", "binary.txt"])
def test_explain_of_what_is_no_text(dumps: Path, name: str) -> None:
    result = copydesk("explain", dumps / name)
    assert result.exit_code == 0
    assert "no article" in result.output
    assert "rejected" in result.output


def test_explain_keeps_control_characters_from_the_terminal(tmp_path: Path) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_text(STORY.replace("six percent", "six\x1b[2J percent"), encoding="utf-8")
    explained = explain.explain(dump)
    result = copydesk("explain", dump)
    assert explained.documents.height == 1
    assert "\x1b[2J" not in result.output


def test_version() -> None:
    result = copydesk("--version")
    assert result.exit_code == 0
    assert result.output.strip() == f"copydesk {version('copydesk')}"


HEAVY = {"dagster", "great_expectations", "spacy", "matplotlib"}


def imported_by(*arguments: str) -> set[str]:
    """The packages that are loaded when the command ends."""
    code = (
        "import sys\n"
        "from pipelines.cli import app\n"
        f"try:\n    app({list(arguments)!r})\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "print('loaded:', *sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return set(done.stdout.rpartition("loaded:")[2].split())


def test_help_imports_nothing_heavy() -> None:
    assert imported_by("--help").isdisjoint(HEAVY | {"polars", "duckdb", "pyarrow"})


def test_sql_does_not_import_dagster(built: tuple[Home, str]) -> None:
    assert imported_by("--home", str(built[0].root), "sql", "SELECT 1").isdisjoint(HEAVY)


def test_a_moved_home_answers(built: tuple[Home, str], tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(built[0].published, moved / "published", symlinks=True)
    result = copydesk(
        "--home", moved, "sql", "SELECT count(*) AS n FROM articles", "--format", "csv"
    )
    assert result.stdout.split() == ["n", "2"]
