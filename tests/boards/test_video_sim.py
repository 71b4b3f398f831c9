# SPDX-License-Identifier: MIT
"""A camera with faults before a design: what is promised holds, and what is broken is said."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.design.design_facts import RTL, TOP, Design
from tarsier_fpga.flow.shell.faults import FaultKind
from tarsier_fpga.flow.shell.video_facts import read_video_simulation
from tarsier_fpga.hls.base.progress import silent
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.netlist.instance import Stream
from tarsier_fpga.hls.netlist.netlist import Cell, Netlist
from tarsier_fpga.hls.netlist.rtl_top import rtl_top
from tarsier_fpga.jobs.video_sim_job import VideoSimJob, perform_video_sim
from tarsier_fpga.report.camera_section import CameraSection, camera_files, kept_section
from tarsier_fpga.report.page import Page, render
from tarsier_fpga.report.pictures import Pictures
from tests.boards.browser import Browser, find_browser
from tests.boards.design_stand_in import design_facts

HEIGHT, WIDTH = 12, 24  # pixels
FACTS = design_facts(HEIGHT // 2, WIDTH // 2, key="0123456789abcdef01234567", net="wire")


class Graph:
    """Of a network that gives what it takes, or with one code more."""

    def __init__(self, more: int = 0) -> None:
        self.more = more

    def reference(self, frame: np.ndarray) -> np.ndarray:
        return frame + self.more


@dataclass(frozen=True)
class Built:
    folder: Path
    facts: Design
    graph: Graph


@pytest.fixture
def design(tmp_path) -> Built:
    """One whose RTL is a queue."""
    width = 4 * FACTS.x.bits
    cell = Cell("u_queue", fifo(width, 4), {"x": "x", "y": "y"})
    netlist = Netlist(TOP, (cell,), (Stream("x", width),), (Stream("y", width),))
    (tmp_path / RTL).mkdir()
    (tmp_path / RTL / f"{TOP}.sv").write_text(rtl_top(netlist))
    FACTS.write(tmp_path)
    return Built(tmp_path, FACTS, Graph())


@pytest.fixture
def done(design):
    return perform_video_sim(VideoSimJob(design=design, frames=24), silent)


@pytest.mark.slow
def test_every_promise_is_kept_and_every_fault_is_counted(done):
    found = done.facts
    assert found.broken == ()
    seen = {fault for one in found.arrived for fault in one.faults}
    assert seen == {kind.value for kind in FaultKind} - {FaultKind.MISSING_FRAME.value}
    whole = [one for one in found.arrived if one.whole]
    assert all(one.right for one in whole)
    assert sum(one.behind_fault for one in whole) >= 6
    assert all(one.repaired for one in found.arrived if one.given is not None)
    assert {name: found.registers[name] for name in found.expected} == found.expected
    assert sum(found.expected[name] for name in ("short_lines", "long_lines", "extra_lines")) > 3


@pytest.mark.slow
def test_a_broken_promise_is_said(design, tmp_path):
    faults = tmp_path / "faults.toml"
    faults.write_text('[[fault]]\nframe = 1\nkind = "short line"\n')
    lying = Built(design.folder, design.facts, Graph(more=1))
    found = perform_video_sim(VideoSimJob(design=lying, frames=4, stimuli=faults), silent).facts
    crc = found.registers["crc_out"], found.expected["crc_out"]
    assert found.broken == (
        "frame 0 came whole and was not given right",
        "frame 2, the first behind a fault, came whole and was not given right",
        "frame 3 came whole and was not given right",
        "frame 1 is not given as its faults are repaired",
        f"the register crc_out holds {crc[0]}, where {crc[1]} is right",
    )


@pytest.mark.slow
@pytest.mark.parametrize(("width", "phone"), [(1280, False), (390, True)])
@pytest.mark.parametrize("dark", [False, True])
def test_its_page_shows_faults_counters_and_registers(design, done, width, phone, dark, tmp_path):
    files = camera_files(done, design.folder, FACTS)
    for path, content in files.items():
        path.write_bytes(content)
    assert read_video_simulation(design.folder, FACTS.key) == done.facts
    assert read_video_simulation(design.folder, "other") is None
    section = kept_section(design.folder, FACTS)
    assert section is not None and section.good
    held = {row.name: row.held for row in section.rows}
    assert held["identity"] == "0x54564944"
    assert held["crc_out"] == f"0x{done.facts.expected['crc_out']:08X}"
    assert held["short_lines"] == str(done.facts.expected["short_lines"])
    for camera, count in ((section, 1), (None, 0)):
        assert report(camera).count("<h2>Behind a camera</h2>") == count
        assert report(camera).count('<table class="map">') == count
    if not (chromium := find_browser()):
        pytest.skip("no Chromium on PATH: the page was not looked at")
    with Browser(chromium, tmp_path / "chromium") as browser:
        browser.screen(width, 800, dark=dark, phone=phone)
        browser.open(design.folder / "video_sim.html")
        assert browser.evaluate("document.documentElement.scrollWidth") == width
        rows = browser.evaluate("document.querySelectorAll('table.map tr').length")
        assert rows == len(section.rows) + 1
        assert browser.evaluate("document.images[0].naturalWidth") > 400
        assert browser.errors == []


def report(camera: CameraSection | None) -> str:
    """The report of a run, with what a camera showed, if anything."""
    grey = np.full((8, 8, 3), 99, np.uint8)
    return render(
        Page(
            title="title",
            lead="lead",
            good=True,
            verdict="verdict",
            pictures=Pictures(grey, grey),
            captions={},
            cards=(),
            profile="<svg></svg>",
            estimate=FACTS.estimate,
            board=load_board("zcu104"),
            drawing="<svg></svg>",
            camera=camera,
        )
    )
