"""The definition graph: what Dagster sees, compared with a readable snapshot.

After a wanted change: UPDATE_SNAPSHOTS=1 python -m pytest tests/test_definitions.py
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.partitions import SEGMENTS
from copydesk.tables import TABLES
from pipelines.definitions import defs

ROOT = Path(__file__).parent.parent
SNAPSHOT = Path(__file__).parent / "snapshots" / "definitions.json"


def describe() -> dict[str, Any]:
    graph = defs.resolve_asset_graph()
    assets = {}
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        assets[key.to_user_string()] = {
            "deps": sorted(parent.to_user_string() for parent in node.parent_keys),
            "group": node.group_name,
            "kinds": sorted(node.kinds),
            "partitions": node.partitions_def.name if node.partitions_def else None,
            "checks": {
                check.name: "blocking" if graph.get(check).blocking else "warning"
                for check in sorted(node.check_keys, key=lambda check: check.name)
            },
        }
    jobs = {
        job.name: [node.name for node in job.graph.nodes_in_topological_order]
        for job in defs.resolve_all_job_defs()
        if not job.name.startswith("__")
    }
    return {
        "assets": assets,
        "jobs": {name: sorted(steps) for name, steps in sorted(jobs.items())},
        "schedules": {
            schedule.name: f"{schedule.cron_schedule} {schedule.execution_timezone}"
            for schedule in defs.schedules or []
        },
        "sensors": {sensor.name: sensor.job_name for sensor in defs.sensors or []},
    }


def test_the_graph_is_as_recorded() -> None:
    found = json.dumps(describe(), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(found, encoding="utf-8")
    assert json.loads(found) == json.loads(SNAPSHOT.read_text("utf-8")), __doc__


def test_every_asset_has_a_group_a_kind_and_a_description() -> None:
    graph = defs.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.group_name != "default", key
        assert node.kinds, key
        assert node.description, key
        assert not node.owners, key


@pytest.mark.parametrize("name", TABLES)
def test_a_table_shows_its_columns(name: str) -> None:
    node = defs.resolve_asset_graph().get(dg.AssetKey(["tables", name]))
    schema = node.metadata["dagster/column_schema"].value
    assert [column.name for column in schema.columns] == [
        column.name for column in TABLES[name].columns
    ]
    assert all(column.description for column in schema.columns)


def test_every_table_is_checked_before_the_release() -> None:
    graph = defs.resolve_asset_graph()
    for name in TABLES:
        key = dg.AssetKey(["tables", name])
        assert any(graph.get(check).blocking for check in graph.get(key).check_keys), name
        assert key in graph.get(dg.AssetKey("release")).parent_keys


def test_batch_assets_run_many_batches_at_once() -> None:
    graph = defs.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        if key.path[0] in {"raw", "parsed"}:
            assert node.partitions_def == SEGMENTS
            assert node.backfill_policy == dg.BackfillPolicy.single_run()
        else:
            assert node.partitions_def is None


def test_the_release_has_a_freshness_policy() -> None:
    assert defs.resolve_asset_graph().get(dg.AssetKey("release")).freshness_policy is not None


def test_the_workspace_loads_from_any_directory(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dagster", "definitions", "validate"]
    environment = {**os.environ, "DAGSTER_DISABLE_TELEMETRY": "1"}
    environment.pop("DAGSTER_HOME", None)
    done = subprocess.run(
        [*command, "-w", str(ROOT / "workspace.yaml")],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
