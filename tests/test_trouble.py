"""Disks that are full, read-only or rotten, clocks that are wrong: a clear error, and the last release whole."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from copydesk.manifests import ReleaseError, list_releases, read_head
from copydesk.releases import repair
from copydesk.verification import verify
from pipelines.cli import app
from tests.test_releases import DAY, content, corpus, release, row, write

# Publishes a second release again and again with files limited to more and more bytes, as on a disk that fills up. Each line:
# the limit, what came of it, the newest release, what is wrong with it.
FILLING = """
import resource, shutil, sys
from pathlib import Path
from copydesk.manifests import ReleaseError, list_releases
from copydesk.verification import verify
from tests.test_releases import corpus, release
base = Path(sys.argv[1])
tables = corpus(base / "w2", "a", "b", body="Text. " * 20_000)
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
for limit in (0, 100, 1_000, 3_000, 6_000, 12_000, 25_000, 50_000, 150_000, 10_000_000):
    root = base / f"p{limit}"
    shutil.copytree(base / "p", root, symlinks=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        outcome = release(root, tables)
        said = f"warning {outcome.warning}" if outcome.warning else "whole"
    except ReleaseError as error:
        said = f"refused {error}"
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    head = list_releases(root)[-1]
    print(limit, head, verify(root, head), said.replace(chr(10), " "), sep="|")
"""


def test_a_disk_that_fills_up_at_any_point(tmp_path: Path) -> None:
    release(tmp_path / "p", corpus(tmp_path / "w1", "a"))
    done = subprocess.run(
        [sys.executable, "-c", FILLING, str(tmp_path)],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    came = [line.split("|") for line in done.stdout.splitlines()]
    assert all(faults == "[]" for _, _, faults, _ in came)
    assert came[0][3].startswith("refused nothing was released")
    assert "File too large" in came[0][3]
    assert came[-1][3] == "whole"
    for limit, newest, _, said in came:
        # Refused, and the last one stands; or made, and whatever is derived comes with the next run.
        assert newest == ("1" if said.startswith("refused") else "2")
        root = tmp_path / f"p{limit}"
        repair(root)
        assert len(content(root, int(newest))["articles"]) == int(newest)
        assert os.listdir(root / ".staging") == []


def test_a_directory_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "p"
    release(root, corpus(tmp_path / "w", "a"))
    tables = corpus(tmp_path / "w", "a", "b")

    # Permissions do not bind root, whom tests may run as; a read-only file system binds everybody.
    def refuse(path: str | os.PathLike[str], *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), os.fspath(path))

    with monkeypatch.context() as patch:
        patch.setattr(os, "mkdir", refuse)
        with pytest.raises(ReleaseError, match=r"nothing was released: .*Read-only file system"):
            release(root, tables)
        with pytest.raises(ReleaseError, match=r"nothing was released: .*Read-only file system"):
            release(tmp_path / "never", tables)
    assert verify(root, 1) == []
    assert release(root, tables).release == 2


def test_a_home_that_cannot_be_written_is_an_error_of_the_command(
    tmp_path: Path, dumps: Path
) -> None:
    (tmp_path / "file").write_text("no directory", encoding="utf-8")
    result = CliRunner().invoke(
        app, ["--home", str(tmp_path / "file" / "home"), "build", str(dumps)]
    )
    assert result.exit_code == 2
    assert "Not a directory" in result.output
    assert "Traceback" not in result.output


def test_a_clock_set_back(tmp_path: Path) -> None:
    root = tmp_path / "p"
    release(root, corpus(tmp_path / "w", "a"))
    early = DAY - timedelta(days=4_000)
    assert release(root, corpus(tmp_path / "w", "a", "b"), now=lambda: early).release == 2
    newest = read_head(root)
    assert newest is not None
    assert (newest.release, newest.published_at[:4]) == (2, "2015")
    assert (root / "latest").resolve().name == "00000002"
    assert verify(root, 1) == verify(root, 2) == []
    # The order of releases is their numbers': going on from the later clock makes the third.
    assert release(root, corpus(tmp_path / "w", "a", "b", "c")).release == 3


@pytest.mark.parametrize("where", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_table_file_that_rotted_is_not_released(tmp_path: Path, where: float) -> None:
    root = tmp_path / "p"
    release(root, corpus(tmp_path / "w", "a"))
    rows = [
        row("articles", article_id=f"{each:04d}", document_id="a", body=os.urandom(600).hex())
        for each in range(300)
    ]
    path = write(tmp_path / "rotten.parquet", "articles", rows)
    changed = bytearray(path.read_bytes())
    changed[int(len(changed) * where)] ^= 0x10
    path.write_bytes(changed)
    tables = corpus(tmp_path / "w", "a")
    with pytest.raises(ReleaseError, match=r"table articles: .*rotten\.parquet cannot be read"):
        release(root, {**tables, "articles": [path], "mentions": []})
    assert list_releases(root) == [1]
    assert verify(root, 1) == []
    assert pl.read_parquet(root / "latest" / "articles" / "*.parquet")["article_id"].to_list() == [
        "a"
    ]


def test_a_released_file_that_rotted_is_named(tmp_path: Path) -> None:
    root = tmp_path / "p"
    release(root, corpus(tmp_path / "w", "a"))
    newest = read_head(root)
    assert newest is not None
    path = root / newest.tables["articles"].files[0].path
    changed = bytearray(path.read_bytes())
    changed[len(changed) // 2] ^= 0x10
    path.write_bytes(changed)
    assert verify(root, 1) == [
        f"{newest.tables['articles'].files[0].path}: the content is not what was released"
    ]
