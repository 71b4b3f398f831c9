# SPDX-License-Identifier: MIT
"""A design becomes the bitstream of a bare board, and its netlist gives the bits of its RTL."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tarsier_fpga.flow.board import Board, load_board
from tarsier_fpga.flow.build import BuildConfig
from tarsier_fpga.flow.build import build as build_design
from tarsier_fpga.flow.design.design_facts import Design, read_design
from tarsier_fpga.flow.sim.execute import reference
from tarsier_fpga.flow.synth.backend import find_backend
from tarsier_fpga.flow.synth.backend import synthesize as synthesize_with
from tarsier_fpga.flow.synth.nextpnr import bitstream
from tarsier_fpga.flow.synth.nextpnr import pnr_tools as tools
from tarsier_fpga.flow.synth.nextpnr.bitstream import BITSTREAM, LINK, build
from tarsier_fpga.flow.synth.nextpnr.pins import lpf
from tarsier_fpga.flow.synth.nextpnr.pll import pll
from tarsier_fpga.flow.synth.nextpnr.pnr_report import Report
from tarsier_fpga.flow.synth.nextpnr.pnr_tools import place_and_route, synthesize
from tarsier_fpga.flow.synth.nextpnr.serial_protocol import (
    Status,
    from_payload,
    read_reply,
    request,
    to_payload,
)
from tarsier_fpga.flow.synth.nextpnr.system import TOP, check_board, sources, system
from tarsier_fpga.flow.synth.synth_facts import Synthesis
from tarsier_fpga.hls.base.errors import FlowError, ToolError
from tarsier_fpga.training.deploy.export import export_untrained
from tests.flow.ecp5.board import HERE, WAKING, compiled, compiled_gates, pins
from tests.flow.ecp5.line import levels, rest, said

CONFIG = HERE / "bbcu-raw-4x1.toml"
RATE = 2000  # frames of 32 x 24 raw pixels a second: a pixel takes at most 130 of 50 million cycles
BOARD = load_board("ulx3s-85f")


def quiet(step: str, done: float, note: str = "") -> None:
    assert 0 <= done <= 1


@dataclass(frozen=True)
class Made:
    """A design, and the bitstream it became."""

    folder: Path
    design: Design
    found: Synthesis

    @property
    def out(self) -> Path:
        return self.folder / "nextpnr"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Made:
    folder = tmp_path_factory.mktemp("ecp5")
    onnx = export_untrained(CONFIG, folder / "bbcu-raw-4x1.onnx")
    build_design(BuildConfig(onnx, BOARD, 32, 24, RATE, folder / "design"))
    folder = folder / "design"
    return Made(folder, read_design(folder), build(folder, BOARD, folder / "nextpnr", quiet))


@pytest.mark.slow
def test_a_bitstream_is_made_and_meets_its_clock(made):
    found = made.found
    assert found.fits
    assert found.fmax_mhz >= found.clock_mhz == 50
    assert found.bram36 == made.design.estimate.bram36 > 0
    assert found.dsp == 4  # of the folded head and tail, two each
    assert 2000 < found.lut < 6000
    assert all((made.folder / name).is_file() for name in found.files)
    report = Report.model_validate_json((made.out / "report.json").read_text())
    assert (found.lut, found.ff) == (
        report.utilization["TRELLIS_COMB"].used,
        report.utilization["TRELLIS_FF"].used,
    )
    head = (made.out / BITSTREAM).read_bytes()[:200]
    assert b"Part: LFE5U-85F-6CABGA381" in head


@pytest.mark.slow
def test_the_loop_filter_of_the_pll_is_told_to_nextpnr(made):
    cells = netlist_of(made)["cells"].values()
    (found,) = [cell["attributes"] for cell in cells if cell["type"] == "EHXPLLL"]
    filters = "ICP_CURRENT", "LPF_RESISTOR", "MFG_ENABLE_FILTEROPAMP", "MFG_GMCREF_SEL"
    assert [found[name].strip() for name in filters] == ["12", "8", "1", "2"]


@pytest.mark.slow
def test_what_belongs_to_no_clock_is_taken_by_one_flip_flop(made):
    netlist = netlist_of(made)
    (pll,) = [cell for cell in netlist["cells"].values() if cell["type"] == "EHXPLLL"]
    ports = {name: netlist["ports"][name]["bits"] for name in ("rx_i", "reset_i")}
    for bits in (*ports.values(), pll["connections"]["LOCK"]):
        assert len(flip_flops_behind(netlist["cells"].values(), set(bits))) == 1


def netlist_of(made: Made) -> dict:
    """The board as Yosys writes it."""
    texts = sources(made.folder, BOARD, system(made.folder, made.design, BOARD))
    netlist = json.loads((synthesize(TOP, texts, made.out, quiet) / "netlist.json").read_text())
    return netlist["modules"][TOP]


def flip_flops_behind(cells, wires: set[int]) -> list[dict]:
    """Those that take what logic makes of `wires`."""

    def ends(cell: dict, direction: str) -> set[int]:
        bits = cell["connections"].items()
        return {b for port, bs in bits if cell["port_directions"][port] == direction for b in bs}

    read = [cell for cell in cells if ends(cell, "input") & wires]
    kept = [cell for cell in read if cell["type"] == "TRELLIS_FF"]
    made = [ends(cell, "output") for cell in read if cell["type"] != "TRELLIS_FF"]
    return kept + (flip_flops_behind(cells, set().union(*made)) if made else [])


@pytest.mark.slow
def test_the_netlist_gives_the_bits_of_the_rtl_on_every_pin_in_every_cycle(made, codes):
    facts = system(made.folder, made.design, BOARD)
    rtl = compiled(sources(made.folder, BOARD, facts))
    netlist = compiled_gates((made.out / "netlist.v").read_text())

    frame = codes(*made.design.packed_shape)
    asked = request(facts.number, to_payload(frame, made.design.x.bits))
    line = np.concatenate([rest(WAKING), levels(asked, facts.divider)])
    answer = 10 * facts.divider * (len(asked) + 20) + 2 * made.design.ideal_cycles
    (rtl_line, rtl_lights), (line_, lights) = (
        pins(model, line, len(line) + answer) for model in (rtl, netlist)
    )
    assert np.array_equal(rtl_line, line_)
    assert np.array_equal(rtl_lights, lights)

    reply = read_reply(said(line_, facts.divider))
    assert (reply.design, reply.status) == (facts.number, Status.GOOD)
    restored = from_payload(reply.payload, frame.shape, made.design.x.bits)
    assert np.array_equal(restored, reference(made.folder, frame))
    # the network's own pace, and what it takes to fill it with some rows
    assert made.design.ideal_cycles < reply.cycles < 1.5 * made.design.ideal_cycles


@pytest.mark.slow
def test_what_is_there_is_not_made_again(made, monkeypatch):
    before = {path.name: path.read_bytes() for path in made.out.iterdir()}
    monkeypatch.setattr(tools.subprocess, "Popen", None)  # no tool can run
    again = build(made.folder, BOARD, made.out, quiet)
    assert again.model_copy(update={"seconds": made.found.seconds}) == made.found
    assert {path.name: path.read_bytes() for path in made.out.iterdir()} == before


@pytest.mark.slow
def test_a_clock_that_is_missed_leaves_the_logs_but_no_bitstream(made, tmp_path, monkeypatch):
    pretend(monkeypatch, 40.1, 44.91, 43)
    out = tmp_path / "out"
    out.mkdir()
    for name in (BITSTREAM, LINK):
        (out / name).write_text("of an earlier design")
    with pytest.raises(FlowError, match=r"misses its clock: 44.9 of 50 MHz at the best of 3 place"):
        build(made.folder, BOARD, out, quiet)
    kept = {"netlist.v", "yosys.log", "nextpnr.log", "report.json", "pins.lpf"}
    assert {path.name for path in out.iterdir()} == kept


@pytest.mark.slow
def test_a_missed_clock_is_tried_from_another_start(made, tmp_path, monkeypatch):
    pretend(monkeypatch, 49.9, 50)
    assert build(made.folder, BOARD, tmp_path / "out", quiet).fmax_mhz == 50


def pretend(monkeypatch, *reached: float) -> None:
    """As if placements from the first starts had reached these clocks, whatever they did reach."""
    place, read, clocks = bitstream.place_and_route, bitstream.read_report, iter(reached)

    def place_first(netlist, board, pins, seed, out, show):
        return place(netlist, board, pins, 1, out, show)

    def read_next(path):
        facts = read(path).model_dump()
        return Report(**{**facts, "fmax": {"clk": {"achieved": next(clocks), "constraint": 50}}})

    monkeypatch.setattr(bitstream, "place_and_route", place_first)
    monkeypatch.setattr(bitstream, "read_report", read_next)


@pytest.mark.slow
def test_a_netlist_that_is_too_large_says_what_lacks(tmp_path):
    """160 multipliers on a device of 156."""
    text = (HERE / "multipliers.sv").read_text()
    netlist = synthesize("system", {"multipliers.sv": text}, tmp_path, quiet)
    with pytest.raises(FlowError, match=r"not fit ulx3s-85f, .*: 160 of 156 MULT18X18D; a lower"):
        place_and_route(netlist, BOARD, lpf(BOARD), 1, tmp_path, quiet)


@pytest.mark.slow
def test_a_tool_that_fails_leaves_what_it_takes_to_repeat_it(tmp_path):
    out = tmp_path / "out"
    with pytest.raises(ToolError, match="unknown module 'nothing'") as raised:
        synthesize("system", {"system.sv": "module system; nothing u(); endmodule"}, out, quiet)
    command = str(raised.value).split("repeat it with: ")[1]
    assert "cd " + str(out) in command
    assert subprocess.run(command, shell=True, capture_output=True).returncode != 0
    assert (out / "system.sv").is_file()


@pytest.mark.slow
def test_ctrl_c_leaves_nothing_half_made(made, tmp_path, monkeypatch):
    monkeypatch.setenv("TARSIER_CACHE", str(tmp_path))
    command = [sys.executable, "-c", "from tarsier_fpga.cli import main; main()", "synth"]
    out = made.out.rename(made.folder / "aside")
    running = subprocess.Popen([*command, made.folder, "--with", "nextpnr"])
    try:
        while not list(tmp_path.glob("ecp5-netlists/*/yosys.log")):
            assert running.poll() is None
            time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        assert running.wait(300) == 130
        assert not made.out.exists()
    finally:
        running.kill()
        out.rename(made.out)
    assert [path.suffix for path in tmp_path.glob("ecp5-netlists/*")] == [".lock"]


def test_what_is_no_bare_ecp5_is_refused(tmp_path):
    with pytest.raises(
        FlowError, match=r"bare ECP5 boards, and zcu104 .xcup. is a Zynq board: .* vivado"
    ):
        synthesize_with(find_backend("nextpnr"), tmp_path, load_board("zcu104"), quiet)
    with pytest.raises(FlowError, match="ulx3s-85f: no pins are known for rx"):
        check_board(without(BOARD, "rx"))


@pytest.mark.slow
def test_a_frame_larger_than_the_memory_is_refused(made):
    sizes = {"width": 1920, "height": 1080, "frames": {"x": (540, 960), "y": (540, 960)}}
    large = made.design.model_copy(update=sizes)
    with pytest.raises(FlowError, match=r"1920x1080 does not fit ulx3s-85f: .* 1,125 of 208 EBR"):
        system(made.folder, large, BOARD)


def without(board: Board, pin: str) -> Board:
    return board.model_copy(update={"pins": {n: p for n, p in board.pins.items() if n != pin}})


@pytest.mark.parametrize(("source", "clock"), [(25, 25), (25, 62.5), (12, 100), (100, 12.5)])
def test_the_pll_makes_the_clock_exactly(source, clock):
    found = pll(source, clock)
    assert source * found.feedback / found.reference == clock
    assert 400 <= clock * found.output <= 800
    assert source / found.reference >= 3.125


def test_a_clock_no_pll_makes_is_refused():
    with pytest.raises(FlowError, match=r"no PLL of an ECP5 makes exactly 50.01 MHz from 25 MHz"):
        pll(25, 50.01)
