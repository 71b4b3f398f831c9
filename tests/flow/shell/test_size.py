# SPDX-License-Identifier: MIT
"""What shell, repair, registers and CRCs take beside the network and its levels."""

import pytest

from tarsier_fpga.flow.design.design_facts import RTL, TOP
from tarsier_fpga.flow.shell.shell_facts import VideoShell
from tarsier_fpga.flow.shell.video import VIDEO_TOP, video_sources
from tarsier_fpga.flow.synth.yosys.run_yosys import synthesize_sources
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.netlist.instance import rtl_paths
from tests.boards.design_stand_in import design_facts

WIDTH, HEIGHT = 1920, 1080
WIRE = """module tarsier_top (
  input  logic        clk_i, rst_ni, x_valid_i, y_ready_i,
  input  logic [39:0] x_data_i,
  output logic        x_ready_o, y_valid_o,
  output logic [39:0] y_data_o
);
  assign {y_valid_o, x_ready_o, y_data_o} = {x_valid_i, y_ready_i, x_data_i};
endmodule
"""
FACTS = design_facts(HEIGHT // 2, WIDTH // 2, key="0123456789abcdef01234567", net="wire")
LEVELS = {"Samples": 2, "FrameW": WIDTH, "XWidth": 12, "YWidth": 10, "GainW": 16, "Fraction": 14}
MOST_LUTS = 2_500
MOST_OF_BLENDING = 600  # and the queue of what waits for its result


@pytest.mark.slow
@pytest.mark.parametrize(("sensor", "blend"), [(False, 0), (True, 0), (False, 4 * WIDTH)])
def test_two_pixels_a_clock_take_few_luts_and_no_dsp(sensor, blend, tmp_path):
    (tmp_path / RTL).mkdir()
    (tmp_path / RTL / f"{TOP}.sv").write_text(WIRE)
    shell = VideoShell(pixels=2, bits=12, black=256, sensor=sensor, buffer=2048, blend=blend)
    sources = video_sources(tmp_path, FACTS, shell)
    whole = synthesize_sources(VIDEO_TOP, sources, Family.ULTRASCALE_PLUS)
    levels = synthesize_sources("levels", levels_alone(), Family.ULTRASCALE_PLUS)
    print(f"sensor {sensor}, blend {blend}: {whole}, of which levels {levels}")
    assert whole.lut - levels.lut <= MOST_LUTS + MOST_OF_BLENDING * (blend > 0)
    assert whole.dsp == levels.dsp == shell.pixels


def levels_alone() -> dict[str, str]:
    """Black, gain and packing: the part that a network needs behind any camera."""
    values = ", ".join(f".{name}({value})" for name, value in LEVELS.items())
    top = f"""module levels (
  input  logic        clk_i, rst_ni, x_valid_i, y_ready_i,
  input  logic [1:0]  red_i,
  input  logic [47:0] black_i,
  input  logic [63:0] gain_i,
  input  logic [23:0] x_data_i,
  output logic        x_ready_o, y_valid_o,
  output logic [39:0] y_data_o
);
  tarsier_bayer_blocks #({values}) u_levels (.*);
endmodule
"""
    return {**{path.name: path.read_text() for path in rtl_paths("bayer_blocks")}, "levels.sv": top}
