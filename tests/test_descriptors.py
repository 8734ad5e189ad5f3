"""The descriptors, judged by their own validators."""

from __future__ import annotations

import json
from pathlib import Path

from frictionless import Package

from copydesk.tables import TABLES
from tests.test_releases import corpus, release


def test_frictionless_accepts_the_package(tmp_path: Path) -> None:
    root = tmp_path / "p"
    assert release(root, corpus(tmp_path / "w", "a", "b")).warning is None
    path = root / "datapackage.json"
    report = Package.validate_descriptor(str(path))
    assert report.valid, report.flatten(["title", "note"])
    content = json.loads(path.read_text("utf-8"))
    described = {
        each["name"]: [field["name"] for field in each["schema"]["fields"]]
        for each in content["resources"]
    }
    assert described == {name: list(table.by_name) for name, table in TABLES.items()}
    for each in content["resources"]:
        assert all((root / name).is_file() for name in [each["path"], *each.get("extrapaths", [])])
