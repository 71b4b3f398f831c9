# SPDX-License-Identifier: MIT
"""Frames in the memory, registers written, restored frames in the memory: the shell's whole RTL."""

import re
from dataclasses import dataclass

import numpy as np
import pytest

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.shell.registers import ZYNQ, register_class, register_files, register_map
from tarsier_fpga.flow.shell.zynq import register_values, system_sources, zynq_shell
from tarsier_fpga.flow.shell.zynq_facts import MemoryFrame, ZynqShell
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.flow.synth.yosys.run_yosys import synthesize_sources
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.netlist.instance import rtl_paths
from tests.flow.shell.zynq_bench import BASE, opened
from tests.flow.small_design import write_design
from tests.flow.unequal import enlarging, hardware, two_each_way

BOARD = load_board("pynq-z2")
ROWS, COLUMNS = 6, 8


@dataclass(frozen=True)
class Made:
    design: BuiltDesign
    shell: ZynqShell


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Made:
    """A network whose frames come out larger, of fewer channels and signed."""
    folder = tmp_path_factory.mktemp("zynq") / "design"
    graph = hardware(enlarging(), BOARD, ROWS, COLUMNS)
    facts = write_design(graph, BOARD, "enlarging", folder)
    return Made(BuiltDesign(folder, facts), zynq_shell(folder, facts, BOARD))


def test_frames_lie_in_whole_words_and_pixels(made):
    assert made.shell.x == MemoryFrame(width=24, bytes=3, pixels=48, size=144)
    assert made.shell.y == MemoryFrame(width=7, bytes=1, pixels=192, size=192)


@pytest.mark.slow
@pytest.mark.parametrize("pause", [0, 40])
def test_frames_are_restored_by_starts_that_overlap(made, rng, pause):
    shell = made.shell
    frames = rng.integers(0, 256, (5, ROWS, COLUMNS, 3))
    target = BASE + 0x4000
    with opened(made.design.folder, made.design.facts, shell, {"pause": pause}) as bench:
        registers = registers_on(bench, made)
        registers.check()
        assert registers["status.ready"] == 1
        content = np.zeros((5, shell.x.size), np.uint8)
        content[:] = frames.reshape(5, -1)
        bench.put(BASE, content.ravel())
        registers["interrupt"] = 1
        first = 0
        for count in (2, 1, 2):  # the second and third while the first is under way
            registers["source"] = BASE + first * shell.x.size
            registers["target"] = target + first * (shell.y.size + 64)
            registers["target_stride"] = shell.y.size + 64
            registers["start"] = count
            first += count
        assert registers["started"] == 5
        assert registers["done"] < 2
        while registers["done"] < 5:
            assert bench.accesses < 10_000
        assert bench.interrupt == 1
        registers["status.pending"] = 1
        assert registers["status.pending"] == bench.interrupt == 0
        assert registers["status.busy"] == 0
        counts = [registers[name] for name in ("refused", "read_errors", "write_errors")]
        assert counts == [0, 0, 0]
        assert registers["cycles"] >= 5 * made.design.facts.ideal_cycles
        for n, frame in enumerate(frames):
            found = bench.get(target + n * (shell.y.size + 64), shell.y.size)
            codes = (found.astype(np.int8) << 1 >> 1).reshape(12, 16, 1)  # of 7 bits
            assert np.array_equal(codes, made.design.graph.reference(frame))


@pytest.mark.slow
def test_starts_beyond_those_that_wait_are_counted_and_errors_of_the_memory_too(made):
    shell = made.shell
    with opened(made.design.folder, made.design.facts, shell, {"fault": 100}) as bench:
        registers = registers_on(bench, made)
        registers["source"], registers["target"] = BASE, BASE + 0x4000
        for _ in range(8):
            registers["start"] = 1
        assert registers["refused"] + registers["started"] == 8
        assert 1 <= registers["refused"] <= 3
        assert registers["status.ready"] == 0
        while registers["done"] < registers["started"]:
            assert bench.accesses < 10_000
        assert registers["read_errors"] == registers["started"] * shell.x.size // 8
        assert registers["write_errors"] > 0
        assert bench.lights & 2


def registers_on(bench, made: Made):
    """As a host has them."""
    return register_class(register_values(made.design.facts, made.shell), ZYNQ)(bench)


def test_the_registers_have_a_header_a_driver_and_a_table():
    files = register_files({}, ZYNQ)
    assert set(files) == {"zynq_registers.h", "zynq_registers.py", "zynq_registers.md"}
    registers = {r.name: r for r in register_map({}, ZYNQ)}
    assert (
        f"#define TARSIER_ZYNQ_START 0x{registers['start'].offset:02X}u"
        in files["zynq_registers.h"]
    )
    assert "class ZynqRegisters:" in files["zynq_registers.py"]
    assert all(f"`{name}`" in files["zynq_registers.md"] for name in registers)
    assert not any("video" in text.lower() for text in files.values())


def test_the_system_is_on_the_processing_system_of_the_board(made):
    sources = system_sources(made.design.folder, made.design.facts, made.shell, BOARD)
    assert {"PS7.sv", "BUFG.sv", "system.sv", "tarsier_zynq_top.sv"} <= set(sources)
    assert "lights_o" in sources["system.sv"]
    bare = BOARD.model_copy(update={"pins": {}})
    none = system_sources(made.design.folder, made.design.facts, made.shell, bare)
    assert "lights_o" not in none["system.sv"]


def test_what_has_no_place_in_the_shell_is_refused(made, tmp_path):
    folder, facts = made.design.folder, made.design.facts
    with pytest.raises(FlowError, match=r"zcu104: xczu7ev-\S+ is no Zynq-7000"):
        zynq_shell(folder, facts, load_board("zcu104"))
    with pytest.raises(FlowError, match=r"arty-a7-100: xc7a100t\S+ is no Zynq-7000"):
        zynq_shell(folder, facts, load_board("arty-a7-100"))
    two = write_design(hardware(two_each_way(), BOARD, 6, 8), BOARD, "two", tmp_path / "two")
    with pytest.raises(FlowError, match=r"^two has the streams x0, x1, y0, y1; the shell of pynq-"):
        zynq_shell(tmp_path / "two", two, BOARD)


def test_the_frame_mover_takes_no_more_than_fifteen_hundred_luts():
    """By Yosys, of frames of 320 x 240 pixels of 40 bits, the widest that our networks have."""
    sources = {path.name: path.read_text() for path in rtl_paths("frame_mover")}
    name = "tarsier_frame_mover.sv"
    sources[name] = re.sub(r"(unsigned [XY]Pixels += )64", r"\g<1>76800", sources[name])
    found = synthesize_sources("tarsier_frame_mover", sources, Family.SERIES7)
    assert found.lut <= 1500
    assert (found.bram36, found.dsp) == (1, 0)
