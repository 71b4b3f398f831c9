# SPDX-License-Identifier: MIT
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
