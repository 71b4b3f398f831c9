# SPDX-License-Identifier: MIT
"""Imports go one way, from the command line down to the ground; what is imported is declared."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("boards", "training", "flow", "hls")
OURS = "tarsier_fpga"

# What each folder may import of the others. training hands a file to flow, so it needs the ground
# floor of hls only.
MAY_IMPORT = {
    "boards": ("training", "flow", "hls"),
    "training": ("hls.base",),
    "flow": ("hls",),
    "hls": (),
}
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def place(name: str) -> str:
    """The folder and room of an import name: tarsier_fpga.hls.base is hls.base."""
    rest = name.removeprefix(OURS).removeprefix(".")
    return rest if rest.split(".")[0] in FOLDERS[1:] else f"boards.{rest}".removesuffix(".")


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                names |= {alias.name for alias in aliases}
            case ast.ImportFrom(module=str(module), level=0, names=aliases):
                names |= {f"{module}.{alias.name}" for alias in aliases}
            case ast.ImportFrom(level=level) if level > 0:
                raise AssertionError("relative imports hide the direction")
    return names


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path):
    home = path.relative_to(ROOT).parts[0]
    ours = {place(name) for name in imported(ast.parse(path.read_text())) if within(name, OURS)}
    allowed = (home, *MAY_IMPORT[home])
    wrong = {name for name in ours if not any(within(name, folder) for folder in allowed)}
    assert not wrong, f"{path.relative_to(ROOT)} must not import {', '.join(sorted(wrong))}"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests" / "hls").rglob("*.py")), ids=lambda p: p.stem
)
def test_kernels_are_tested_without_flow(path):
    names = imported(ast.parse(path.read_text()))
    ours = {place(name) for name in names if within(name, OURS)}
    wrong = {name for name in ours if not within(name, "hls")}
    wrong |= {name for name in names if re.match(r"tests\.(flow|boards|training|end2end)\b", name)}
    assert not wrong, f"{path.relative_to(ROOT)} must not import {', '.join(sorted(wrong))}"


def test_what_is_imported_is_a_dependency_and_pinned():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    lock = (ROOT / "requirements.lock").read_text()
    pinned = {plain(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    assert {plain(name) for name in declared} <= pinned
    provided = packages_distributions()
    names = {name for path in SOURCES for name in imported(ast.parse(path.read_text()))}
    outside = {name.split(".")[0] for name in names} - {OURS} - sys.stdlib_module_names
    missing = {
        name
        for name in outside
        if not {plain(by) for by in provided.get(name, [])} & {plain(name) for name in declared}
    }
    assert missing == set()


def plain(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()
