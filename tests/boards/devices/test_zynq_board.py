# SPDX-License-Identifier: MIT
"""Our driver of the Zynq shell, on the shell's RTL in the simulator, with its design in it."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tarsier_fpga.devices import pynq_board, zynq_board
from tarsier_fpga.devices.zynq_board import ZynqBoard
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.shell.zynq import zynq_files, zynq_shell
from tarsier_fpga.flow.shell.zynq_facts import ZynqShell
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.jobs.accelerators import open_accelerator
from tarsier_fpga.jobs.choices import Accel
from tarsier_fpga.jobs.job import Job
from tests.flow.shell.zynq_bench import opened, pynq_module
from tests.flow.small_design import write_design
from tests.flow.unequal import enlarging, hardware

BOARD = load_board("pynq-z2")


class Made:
    """A design with the files of its shell, as `tarsier synth` leaves them but for the bits."""

    def __init__(self, folder: Path) -> None:
        graph = hardware(enlarging(), BOARD, 6, 8)
        facts = write_design(graph, BOARD, "enlarging", folder)
        self.design, self.deploy = BuiltDesign(folder, facts), folder / "openxc7"
        self.shell: ZynqShell = zynq_shell(folder, facts, BOARD)
        self.deploy.mkdir()
        for name, content in zynq_files(facts, self.shell).items():
            (self.deploy / name).write_bytes(content)
        (self.deploy / "system.bit").write_bytes(b"bits")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Made:
    return Made(tmp_path_factory.mktemp("zynq") / "design")


@pytest.fixture
def pynq(made, monkeypatch):
    """The package, and the simulated board behind it."""
    with opened(made.design.folder, made.design.facts, made.shell) as bench:
        package = pynq_module(bench, made.shell)
        monkeypatch.setitem(sys.modules, "pynq", package)
        yield package


@pytest.mark.slow
def test_frames_are_restored_while_others_are_under_way(made, pynq, rng):
    board = ZynqBoard(made.design.folder, made.design.facts, made.deploy)
    assert pynq.board.bitfile == str(made.deploy / "system.bit")
    assert pynq.ps.Clocks.fclk0_mhz == BOARD.clock_mhz
    assert pynq.board.afi == {0xF800_8000: 0xF00, 0xF800_8014: 0xF00}
    batches = [rng.integers(0, 256, (n, 6, 8, 3)).astype(np.uint16) for n in (2, 1, 3)]
    name = made.design.facts.x.name
    sent = [board.send({name: frames}) for frames in batches]  # all before any is back
    for frames, one in zip(batches, sent, strict=True):
        found = board.receive(board.run(one))[made.design.facts.y.name]
        assert found.dtype == np.int16
        assert np.array_equal(found, np.stack([made.design.graph.reference(f) for f in frames]))
    assert sorted(pynq.board.freed) == sorted(pynq.board.allocated)


@pytest.mark.slow
def test_a_port_of_half_the_width_is_widened(made, pynq):
    pynq.board.afi.update({0xF800_8000: 0xF01, 0xF800_8014: 0xF01})
    ZynqBoard(made.design.folder, made.design.facts, made.deploy)
    assert set(pynq.board.afi.values()) == {0xF00}


@pytest.mark.slow
def test_errors_of_the_memory_are_told(made, monkeypatch, rng):
    facts, folder = made.design.facts, made.design.folder
    with opened(folder, facts, made.shell, {"fault": 30}) as bench:
        monkeypatch.setitem(sys.modules, "pynq", pynq_module(bench, made.shell))
        board = ZynqBoard(folder, facts, made.deploy)
        frames = rng.integers(0, 256, (1, 6, 8, 3)).astype(np.uint16)
        with pytest.raises(HostError, match=r"the memory answered \d+ times with an error"):
            board.run(board.send({facts.x.name: frames}))


@pytest.mark.slow
def test_a_shell_of_another_design_is_refused_before_and_after_it_is_loaded(made, pynq):
    facts = made.design.facts
    other = facts.model_copy(update={"key": "9" * 16})
    with pytest.raises(HostError, match=r"configures the board for enlarging .design 0123., "):
        ZynqBoard(made.design.folder, other, made.deploy)
    module = made.deploy / "zynq_registers.py"
    text = module.read_text()
    module.write_text(text.replace("0x01230000", "0x99990000"))
    try:
        with pytest.raises(HostError, match="is not the shell of enlarging: offset 0x0c holds"):
            ZynqBoard(made.design.folder, facts, made.deploy)
    finally:
        module.write_text(text)


def test_a_missing_bitstream_is_told_with_what_makes_it(made):
    bits = made.deploy / "system.bit"
    aside = bits.rename(bits.with_name("aside"))
    try:
        with pytest.raises(HostError, match=r"system.bit is missing: tarsier synth .* --with o"):
            ZynqBoard(made.design.folder, made.design.facts, made.deploy)
    finally:
        aside.rename(bits)


def test_a_machine_without_pynq_is_told(made, monkeypatch):
    monkeypatch.setitem(sys.modules, "pynq", None)
    with pytest.raises(HostError, match="no Python package pynq here"):
        ZynqBoard(made.design.folder, made.design.facts, made.deploy)


@pytest.mark.parametrize("vendor", [False, True])
def test_the_accelerator_is_that_of_the_files_that_are_there(made, monkeypatch, vendor):
    chosen = []
    for module, kind in ((zynq_board, "ZynqAccelerator"), (pynq_board, "PynqAccelerator")):
        monkeypatch.setattr(module, kind, lambda *given, kind=kind: chosen.append((kind, given[1])))
    folder = made.design.folder
    if vendor:
        (folder / "vivado/deploy").mkdir(parents=True)
    job = Job(raw=Path(), net="enlarging", board=BOARD, accel=Accel.PYNQ, design=folder)
    open_accelerator(job, (8, 6), lambda *told: None)
    own = ("ZynqAccelerator", made.deploy)
    assert chosen.pop() == (("PynqAccelerator", None) if vendor else own)
    open_accelerator(replace(job, deploy=made.deploy), (8, 6), lambda *told: None)
    assert chosen.pop() == own
