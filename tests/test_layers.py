# SPDX-License-Identifier: MIT
"""Imports go one way, training -> (file) -> flow -> hls, boards on top; libraries are declared."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("training", "hls", "flow", "boards")

# The first entry that starts a module's name says what of ours it may import besides itself.
MAY_IMPORT = {
    "boards.board": (),
    "boards.errors": (),
    "boards.host": ("boards.errors", "boards.board", "flow", "hls"),
    "boards.diagram": (),
    "boards.bench": ("boards.errors", "boards.board", "boards.host", "flow"),
    "boards.flagship": ("boards.errors", "boards.bench", "flow"),
    "boards.report": ("boards.board", "boards.bench", "boards.host.codes"),
    "boards.cli": PACKAGES,
    "flow": ("hls", "boards.board"),
    "hls": (),
    "training": (),
}
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                names |= {alias.name for alias in aliases}
            case ast.ImportFrom(module=str(module), level=0, names=aliases):
                names |= {
                    module if within(module, "boards.board") else f"{module}.{alias.name}"
                    for alias in aliases
                }
            case ast.ImportFrom(level=level) if level > 0:
                raise AssertionError("relative imports hide the direction")
    return names


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path):
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    if module == "boards":
        return
    home = next(home for home in MAY_IMPORT if within(module, home))
    allowed = (home, *MAY_IMPORT[home])
    ours = {
        name for name in imported(ast.parse(path.read_text())) if name.split(".")[0] in PACKAGES
    }
    wrong = {name for name in ours if not any(within(name, package) for package in allowed)}
    assert not wrong, f"{module} must not import {', '.join(sorted(wrong))}"


def test_what_is_imported_is_a_dependency_and_pinned():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    lock = (ROOT / "requirements.lock").read_text()
    pinned = {plain(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    assert {plain(name) for name in declared} <= pinned
    provided = packages_distributions()
    names = {name for path in SOURCES for name in imported(ast.parse(path.read_text()))}
    outside = {name.split(".")[0] for name in names} - set(PACKAGES) - sys.stdlib_module_names
    missing = {
        name
        for name in outside
        if not {plain(by) for by in provided.get(name, [])} & {plain(name) for name in declared}
    }
    assert missing == set()


def plain(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()
