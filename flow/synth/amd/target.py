# SPDX-License-Identifier: MIT
"""What FINN calls a board, and what of others its builds need."""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import yaml
from finn.util.basic import pynq_part_map

from tarsier_fpga.flow.board import Board, MemoryKind, Platform, finn_alias
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["Source", "board_files", "finn_board", "finn_folder", "hls_library"]


@dataclass(frozen=True, slots=True)
class Source:
    """Files of others that go to `folder` of FINN's dependencies.

    They are a subdirectory of `commit` of a repository; without, an archive of the folder.
    """

    folder: str
    url: str
    commit: str = ""
    subdirectory: str = "."


def finn_board(board: Board) -> str:
    """What FINN calls `board`: by its description, else FINN's only board with the same device.

    Raises:
        FlowError: FINN does not know it, or not its shell.
    """
    if board.platform is Platform.ALVEO:
        if board.shell is None:
            raise FlowError(f"{board.name} names no shell, which an xclbin is linked with")
        # FINN asks the name only for the kind of memory that its DMAs read.
        hbm = any(memory.kind is MemoryKind.HBM2 for memory in board.memory)
        return "U280" if hbm else "U250"
    alike = [name for name, part in pynq_part_map.items() if part == board.part]
    found = [name for name in alike if board.finn in (name, None)]
    if len(found) == 1:
        return found[0]
    raise FlowError(_unknown(board, alike))


def _unknown(board: Board, alike: list[str]) -> str:
    named = f"FINN has no board {board.finn} with {board.part}" if board.finn else ""
    return (
        f"{named or f'FINN has no {board.name}'}, and builds for no board that it does not know: "
        f"name as finn in its TOML one whose processing system is the same, "
        f"{' or '.join(alike) or f'of which none has {board.part}'}"
    )


def board_files(board: Board, finn: str) -> list[Source]:
    """Where to find the description of `board`, which FINN calls `finn`, if Vivado lacks it."""
    described = board if board.board_files else finn_alias(finn)
    if described is None or described.board_files is None:
        return []
    files = described.board_files
    folder = Path("board_files", Path(files.folder).name)
    return [Source(str(folder), files.url, files.commit, files.folder if files.commit else ".")]


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
