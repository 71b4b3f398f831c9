# SPDX-License-Identifier: MIT
"""A kernel as another package brings it: its four languages, its descriptor and its entry point."""

from pathlib import Path

__all__ = ["install_toy"]

FILES = {
    "toy_kernels/__init__.py": "",
    "toy_kernels/double.sv": """\
module double #(
  parameter int unsigned Lanes = 1,
  parameter int unsigned Width = 8
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  input  logic                       x_valid_i,
  output logic                       x_ready_o,
  input  logic [Lanes*Width-1:0]     x_data_i,
  output logic                       y_valid_o,
  input  logic                       y_ready_i,
  output logic [Lanes*(Width+1)-1:0] y_data_o
);
  assign x_ready_o = y_ready_i || !y_valid_o;

  always_ff @(posedge clk_i) begin
    if (x_ready_o)
      for (int unsigned l = 0; l < Lanes; l++)
        y_data_o[l*(Width+1) +: Width+1] <= {x_data_i[l*Width +: Width], 1'b0};
    if (!rst_ni)        y_valid_o <= 1'b0;
    else if (x_ready_o) y_valid_o <= x_valid_i;
  end
endmodule
""",
    "toy_kernels/double.hpp": """\
#pragma once
namespace bnn {
template <unsigned kWidth>
void Double(hls::stream<ap_uint<kWidth>> &x, hls::stream<ap_uint<kWidth + 1>> &y, unsigned beats) {
  for (unsigned i = 0; i < beats; ++i) y.write(ap_uint<kWidth + 1>(x.read()) << 1);
}
}  // namespace bnn
""",
    "toy_kernels/golden.py": """\
def double(x):
    return 2 * x
""",
    "toy_kernels/double.py": '''\
"""double: twice every integer."""

from tarsier_fpga.hls.cost.memory_cost import logic_cost
from tarsier_fpga.hls.describe.own_sources import own_sources
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import require_at_least
from tarsier_fpga.hls.netlist.instance import Instance, Stream
from toy_kernels import golden


def double(lanes, width):
    require_at_least("double", 1, lanes=lanes, width=width)
    return Instance(
        module="double",
        params={"Lanes": lanes, "Width": width},
        inputs=(Stream("x", lanes * width, lanes),),
        outputs=(Stream("y", lanes * (width + 1), lanes),),
        function="Double",
        template=(width,),
        sources=own_sources(__file__),
    )


def cost(kernel, family):
    return logic_cost(lut=2, ff=kernel.outputs[0].width + 1)


def proofs():
    shapes = {"x": Shape(2, 2)}, {"y": Shape(2, 3)}
    return (Case(double(2, 2), *shapes, golden.double, Induction(1), registers=1),)
''',
    "toy_kernels/op.py": '''\
"""TarsierDouble: the node of kernel double."""

from qonnx.core.datatype import DataType

from tarsier_fpga.flow.ops.base import TarsierOp
from toy_kernels import golden
from toy_kernels.double import double


class TarsierDouble(TarsierOp):
    """Kernel double."""

    def lanes_in(self, ind=0):
        return self.lanes_out()

    def get_output_datatype(self, ind=0):
        return DataType[f"UINT{self.get_input_datatype().bitwidth() + 1}"]

    def compute(self, streams, constants):
        return [golden.double(streams[0])]

    def make(self, constants):
        return double(self.lanes_out(), self.get_input_datatype().bitwidth())


OP = TarsierDouble
''',
    "toy_kernels-1.0.dist-info/METADATA": "Name: toy-kernels\nVersion: 1.0\n",
    "toy_kernels-1.0.dist-info/entry_points.txt": """\
[tarsier_fpga.kernels]
double = toy_kernels.double

[tarsier_fpga.ops]
double = toy_kernels.op
""",
}


def install_toy(folder: Path) -> Path:
    """`folder`, which on PYTHONPATH is a place where the package toy-kernels is installed."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder
