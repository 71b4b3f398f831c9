# SPDX-License-Identifier: MIT
"""Which tool of AMD builds for which board, and what FINN calls the board."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import yaml
from finn.util.basic import alveo_part_map, pynq_part_map

from tarsier_fpga.flow.board import Board, MemoryKind, Platform
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["Source", "Tool", "board_files", "finn_board", "finn_folder", "hls_library"]

# Boards whose description Vivado does not bring along, and where FINN finds it.
_BOARD_FILES = {
    "Pynq-Z1": "pynq-z1",
    "Pynq-Z2": "pynq-z2",
    "Ultra96-V2": "avnet-bdf",
    "KV260_SOM": "kv260-som-bdf",
}


class Tool(StrEnum):
    """What ends in a bitstream for a Zynq, or in an xclbin for an Alveo."""

    VIVADO = "vivado"
    VITIS = "vitis"

    @property
    def platform(self) -> Platform:
        return Platform.ZYNQ if self is Tool.VIVADO else Platform.ALVEO

    @property
    def programs(self) -> tuple[tuple[str, ...], ...]:
        """What it needs on the PATH: one of each group."""
        common = (("vivado",), ("vitis-run", "vitis_hls"))
        return common if self is Tool.VIVADO else (*common, ("v++",))


@dataclass(frozen=True, slots=True)
class Source:
    """Files of others that go to `folder` of FINN's dependencies.

    They are a subdirectory of `commit` of a repository; without, an archive of the folder.
    """

    folder: str
    url: str
    commit: str = ""
    subdirectory: str = "."


def finn_board(board: Board, tool: Tool) -> str:
    """What FINN calls `board`.

    Raises:
        FlowError: `tool` does not build for it, or FINN does not know it.
    """
    if board.platform is not tool.platform:
        other = [t.value for t in Tool if t.platform is board.platform]
        raise FlowError(
            f"{board.name} is no {tool.platform.title()} board, which is what {tool} builds for; "
            f"use --with {other[0] if other else 'nextpnr'}"
        )
    if tool is Tool.VITIS:
        # FINN asks the name only for the memory, and does not know the U200, which has the U250's.
        hbm = any(memory.kind is MemoryKind.HBM2 for memory in board.memory)
        if board.part not in alveo_part_map.values() or board.shell is None:
            raise FlowError(f"FINN does not know {board.name} or its shell")
        return "u280" if hbm else "u250"
    names = [name for name in pynq_part_map if name.lower().startswith(board.name)]
    if not names or pynq_part_map[names[0]] != board.part:
        raise FlowError(f"FINN does not know {board.name}, or not with {board.part}")
    return names[0]


def board_files(name: str) -> list[Source]:
    """Where to find the description of the board that FINN calls `name`, if Vivado lacks it."""
    if name not in _BOARD_FILES:
        return []
    key, listed = _BOARD_FILES[name], _dependencies()
    if key in listed["direct_download_deps"]:
        return [Source(f"board_files/{key}", listed["direct_download_deps"][key]["url"])]
    facts = listed["boardfile_deps"][key]
    folder = Path("board_files", Path(facts["subdirectory"]).name)
    return [Source(str(folder), facts["url"], facts["commit"], facts["subdirectory"])]


def hls_library() -> Source:
    """FINN's C++ library, which its DMAs are made from."""
    facts = _dependencies()["git_deps"]["finn-hlslib"]
    return Source("finn-hlslib", facts["url"], facts["commit"])


def finn_folder() -> Path:
    """Where FINN is installed."""
    spec = find_spec("finn")
    assert spec is not None and spec.submodule_search_locations is not None
    return Path(next(iter(spec.submodule_search_locations)))


@cache
def _dependencies() -> dict:
    path = finn_folder() / "interface" / "external_dependencies.yaml"
    return yaml.safe_load(path.read_text())
