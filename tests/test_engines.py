"""Engines: every key once, whatever becomes of the others; and as many workers as the machine has room for."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from copydesk import engines, machine
from copydesk.engines import LocalEngine, Outcome, SerialEngine


@dataclass(frozen=True, slots=True)
class Task:
    """Notes every call, and dies or fails on the keys that say so."""

    directory: Path

    def __call__(self, key: str) -> str:
        calls = self.directory / key
        with calls.open("a") as file:
            file.write(f"{os.getpid()}\n")
        if key == "fails":
            raise ValueError("not this one")
        attempt = len(calls.read_text().splitlines())
        if key == "dies" or (key == "dies-once" and attempt == 1):
            os.kill(os.getpid(), signal.SIGKILL)
        return f"{key} {os.environ.get('POLARS_MAX_THREADS')}"

    def calls(self, key: str) -> int:
        return len((self.directory / key).read_text().splitlines())


def by_key(outcomes: list[Outcome[str]]) -> dict[str, Outcome[str]]:
    assert len({outcome.key for outcome in outcomes}) == len(outcomes)
    return {outcome.key: outcome for outcome in outcomes}


def test_a_killed_worker_takes_nothing_along_but_its_own_key(tmp_path: Path) -> None:
    task = Task(tmp_path)
    keys = ["a", "dies-once", "b", "fails", "c", "dies", "d"]
    found = by_key(list(LocalEngine(workers=2).map(task, keys)))
    assert set(found) == set(keys)
    for key in ("a", "b", "c", "d", "dies-once"):
        assert found[key].value == f"{key} 1"
        assert found[key].error is None
    assert isinstance(found["fails"].error, ValueError)
    assert found["dies"].error is not None
    assert {key: task.calls(key) for key in keys} == {
        **dict.fromkeys(("a", "b", "c", "d", "fails"), 1),
        "dies-once": 2,
        "dies": engines.MAX_ATTEMPTS,
    }
    workers = {pid for key in keys for pid in (tmp_path / key).read_text().split()}
    assert str(os.getpid()) not in workers


def test_who_stops_asking_stops_the_work(tmp_path: Path) -> None:
    task = Task(tmp_path)
    outcomes = LocalEngine(workers=1).map(task, [f"k{number}" for number in range(50)])
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    assert len(list(tmp_path.iterdir())) < 50


def test_in_this_process_a_key_that_fails_stops_no_other(tmp_path: Path) -> None:
    found = by_key(list(SerialEngine().map(Task(tmp_path), ["a", "fails", "b"])))
    assert [outcome.value is None for outcome in found.values()] == [False, True, False]
    assert (tmp_path / "a").read_text().split() == [str(os.getpid())]


@pytest.mark.parametrize(
    ("cores", "gigabytes", "workers"), [(8, 64, 8), (8, 4, 2), (1, 64, 1), (8, 1, 1)]
)
def test_workers_fit_cores_and_memory(
    monkeypatch: pytest.MonkeyPatch, cores: int, gigabytes: int, workers: int
) -> None:
    monkeypatch.setattr(engines, "count_cores", lambda: cores)
    monkeypatch.setattr(engines, "available_memory", lambda: gigabytes * 1024**3)
    assert engines.right_size() == workers


def group(root: Path, path: str, **values: str) -> None:
    directory = root / path
    directory.mkdir(parents=True, exist_ok=True)
    for name, value in values.items():
        (directory / name.replace("__", ".")).write_text(f"{value}\n")


@pytest.fixture
def eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    monkeypatch.setattr(os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2**22}.__getitem__)


@pytest.mark.usefixtures("eight_cores")
def test_limits_of_a_control_group_of_version_2(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text("0::/pod/container\n")
    root = tmp_path / "cgroup"
    group(root, "pod/container", cpu__max="max 100000", memory__max="max")
    group(root, "pod", cpu__max="250000 100000", memory__max=str(3 * 1024**3))
    assert machine.count_cores(root, own) == 2
    assert machine.available_memory(root, own) == 3 * 1024**3


@pytest.mark.usefixtures("eight_cores")
def test_limits_of_control_groups_of_version_1(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text("4:memory:/box\n1:cpu,cpuacct:/\n")
    root = tmp_path / "cgroup"
    group(root, "memory/box", memory__limit_in_bytes=str(2 * 1024**3))
    group(root, "cpu", cpu__cfs_quota_us="50000", cpu__cfs_period_us="100000")
    assert machine.count_cores(root, own) == 1
    assert machine.available_memory(root, own) == 2 * 1024**3


@pytest.mark.usefixtures("eight_cores")
def test_without_limits_the_machine_is_the_limit(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text("4:memory:/\n1:cpu:/\n")
    root = tmp_path / "cgroup"
    group(root, "memory", memory__limit_in_bytes="9223372036854771712")
    group(root, "cpu", cpu__cfs_quota_us="-1", cpu__cfs_period_us="100000")
    assert machine.count_cores(root, own) == 8
    assert machine.available_memory(root, own) == 16 * 1024**3
    assert machine.count_cores(tmp_path / "nothing", tmp_path / "nothing") == 8
