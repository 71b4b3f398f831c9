# SPDX-License-Identifier: MIT
"""A camera of MIPI CSI-2 in front of the video shell: the receiver, and its counts as registers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cocotb_tools.check_results import get_results

from tarsier_fpga.flow.design.design_facts import RTL, TOP
from tarsier_fpga.flow.shell.registers import register_map
from tarsier_fpga.flow.shell.shell_facts import Csi2Link, VideoShell
from tarsier_fpga.flow.shell.video import VIDEO_TOP, gain, register_values, video_sources
from tarsier_fpga.hls.base.coding import RAW
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.kernels.csi2_receiver import Csi2Count
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.netlist.instance import Stream
from tarsier_fpga.hls.netlist.netlist import Cell, Netlist
from tarsier_fpga.hls.netlist.rtl_top import rtl_top
from tarsier_fpga.hls.sim.csi2_sender import packed_line
from tests.boards.design_stand_in import design_facts
from tests.flow.cocotb_run import run_bench
from tests.hls.csi2_camera import DATA_TYPES
from tests.hls.video.shell_bench import Settings, Shell, restored

HEIGHT, WIDTH = 8, 16  # pixels
FACTS = design_facts(HEIGHT // 2, WIDTH // 2, key="0123456789abcdef01234567", net="wire")


def camera(lanes: int, bits: int, channel: int = 0, mend: int | None = None) -> VideoShell:
    link = Csi2Link(lanes=lanes, channel=channel)
    white = (1 << bits) - 1
    return VideoShell(pixels=2, bits=bits, white=white, sensor=True, csi2=link, mend=mend)


@pytest.fixture
def wire(tmp_path) -> Path:
    """A design folder whose top is a queue."""
    width = 4 * FACTS.x.bits
    cell = Cell("u_queue", fifo(width, 4), {"x": "x", "y": "y"})
    netlist = Netlist(TOP, (cell,), (Stream("x", width),), (Stream("y", width),))
    (tmp_path / "design" / RTL).mkdir(parents=True)
    (tmp_path / "design" / RTL / f"{TOP}.sv").write_text(rtl_top(netlist))
    return tmp_path / "design"


def test_the_receiver_is_built_where_it_is_asked_for(wire):
    plain = video_sources(wire, FACTS, VideoShell())
    behind = video_sources(wire, FACTS, camera(4, 10, channel=2))
    added = {name for name in behind if "csi2" in name}
    assert behind.keys() - plain.keys() == added and len(added) == 4
    names = {r.name for r in register_map(register_values(FACTS, camera(4, 10)))}
    counts = {count.name.lower() for count in Csi2Count}
    without = {r.name for r in register_map(register_values(FACTS, VideoShell()))}
    assert names - without == {*counts, "channel", "link_fullest"}
    assert (
        "csi2_active" in behind[f"{VIDEO_TOP}.sv"] and "s_axis_video_t" in plain[f"{VIDEO_TOP}.sv"]
    )
    assert "s_axis_video_t" not in behind[f"{VIDEO_TOP}.sv"]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"csi2": Csi2Link(lanes=3), "sensor": True}, "CSI-2 on 3 lanes must be on 1, 2 or 4"),
        ({"csi2": Csi2Link(lanes=1, channel=4), "sensor": True}, "virtual channel 4"),
        ({"csi2": Csi2Link(lanes=1), "sensor": True, "bits": 9, "white": 511}, "must be RAW8"),
        ({"csi2": Csi2Link(lanes=1)}, "cannot wait"),
        ({"mend": 4096}, "4096 codes must be within 12 bits"),
    ],
)
def test_what_does_not_exist_is_refused(facts, says):
    with pytest.raises(FlowError, match=says):
        VideoShell(**facts)


@pytest.mark.slow
@pytest.mark.parametrize(("lanes", "bits", "channel"), [(2, 12, 1), (4, 10, 3)])
def test_cocotbext_mipi_csi2_is_the_camera(lanes, bits, channel, wire, tmp_path, rng):
    pytest.importorskip("cocotbext.mipi_csi2", reason="cocotbext-mipi-csi2 is not installed")
    shell = camera(lanes, bits, channel, mend=40)
    at = {r.name: r.offset for r in register_map(register_values(FACTS, shell))}
    factor, places = gain(FACTS, shell)
    bench = Shell(
        bits=bits, width=WIDTH, height=HEIGHT, fraction=places, offset=RAW.black, mend=True
    )
    settings = Settings((WIDTH, HEIGHT), (0,) * 4, (factor,) * 4, shell.cfa, 0, defect=40)
    steps: list[list] = []

    def frame(lost_row: int | None = None) -> None:
        """Through receiver and shell; a row that does not come is filled at the frame's end."""
        picture = rng.integers(0, 1 << bits, (HEIGHT, WIDTH))
        lines = [packed_line(line, bits).hex() for line in picture]
        if lost_row is not None:
            picture = np.append(np.delete(picture, lost_row, 0), np.zeros((1, WIDTH), int), 0)
            del lines[lost_row]
        given = restored(bench, picture, replace(settings))
        steps.extend([["send", lines], ["expect", given.tolist()]])

    def read(**counts: int) -> None:
        steps.extend(["read", at[name], value] for name, value in counts.items())

    frame()
    steps.append(["packet", channel, 0x12, "0123456789"])  # embedded data
    steps.append(["packet", (channel + 1) % 4, DATA_TYPES[bits], "00" * 15])
    steps.append(["packet", channel, 0x24, "0123456789ab"])  # RGB888
    frame()
    read(embedded_lines=1, other_channels=1, unknown_types=1, ecc_corrected=0, crc_failed=0)
    steps.append(["flip", [13], []])
    frame()
    read(ecc_corrected=1, ecc_failed=0, short_lines=0, missing_lines=0)
    frame(lost_row=5)
    read(missing_lines=1, short_frames=1, lost_bytes=0, truncated=0, overflows=0)
    frame()
    read(frames_in=5, frames_out=5, lines=5 * HEIGHT - 1, channel=channel)
    todo = {
        "pixels": 2,
        "out_bits": max(bits, FACTS.x.bits),
        "lanes": lanes,
        "channel": channel,
        "type": DATA_TYPES[bits],
        "steps": steps,
    }
    here = str(Path(__file__).parent)
    sources = video_sources(wire, FACTS, shell)
    results = run_bench(tmp_path, sources, VIDEO_TOP, "cocotb_csi2", here, todo, optimize="-O0")
    assert get_results(results) == (1, 0)
