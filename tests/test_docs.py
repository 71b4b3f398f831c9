# SPDX-License-Identifier: MIT
"""The examples in docstrings give what they say."""

import doctest
import importlib

import pytest

from tests.test_layers import OURS, ROOT, SOURCES


def module_of(path) -> str:
    folder, *rest = path.relative_to(ROOT).with_suffix("").parts
    parts = [OURS, *([] if folder == "boards" else [folder]), *rest]
    return ".".join(parts).removesuffix(".__init__")


WITH_EXAMPLES = [path for path in SOURCES if ">>> " in path.read_text()]


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=module_of)
def test_examples_of(path):
    module = importlib.import_module(module_of(path))
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed


def test_examples_of_the_readme_of_kernels():
    found = doctest.testfile(str(ROOT / "hls" / "README.md"), module_relative=False)
    assert found.attempted and not found.failed
