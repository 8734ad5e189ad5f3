"""What describes a release to machine-learning tools: MLCommons Croissant 1.0.

What belongs here: `croissant.json`, derived from a manifest. What does not: other descriptors (descriptors.py,
dataset_card.py).

A table is a set of files and a set of records with a field for each column. The set lists the release's files one by
one, so it means the same in an object store, and does not change when other releases share the directory.

Foreign keys are not in it: readers take a reference for an order to join, and Croissant's own (mlcroissant 1.1) fails on
tables that refer to others by part of their key. The data package has them.
"""

from __future__ import annotations

import json
from typing import Any, Final

from copydesk.manifests import Field, Manifest, TableEntry

CROISSANT: Final = "croissant.json"
FORMAT_VERSION: Final = "http://mlcommons.org/croissant/1.0"
# The registered media type is application/vnd.apache.parquet; Croissant's own reader knows this one only.
PARQUET: Final = "application/x-parquet"

# Arrow's names of types, and Croissant's.
TYPES: Final = {
    "string": "sc:Text",
    "int64": "cr:Int64",
    "double": "cr:Float64",
    "bool": "sc:Boolean",
    "date32[day]": "sc:Date",
    "timestamp[us, tz=UTC]": "sc:DateTime",
}
# The vocabulary that Croissant 1.0 asks every file to declare: terms of its own, and those whose values need a type.
TERMS: Final = [
    "citeAs",
    "column",
    "equivalentProperty",
    "extract",
    "field",
    "fileObject",
    "fileProperty",
    "fileSet",
    "format",
    "includes",
    "isLiveDataset",
    "jsonPath",
    "key",
    "md5",
    "parentField",
    "path",
    "recordSet",
    "references",
    "regex",
    "repeated",
    "replace",
    "samplingRate",
    "separator",
    "source",
    "subField",
    "transform",
]
CONTEXT: Final[dict[str, Any]] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    **{term: f"cr:{term}" for term in TERMS},
}


def croissant(manifest: Manifest) -> str:
    """The `croissant.json` of a release."""
    content = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": FORMAT_VERSION,
        "name": "copydesk",
        "description": (
            "News articles recovered from raw dumps of pages, with metadata, entities, quotations and time expressions."
        ),
        "version": f"{manifest.release}.0.0",
        "datePublished": manifest.published_at,
        "url": "README.md",
        "citeAs": f"Copydesk, release {manifest.release}, {manifest.published_at}, {manifest.commit_id}",
        "license": {
            "@type": "sc:CreativeWork",
            "name": "Rights of the publishers; places under CC BY 4.0",
            "description": (
                "The articles' texts belong to their publishers: this dataset grants no right to them. Places carry names"
                " and coordinates from GeoNames (https://www.geonames.org/), licensed under"
                " https://creativecommons.org/licenses/by/4.0/."
            ),
        },
        "distribution": [_files(name, entry) for name, entry in manifest.tables.items()],
        "recordSet": [_records(name, entry) for name, entry in manifest.tables.items()],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _files(name: str, entry: TableEntry) -> dict[str, Any]:
    """A table's files."""
    return {
        "@type": "cr:FileSet",
        "@id": f"{name}-files",
        "name": f"{name}-files",
        "description": f"Parquet files of the table {name}: {entry.rows} rows, {entry.bytes} bytes.",
        "encodingFormat": PARQUET,
        "includes": [file.path for file in entry.files],
    }


def _records(name: str, entry: TableEntry) -> dict[str, Any]:
    """A table's rows."""
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": entry.description,
        "key": [{"@id": f"{name}/{column}"} for column in entry.primary_key],
        "field": [_field(name, field) for field in entry.fields],
    }


def _field(table: str, field: Field) -> dict[str, Any]:
    """One column."""
    described: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{table}/{field.name}",
        "name": field.name,
        "description": field.description + (f" Unit: {field.unit}." if field.unit else ""),
        "dataType": TYPES.get(field.type, TYPES["string"]),
        "source": {"fileSet": {"@id": f"{table}-files"}, "extract": {"column": field.name}},
    }
    if field.type not in TYPES:
        described["repeated"] = True
    return described
