"""Publishers that are killed and that contend, as separate processes; `make soak` runs the long form."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
from conftest import LATER, SECOND, write_dumps

from assets.warehouse import RECOGNIZER_VARIABLE, Warehouse
from copydesk.home import Home
from copydesk.manifests import list_releases, read_manifest
from copydesk.verification import verify
from tests.editions import EditionServer, data_files
from tests.test_recognition import write_model
from tests.test_releases import corpus, release

SOAK = "COPYDESK_SOAK" in os.environ
KILLS = 200 if SOAK else 3
PIPELINE_KILLS = 200 if SOAK else 1
PUBLISHERS, TIMES = (6, 20) if SOAK else (3, 2)
# How many runs over the same dumps are killed at most before one may finish.
MAX_CHAIN = 4
SEED = 20261124
# Between two looks of a reader: often enough to look into every window, not so often that it takes a core.
PAUSE = 0.05

PUBLISHER = """
import sys
from pathlib import Path
from tests.test_releases import corpus, releases
who, base, times = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
for number in range(times):
    name = f"{who}{number}"
    made = corpus(base / "made" / name, name)
    print("ready", flush=True)
    releases.append(base / "p", made, checks=[], inputs=[name], message=name)
"""


def start(who: str, base: Path, times: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, who, str(base), str(times)],
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        text=True,
    )


def read_as_anybody(root: Path) -> int:
    """Read the newest release by its link; every article has its document and its mention."""
    directory = (root / "latest").resolve()
    keys = [
        pl.read_parquet(directory / table / "*.parquet", columns=[column])[column].sort().to_list()
        for table, column in (
            ("documents", "document_id"),
            ("articles", "article_id"),
            ("mentions", "article_id"),
        )
    ]
    assert keys[0] == keys[1] == keys[2]
    return len(keys[0])


def test_killed_publishers_leave_whole_releases(tmp_path: Path) -> None:
    root = tmp_path / "p"
    release(root, corpus(tmp_path / "w", "first"))
    chance = random.Random(SEED)
    seen = read_as_anybody(root)
    for kill in range(KILLS):
        process = start(f"k{kill}-", tmp_path, 50)
        assert process.stdout is not None
        process.stdout.readline()
        end = time.monotonic() + chance.uniform(0, 0.8)
        while time.monotonic() < end:
            # What is published never shrinks, and is whole whenever anybody looks.
            now = read_as_anybody(root)
            assert now >= seen
            seen = now
        process.kill()
        process.wait()
        process.stdout.close()
        assert verify(root, list_releases(root)[-1]) == []
    # The next publisher finishes undisturbed, and sweeps what the killed ones left.
    outcome_of = start("last", tmp_path, 1)
    outcome_of.communicate(timeout=120)
    assert outcome_of.returncode == 0
    numbers = list_releases(root)
    assert numbers == list(range(1, len(numbers) + 1))
    newest = read_manifest(root, numbers[-1])
    assert "last0" in newest.inputs
    assert read_as_anybody(root) == len(newest.inputs)
    assert os.listdir(root / ".staging") == []
    assert verify(root, numbers[-1]) == []


def test_contending_publishers_lose_nothing(tmp_path: Path) -> None:
    workers = [start(f"w{number}-", tmp_path, TIMES) for number in range(PUBLISHERS)]
    for worker in workers:
        worker.communicate(timeout=1_500)
    assert [worker.returncode for worker in workers] == [0] * PUBLISHERS
    root = tmp_path / "p"
    total = PUBLISHERS * TIMES
    assert list_releases(root) == list(range(1, total + 1))
    assert len(set(read_manifest(root, total).inputs)) == total
    assert read_as_anybody(root) == total
    assert verify(root, total) == []


class Reader:
    """Polls a published directory in a thread, by its catalogue and by `latest`, as anybody would."""

    def __init__(self, published: Path, expected: dict[int, dict[str, int]]) -> None:
        self._published = published
        self._expected = expected
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._poll)
        self.reads = 0
        self.faults: list[str] = []

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _poll(self) -> None:
        newest = 0
        while not self._ended.is_set():
            try:
                newest = max(self._check(newest), newest)
            except (AssertionError, OSError, duckdb.Error, pl.exceptions.PolarsError) as error:
                self.faults.append(repr(error))
            self.reads += 1
            time.sleep(PAUSE)

    def _check(self, newest: int) -> int:
        """One look; the release it saw, whose rows must be all there."""
        with duckdb.connect(str(self._published / "catalog.duckdb"), read_only=True) as connection:
            seen = connection.execute("SELECT release FROM release").fetchall()[0][0]
            for table, rows in self._expected[seen].items():
                found = connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
                assert found == rows, f"catalogue of release {seen}: {found} rows in {table}"
        assert seen >= newest, f"the catalogue went back to release {seen}"
        directory = (self._published / "latest").resolve()
        for table, rows in self._expected[int(directory.name)].items():
            found = pl.scan_parquet(directory / table / "*.parquet").select(pl.len()).collect()
            assert found.item() == rows, f"{directory}: {found.item()} rows in {table}"
        return int(seen)


@pytest.fixture
def editions(tmp_path: Path) -> Iterator[EditionServer]:
    # A small model: what is killed is the pipeline, not spaCy.
    server = EditionServer({RECOGNIZER_VARIABLE: str(write_model(tmp_path / "model"))})
    yield server
    server.close()


def phase(home: Home, batch_id: str) -> str:
    """How far the processing of a batch had come."""
    warehouse = Warehouse(home=str(home.root))
    if warehouse.store.find(warehouse.batch_path("raw", "raw_documents", batch_id)) is None:
        return "ingest"
    if batch_id not in warehouse.whole_batches():
        return "processing"
    return "publishing" if len(list_releases(home.published)) == 1 else "after the release"


def test_a_pipeline_killed_anywhere_ends_as_one_undisturbed(
    tmp_path: Path, editions: EditionServer
) -> None:
    first = write_dumps(tmp_path / "first")
    second = tmp_path / "second"
    second.mkdir()
    for name, text in (("later", LATER), ("again", SECOND), ("torn", "{broken")):
        (second / f"{name}.txt").write_text(text, encoding="utf-8")

    def finish(home: Home, dumps: Path) -> float:
        started = time.monotonic()
        editions.start(home.root, [dumps])
        assert editions.wait() == 0
        return time.monotonic() - started

    # What an undisturbed run makes of it, from a first release that all the others start with as well.
    base = Home(tmp_path / "base").create()
    finish(base, first)
    undisturbed = Home(tmp_path / "undisturbed")
    shutil.copytree(base.root, undisturbed.root, symlinks=True)
    usual = finish(undisturbed, second)
    batches = [set(read_manifest(undisturbed.published, each).inputs) for each in (1, 2)]
    (batch_id,) = batches[1] - batches[0]
    expected = {
        number: {
            name: entry.rows
            for name, entry in read_manifest(undisturbed.published, number).tables.items()
        }
        for number in (1, 2)
    }
    assert expected[1]["articles"] < expected[2]["articles"]
    files = data_files(undisturbed)

    chance = random.Random(SEED)
    killed, reads, kills = Counter[str](), 0, 0
    while kills < PIPELINE_KILLS:
        home = Home(tmp_path / f"killed-{kills}")
        shutil.copytree(base.root, home.root, symlinks=True)
        with Reader(home.published, expected) as reader:
            # What is killed may have been making up for one that was killed before.
            for _ in range(min(chance.randint(1, MAX_CHAIN), PIPELINE_KILLS - kills)):
                process = editions.start(home.root, [second])
                time.sleep(chance.uniform(0, usual))
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
                if editions.wait() == -signal.SIGKILL:
                    kills += 1
                    killed[phase(home, batch_id)] += 1
            finish(home, second)
        assert reader.faults == []
        reads += reader.reads
        assert list_releases(home.published) == [1, 2]
        assert data_files(home) == files
        assert verify(home.published, 1) == verify(home.published, 2) == []
        assert os.listdir(home.published / ".staging") == []
        shutil.rmtree(home.root)
    # Shown by pytest's -rP, for who wants to know where it was killed.
    print(f"killed in {dict(killed)}; {reads} looks at the release meanwhile")
