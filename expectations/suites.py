"""The suites: all expectations of every table, as data.

What belongs here: reading the JSON files and joining them with what the declarations imply. Knows nothing of Great
Expectations, so that asking for names is quick. What does not: running them (runner.py).
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Final

from copydesk.tables import TABLES
from expectations.declaration import Expectation
from expectations.structural import FOLLOWERS, structural_expectations

SEVERITIES: Final = ("critical", "warning")


class SuiteError(Exception):
    """A suite's JSON file is not what it should be."""


@cache
def load_suite(table: str) -> tuple[Expectation, ...]:
    """The expectations of a table: derived ones, then those of `expectations/<table>.json`.

    Raises:
        SuiteError: the file names a severity that does not exist, or a name twice.
    """
    content = json.loads((resources.files("expectations") / f"{table}.json").read_text("utf-8"))
    written = tuple(
        Expectation(
            table=table,
            name=entry["meta"]["name"],
            description=entry["description"],
            severity=entry["severity"],
            type=entry["type"],
            kwargs=entry["kwargs"],
            local=entry["meta"].get("local", table in FOLLOWERS),
        )
        for entry in content["expectations"]
    )
    suite = (*structural_expectations(TABLES[table]), *written)
    for expectation in suite:
        if expectation.severity not in SEVERITIES:
            raise SuiteError(
                f"{table}.json: {expectation.name} has the severity {expectation.severity!r}; use one of {SEVERITIES}"
            )
    names = [expectation.name for expectation in suite]
    if twice := {name for name in names if names.count(name) > 1}:
        raise SuiteError(
            f"{table}.json: more than one expectation is named {', '.join(sorted(twice))}"
        )
    return suite


def expectation_names() -> list[tuple[str, str, str, str]]:
    """Table, name, severity and description of every expectation."""
    return [
        (table, expectation.name, expectation.severity, expectation.description)
        for table in TABLES
        for expectation in load_suite(table)
    ]
