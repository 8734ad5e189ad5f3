"""Backfills from the UI, by the daemon that `copydesk ui` runs: `make soak`, since the daemon looks twice a minute."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import LATER, STORY
from test_docs_serving import free_port
from typer.testing import CliRunner

from assets.pending import NO_RECOGNIZER
from assets.warehouse import RECOGNIZER_VARIABLE
from copydesk import segments
from copydesk.home import Home
from pipelines.cli import app

SECONDS = 600
LAUNCH = """mutation ($what: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $what) {
  __typename ... on LaunchBackfillSuccess { backfillId } } }"""
PARTITIONED = "{ assetNodes { assetKey { path } isPartitioned partitionKeys } }"
STATE = """query ($id: String!) {
  partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status } }
  runsOrError(filter: {tags: [{key: "dagster/backfill", value: $id}]}) { ... on Runs { results { status jobName } } } }"""
PROCESS = {
    "partitionSetName": "process_partition_set",
    "repositorySelector": {
        "repositoryLocationName": "copydesk",
        "repositoryName": "__repository__",
    },
}

pytestmark = pytest.mark.skipif("COPYDESK_SOAK" not in os.environ, reason="takes minutes")


class Ui:
    """Dagster's UI on loopback."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"

    def wait(self) -> None:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"{self._url}/server_info", timeout=10).close()
                return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(1)
        raise TimeoutError("the UI did not start")

    def ask(self, query: str, **variables: object) -> Any:
        request = urllib.request.Request(
            f"{self._url}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def backfill(self, what: Mapping[str, object]) -> list[dict[str, str]]:
        """The runs of a backfill that ended well."""
        launched = self.ask(LAUNCH, what=what)["launchPartitionBackfill"]
        assert launched["__typename"] == "LaunchBackfillSuccess"
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            state = self.ask(STATE, id=launched["backfillId"])
            status = state["partitionBackfillOrError"]["status"]
            if status != "REQUESTED":
                assert status == "COMPLETED_SUCCESS"
                runs: list[dict[str, str]] = state["runsOrError"]["results"]
                return runs
            time.sleep(1)
        raise TimeoutError("the backfill did not end")


@pytest.fixture
def two_segments(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with two deliveries, built one after the other."""
    monkeypatch.setenv(RECOGNIZER_VARIABLE, NO_RECOGNIZER)
    for name, text in {"story": STORY, "later": LATER}.items():
        dump = home.root / "dumps" / f"{name}.txt"
        dump.parent.mkdir(exist_ok=True)
        dump.write_text(text, encoding="utf-8")
        assert CliRunner().invoke(app, ["build", str(dump)]).exit_code == 0
    assert len(segments.list_segments(home)) == 2
    return home


@pytest.fixture
def ui(two_segments: Home) -> Iterator[Ui]:
    """The UI and its daemon, on that home."""
    port = free_port()
    command = Path(sys.executable).with_name("copydesk")
    process = subprocess.Popen([command, "ui", "--port", str(port)], start_new_session=True)
    try:
        started = Ui(port)
        started.wait()
        yield started
        process.terminate()
        process.wait(timeout=60)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def parsed_files(home: Home) -> dict[str, bytes]:
    parsed = home.warehouse / "parsed"
    return {str(path.relative_to(parsed)): path.read_bytes() for path in parsed.rglob("*.parquet")}


@pytest.mark.timeout(3 * SECONDS)
def test_a_backfill_makes_what_was_lost_of_all_segments_in_one_run(
    two_segments: Home, ui: Ui
) -> None:
    partitioned = [each for each in ui.ask(PARTITIONED)["assetNodes"] if each["isPartitioned"]]
    keys = partitioned[0]["partitionKeys"]
    assert sorted(keys) == sorted(segments.list_segments(two_segments))
    for what, job in (
        ({"assetSelection": [each["assetKey"] for each in partitioned]}, "__ASSET_JOB"),
        ({"selector": PROCESS}, "process"),
    ):
        before = parsed_files(two_segments)
        assert len(before) > 2
        shutil.rmtree(two_segments.warehouse / "parsed")
        assert ui.backfill({**what, "partitionNames": keys}) == [
            {"status": "SUCCESS", "jobName": job}
        ]
        assert parsed_files(two_segments) == before
