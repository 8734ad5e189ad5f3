"""The descriptors, judged by their own validators and read by their own readers."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from frictionless import Package

from copydesk.catalogue import DESCRIPTORS
from copydesk.releases import repair
from copydesk.tables import TABLES
from tests.test_releases import corpus, release, row, write

# Prints, for each configuration of a directory, its columns and rows.
LOAD = """
import json, sys
from datasets import get_dataset_config_names, load_dataset
loaded = {}
for name in get_dataset_config_names(sys.argv[1]):
    table = load_dataset(sys.argv[1], name, split="train")
    loaded[name] = (table.column_names, table.num_rows, list(table.take(1)) if table.num_rows else [])
default = load_dataset(sys.argv[1], split="train").column_names
print(json.dumps({"default": default, "loaded": loaded}, default=str))
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The second of two releases; three batches, one list and one instant that are not null."""
    made = tmp_path_factory.mktemp("made")
    published = tmp_path_factory.mktemp("published")
    tables = corpus(made, "a", "b")
    release(published, tables)
    third = {
        "document_id": "c", "article_id": "c", "cluster_id": "c", "status": "article", "body": "Third.",
        "authors": ["Ana Holm", "Eva Holm"], "published_at": datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC),
    }  # fmt: skip
    for name in ("documents", "articles"):
        tables[name].append(write(made / name / "c.parquet", name, [row(name, **third)]))
    assert release(published, tables).warning is None
    return published


def test_frictionless_accepts_the_package(root: Path) -> None:
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


def test_croissant_is_valid_and_its_reader_reads_every_row(root: Path) -> None:
    # Its logging library, absl, takes what stands for the standard error when it is imported for its own, and closes it when
    # Dagster next configures logging: it spares the real one, but not what pytest captures with.
    with contextlib.redirect_stderr(sys.__stderr__):
        import mlcroissant

    dataset = mlcroissant.Dataset(str(root / "croissant.json"))
    issues = dataset.metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())
    described = {
        each.uuid: [field.name for field in each.fields] for each in dataset.metadata.record_sets
    }
    assert described == {name: list(table.by_name) for name, table in TABLES.items()}
    for each in dataset.metadata.record_sets:
        for field in each.fields:
            meaning = TABLES[each.uuid].by_name[field.name].description
            assert field.description.startswith(meaning)
    articles = list(dataset.records("articles"))
    assert sorted(each["articles/article_id"] for each in articles) == [b"a", b"b", b"c"]
    (third,) = (each for each in articles if each["articles/article_id"] == b"c")
    assert list(third["articles/authors"]) == [b"Ana Holm", b"Eva Holm"]
    assert len(list(dataset.records("mentions"))) == 2


def test_the_cards_tables_load_with_datasets_offline(root: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(root)],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    loaded: Mapping[str, Any] = answer["loaded"]
    # Tables of no rows, here most of them, are no configurations.
    assert {name: (columns, rows) for name, (columns, rows, _) in loaded.items()} == {
        name: (list(TABLES[name].by_name), rows)
        for name, rows in {"documents": 3, "articles": 3, "mentions": 2, "entities": 1}.items()
    }
    assert loaded["mentions"][2][0]["entity_id"] == "e1"
    assert answer["default"] == list(TABLES["articles"].by_name)


def test_the_card_says_size_licence_and_attribution(root: Path) -> None:
    _, front, text = (root / "README.md").read_text("utf-8").split("---\n", 2)
    card = yaml.safe_load(front)
    assert (card["license"], card["size_categories"]) == ("other", ["n<1K"])
    sizes = {
        each["config_name"]: each["splits"][0]["num_examples"] for each in card["dataset_info"]
    }
    assert sizes == {"documents": 3, "articles": 3, "mentions": 2, "entities": 1}
    assert "GeoNames" in text
    assert "belongs to their publishers" in text


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_a_missing_descriptor_is_made_again(root: Path, name: str) -> None:
    before = (root / name).read_bytes()
    (root / name).unlink()
    repair(root)
    assert (root / name).read_bytes() == before
