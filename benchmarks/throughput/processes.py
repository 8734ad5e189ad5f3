"""What a process and all its children take: processor time and memory, looked at while they run.

What belongs here: reading /proc. What does not: what is run.

Memory is the sum of proportional set sizes, so that what forked processes share is counted once.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
SECONDS_BETWEEN_LOOKS: Final = 0.5
TICKS: Final = os.sysconf("SC_CLK_TCK")


class Watch:
    """Watches the tree of processes below `pid` until it is left."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._seconds = dict[int, float]()
        self.peak_bytes = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def seconds(self) -> float:
        """Processor time of all processes that were seen, each as last seen."""
        return sum(list(self._seconds.values()))  # A copy: it may be looked at meanwhile.

    def look(self) -> None:
        """Look now."""
        memory = 0
        for pid in _tree(self._pid):
            with suppress(OSError, ValueError, IndexError):
                self._seconds[pid] = _processor_seconds(pid)
                memory += _memory(pid)
        self.peak_bytes = max(self.peak_bytes, memory)

    def _watch(self) -> None:
        while not self._over.wait(SECONDS_BETWEEN_LOOKS):
            self.look()


def _tree(root: int) -> Iterator[int]:
    yield root
    with suppress(OSError):
        for task in (PROC / str(root) / "task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _tree(int(child))


def _processor_seconds(pid: int) -> float:
    fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory(pid: int) -> int:
    for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
