# SPDX-License-Identifier: MIT
"""tarsier synth as a user types it, on a small net of the shipped ones' kind."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tarsier_fpga.cli.synth import summary
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.synth.synth_facts import Synthesis, Timing
from tarsier_fpga.hls.adders.schedule import LEVELS
from tarsier_fpga.hls.cost.resources import COUNTED
from tarsier_fpga.training.deploy.export import export_untrained
from tests.boards.test_cli import refused, tarsier

CONFIG = Path(__file__).parents[1] / "flow" / "ecp5" / "bbcu-raw-4x1.toml"
RATES = [""]


@pytest.fixture(scope="module")
def designs(tmp_path_factory):
    """designs(rate) builds a net for the ZCU104, once, and synthesizes it."""
    known = {}
    onnx = export_untrained(CONFIG, tmp_path_factory.mktemp("net") / "bbcu-raw-4x1.onnx")

    def make(rate: str):
        if rate not in known:
            folder = tmp_path_factory.mktemp("synth") / "design"
            target = ["--board", "ZCU104", "--size", "96x64", "-o", folder]
            built = tarsier("build", onnx, *target, *(["--fps", rate] if rate else []))
            assert built.returncode == 0, built.stderr
            known[rate] = folder, tarsier("synth", folder, "--with", "yosys")
        return known[rate]

    return make


@pytest.mark.slow
@pytest.mark.parametrize("rate", RATES)
def test_estimates_agree_with_synthesis(designs, rate):
    folder, done = designs(rate)
    assert done.returncode == 0, done.stderr
    found = json.loads((folder / "synth.json").read_text())
    guess = json.loads((folder / "design.json").read_text())["estimate"]
    assert found["lut"] == pytest.approx(guess["lut"], rel=0.1)
    assert (found["bram36"], found["uram"], found["dsp"]) == (
        guess["bram36"],
        guess["uram"],
        guess["dsp"],
    )
    for part in found["layers"]:
        assert (part["bram36"], part["dsp"]) == (
            part["estimate"]["bram36"],
            part["estimate"]["dsp"],
        )
        off = abs(part["estimate"]["lut"] - part["lut"]) > max(0.1 * part["lut"], 5)
        assert off == (f"\n  {part['name']} " in done.stdout)


@pytest.mark.slow
def test_synth_writes_what_it_counted(designs):
    folder, done = designs(RATES[0])
    found = json.loads((folder / "synth.json").read_text())
    for name in ("lut", "ff", "bram36", "uram", "dsp"):
        assert found[name] == sum(part[name] for part in found["layers"])
    assert found["fits"]
    assert found["utilisation"]["lut"] == found["lut"] / 230_400
    assert f"{found['lut']:,g} of 230,400 LUT" in done.stdout
    assert "250 MHz assumed, since nothing was placed" in done.stdout
    timing = found["timing"]
    assert timing["adders"] <= LEVELS
    assert timing["delay_ns"] >= max(part["delay_ns"] for part in found["layers"])
    assert f"before place and route: {timing['delay_ns']:.2f} ns through" in done.stdout
    assert Image.open(folder / "synth.png").size > (1000, 300)


def test_a_long_path_is_told_by_its_ends():
    timing = Timing(
        delay_ns=4.777,
        levels=15,
        adders=3,
        path=("fifo_0", "residual_add_8"),
        deepest=("fifo_1", "act_table_0", "requant_0", "window_0"),
        untimed=("DSP48E2",),
        delays="by hand",
    )
    facts = {"tool": "t", "board": "zcu104", "part": "p", "clock_mhz": 250, "seconds": 1}
    board, used = load_board("zcu104"), dict.fromkeys(COUNTED, 1)
    found = Synthesis(**facts, **used, utilisation=used, fits=True, timing=timing)
    assert summary(found, board, "net", []).splitlines()[2] == (
        "before place and route: 4.78 ns through fifo_0, residual_add_8 (by hand); between"
        " registers at most 3 carry chains, and 15 LUTs through 4 kernels from fifo_1 to window_0;"
        " no delays for DSP48E2"
    )


def test_synth_refuses(tmp_path):
    refused(tarsier("synth", tmp_path, "--with", "yosys"), "holds no design: there is no design.js")
    refused(tarsier("synth", tmp_path, "--with", "quartus"), "'quartus' is not one of 'vivado', 'v")
    refused(tarsier("synth", tmp_path), "Missing option '--with'")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_synth_refuses_a_board_that_the_design_is_not_for(designs):
    folder, _ = designs(RATES[0])
    before = (folder / "synth.json").read_bytes()
    for board, sentence in {
        "zcu999": "unknown board 'zcu999', known are arty-a7-100, aup",
        "pynq-z1": "built for zcu104, of the family xcup, and pynq-z1 is xc7",
        "ulx3s-85f": "ulx3s-85f (ecp5) is a bare board, without a processor or a card's shell: for"
        " it there is --with nextpnr, which makes bitstreams",
    }.items():
        refused(tarsier("synth", folder, "--with", "yosys", "--board", board), sentence)
    wanted = "--dry-run is for vivado and vitis, yosys is here to run"
    refused(tarsier("synth", folder, "--with", "yosys", "--dry-run"), wanted)
    assert (folder / "synth.json").read_bytes() == before
