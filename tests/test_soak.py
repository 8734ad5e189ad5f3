"""Publishers that are killed and that contend, as separate processes; `make soak` runs the long form."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import polars as pl

from copydesk.manifests import list_releases, read_manifest
from copydesk.verification import verify
from tests.test_releases import corpus, release

SOAK = "COPYDESK_SOAK" in os.environ
KILLS = 200 if SOAK else 3
PUBLISHERS, TIMES = (6, 20) if SOAK else (3, 2)
SEED = 20261124

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
