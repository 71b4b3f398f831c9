# SPDX-License-Identifier: MIT
"""A network as it is understood, printed: streams, kernels, frames and cycles."""

from tarsier_fpga.cli.app import app
from tarsier_fpga.cli.guard import guarded
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.widths import adapt_widths, specialize
from tarsier_fpga.jobs.explain import explain
from tests.flow.nets import Net, lowered
from tests.flow.small_design import write_design
from tests.networks.unet import unet

HEAD = ["layer", "kernel", "frame", "channels", "bits", "positions", "fold", "cycles"]


def said(capsys, onnx, *options: str) -> tuple[int, list[str], str]:
    command = ["build", str(onnx), "--explain", *options]
    code = guarded(lambda: app(command, standalone_mode=False))
    told = capsys.readouterr()
    return code, told.out.splitlines(), told.err


def written(folder):
    net, path = Net(channels=4, bits=6, side=16), folder / "net.onnx"
    t = net.quant(net.conv(net.x, 4, 8, pads=[1] * 4), 8.0)
    net.network(net.quant(net.conv(t, 8, 4, strides=[2, 2], pads=[1] * 4), 64.0)).save(str(path))
    return path


def test_every_kernel_with_what_comes_out_of_it(tmp_path):
    board = load_board("zcu104")
    graph = set_frame(lowered(unet((4, 6), 1, 16)), 16, 24)
    graph = adapt_widths(specialize(graph, board.part), board.part)
    design = write_design(graph, board, "unet", tmp_path / "design")
    lines = explain(BuiltDesign.read(tmp_path / "design").graph.model).splitlines()
    assert lines[0] == (
        "x: bayer frames of 24x16 with 4 channels, unsigned codes of 10 bits, black 128,"
        " white 896; x = code"
    )
    assert lines[2].startswith("a result depends on ")
    assert lines[3] == f"{design.ideal_cycles:,} cycles a frame"
    assert lines[4].split() == HEAD
    rows = [line.split() for line in lines[5:]]
    assert [(row[0], row[1]) for row in rows] == [(each.stage, each.name) for each in design.layers]
    (pooled,) = (row for row in rows if row[1] == "window_2")
    assert pooled[2:] == ["12x8", "36", "1", "96", "1", "384"]


def test_without_a_board_the_file_s_own_frame_at_its_fastest(tmp_path, capsys):
    onnx = written(tmp_path)
    code, lines, _ = said(capsys, onnx)
    assert code == 0 and lines[3:5] == ["256 cycles a frame", lines[4]]
    kernels = [line.split()[1] for line in lines[5:]]
    assert kernels == ["window_0", "int_dot_0", "requant_0", "window_1", "int_dot_1", "requant_1"]
    assert lines[-1].split()[2:] == ["8x8", "4", "8", "signed", "64", "1", "64"]
    assert list(tmp_path.iterdir()) == [onnx]  # nothing is built


def test_with_a_board_its_rate_is_told(tmp_path, capsys):
    onnx = written(tmp_path)
    options = "--board", "zcu104", "--size", "128x96", "--fps", "15000"
    code, lines, _ = said(capsys, onnx, *options)
    assert code == 0 and lines[0].startswith("x: bayer frames of 64x48 with 4 channels")
    cycles, _, _, _, fps, *_ = lines[3].replace(",", "").split()
    assert int(cycles) > 64 * 48 and float(fps) >= 15000
    assert float(fps) == round(250e6 / int(cycles), 1)


def test_a_rate_needs_a_board(tmp_path, capsys):
    code, _, error = said(capsys, written(tmp_path), "--fps", "60")
    assert code == 2
    assert error == "tarsier: --fps 60 is of a board's clock; give --board too, or neither\n"


def test_a_design_needs_what_an_explanation_does_not(tmp_path, capsys):
    onnx = written(tmp_path)
    assert guarded(lambda: app(["build", str(onnx), "--size", "8x8"], standalone_mode=False)) == 2
    error = capsys.readouterr().err
    assert error.startswith("tarsier: a design needs --board, --out; to see how ")
    assert "give --explain" in error
