# SPDX-License-Identifier: MIT
"""A key of code changes with what a module imports, and with nothing else."""

import ast
import sys
import tokenize
from io import StringIO
from pathlib import Path

import pytest

from tarsier_fpga.hls.base import code_key
from tarsier_fpga.hls.base.code_key import code_files, code_of, without_comments

ROOT = Path(__file__).parents[3]
SOURCES = [
    path for name in ("boards", "flow", "hls", "training") for path in (ROOT / name).rglob("*.py")
]
TOY = {
    "toys/__init__.py": "",
    "toys/base/__init__.py": "",
    "toys/base/ground.py": "DEEP = 1\n",
    "toys/base/top.sv.j2": "module {{ name }};\n",
    "toys/base/README.md": "What it is.\n",
    "toys/build.py": "from toys.base import (\n    ground,\n)\n\ndef f():\n    import toys.late\n",
    "toys/late.py": "from toys import shared\n",
    "toys/shared.py": "ONE = 1  # of all\n",
    "toys/kernels/__init__.py": "",
    "toys/kernels/found.py": "from toys.kernels import _helper\n",
    "toys/kernels/_helper.py": "",
    "toys/report.py": "from toys import build\n",
    "rtl/parts/cut.sv": "module cut; endmodule\n",
}


@pytest.fixture
def toys(tmp_path, monkeypatch) -> Path:
    for name, text in TOY.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    code_key._home.cache_clear()
    yield tmp_path
    code_key._home.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "toys"]:
        del sys.modules[name]


def code(folder: Path) -> list[bytes]:
    return code_of("toys.build", "toys.kernels", beside=[folder / "rtl"])


def test_the_code_is_what_is_imported_early_and_late_and_what_lies_beside_it(toys):
    found = code_files("toys.build", "toys.kernels", beside=[toys / "rtl"])
    names = {str(path.relative_to(toys)) for path in found}
    assert names == TOY.keys() - {"toys/__init__.py", "toys/base/README.md", "toys/report.py"}
    assert len(found) == len(names)


@pytest.mark.parametrize(
    ("name", "text", "changes"),
    [
        ("toys/base/ground.py", "DEEP = 2\n", True),
        ("toys/base/ground.py", "# why\n\nDEEP = 1  # one\n", False),
        ("toys/shared.py", "ONE = '1  # of all'\n", True),
        ("toys/shared.py", "ONE = 1\n", False),
        ("toys/base/top.sv.j2", "// {{ name }}\n", True),
        ("toys/base/README.md", "What it was.\n", False),
        ("toys/base/more.sv", "module more;\n", True),
        ("toys/kernels/found.py", "SIZE = 3\n", True),
        ("toys/kernels/another.py", "", True),
        ("toys/report.py", "from toys import shared\n", False),
        ("rtl/parts/cut.sv", "module cut; // two\n", True),
    ],
)
def test_the_key_changes_with_what_decides(toys, name, text, changes):
    before = code(toys)
    (toys / name).write_text(text)
    assert (code(toys) != before) == changes


def test_a_root_that_is_not_there_is_named(toys):
    with pytest.raises(ModuleNotFoundError, match=r"^toys\.kernles: there is no such module$"):
        code_files("toys.kernles")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_but_comments_is_left_out(path):
    source = path.read_text()
    bare = without_comments(source)
    assert ast.dump(ast.parse(bare)) == ast.dump(ast.parse(source))
    kinds = {token.type for token in tokenize.generate_tokens(StringIO(bare).readline)}
    assert tokenize.COMMENT not in kinds


def test_a_sign_in_a_string_is_no_comment():
    for text in ("a = '# b'", 'a = "\\"# b"', "a = '''\n\n# b\n'''", 'a = r"\\"', "a = f'{1:#x}'"):
        assert without_comments(f"{text}  # c\n\n# d\n") == f"{text}\n"
