"""What describes a release to people, and to the Hugging Face Hub: `README.md`.

What belongs here: the dataset card, derived from a manifest: YAML that says which files are which table, then text.
What does not: other descriptors (descriptors.py, croissant.py).

`datasets.load_dataset(DIRECTORY, TABLE)` reads the YAML: each table is a configuration with one split, and its files are
listed one by one, for a pattern would take in those of other releases. A table of no rows is none: `datasets` fails on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from copydesk.manifests import Manifest, TableEntry

README: Final = "README.md"
# What `datasets` loads when no table is named.
DEFAULT_TABLE: Final = "articles"
# The Hub's classes of size: up to how many rows, and the name.
SIZES: Final = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
)
LARGEST: Final = "n>1B"


def dataset_card(manifest: Manifest) -> str:
    """The README of a published directory, as Markdown with YAML before it."""
    return f"---\n{_front_matter(manifest)}---\n\n{_text(manifest)}"


def _front_matter(manifest: Manifest) -> str:
    """What the Hub and `datasets` read."""
    rows = manifest.tables[DEFAULT_TABLE].rows
    filled = {name: entry for name, entry in manifest.tables.items() if entry.rows}
    size = next((name for limit, name in SIZES if rows < limit), LARGEST)
    lines = [
        "pretty_name: News articles",
        "license: other",
        "license_name: rights-of-the-publishers",
        f"license_link: {README}",
        "tags:",
        "- news",
        "- journalism",
        "- geonames",
        "size_categories:",
        f"- {size}",
        "configs:",
        *(line for name, entry in filled.items() for line in _configuration(name, entry)),
        "dataset_info:",
        *(line for name, entry in filled.items() for line in _sizes(name, entry)),
    ]
    return "\n".join(lines) + "\n"


def _configuration(name: str, entry: TableEntry) -> Iterator[str]:
    """Which files are a table's."""
    yield f"- config_name: {name}"
    if name == DEFAULT_TABLE:
        yield "  default: true"
    yield "  data_files:"
    yield "  - split: train"
    yield "    path:"
    # A JSON string is one of YAML as well, whatever is in it.
    yield from (f"    - {json.dumps(file.path)}" for file in entry.files)


def _sizes(name: str, entry: TableEntry) -> Iterator[str]:
    """How much a table is."""
    yield f"- config_name: {name}"
    yield f"  download_size: {entry.bytes}"
    yield "  splits:"
    yield "  - name: train"
    yield f"    num_examples: {entry.rows}"


def _text(manifest: Manifest) -> str:
    """What people read."""
    rows = "\n".join(
        f"| `{name}` | {table.description} | {table.rows:,} | {table.bytes:,} |"
        for name, table in manifest.tables.items()
    )
    return f"""# News articles, release {manifest.release}

Published {manifest.published_at} by Copydesk {manifest.code_version}, schema
{manifest.schema_version}.
{manifest.message}

| table | a row is | rows | bytes |
|---|---|---:|---:|
{rows}

Every column's meaning, type and unit is in the release's manifest, in the Parquet files themselves,
in the catalogue (`SELECT table_name, column_name, comment FROM duckdb_columns()`), in
`datapackage.json` (Frictionless) and in `croissant.json` (MLCommons Croissant).

Names, quotations and times (`mentions`, `entities`, `quotes`, `time_expressions`) may have been read in a
part of the articles only: `articles.annotated` says in which.

## How to query it

With DuckDB's command line (`-readonly`, or it takes a lock that keeps others out):

```sh
duckdb -readonly catalog.duckdb "SELECT title FROM articles WHERE duplicate_of IS NULL LIMIT 5"
```

From Python:

```python
import duckdb

with duckdb.connect("catalog.duckdb", read_only=True) as connection:
    print(connection.execute("SELECT status, count(*) FROM documents GROUP BY ALL").fetchall())
```

With `datasets` (`articles` is the default; every table is a configuration):

```python
from datasets import load_dataset

mentions = load_dataset(".", "mentions", split="train")
```

With Polars, or anything else that reads Parquet:

```python
import polars as pl

articles = pl.scan_parquet("latest/articles/*.parquet")
```

The directory may be moved or copied as a whole. Attached to another database (`ATTACH`), the views
look where it was published unless told otherwise: `SET VARIABLE dataset_root = '/where/it/is';`.

`releases/NNNNNNNN/` holds the tables of release NNNNNNNN and never changes; a release exists when
its manifest `releases/NNNNNNNN.json` does. `latest` points to the newest.

## Licences

The text of the articles belongs to their publishers; this dataset grants no right to it.
Places carry coordinates and names from [GeoNames](https://www.geonames.org/), licensed under
[CC BY 4.0](https://creativecommons.org/licenses/by/4.0/).
"""
