# SPDX-License-Identifier: MIT
"""FINN's sources as Verilator takes them.

FINN generates code into a new folder every time, and names its data files by absolute path. They
are copied to folders named by their content, so the same node compiles once however often its code
is generated. A few of FINN's files Verilator does not elaborate: modules of ours stand for four of
them (rtl/), and some lines of two more are put into other words (dialect.toml).
"""

import re
import shutil
import tomllib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from tarsier_fpga.hls.base.cache import content_key, made_once

__all__ = ["finn_rtllib", "read_source"]

_OURS = Path(__file__).with_name("rtl")
_DATA = (".dat", ".mem", ".hex", ".mif")


def read_source(path: Path) -> str:
    """The text to compile for the file `path`."""
    text = path.read_text()
    if text in _finn_texts(path.name):
        ours = _OURS / path.name
        text = ours.read_text() if ours.is_file() else _in_other_words(path.name, text)
    return _with_frozen_data(text)


@cache
def finn_rtllib() -> Path:
    """Folder of FINN's RTL library."""
    spec = find_spec("finn")
    assert spec is not None and spec.submodule_search_locations is not None
    return Path(next(iter(spec.submodule_search_locations))) / "finn-rtllib"


@cache
def _finn_texts(name: str) -> frozenset[str]:
    """Contents of the files called `name` in FINN's library, since FINN copies some of them."""
    return frozenset(path.read_text() for path in finn_rtllib().rglob(name))


def _in_other_words(name: str, text: str) -> str:
    for change in _dialect().get(name, []):
        text = re.sub(change["pattern"], change["replacement"], text)
    return text


@cache
def _dialect() -> dict[str, list[dict[str, str]]]:
    return tomllib.loads(Path(__file__).with_name("dialect.toml").read_text())


def _with_frozen_data(text: str) -> str:
    """`text` with the folders of its data files replaced by copies named by their content."""

    def frozen(match: re.Match[str]) -> str:
        files = [path for path in sorted(Path(match[1]).glob("*")) if path.suffix in _DATA]
        return f'"{_frozen(files)}/' if files else match[0]

    return re.sub(r'"(/[^"\n]+)/(?=[^"/\n]*")', frozen, text)


def _frozen(files: list[Path]) -> Path:
    key = content_key([part for path in files for part in (path.name, path.read_bytes())])

    def make(folder: Path) -> None:
        for path in files:
            shutil.copy(path, folder)

    return made_once("finn_data", key, make)
