"""Releases in an object store: a real server over loopback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import duckdb
import pytest

from copydesk import querying, releases
from copydesk.compaction import compact
from copydesk.integrity import scan
from copydesk.manifests import ReleaseError, list_releases, read_manifest
from copydesk.objects import list_objects
from copydesk.retention import prune, tag, tags
from copydesk.rollbacks import roll_back
from copydesk.stores import LocalStore, open_store, pattern
from copydesk.takedowns import purge, take_down
from copydesk.verification import verify
from tests.test_releases import corpus, release


def ids(url: str, release: int | None = None) -> list[str]:
    table = querying.query(url, "SELECT article_id FROM articles ORDER BY 1", release)
    return list(table.column(0).to_pylist())


def test_publish_and_read(url: str, tmp_path: Path) -> None:
    first = release(url, corpus(tmp_path / "w", "a"))
    assert (first.release, first.created, first.warning) == (1, True, None)
    assert release(url, corpus(tmp_path / "w", "a", "b")).release == 2
    assert not release(url, corpus(tmp_path / "w", "a", "b")).created
    assert (ids(url), ids(url, 1)) == (["a", "b"], ["a"])
    assert verify(url, 1) == verify(url, 2) == []
    # Immutable files are shared by releases.
    one, two = (read_manifest(url, number).tables["articles"].files for number in (1, 2))
    assert set(one) < set(two)


def test_the_catalogue_reads_the_store(url: str, tmp_path: Path) -> None:
    release(url, corpus(tmp_path / "w", "a"))
    path = tmp_path / "catalog.duckdb"
    path.write_bytes(open_store(url).read("catalog.duckdb"))
    with duckdb.connect(str(path), read_only=True) as connection:
        open_store(url).register(connection)
        connection.execute(f"SET VARIABLE dataset_root = '{url}'")
        assert connection.execute("SELECT article_id FROM articles").fetchall() == [("a",)]


def test_operations(url: str, tmp_path: Path) -> None:
    release(url, corpus(tmp_path / "w", "a", "b"))
    compact(url, max_files=1)
    roll_back(url, 1)
    tag(url, 1, "first")
    assert tags(url) == {"first": 1}
    _, taken = take_down(url, "a", "order")
    assert ids(url) == ["b"]
    assert purge(url, taken) == [1, 2, 3]
    assert [verify(url, number) for number in range(1, 5)] == [[]] * 4
    assert prune(url, keep=1).releases == (2, 3)
    assert list_releases(url) == [1, 4]


def test_publishers_at_once_lose_nothing(url: str, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.test_releases import *\n"
        "who, base, url = sys.argv[1], Path(sys.argv[2]), sys.argv[3]\n"
        "for number in range(3):\n"
        "    made = corpus(base / who / str(number), f'{who}{number}')\n"
        "    releases.append(url, made, checks=[], inputs=[f'{who}{number}'], message=who)\n"
    )
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", script, who, str(tmp_path), url],
            cwd=Path(__file__).parent.parent,
        )
        for who in "xy"
    ]
    assert [worker.wait(200) for worker in workers] == [0, 0]
    assert list_releases(url) == list(range(1, 7))
    assert ids(url) == sorted(f"{who}{number}" for who in "xy" for number in range(3))
    assert verify(url, 6) == []


@pytest.fixture
def forgetful(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same server, but for conditions, which it silently ignores, as some do."""
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    served = DomainDispatcherApplication(create_backend_app)

    def ignore(environ: dict[str, Any], start_response: Any) -> Any:
        environ.pop("HTTP_IF_NONE_MATCH", None)
        return served(environ, start_response)

    server = make_server("127.0.0.1", 0, ignore, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.port}")
    yield
    server.shutdown()
    thread.join()


@pytest.mark.usefixtures("forgetful")
def test_a_store_that_ignores_conditions_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="ignores conditional creation"):
        release(url, corpus(tmp_path / "w", "a"))
    assert list_releases(url) == []
    # Not even the probe is left.
    assert [found for listed in list_objects(url) for found in listed] == []


@pytest.mark.parametrize("name", ["a[b]", "star*", "what?", "x=1", "sp ace", "it's"])
def test_directories_whose_names_are_patterns(tmp_path: Path, name: str) -> None:
    # A directory that the pattern would match, with another release in it.
    for decoy in ("ab", "starx", "whatx"):
        release(tmp_path / decoy, corpus(tmp_path / "d" / decoy, "decoy"))
    root = tmp_path / name
    assert release(root, corpus(tmp_path / "w", "a")).warning is None
    assert release(root, corpus(tmp_path / "w", "a", "b")).warning is None
    assert ids(str(root)) == ["a", "b"]
    assert verify(root, 2) == []
    with duckdb.connect(str(root / "catalog.duckdb"), read_only=True) as connection:
        rows = connection.execute("SELECT article_id FROM articles ORDER BY 1").fetchall()
        names = connection.execute("SELECT * FROM articles LIMIT 0").description or []
    assert rows == [("a",), ("b",)]
    # Nothing is read out of a directory's name.
    assert "x" not in {column[0] for column in names}


def test_patterns_are_escaped() -> None:
    assert pattern("/a[b]*?") == "/a[[]b][*][?]"
    assert scan(["/it's[1]"]) == "read_parquet(['/it''s[[]1]'], hive_partitioning = false)"


def test_a_path_is_a_local_store(tmp_path: Path) -> None:
    assert open_store(str(tmp_path)) == open_store(tmp_path) == LocalStore(tmp_path)
    assert releases.head(tmp_path) is None
