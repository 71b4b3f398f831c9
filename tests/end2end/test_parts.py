# SPDX-License-Identifier: MIT
"""Networks with a binary head, upsampling or tail: their RTL gives the frames of the network.

`tarsier study parts` shows what each part costs in quality; here it becomes hardware.
"""

import numpy as np
import pytest

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.build import BuildConfig, build
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.training.deploy.export import SIDE, export_untrained

pytestmark = pytest.mark.slow

# What configs say, and the binary convolutions that makes; enlarging ones have two in the tail.
NETS = {
    "raw, HB": ('task = "raw"\nbinary = "HB"', 2),
    "rgb, BT": ('task = "rgb"\nbinary = "BT"', 2),
    "jpeg, HBT": ('task = "jpeg"\nbinary = "HBT"', 3),
    "x2, HBUT": ('task = "sr"\nscale = 2\nbinary = "HBUT"', 5),
}


@pytest.mark.parametrize("name", NETS)
def test_binary_parts_become_hardware(tmp_path, name):
    facts, convolutions = NETS[name]
    config = tmp_path / "net.toml"
    config.write_text(
        'photographs = "-"\n[net]\nkind = "bbcu"\nchannels = 4\nunits = 1\n'
        f"{facts}\n[schedule]\niterations = 1\n"
    )
    onnx = export_untrained(config, tmp_path / "net.onnx")
    golden = np.load(onnx.with_suffix(".npz"))
    frames, wanted = (golden[end].transpose(0, 2, 3, 1) for end in "xy")
    side = 2 * SIDE if name.startswith("raw") else SIDE
    folder = tmp_path / "design"
    board = load_board("zcu104")
    design = BuiltDesign(folder, build(BuildConfig(onnx, board, side, side, None, folder)))
    ran = design.simulate(np.ascontiguousarray(frames))
    assert np.array_equal(ran.frames, wanted)
    assert ran.cycles_per_frame <= 1.01 * design.facts.ideal_cycles
    ops = [layer.op for layer in design.facts.layers]
    assert ops.count("TarsierXnorDot") == convolutions
    assert ("TarsierIntDot" in ops) == ("HB" not in name or "T" not in name)
