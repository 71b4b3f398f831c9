# SPDX-License-Identifier: MIT
"""The shell around a design on a Zynq-7000, without anything of the vendor's: SystemVerilog alone.

    memory -- HP0 --> frame mover --> network --> frame mover -- HP0 --> memory
    processor -- GP0 --> registers, which start frames and count them

zynq_top.sv.j2 is all of it but the processing system, which zynq_system.sv.j2 has; zynq.rdl has
what a host reads and sets.
"""

from pathlib import Path

from tarsier_fpga.flow.board import Board, Platform
from tarsier_fpga.flow.design.design_facts import RTL, TOP, Design
from tarsier_fpga.flow.shell.registers import ZYNQ, register_files, register_map, register_sources
from tarsier_fpga.flow.shell.zynq_facts import ZYNQ_FACTS, ZynqShell, memory_frame
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.files import json_bytes
from tarsier_fpga.hls.base.templates import render
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.netlist.axi import axi_signals
from tarsier_fpga.hls.netlist.instance import Memory, rtl_paths

__all__ = [
    "SYSTEM",
    "ZYNQ_TOP",
    "register_values",
    "system_sources",
    "zynq_files",
    "zynq_shell",
    "zynq_sources",
]

ZYNQ_TOP = "tarsier_zynq_top"
SYSTEM = "system"  # the module that a board is configured with
_GP0 = 0x4000_0000  # where a Zynq-7000 has what is at M_AXI_GP0
_JOBS = 4  # starts that wait
_ADDRESS_BITS, _WORD_BITS = 32, 64
_LIGHTS = 4  # of the shell; a board may have fewer
_CHANNELS = (
    *("awvalid", "awready", "awaddr", "wvalid", "wready", "wdata", "wstrb"),
    *("bvalid", "bready", "bresp"),
    *("arvalid", "arready", "araddr", "rvalid", "rready", "rdata", "rresp"),
)


def zynq_shell(folder: Path, design: Design, board: Board) -> ZynqShell:
    """The shell of `design`, which is in `folder`, on `board`.

    Raises:
        FlowError: the board is no Zynq-7000, or the design has several inputs or outputs, or a
            memory of its own.
    """
    if board.platform is not Platform.ZYNQ or board.family is not Family.SERIES7:
        raise FlowError(
            f"{board.name}: {board.part} is no Zynq-7000, which the shell without a vendor's parts"
            " is for"
        )
    if len(design.inputs) + len(design.outputs) > 2:
        streams = ", ".join(port.name for port in (*design.inputs, *design.outputs))
        raise FlowError(
            f"{design.net} has the streams {streams}; the shell of {board.name} moves one frame in"
            " and one out, so a network for it has one input and one output"
        )
    top = folder / RTL / f"{TOP}.sv"
    if not top.is_file():
        raise FlowError(f"{top} is missing; delete {folder} and build it again")
    if "_m_axi_" in top.read_text():
        raise FlowError(
            f"{folder}: {design.net} keeps frames in a memory outside, which the shell of"
            f" {board.name} has no port for"
        )
    return ZynqShell(
        key=design.key,
        net=design.net,
        board=board.name,
        clock_mhz=board.clock_mhz,
        address=_GP0,
        x=memory_frame(design.x, design.frames[design.x.name]),
        y=memory_frame(design.y, design.frames[design.y.name]),
    )


def zynq_sources(folder: Path, design: Design, shell: ZynqShell) -> dict[str, str]:
    """All SystemVerilog of ZYNQ_TOP by file name, packages first.

    Raises:
        FlowError: the design was built with other kernels.
    """
    inside = {path.name: path.read_text() for path in sorted((folder / RTL).glob("*.sv"))}
    parts = [path for part in ("frame_mover", "axi_lite_bridge") for path in rtl_paths(part)]
    shells = {path.name: path.read_text() for path in parts}
    for name in inside.keys() & shells.keys():
        if inside[name] != shells[name]:
            raise FlowError(f"{folder}: {name} is of another version; build it again")
    values = register_values(design, shell)
    top = render(
        Path(__file__).with_name("zynq_top.sv.j2"),
        {},
        top=ZYNQ_TOP,
        net=design.net,
        design_top=TOP,
        registers=ZYNQ.module,
        address_bits=(register_map(values, ZYNQ)[-1].offset + 3).bit_length(),
        channels=_CHANNELS,
        axi=_axi(),
        jobs=_JOBS,
        x={"name": design.x.name, **shell.x.model_dump()},
        y={"name": design.y.name, **shell.y.model_dump()},
    )
    return {**register_sources(values, ZYNQ), **shells, **inside, f"{ZYNQ_TOP}.sv": top}


def system_sources(folder: Path, design: Design, shell: ZynqShell, board: Board) -> dict[str, str]:
    """All SystemVerilog of SYSTEM by file name: the processing system, and ZYNQ_TOP on it.

    Raises:
        FlowError: as `zynq_sources`.
    """
    parts = Path(__file__).with_name("rtl").glob("*.sv")
    lights = board.pins.get("lights")
    system = render(
        Path(__file__).with_name("zynq_system.sv.j2"),
        {},
        system=SYSTEM,
        top=ZYNQ_TOP,
        net=design.net,
        board=board.title,
        lights=len(lights.sites) if lights else 0,
        axi=_axi(),
    )
    return {
        **zynq_sources(folder, design, shell),
        **{path.name: path.read_text() for path in sorted(parts)},
        f"{SYSTEM}.sv": system,
    }


def zynq_files(design: Design, shell: ZynqShell) -> dict[str, bytes]:
    """What hosts read, by file name: facts of the shell; registers for C, Python and people."""
    texts = register_files(register_values(design, shell), ZYNQ)
    facts = json_bytes(shell.model_dump(mode="json"))
    return {ZYNQ_FACTS: facts, **{name: text.encode() for name, text in texts.items()}}


def _axi() -> tuple[object, ...]:
    return axi_signals(Memory(_ADDRESS_BITS, _WORD_BITS, words=0, base=0))


def register_values(design: Design, shell: ZynqShell) -> dict[str, int]:
    """The parameters of zynq.rdl."""
    digits = design.key.ljust(16, "0")
    return {
        "JOBS": _JOBS,
        "HASH_HIGH": int(digits[:8], 16),
        "HASH_LOW": int(digits[8:16], 16),
        "X_STRIDE": shell.x.size,
        "Y_STRIDE": shell.y.size,
    }
