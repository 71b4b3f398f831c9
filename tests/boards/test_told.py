# SPDX-License-Identifier: MIT
"""What `tarsier build` is told of a network beside its file: bits, black, white and kind."""

from pathlib import Path

import numpy as np
import pytest

from tarsier_fpga.cli.app import app
from tarsier_fpga.cli.guard import guarded
from tarsier_fpga.flow import build as build_module
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.build import BuildConfig, build
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.flow.sim.frame_sim import FrameSim
from tarsier_fpga.hls.base.coding import Coding, FrameKind
from tests.flow.nets import Net

TOLD = {"bits": "7", "black": "16", "white": "100", "kind": "planes"}


def written(folder: Path, **told) -> Path:
    """A convolution of codes of 4 channels, which no quantizer reads."""
    net, path = Net(channels=4, bits=None), folder / "net.onnx"
    y = net.quant(net.conv(net.x, 4, 4, pads=[1] * 4), 8.0)
    net.network(y, **told).save(str(path))
    return path


def build_of(onnx: Path, *options: str) -> int:
    target = ["--board", "zcu104", "--size", "24x20", "-o", str(onnx.parent / "design")]
    return guarded(lambda: app(["build", str(onnx), *target, *options], standalone_mode=False))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "the network does not say how its input x is coded: no quantizer reads it"),
        (["--black", "16"], "; give --bits"),
        (["--bits", "17"], "metadata tarsier.bits 17, black 0 and white 131071: codes have 1 to"),
        (["--bits", "-1"], "metadata tarsier.bits is '-1'; it must be a whole number"),
        (["--bits", "few"], "Invalid value for '--bits': Input should be a valid integer"),
        (["--bits", "7", "--white", "128"], "bits 7, black 0 and white 128: codes have 1 to 16"),
        (["--bits", "7", "--black", "9", "--white", "9"], "black 9 and white 9: codes have"),
        (["--bits", "7", "--black", "-9"], "metadata tarsier.black is '-9'; it must be a whole"),
        (["--bits", "7", "--kind", "rgb"], "'rgb', and the network's frames have 4 channels"),
        (["--bits", "7", "--kind", "cmyk"], "'cmyk' is not one of 'bayer', 'rgb', 'luma', 'planes"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(tmp_path, capsys, options, sentence):
    onnx = written(tmp_path)
    assert build_of(onnx, *options) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1 and sentence in said.err, said.err
    assert said.out == ""
    assert list(tmp_path.iterdir()) == [onnx]


def test_what_is_told_is_in_the_key_in_any_order(tmp_path):
    onnx, board = written(tmp_path), load_board("zcu104")

    def key(told):
        return build_module._key(
            BuildConfig(onnx, board, 24, 20, None, tmp_path / "design", told=told)
        )

    asked = [{}, TOLD, TOLD | {"bits": "8"}, TOLD | {"black": "17"}, TOLD | {"kind": "bayer"}]
    assert len({key(told) for told in asked}) == len(asked)
    assert key(dict(reversed(TOLD.items()))) == key(TOLD)


@pytest.mark.slow  # compiles a design
def test_a_design_is_built_for_what_is_told_which_wins_over_the_file(
    tmp_path, capsys, monkeypatch, rng
):
    onnx, folder = written(tmp_path, bits="10", white="900", kind="bayer"), tmp_path / "design"
    options = [word for key, value in TOLD.items() for word in (f"--{key}", value)]
    assert build_of(onnx, *options, "--explain") == 0
    line = (
        "x: planes frames of 24x20 with 4 channels, unsigned codes of 7 bits, black 16, white 100"
    )
    assert f"{line}; x = code\n" in capsys.readouterr().out
    built = BuiltDesign.read(folder)
    x = built.facts.x
    assert (x.kind, x.coding) == (FrameKind.PLANES, Coding(16, 100, 7))

    frames = rng.integers(0, 127, (2, 20, 24, 4), endpoint=True).astype(np.uint16)
    run = FrameSim(folder).restore(frames)
    for frame, got in zip(frames, run.outputs["y"], strict=True):
        assert np.array_equal(got, built.references({"x": frame})["y"])

    # The same again is there already.
    monkeypatch.setattr(build_module, "_build", None)
    assert (
        build(BuildConfig(onnx, load_board("zcu104"), 24, 20, None, folder, told=TOLD))
        == built.facts
    )
