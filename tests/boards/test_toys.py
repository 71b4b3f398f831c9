# SPDX-License-Identifier: MIT
"""A synthesis backend of another package and a board of a user's, through the command line."""

import json
from pathlib import Path

import pytest

from tarsier_fpga.training.deploy.export import export_untrained
from tests.boards.test_cli import refused, tarsier

CONFIG = Path(__file__).parents[1] / "flow" / "ecp5" / "bbcu-raw-4x1.toml"
BOARD = """title = "A toy"
part = "xc7a35tcpg236-1"
family = "xc7"
platform = "bare"
clock_mhz = 100
source_mhz = 12
device = { lut = 20800, ff = 41600, bram36 = 50, uram = 0, dsp = 90 }

[[memory]]
kind = "sdram"
banks = 1
mib = 8
"""
BACKEND = """
from tarsier_fpga.flow.board import Platform
from tarsier_fpga.flow.design.design_facts import read_design
from tarsier_fpga.flow.synth.synth_facts import Synthesis
from tarsier_fpga.hls.base.findings import Finding
from tarsier_fpga.hls.cost.family import Family


class Toy:
    name = "toy"
    purpose = "believes the estimate"
    families = (Family.SERIES7,)
    platforms = (Platform.BARE,)
    writes_project = True
    deploys = None

    def needs(self):
        return [Finding("Toy tool", "1.0", "synth: beliefs")]

    def project(self, folder, board, out, show):
        out.mkdir()
        (out / "run.sh").write_text(f"# for {board.part}")

    def run(self, folder, board, out, show):
        used = read_design(folder).estimate
        shares = used.shares(board.resources)
        return Synthesis(
            tool="toy 1.0",
            board=board.name,
            part=board.part,
            clock_mhz=board.clock_mhz,
            utilisation=shares,
            fits=max(shares.values()) <= 1,
            seconds=0.1,
            **used.model_dump(),
        )


BACKENDS = (Toy(),)
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory) -> Path:
    """A folder with a package that is installed there, whose backend is called toy."""
    return installed(tmp_path_factory.mktemp("packages"), BACKEND)


def installed(folder: Path, text: str) -> Path:
    (folder / "toy_synth.py").write_text(text)
    facts = folder / "toy_synth-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-synth\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[tarsier_fpga.backends]\ntoy = toy_synth\n")
    return folder


@pytest.fixture(scope="module")
def design(packages, tmp_path_factory) -> Path:
    """A design that the command line built for the toy board."""
    folder = tmp_path_factory.mktemp("toys")
    (folder / "toy.toml").write_text(BOARD)
    onnx = export_untrained(CONFIG, folder / "bbcu-raw-4x1.onnx")
    asked = ["--board", "toy.toml", "--size", "32x24", "--fps", "2000", "-o", "design"]
    done = tarsier("build", onnx, *asked, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "for A toy: 32 x 24" in done.stdout
    return folder / "design"


def test_a_toy_is_among_the_backends(packages, tmp_path):
    done = tarsier("doctor", "--json", PYTHONPATH=str(packages))
    found = {finding["name"]: finding for finding in json.loads(done.stdout)}
    assert found["Toy tool"]["found"] == "1.0"
    assert found["synth --with toy"] == {
        "name": "synth --with toy",
        "found": "ready",
        "unlocks": "believes the estimate",
        "required": False,
    }
    told = tarsier("synth", "--help", PYTHONPATH=str(packages), COLUMNS="200").stdout
    assert "<vivado|vitis|nextpnr|openxc7|yosys|toy>" in told
    assert "vivado, vitis, toy: write the project, run nothing" in told
    assert "toy" not in tarsier("synth", "--help").stdout


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "toy of tarsier_fpga.backends: toy_synth offers no BACKENDS"),
        ("import nothing_of_the_kind", "toy_synth, cannot be loaded: No module named 'nothing_of"),
        ("class Toy:\n    name = 'toy'\nBACKENDS = [Toy()]", "backends: Toy lacks purpose, famili"),
        (BACKEND.replace('"toy"', '"yosys"'), "there is a backend called yosys already"),
    ],
)
def test_what_is_no_backend_is_refused(tmp_path, text, sentence):
    installed(tmp_path, text)
    refused(tarsier("synth", tmp_path, "--with", "toy", PYTHONPATH=str(tmp_path)), sentence)


@pytest.mark.slow
def test_a_toy_synthesizes_for_a_toy(design, packages):
    """Without being told for which board again."""
    done = tarsier("synth", design, "--with", "toy", PYTHONPATH=str(packages))
    assert done.returncode == 0, done.stderr
    facts = json.loads((design / "design.json").read_text())
    found = json.loads((design / "synth.json").read_text())
    assert (found["tool"], found["board"]) == ("toy 1.0", "toy")
    assert {name: found[name] for name in facts["estimate"]} == facts["estimate"]
    assert "on A toy: " in done.stdout and "of 20,800 LUT" in done.stdout


@pytest.mark.slow
def test_a_toy_leaves_a_project_that_no_build_removes(design, packages):
    done = tarsier("synth", design, "--with", "toy", "--dry-run", PYTHONPATH=str(packages))
    assert done.stdout == f"{design / 'toy'}: run.sh in it builds for A toy\n"
    assert (design / "toy" / "run.sh").read_text() == "# for xc7a35tcpg236-1"
    onnx, board = design.parent / "bbcu-raw-4x1.onnx", design.parent / "toy.toml"
    again = ["build", onnx, "--board", board, "--size", "40x24", "-o", design]
    refused(tarsier(*again, PYTHONPATH=str(packages)), "toy is of another design; name another")


@pytest.mark.slow
def test_a_toy_board_is_not_for_every_backend(design):
    refused(
        tarsier("synth", design, "--with", "vivado", "--dry-run"),
        "vivado makes bitstreams for Zynq boards, and toy (xc7) is a bare board, without a"
        " processor or a card's shell: for it there is --with yosys, which counts",
    )
    refused(
        tarsier("synth", design, "--with", "yosys", "--board", "KV260"),
        "the design is built for toy, of the family xc7, and kv260 is xcup: build it again",
    )
