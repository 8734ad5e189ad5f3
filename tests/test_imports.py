"""Imports run one way, without circles, and the core knows no framework."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = ("copydesk", "expectations", "assets", "pipelines")
FRAMEWORKS = {"dagster", "great_expectations"}


def modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for package in ORDER
        for path in sorted((ROOT / package).rglob("*.py"))
    }


def _statements(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for alternative in child.orelse:
                yield from _statements(alternative)
        else:
            yield from _statements(child)


def imported(path: Path, known: dict[str, Path]) -> set[str]:
    """The names a file imports, wherever in it; of this project, modules."""
    found = set[str]()
    for statement in _statements(ast.parse(path.read_text("utf-8"))):
        if isinstance(statement, ast.Import):
            found.update(alias.name for alias in statement.names)
            continue
        assert statement.level == 0, f"{path}: relative import"
        base = statement.module or ""
        for alias in statement.names:
            inner = f"{base}.{alias.name}"
            found.add(inner if inner in known else base)
    return found


MODULES = modules()
IMPORTS = {name: imported(path, MODULES) for name, path in MODULES.items()}


@pytest.mark.parametrize("name", MODULES)
def test_imports_run_one_way(name: str) -> None:
    rank = ORDER.index(name.partition(".")[0])
    tops = {target.partition(".")[0] for target in IMPORTS[name]}
    assert not tops & set(ORDER[rank + 1 :])


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("copydesk")])
def test_the_core_knows_no_framework(name: str) -> None:
    assert not {target.partition(".")[0] for target in IMPORTS[name]} & FRAMEWORKS


def test_there_are_no_circles() -> None:
    done = set[str]()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail[trail.index(name) :], name))
        if name in done:
            return
        for target in sorted(IMPORTS[name] & MODULES.keys() - {name}):
            visit(target, (*trail, name))
        done.add(name)

    for name in MODULES:
        visit(name, ())


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_belongs_in_it(name: str) -> None:
    assert ast.get_docstring(ast.parse(MODULES[name].read_text("utf-8")))
    assert not name.endswith("utils")
