# SPDX-License-Identifier: MIT
"""Faults planted in a built design, and the sentence that finds each."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.build import BuildConfig, build
from tarsier_fpga.flow.design.design_facts import read_design
from tarsier_fpga.flow.sim.frame_sim import FrameSim, stage_trace
from tarsier_fpga.flow.sim.stall_map import stall_map
from tarsier_fpga.hls.base.errors import FlowError, SimError

pytestmark = pytest.mark.slow  # each test compiles a design

HEIGHT, WIDTH = 15, 19
LAST = "logic [Channels-1:0] last_q;\n  "  # never reset
PAUSE = """logic [7:0] count_q;  // never reset
  logic pause;
  assign pause = count_q == 0;
  always_ff @(posedge clk_i) count_q <= count_q + 1;"""


@pytest.fixture
def folder(random_net, tmp_path) -> Path:
    onnx = tmp_path / "random.onnx"
    random_net(channels=4, units=2, height=9, width=9).save(str(onnx))
    config = BuildConfig(
        onnx, load_board("zcu104"), 2 * WIDTH, 2 * HEIGHT, None, tmp_path / "design"
    )
    build(config)
    return config.output


def edit(path: Path, pattern: str, replacement: str) -> None:
    text, found = re.subn(pattern, replacement, path.read_text(), count=1)
    assert found == 1, f"{pattern} is not in {path.name}"
    path.write_text(text)


def test_a_deadlock_names_its_ring_and_the_fifo_in_it(folder, codes):
    deepest = max(read_design(folder).fifos[1:], key=lambda fifo: fifo.depth)
    edit(
        folder / "rtl/tarsier_top.sv",
        rf"\.Depth\({deepest.depth}\)(?=[^;]*\) {deepest.name} \()",
        f".Depth({WIDTH - 4})",
    )
    facts = json.loads((folder / "design.json").read_text())
    next(f for f in facts["fifos"] if f["name"] == deepest.name)["depth"] = WIDTH - 4
    (folder / "design.json").write_text(json.dumps(facts))
    with pytest.raises(SimError) as error:
        FrameSim(folder).restore(codes(HEIGHT, WIDTH)[None])
    said = str(error.value)
    assert "the design hangs: nothing moved" in said
    assert "; deadlock: " in said
    assert said.endswith(f"full there: {deepest.name} of depth {WIDTH - 4}, too small?")


def test_a_wrong_kernel_is_found_with_its_beat(folder, codes):
    edit(folder / "rtl/tarsier_sign_threshold.sv", ">= T;", "> T;")
    frames = codes(HEIGHT, WIDTH)[None]
    said = FrameSim(folder).explain(frames)
    found = re.fullmatch(
        r"stream (\S+) \((\S+) to \S+\) is the first that is wrong: beat \d+, lane \d+"
        r" is 0, expected 1; look at (\S+)",
        said,
    )
    assert found, said
    assert found[1].startswith("sign_threshold_")
    assert found[2] == found[3] == f"u_{found[1].removesuffix('_y')}"


def test_a_right_design_is_not_blamed(folder, codes):
    frames = codes(HEIGHT, WIDTH)[None]
    assert FrameSim(folder).unset(frames) == ""
    said = FrameSim(folder).explain(frames)
    assert said == "the same frame alone, as the first after reset, comes out right"


def test_data_that_reset_leaves_undefined_are_found(folder, codes):
    edit(
        folder / "rtl/tarsier_sign_threshold.sv",
        r"if \(x_ready_o\) y_data_o <= bits;",
        "if (x_valid_i && x_ready_o) begin y_data_o <= last_q; last_q <= bits; end",
    )
    edit(folder / "rtl/tarsier_sign_threshold.sv", r"(?=logic \[Channels-1:0\] bits;)", LAST)
    said = FrameSim(folder).explain(codes(HEIGHT, WIDTH)[None])
    assert re.fullmatch(
        r"stream sign_threshold_0_y \(u_sign_threshold_0 to \S+\) is undefined after reset: beat 0 "
        r"is 0x[0-9a-f] in one run and 0x[0-9a-f] in another; "
        r"look for a register without a reset in u_sign_threshold_0",
        said,
    ), said


def test_a_single_bit_that_reset_leaves_undefined_is_found(folder, codes):
    edit(
        folder / "rtl/tarsier_sign_threshold.sv",
        r"if \(x_ready_o\) y_data_o <= bits;",
        """if (x_valid_i && x_ready_o) begin
      y_data_o <= bits ^ Channels'(once_q);
      once_q   <= 1'b0;
    end""",
    )
    once = "logic once_q;  // never reset\n  "
    edit(folder / "rtl/tarsier_sign_threshold.sv", r"(?=logic \[Channels-1:0\] bits;)", once)
    said = FrameSim(folder).unset(codes(HEIGHT, WIDTH)[None])
    assert "u_sign_threshold_0 to" in said and "undefined after reset: beat 0 is" in said


def test_handshakes_that_reset_leaves_undefined_are_found(folder, codes):
    top = folder / "rtl/tarsier_top.sv"
    edit(top, r"assign x_valid = x_valid_i;", f"{PAUSE}\n  assign x_valid = x_valid_i && !pause;")
    edit(top, r"assign x_ready_o = x_ready;", "assign x_ready_o = x_ready && !pause;")
    said = FrameSim(folder).unset(codes(HEIGHT, WIDTH)[None])
    assert re.fullmatch(
        r"stream x \(outside to u_fork_0\) is undefined after reset: from about cycle \d+ on it "
        r"moves in other cycles in another run; look for a register without a reset in u_fork_0",
        said,
    ), said


def test_stages_name_what_a_trace_can_show(folder):
    design = read_design(folder)
    assert list(dict.fromkeys(layer.stage for layer in design.layers)) == [
        *("head", "body1", "body2", "tail")
    ]
    trace = stage_trace(design, "body2", 3, folder / "x.fst")
    assert "u_xnor_dot_1" in trace.cells
    assert "u_xnor_dot_0" not in trace.cells
    assert (trace.start[1], trace.stop[1]) == (3 * HEIGHT * WIDTH, 4 * HEIGHT * WIDTH)
    assert stage_trace(design, "window_2", 0, folder / "x.fst").cells == ("u_window_2",)
    with pytest.raises(FlowError, match=r"body9: no stage .* stages are head, body1, body2, tail"):
        stage_trace(design, "body9", 0, folder / "x.fst")


def test_the_stall_map_is_orange_where_the_reader_waits(folder, codes, tmp_path):
    path = tmp_path / "stalls.png"
    design, sim = read_design(folder), FrameSim(folder, watched=True)
    frames = np.stack([codes(HEIGHT, WIDTH)] * 3)

    def orange(stall_out: float) -> int:
        run = sim.restore(frames, stall_out=stall_out)
        stall_map(design, run.activity, path)
        red, green, blue = (
            np.asarray(Image.open(path).convert("RGB")).astype(int).transpose(2, 0, 1)
        )
        return int(((red > 200) & (green < 160) & (blue < 120)).sum())

    assert orange(0.5) > 3 * orange(0.0)
