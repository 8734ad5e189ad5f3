"""The same input gives the same bytes: every data file of the release, whatever came first."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.home import Home
from copydesk.manifests import list_releases
from tests.editions import data_files, start_edition

SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.mark.timeout(900)
def test_releases_are_byte_identical_whatever_the_batches_order(tmp_path: Path) -> None:
    # Two installations at once, which differ in all that may not matter: which batch came first, how strings hash,
    # how many threads share the work.
    batches = [[SEEDS / "dumps"], [SEEDS / "formats"]]
    runs = {
        "one": (batches, {"PYTHONHASHSEED": "1", "POLARS_MAX_THREADS": "1"}),
        "two": (batches[::-1], {"PYTHONHASHSEED": "2", "POLARS_MAX_THREADS": "4"}),
    }
    processes = {
        name: start_edition(tmp_path / name, order, environment)
        for name, (order, environment) in runs.items()
    }
    for process in processes.values():
        _, errors = process.communicate()
        assert process.returncode == 0, errors
    one, two = (Home(tmp_path / name) for name in runs)
    assert list_releases(one.published) == list_releases(two.published) == [1, 2]
    files = data_files(one)
    assert files == data_files(two)
    # A file for each batch, so the order in which they came could have shown.
    assert len(files["articles"]) == len(files["mentions"]) == 2
