# SPDX-License-Identifier: MIT
"""What the accelerators have in common that run a hardware graph, on frames of any size."""

from tarsier_fpga.devices.accelerator import Restorer
from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.flow.sim.built_design import HardwareGraph
from tarsier_fpga.flow.size.reach import reach_of

__all__ = ["restorer_of"]


def restorer_of(graph: HardwareGraph) -> Restorer:
    """What frames `graph` takes, and what comes of them.

    Raises:
        HostError: it takes or gives anything but one frame of a sensor or one picture.
    """
    prepare_finn()
    net, reach = net_of(graph.model), reach_of(graph.model)
    sides = reach.above, reach.below, reach.left, reach.right
    states = [state.name for state in net.states]
    return Restorer.of(net.name, net.inputs, net.outputs, sides, reach.align, states)
