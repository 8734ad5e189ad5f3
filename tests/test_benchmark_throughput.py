"""The pages that throughput is measured on: the same for the same seed, of every form, with duplicates to find."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from benchmarks.throughput.generator import BLOCK, Form, Generator, write
from benchmarks.throughput.processes import Watch
from copydesk.containers import Columns, documents, kind_of_file
from copydesk.duplicates import find_duplicates
from copydesk.sources import find_inputs
from copydesk.tables import TABLES


@pytest.fixture(scope="module")
def generator() -> Generator:
    return Generator(BLOCK + 200, seed=3)


def test_a_seed_makes_the_same_pages(generator: Generator) -> None:
    again = Generator(BLOCK + 200, seed=3)
    assert list(again.block(1)) == list(generator.pages())[BLOCK:]
    assert next(Generator(BLOCK + 200, seed=4).pages()) != next(generator.pages())


def test_pages_are_of_the_size_and_kinds_that_are_promised(generator: Generator) -> None:
    pages = list(generator.pages())
    assert [page.number for page in pages] == list(range(BLOCK + 200))
    mean = sum(len(page.text.encode()) for page in pages) / len(pages)
    assert 4_500 < mean < 5_500
    assert 0.10 < sum(page.is_html for page in pages) / len(pages) < 0.17
    assert any("/html/head/meta" in page.text for page in pages)


@pytest.mark.parametrize("form", Form)
def test_every_form_holds_the_same_pages(tmp_path: Path, form: Form, generator: Generator) -> None:
    size = write(generator, tmp_path, form)
    found = [
        one.content
        for located in find_inputs([tmp_path])
        for path in located["path"]
        for one in documents(path, kind_of_file(path), Columns())
    ]
    assert len(found) == generator.count
    assert sum(len(content or b"") for content in found) == size
    assert sorted(content or b"" for content in found) == sorted(
        page.text.encode() for page in generator.pages()
    )


def test_stories_that_several_outlets_run_are_the_duplicates(generator: Generator) -> None:
    stories = list(generator.stories())
    frame = pl.DataFrame(
        {
            "article_id": [f"{story.number:08}" for story in stories],
            "body": ["\n\n".join(story.paragraphs) for story in stories],
        }
    )
    columns = TABLES["articles"].polars_schema
    articles = frame.with_columns(
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in columns.items()
        if name not in frame.columns
    ).with_columns(language=pl.lit("en"), word_count=pl.lit(500, pl.Int64), quality=pl.lit(1.0))
    found = find_duplicates(articles.select(columns.names()).lazy())
    share = found["duplicate_of"].is_not_null().sum() / len(stories)
    assert 0.05 < share < 0.12


def test_a_tree_of_processes_is_watched() -> None:
    """A child's child counts, and so do its memory and time."""
    inner = (
        "b = bytearray(80_000_000)\nfor _ in range(3_000_000): pass\nimport time; time.sleep(1.5)"
    )
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    process = subprocess.Popen([sys.executable, "-c", outer])
    with Watch(process.pid) as watch:
        assert process.wait() == 0
    assert 80e6 < watch.peak_bytes < 300e6
    assert watch.seconds > 0.05
