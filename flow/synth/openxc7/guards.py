# SPDX-License-Identifier: MIT
"""What nextpnr for 7 series cannot do, told before or instead of a bitstream that does not work."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.design.design_facts import LOWERED, Design
from tarsier_fpga.flow.synth.counted import Counted
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.cost.resources import Resources

__all__ = ["check_block_rams", "check_carry", "ninth_bits", "placed_cells"]

_SLICE_LUTS = 4
_CARRY_SHARE = 2  # of all slices, those that carry chains are placed in: slice 0 of each CLB


def check_carry(used: Counted, board: Board, folder: Path, design: Design) -> None:
    """Make sure, before placing, that carry chains find their slices.

    Only the first slice of each CLB takes one, and memories of LUTs take some of these too.

    Raises:
        FlowError: there are too few; the sentence names the highest rate that fits.
    """
    have = int(board.resources.lut) // _SLICE_LUTS // _CARRY_SHARE
    room = have - int(used.lutram) // _SLICE_LUTS
    if used.carry <= room:
        return
    slower = "a lower rate takes fewer"
    if (folder / LOWERED).is_file():
        fps = _fitting_rate(used, room, board, folder, design)
        slower = (
            f"{board.name} holds at most about {fps:.3g} frames per second, if a LUT has as many"
            " carry chains then"
            if fps
            else f"{board.name} holds it at no rate, so a smaller frame or network is needed"
        )
    raise FlowError(
        f"{design.net} does not fit {board.name} by nextpnr at this rate: it needs {used.carry:,}"
        f" blocks of carry chains, which nextpnr places in {have:,} slices of the device only, of"
        f" which memories take {have - room:,}; {slower}"
    )


def placed_cells(cells: Mapping[str, int]) -> int:
    """About as many as nextpnr places: those of the netlist, and what leads into carry chains."""
    return sum(cells.values()) + _SLICE_LUTS * cells.get("CARRY4", 0)


def ninth_bits(netlist: Mapping[str, Any]) -> list[str]:
    """The RAMB36 of a netlist as Yosys writes it, one of whose ports is 1 or 9 bits wide."""
    return [
        name
        for module in netlist["modules"].values()
        for name, cell in module.get("cells", {}).items()
        if cell["type"] == "RAMB36E1" and _narrow(cell["parameters"])
    ]


def check_block_rams(fasm: Iterable[str], narrow: list[str], placer: str) -> None:
    """Make sure that block RAMs of 1 or 9 bits keep every ninth bit.

    Raises:
        FlowError: the FASM lacks what tells them from two halves.
    """
    if not narrow:
        return
    tiles = {
        line.split(".", 1)[0] for line in fasm if re.search(r"\bBRAM36_(READ|WRITE)_WIDTH_", line)
    }
    if len(tiles) < len(narrow):
        raise FlowError(
            f"{placer} writes no width of {len(narrow) - len(tiles)} block RAMs of 1 or 9 bits, as"
            f" {narrow[0]}, so that on the device every ninth bit of them would read 0; a version"
            " of openXC7 since July 2026 does"
        )


def _narrow(parameters: Mapping[str, str]) -> bool:
    widths = [
        parameters.get(f"{way}_WIDTH_{port}", "0") for way in ("READ", "WRITE") for port in "AB"
    ]
    return any(int(width, 2) in (1, 9) for width in widths)


def _fitting_rate(
    used: Counted, room: int, board: Board, folder: Path, design: Design
) -> float | None:
    """The highest rate of frames whose LUTs, and with them carry chains, are as few as needed."""
    from qonnx.core.modelwrapper import ModelWrapper

    from tarsier_fpga.flow.size.fit import largest_fps

    if room <= 0:
        return None
    lut = design.estimate.lut * room / used.carry
    room_of = Resources(**{**dict(board.resources), "lut": lut})
    small = board.model_copy(update={"device": room_of, "shell": None})
    return largest_fps(ModelWrapper(str(folder / LOWERED)), small, Resources(), design.ideal_cycles)
