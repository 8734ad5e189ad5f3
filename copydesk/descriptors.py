"""What describes a release to other tools: a Frictionless data package.

What belongs here: descriptors derived from a manifest. What does not: the catalogue (catalogue.py).
"""

from __future__ import annotations

import json
from typing import Any, Final

from copydesk.manifests import Field, Manifest, TableEntry

DATAPACKAGE: Final = "datapackage.json"

# Arrow's names of types, and Frictionless'.
TYPES: Final = {
    "string": "string",
    "int64": "integer",
    "double": "number",
    "bool": "boolean",
    "date32[day]": "date",
    "timestamp[us, tz=UTC]": "datetime",
}


def datapackage(manifest: Manifest) -> str:
    """The Frictionless `datapackage.json` of a release.

    Resources have no `bytes`: Frictionless rejects it on Parquet.
    """
    return json.dumps(
        {
            "name": "copydesk",
            "title": f"News articles, release {manifest.release}",
            "version": f"{manifest.release}",
            "created": manifest.published_at,
            "resources": [_resource(name, entry) for name, entry in manifest.tables.items()],
        },
        indent=1,
        ensure_ascii=False,
    )


def _resource(name: str, entry: TableEntry) -> dict[str, Any]:
    """One table."""
    first, *others = [file.path for file in entry.files]
    return {
        "name": name,
        "description": entry.description,
        "path": first,
        **({"extrapaths": others} if others else {}),
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "schema": {
            "fields": [_field(field) for field in entry.fields],
            "primaryKey": list(entry.primary_key),
            "foreignKeys": [
                {
                    "fields": list(key.columns),
                    "reference": {
                        "resource": "" if key.references == name else key.references,
                        "fields": list(key.references_columns),
                    },
                }
                for key in entry.foreign_keys
            ],
        },
    }


def _field(field: Field) -> dict[str, Any]:
    """One column."""
    constraints: dict[str, Any] = {} if field.nullable else {"required": True}
    if field.values is not None:
        constraints["enum"] = list(field.values)
    return {
        "name": field.name,
        "type": TYPES.get(field.type, "array"),
        "description": field.description,
        **({"unit": field.unit} if field.unit else {}),
        **({"constraints": constraints} if constraints else {}),
    }
