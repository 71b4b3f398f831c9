# SPDX-License-Identifier: MIT
"""The registers: one description, and cocotbext-axi as host, camera and display around them."""

import re
import zlib
from pathlib import Path
from types import ModuleType

import pytest
from cocotb_tools.check_results import get_results

from tarsier_fpga.flow.design.design_facts import RTL, TOP
from tarsier_fpga.flow.shell.registers import register_files, register_map
from tarsier_fpga.flow.shell.shell_facts import VideoShell
from tarsier_fpga.flow.shell.video import VIDEO_TOP, block_depth, gain, video_sources
from tarsier_fpga.hls.base.coding import RAW
from tarsier_fpga.hls.kernels.bayer_front import Cfa
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.netlist.instance import Stream
from tarsier_fpga.hls.netlist.netlist import Cell, Netlist
from tarsier_fpga.hls.netlist.rtl_top import rtl_top
from tests.boards.design_stand_in import design_facts
from tests.flow.cocotb_run import run_bench
from tests.hls.video.shell_bench import Settings, Shell, restored

HEIGHT, WIDTH = 8, 16  # pixels
CAMERA = VideoShell(pixels=2, bits=12, black=256, white=4095, cfa=Cfa.GBRG)
FACTS = design_facts(  # of a design that gives what it takes
    HEIGHT // 2, WIDTH // 2, key="0123456789abcdef01234567", net="wire"
)


@pytest.fixture
def wire(tmp_path) -> Path:
    """A design folder whose top is a queue."""
    width = 4 * FACTS.x.bits
    cell = Cell("u_queue", fifo(width, 4), {"x": "x", "y": "y"})
    netlist = Netlist(TOP, (cell,), (Stream("x", width),), (Stream("y", width),))
    (tmp_path / "design" / RTL).mkdir(parents=True)
    (tmp_path / "design" / RTL / f"{TOP}.sv").write_text(rtl_top(netlist))
    return tmp_path / "design"


def test_the_map_has_no_gaps_and_every_register_says_what_it_is():
    registers = register_map({})
    assert [r.offset for r in registers] == list(range(0, 4 * len(registers), 4))
    for register in registers:
        assert register.title and (register.what or register.fields[0].what), register.name
        taken = 0
        for field in register.fields:
            assert not taken & field.mask, f"{register.name}.{field.name}"
            taken |= field.mask


def test_header_module_and_table_say_the_same():
    values = {"WIDTH": 1920, "HEIGHT": 1080, "BLACK_2": 77, "HASH_LOW": 0xDEADBEEF}
    files, registers = register_files(values), register_map(values)
    module = ModuleType("registers")
    exec(files["video_registers.py"], module.__dict__)
    header = dict(re.findall(r"#define TARSIER_VIDEO_(\w+) (\w+)u", files["video_registers.h"]))
    rows = re.findall(r"^\| (0x\w+) \| `(\w+)`", files["video_registers.md"], re.MULTILINE)
    assert rows == [(f"0x{r.offset:02X}", r.name) for r in registers]
    for register in registers:
        name = register.name.upper()
        assert int(header[name], 16) == getattr(module, name) == register.offset
        for field in register.fields if len(register.fields) > 1 else ():
            low, mask = getattr(module, f"{name}_{field.name.upper()}")
            assert (low, mask) == (field.low, field.mask)
            assert int(header[f"{name}_{field.name.upper()}_MASK"], 16) == mask
        assert module.RESET.get(register.offset, 0) == (register.reset if register.writable else 0)
    assert module.RESET[module.SIZE] == 1080 << 16 | 1920
    assert (
        "0xDEADBEEF" in files["video_registers.md"] and module.RESET[module.BLACK_GREEN_BLUE] == 77
    )


@pytest.mark.slow
def test_cocotb_is_host_camera_and_display(wire, tmp_path, rng):
    sources = video_sources(wire, FACTS, CAMERA)
    at = {r.name: r.offset for r in register_map({})}
    factor, places = gain(FACTS, CAMERA)
    bench = Shell(width=WIDTH, height=HEIGHT, fraction=places, offset=RAW.black)
    first = Settings((WIDTH, HEIGHT), (256,) * 4, (factor,) * 4, CAMERA.cfa, fill=256)
    other = Settings((WIDTH, HEIGHT), (1, 50, 300, 900), (factor, 9, 4000, 60000), Cfa.BGGR)
    small = Settings((WIDTH - 4, HEIGHT - 2), other.black, other.gain, other.red, fill=256)
    steps: list[list] = []

    def read(name: str, value: int) -> None:
        steps.append(["read", at[name], value])

    def write(name: str, value: int) -> None:
        steps.append(["write", at[name], value])

    def frame(settings: Settings, short: int = 0) -> None:
        """Through the shell; `short` beats are missing in the second line."""
        columns, rows = settings.size
        picture = rng.integers(0, 4096, (HEIGHT, WIDTH))
        picture[rows:] = picture[:, columns:] = settings.fill
        sent = [line[:columns].tolist() for line in picture[:rows]]
        if short:
            sent[1] = sent[1][: -2 * short]
            picture[1, columns - 2 * short :] = settings.fill
        given = restored(bench, picture, settings)[:rows, :columns]
        steps.extend([["send", sent], ["expect", given.tolist()]])
        read("crc_in", zlib.crc32(picture[:rows, :columns].astype("<u2").tobytes()))
        read("crc_out", zlib.crc32(given.astype("<u2").tobytes()))

    read("identity", 0x54564944)
    read("form", places << 25 | 12 << 16 | 2 << 8 | 1)
    read("hash_high", 0x01234567)
    read("hash_low", 0x89ABCDEF)
    read("size", HEIGHT << 16 | WIDTH)
    frame(first)
    write("control", 1 | int(other.red) << 4)  # hold
    for name, values in (("black", other.black), ("gain", other.gain)):
        for colour, value in zip(("red", "green_red", "green_blue", "blue"), values, strict=True):
            write(f"{name}_{colour}", value)
            read(f"{name}_{colour}", value)
    write("fill", 0)
    frame(first)
    write("control", int(other.red) << 4)
    frame(other)
    read("frames_out", 3)
    frame(other, short=2)
    read("short_lines", 1)
    write("size", small.size[1] << 16 | small.size[0])
    write("fill", 256)
    frame(small)
    frame(small)
    read("short_frames", 0)
    write("control", 1 << 1 | int(other.red) << 4)  # bypass
    frame(Settings(small.size, fill=256, bypass=True))
    read("frames_in", 7)
    read("frames_out", 7)
    read("lines", 4 * HEIGHT + 3 * small.size[1])
    todo = {"pixels": 2, "in_bits": 12, "out_bits": 12, "steps": steps}
    here = str(Path(__file__).parent)
    results = run_bench(tmp_path, sources, VIDEO_TOP, "cocotb_video", here, todo, optimize="-O0")
    assert get_results(results) == (1, 0)


def test_a_design_as_fast_as_the_link_needs_no_queue():
    assert block_depth(FACTS, 2) == 2
