# SPDX-License-Identifier: MIT
"""The video shell around a design that `tarsier build` made: SystemVerilog, registers, and facts.

    s_axis_video --> repair --> mending --> black, gain, packing --> network --> raster
                                                                        m_axis_video <--|

The camera's video comes as it is, or as the bytes of its MIPI CSI-2 through a receiver.
hls/rtl/video/tarsier_video_shell.sv has what it does, video.rdl what a host reads and sets.
"""

import re
from math import ceil, log2
from pathlib import Path
from shutil import copyfile

from tarsier_fpga.flow.board import board_of, write_board
from tarsier_fpga.flow.design.design_facts import GRAPH, RTL, TOP, Design, read_design
from tarsier_fpga.flow.design.queue_facts import LineBuffer
from tarsier_fpga.flow.shell.auto_gain import amplifier
from tarsier_fpga.flow.shell.registers import (
    VIDEO,
    register_files,
    register_map,
    register_sources,
)
from tarsier_fpga.flow.shell.shell_facts import FACTS, VideoShell
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.files import replacing_folder
from tarsier_fpga.hls.base.templates import render
from tarsier_fpga.hls.kernels.csi2_receiver import Csi2Count
from tarsier_fpga.hls.kernels.frame_regulariser import Fault
from tarsier_fpga.hls.netlist.instance import rtl_paths

__all__ = [
    "VIDEO_TOP",
    "address_bits",
    "block_depth",
    "check_fits",
    "check_output",
    "gain",
    "link_depth",
    "out_bits",
    "register_values",
    "video_sources",
    "write_video",
]

VIDEO_TOP = "tarsier_video_top"
_GAIN_BITS, _GAIN_PLACES = 16, 12  # a gain of 1 on the span of the camera takes so many of them
_READINGS = ("lines", "frames_in", "frames_out", "crc_in", "crc_out", "cycles", "latency")
_OVERFLOWS = ("overflows", "dropped")


def write_video(design_folder: Path, shell: VideoShell, folder: Path) -> None:
    """Write the design in `design_folder` with its shell into `folder`, in place of what is there.

    `folder`/rtl has all SystemVerilog, with VIDEO_TOP at its top; beside it are video.json and the
    registers as a header of C, a module of Python and a table. It is a design's folder too, whose
    design.json says what line buffer it has.

    Raises:
        FlowError: there is no such design, it is not for mosaics, or the shell does not fit it, or
            `folder` holds something else.
    """
    check_output(folder)
    if (design_folder / FACTS).is_file():
        raise FlowError(f"{design_folder} has a video shell already; name the design that it is of")
    design = read_design(design_folder)
    sources = video_sources(design_folder, design, shell)
    with replacing_folder(folder) as work:
        (work / RTL).mkdir()
        for name, text in sources.items():
            (work / RTL / name).write_text(text)
        for name, text in register_files(register_values(design, shell)).items():
            (work / name).write_text(text)
        (work / FACTS).write_text(shell.model_dump_json(indent=1) + "\n")
        buffer = LineBuffer(beats=shell.buffer, queue=shell.queue) if shell.queue else None
        design.model_copy(update={"line_buffer": buffer}).write(work)
        write_board(board_of(design_folder, design.board), work)
        if (design_folder / GRAPH).is_file():
            copyfile(design_folder / GRAPH, work / GRAPH)


def check_output(folder: Path) -> None:
    """Make sure, before long work, that `folder` may be written.

    Raises:
        FlowError: there is something else than an older video shell.
    """
    other = folder.exists() and not (folder / FACTS).is_file()
    if other and (not folder.is_dir() or any(folder.iterdir())):
        raise FlowError(f"{folder} exists and holds no video shell; name another folder")


def check_fits(design_folder: Path, design: Design, shell: VideoShell) -> None:
    """Make sure that the design can have the shell.

    Raises:
        FlowError: the design is not for mosaics or has a memory port, or its lines are no whole
            number of beats of whole blocks, or it gives other codes than those that it takes.
    """
    kinds = {port.kind for port in (*design.inputs, *design.outputs)}
    if kinds != {FrameKind.BAYER} or design.shape(design.y) != design.shape(design.x):
        raise FlowError(
            f"{design_folder}: {design.net} makes {' and '.join(sorted(kinds))} frames; the video"
            " shell is for networks that make a Bayer mosaic of one of the same size"
        )
    if design.y.bits != design.x.bits:
        raise FlowError(
            f"{design_folder}: {design.net} takes codes of {design.x.bits} bits and gives"
            f" {design.y.bits}; the video shell is for networks that give what they take"
        )
    if shell.blend and design.x.coding != design.y.coding:
        raise FlowError(
            f"{design_folder}: {design.net} takes codes from {design.x.black} to {design.x.white}"
            f" and gives {design.y.black} to {design.y.white}; only codes of one kind can be"
            " blended"
        )
    if design.width % (2 * shell.pixels):
        raise FlowError(
            f"{design_folder}: lines of {design.width} pixels must be a multiple of"
            f" {2 * shell.pixels} for {shell.pixels} pixels a clock"
        )
    if shell.mend is not None and design.height < 4:
        raise FlowError(
            f"{design_folder}: frames of {design.height} rows must have 4 or more for defective"
            " pixels to be mended"
        )
    top = design_folder / RTL / f"{TOP}.sv"
    if not top.is_file():
        raise FlowError(f"{top} is missing; delete {design_folder} and build it again")
    if re.search(r"_m_axi_\w+", top.read_text()):
        raise FlowError(f"{design_folder}: a design with external memory has no video shell yet")


def video_sources(design_folder: Path, design: Design, shell: VideoShell) -> dict[str, str]:
    """All SystemVerilog by file name, packages first.

    Raises:
        FlowError: see `check_fits`, or the design was built with other kernels.
    """
    check_fits(design_folder, design, shell)
    inside = {path.name: path.read_text() for path in sorted((design_folder / RTL).glob("*.sv"))}
    parts = ["video_shell", *(["csi2_receiver"] if shell.csi2 else [])]
    parts += ["auto_gain"] if shell.auto_gain else []
    shells = {path.name: path.read_text() for part in parts for path in rtl_paths(part)}
    for name in inside.keys() & shells.keys():
        if inside[name] != shells[name]:
            again = "write" if (design_folder / FACTS).is_file() else "build"
            raise FlowError(f"{design_folder}: {name} is of another version; {again} it again")
    top = _top(design, shell)
    return {
        **register_sources(register_values(design, shell)),
        **shells,
        **inside,
        f"{VIDEO_TOP}.sv": top,
    }


def block_depth(design: Design, pixels: int) -> int:
    """Blocks that are queued before and behind a network, so that it is never idle nor in the way.

    Blocks come in bursts, two rows of pixels apart: every beat of a lower row completes
    `pixels`/2 of them, and they go out alike. What the network does not take meanwhile waits.

    >>> from types import SimpleNamespace as Facts
    >>> fast = Facts(width=1920, height=1080, packed_shape=(540, 960), ideal_cycles=540 * 960)
    >>> block_depth(fast, 2), block_depth(fast, 4)
    (2, 484)
    """
    height, width = design.packed_shape
    pace = design.ideal_cycles / (height * width)  # cycles a block
    burst = design.width // pixels  # cycles
    return max(2, ceil(width - burst / pace) + 4 if pace * pixels > 2 else 2)


def link_depth(design: Design, shell: VideoShell, lanes: int) -> int:
    """Words of a byte of each of `lanes` that a receiver queues of a line which comes faster than
    its pixels are taken, and a few more.

    >>> from types import SimpleNamespace as Facts
    >>> camera = Facts(pixels=2, bits=10)
    >>> [link_depth(Facts(width=1920), camera, lanes) for lanes in (1, 2, 4)]
    [16, 16, 241]
    """
    words = design.width * shell.bits // (8 * lanes)  # of a line
    beats = design.width // shell.pixels
    return 16 + max(0, words - words * words // beats if words < beats else 0)


def gain(design: Design, shell: VideoShell) -> tuple[int, int]:
    """From codes of the camera to those of the network: an integer, and its binary places."""
    ratio = design.x.coding.span / (shell.white - shell.black)
    places = max(0, _GAIN_PLACES - round(log2(ratio)))
    return round(ratio * 2**places), places


def out_bits(design: Design, shell: VideoShell) -> int:
    """Of a pixel that is given: what a camera gives passes too."""
    return max(shell.bits, design.x.bits)


def address_bits(design: Design, shell: VideoShell) -> int:
    """Of the byte offset of a register."""
    return (register_map(register_values(design, shell))[-1].offset + 3).bit_length()


def _parameters(design: Design, shell: VideoShell) -> dict[str, int]:
    gains = {"GainW": _GAIN_BITS, "Fraction": gain(design, shell)[1]}
    if shell.auto_gain:
        made = amplifier(design, shell)
        gains = {"GainW": made.gain_bits, "Slack": made.slack, "Fraction": made.fraction}
    return {
        "Pixels": shell.pixels,
        "Bits": shell.bits,
        "NetBits": design.x.bits,
        "Width": design.width,
        "Height": design.height,
        **gains,
        "Offset": design.x.black,
        "Sensor": int(shell.sensor),
        "BufferDepth": shell.buffer,
        "BlockDepth": block_depth(design, shell.pixels),
        **({"Blend": 1, "InputDepth": shell.blend} if shell.blend else {}),
        **({"Mend": 1} if shell.mend is not None else {}),
        **({"Auto": 1} if shell.auto_gain else {}),
    }


def register_values(design: Design, shell: VideoShell) -> dict[str, int]:
    """The parameters of video.rdl."""
    factor, places = gain(design, shell)
    digits = design.key.ljust(16, "0")
    return {
        "PIXELS": shell.pixels,
        "BITS": shell.bits,
        "SENSOR": int(shell.sensor),
        "FRACTION": places,
        "HASH_HIGH": int(digits[:8], 16),
        "HASH_LOW": int(digits[8:16], 16),
        "WIDTH": design.width,
        "HEIGHT": design.height,
        "FILL": shell.black,
        "CFA": int(shell.cfa),
        "TIMEOUT": shell.timeout,
        **{f"BLACK_{colour}": shell.black for colour in range(4)},
        **{f"GAIN_{colour}": factor for colour in range(4)},
        "BLEND": int(shell.blend > 0),
        "MEND": int(shell.mend is not None),
        "DEFECT": shell.mend or 0,
        "AUTO": int(shell.auto_gain),
        "CSI2": int(shell.csi2 is not None),
        "CHANNEL": shell.csi2.channel if shell.csi2 else 0,
    }


def _top(design: Design, shell: VideoShell) -> str:
    bits = out_bits(design, shell)
    made = amplifier(design, shell) if shell.auto_gain else None
    return render(
        Path(__file__).with_name("video_top.sv.j2"),
        {},
        top=VIDEO_TOP,
        net=design.net,
        design_top=TOP,
        shell=shell,
        registers=VIDEO.module,
        parameters=_parameters(design, shell),
        amplifier=made,
        gain_shift=made.fraction + made.slack - gain(design, shell)[1] if made else 0,
        readings=(*_READINGS, *_OVERFLOWS),
        faults=[fault.name.lower() for fault in Fault],
        link_counts=[count.name.lower() for count in Csi2Count],
        net_bits=design.x.bits,
        out_bits=bits,
        address_bits=address_bits(design, shell),
        in_bytes=ceil(shell.pixels * shell.bits / 8),
        out_bytes=ceil(shell.pixels * bits / 8),
        log_pixels=shell.pixels.bit_length() - 1,
        column_bits=(design.width // shell.pixels).bit_length(),
        row_bits=design.height.bit_length(),
        level_bits=shell.buffer.bit_length(),
        link_bits=shell.csi2.depth.bit_length() if shell.csi2 else 0,
    )
