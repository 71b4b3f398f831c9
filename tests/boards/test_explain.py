# SPDX-License-Identifier: MIT
"""A network as it was understood, printed: streams, kernels, frames and cycles."""

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.widths import adapt_widths, specialize
from tarsier_fpga.jobs.explain import explain
from tests.flow.nets import lowered
from tests.flow.small_design import write_design
from tests.networks.unet import unet


def test_every_kernel_with_what_comes_out_of_it(tmp_path):
    board = load_board("zcu104")
    graph = set_frame(lowered(unet((4, 6), 1, 16)), 16, 24)
    graph = adapt_widths(specialize(graph, board.part), board.part)
    design = write_design(graph, board, "unet", tmp_path / "design")
    lines = explain(BuiltDesign.read(tmp_path / "design")).splitlines()
    assert lines[0] == (
        "x: bayer frames of 24x16 with 4 channels, unsigned codes of 10 bits, black 128,"
        " white 896; x = code"
    )
    assert lines[2].startswith("a result depends on ")
    assert lines[3].split() == [
        "layer",
        "kernel",
        "frame",
        "channels",
        "bits",
        "positions",
        "fold",
        "cycles",
    ]
    rows = [line.split() for line in lines[4:]]
    assert [row[1] for row in rows] == [layer.name for layer in design.layers]
    (pooled,) = (row for row in rows if row[1] == "window_2")
    assert pooled[2:] == ["12x8", "36", "1", "96", "1", "384"]
