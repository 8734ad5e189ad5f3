"""What the machine gives this process: cores and memory.

What belongs here: the limits of the machine, of the scheduler and of the control group (both versions, as containers set
them). What does not: what is done within them (engines.py).
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

CONTROL_GROUPS: Final = Path("/sys/fs/cgroup")
OWN_GROUPS: Final = Path("/proc/self/cgroup")


def count_cores(root: Path = CONTROL_GROUPS, own: Path = OWN_GROUPS) -> int:
    """Cores that this process may use, at least one; a quota of one and a half is one core."""
    cores = float(len(os.sched_getaffinity(0)))
    for directory in _directories(root, own, "cpu"):
        quota, period = _words(directory / "cpu.max")[:2] or ("", "")
        if not quota:
            quota = "".join(_words(directory / "cpu.cfs_quota_us"))
            period = "".join(_words(directory / "cpu.cfs_period_us"))
        # `max`, and -1 in version 1, say that there is none.
        if quota.isdigit() and period.isdigit() and int(period):
            cores = min(cores, int(quota) / int(period))
    return max(1, math.floor(cores))


def available_memory(root: Path = CONTROL_GROUPS, own: Path = OWN_GROUPS) -> int:
    """Bytes of memory that this process and its children may have together."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for directory in _directories(root, own, "memory"):
        for name in ("memory.max", "memory.limit_in_bytes"):
            limit = "".join(_words(directory / name))
            if limit.isdigit():
                memory = min(memory, int(limit))
    return memory


def _directories(root: Path, own: Path, controller: str) -> Iterator[Path]:
    """The directories of this process's control groups and of those around them."""
    for line in _lines(own):
        _, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        if controllers and controller not in controllers.split(","):
            continue
        mount = root / controller if controllers else root
        directory = mount / group.lstrip("/")
        yield from (each for each in (directory, *directory.parents) if each.is_relative_to(mount))
    # In a container the group's own path may lie outside what is mounted: its limits are at the root.
    yield root
    yield root / controller


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except OSError:
        return []


def _words(path: Path) -> list[str]:
    return " ".join(_lines(path)).split()
