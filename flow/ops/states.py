# SPDX-License-Identifier: MIT
"""What a hardware graph says of its ports, as far as its ops must know: which are states."""

import json

from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.hls.base.state import State

__all__ = ["PORTS", "states_of"]

PORTS = "tarsier.ports"  # metadata of a hardware graph, as JSON


def states_of(model: ModelWrapper) -> tuple[State, ...]:
    """The states of a hardware graph: its last inputs and its last outputs, in this order."""
    told = model.get_metadata_prop(PORTS)
    states = json.loads(told).get("states", []) if told else []
    return tuple(State.model_validate(state) for state in states)
