# SPDX-License-Identifier: MIT
"""One class of registers on every bus: a simulated board, PYNQ's, XRT's, and refusals of others."""

import os
import sys
import zlib
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pytest
from cocotb_tools.check_results import get_results

from tarsier_fpga.devices.video_control import pynq_registers, video_registers, xrt_registers
from tarsier_fpga.flow.design.design_facts import RTL, TOP
from tarsier_fpga.flow.shell.shell_facts import VideoShell
from tarsier_fpga.flow.shell.video import VIDEO_TOP, write_video
from tarsier_fpga.flow.shell.video_sim import VideoSim, video_beats
from tarsier_fpga.hls.base.errors import FlowError, HostError
from tarsier_fpga.hls.kernels.bayer_front import Cfa
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.netlist.instance import Stream
from tarsier_fpga.hls.netlist.netlist import Cell, Netlist
from tarsier_fpga.hls.netlist.rtl_top import rtl_top
from tests.boards.design_stand_in import design_facts
from tests.flow.cocotb_run import run_bench

HEIGHT, WIDTH = 8, 16  # pixels
CAMERA = VideoShell(pixels=2, bits=12, black=256, white=4095, cfa=Cfa.GBRG, blend=8)
FACTS = design_facts(HEIGHT // 2, WIDTH // 2, key="0123456789abcdef01234567", net="wire")
ADDRESS = 0x43C1_0000
HWH = f"""<EDKSYSTEM><MODULES>
 <MODULE MODTYPE="processing_system7" INSTANCE="ps7"><MEMORYMAP>
  <MEMRANGE INSTANCE="shell" BASEVALUE="{ADDRESS:#x}" HIGHVALUE="{ADDRESS + 0xFFFF:#x}"
   SLAVEBUSINTERFACE="s_axi_ctrl"/>
 </MEMORYMAP></MODULE>
 <MODULE MODTYPE="board" INSTANCE="shell" FULLNAME="/shell" VLNV="tarsier:user:board:1.0">
  <PORTS>
   <PORT NAME="clk" SIGIS="clk"/>
   <PORT NAME="rst_n" SIGIS="rst" POLARITY="ACTIVE_LOW"/>
  </PORTS>
  <BUSINTERFACES>
   <BUSINTERFACE NAME="s_axi_ctrl" BUSNAME="ctrl"><PORTMAPS>MAPS</PORTMAPS></BUSINTERFACE>
  </BUSINTERFACES>
 </MODULE>
</MODULES></EDKSYSTEM>"""


@pytest.fixture
def wire(tmp_path) -> Path:
    """The folder of a shell around a design that gives what it takes."""
    width = 4 * FACTS.x.bits
    cell = Cell("u_queue", fifo(width, 4), {"x": "x", "y": "y"})
    netlist = Netlist(TOP, (cell,), (Stream("x", width),), (Stream("y", width),))
    design = tmp_path / "design"
    (design / RTL).mkdir(parents=True)
    (design / RTL / f"{TOP}.sv").write_text(rtl_top(netlist))
    FACTS.write(design)
    write_video(design, CAMERA, tmp_path / "camera")
    return tmp_path / "camera"


class Words:
    """A bus of words that hold what they hold behind reset, and what is written."""

    def __init__(self, folder: Path, **other: int) -> None:
        module: dict = {}
        exec((folder / "video_registers.py").read_text(), module)
        self.words = {**dict.fromkeys(range(0, 0x84, 4), 0), **module["RESET"], **module["FIXED"]}
        self.words |= {module[name.upper()]: value for name, value in other.items()}

    def read(self, offset: int) -> int:
        return self.words[offset]

    def write(self, offset: int, value: int) -> None:
        self.words[offset] = value


def test_fields_are_set_alone_and_what_does_not_fit_is_refused(wire):
    registers = video_registers(wire, Words(wire))
    assert registers["control.cfa"] == int(Cfa.GBRG)
    registers["control.bypass"] = 1
    registers["blend"] = 100
    assert [registers[f"control.{name}"] for name in ("hold", "bypass", "cfa")] == [0, 1, 2]
    assert (registers["blend"], registers["size.width"], registers["size.height"]) == (100, 16, 8)
    assert set(registers) == set(registers.readings())
    for name, value, sentence in (
        ("cycles", 1, "cycles is only read"),
        ("control.cfa", 4, r"control\.cfa: 4 must be a whole number in 0\.\.3"),
        ("gain_red", -1, r"gain_red: -1 must be a whole number in 0\.\.65535"),
        ("gamma", 1, "gamma is no field; there are identity, form.version, "),
    ):
        with pytest.raises(ValueError, match=sentence):
            registers[name] = value


def test_the_shell_of_another_design_is_refused(wire):
    sentence = r"has the shell of wire \(design 01234567\), and the board has none like it: offset"
    for other in ({"hash_low": 0}, {"identity": 0xFFFF_FFFF}):
        with pytest.raises(HostError, match=sentence):
            video_registers(wire, Words(wire, **other))
    with pytest.raises(FlowError, match=r"there is no video\.json in it"):
        video_registers(wire.parent / "design", Words(wire))


def test_xrt_reads_and_writes_its_ip(wire, monkeypatch, tmp_path):
    words, opened = Words(wire), []
    ip = SimpleNamespace(read_register=words.read, write_register=words.write)
    device = SimpleNamespace(load_xclbin=lambda xclbin: f"uuid of {xclbin}")
    pyxrt = SimpleNamespace(
        device=lambda card: device,
        xclbin=lambda path: Path(path).name,
        ip=lambda *names: opened.append(names) or ip,
    )
    monkeypatch.setitem(sys.modules, "pyxrt", pyxrt)
    xclbin = tmp_path / "camera.xclbin"
    with pytest.raises(HostError, match=r"camera\.xclbin is missing: an xclbin with the shell"):
        xrt_registers(wire, xclbin, "shell:{shell_1}")
    xclbin.touch()
    registers = xrt_registers(wire, xclbin, "shell:{shell_1}")
    registers["fill"] = 77
    assert words.words[0x18] == registers["fill"] == 77
    assert opened == [(device, "uuid of camera.xclbin", "shell:{shell_1}")]


@pytest.mark.slow
def test_a_simulated_board_is_a_bus_like_any_other(wire, rng):
    """What is set holds for the frames that follow, without a reset between."""
    frames = rng.integers(256, 4096, (2, HEIGHT, WIDTH))
    beats = video_beats(frames[:1], 2)
    gaps = np.zeros(len(beats), int)
    with VideoSim(wire.parent / "design", CAMERA, FACTS).opened() as board:
        registers = video_registers(wire, board)
        first = board.send(beats, gaps, len(beats))
        registers["control.bypass"] = 1
        second = board.send(video_beats(frames[1:], 2), gaps, len(beats))
        assert registers["frames_out"] == 2
        registers["control.bypass"] = 0
        registers["gain_red"] = 0
        third = board.send(beats, gaps, len(beats))
    assert np.array_equal(second.beats[:, :2].reshape(HEIGHT, WIDTH), frames[1])
    assert second.counts["crc_out"] == zlib.crc32(frames[1].astype("<u2").tobytes())
    row, column = divmod(int(Cfa.GBRG), 2)
    black = third.beats[:, :2].reshape(HEIGHT, WIDTH)
    assert (black[row::2, column::2] == FACTS.x.black).all()
    other = first.beats[:, :2].reshape(HEIGHT, WIDTH).copy()
    other[row::2, column::2] = FACTS.x.black
    assert np.array_equal(black, other)


@pytest.mark.slow
def test_our_pynq_driver_runs_against_the_rtl(wire, tmp_path, rng):
    pytest.importorskip("cocotbpynq", reason="cocotbpynq is not installed")
    sources = {path.name: path.read_text() for path in sorted((wire / RTL).glob("*.sv"))}
    order = [name for name in sources if name.endswith("_pkg.sv")]
    sources = {name: sources[name] for name in dict.fromkeys([*order, *sources])}
    frame = rng.integers(256, 4096, (HEIGHT, WIDTH))
    (tmp_path / "camera.bit").touch()
    (tmp_path / "camera.hwh").write_text(HWH.replace("MAPS</", f"{_maps()}</"))
    plan = {
        "folder": str(wire),
        "bitstream": str(tmp_path / "camera.bit"),
        "address": ADDRESS,
        "lines": frame.tolist(),
        "pixels": 2,
        "bits": 12,
        "cfa": int(Cfa.GBRG),
        "crc": zlib.crc32(frame.astype("<u2").tobytes()),
    }
    sources["board.sv"] = board_module(sources[f"{VIDEO_TOP}.sv"])
    here = str(Path(__file__).parent)
    with patch.dict(os.environ, {"HWH_LOCATION_DIR": str(tmp_path)}):
        results = run_bench(tmp_path, sources, "board", "cocotb_pynq", here, plan, optimize="-O0")
    assert get_results(results) == (1, 0)
    with pytest.raises(HostError, match="no Python package pynq here"):
        pynq_registers(wire, tmp_path / "camera.bit", ADDRESS)


def _maps() -> str:
    """The AXI4-Lite signals as Vivado's .hwh names them."""
    names = [
        f"{channel}{name}"
        for channel, parts in {
            "aw": "valid ready addr prot",
            "w": "valid ready data strb",
            "b": "valid ready resp",
            "ar": "valid ready addr prot",
            "r": "valid ready data resp",
        }.items()
        for name in parts.split()
    ]
    return "".join(
        f'<PORTMAP LOGICAL="{name.upper()}" PHYSICAL="s_axi_ctrl_{name}"/>' for name in names
    )


def board_module(shell: str) -> str:
    """`shell` as module board, its clock and reset called as cocotbpynq wants them."""
    text = shell[shell.index(f"module {VIDEO_TOP} (") :].replace(VIDEO_TOP, "board", 1)
    return text.replace("aclk", "clk").replace("aresetn", "rst_n")
