# SPDX-License-Identifier: MIT
"""How kernel tests run a kernel: its RTL under stalls, or its HLS twin.

What is compiled into a kernel (weights, thresholds, tables) comes from the parameters of a test,
what is streamed through it from the test's id: so one compiled model serves many tests.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from flow.sim import run_csim, verilate
from flow.sim.errors import ToolError
from hls.instance import Bits, Instance

Beats = Mapping[str, np.ndarray]


@pytest.fixture(params=[0.0, 0.3, 0.7], ids="stall{:.0%}".format)
def stall(request) -> float:
    """The chance that a stream pauses, in each cycle."""
    return request.param


@pytest.fixture(params=["rtl-stall0%", "rtl-stall30%", "rtl-stall70%", "hls"])
def simulate(request, rng) -> Callable[[Instance, Beats, int], Beats]:
    """(instance, input beats, beats per output) -> output beats, once per way of running."""

    def run(instance: Instance, inputs: Beats, beats: int) -> Beats:
        if request.param == "hls":
            return run_csim.run(instance, inputs)
        chance = int(request.param.removeprefix("rtl-stall").removesuffix("%")) / 100
        return run_rtl(instance, inputs, beats, chance, rng).outputs

    return run


@pytest.fixture
def rtl(rng):
    """(instance, input beats, beats per output, stall) -> Result of the RTL.

    The simulator itself raises SimError when an output changes or vanishes while it waits, when
    nothing moves for 1,000 cycles, and when more beats come than were asked for.
    """
    return lambda instance, inputs, beats, stall=0.0: run_rtl(instance, inputs, beats, stall, rng)


@pytest.fixture
def refused() -> Callable[..., str]:
    """(instance, parameter=value ..) -> what elaboration says to the changed parameters."""

    def elaborate(instance: Instance, **params: int | Bits) -> str:
        changed = replace(instance, params={**instance.params, **params})
        with pytest.raises(ToolError) as error:
            verilate.build(changed)
        return str(error.value)

    return elaborate


def run_rtl(instance, inputs, beats, stall, rng):
    model = verilate.build(instance)
    outputs = {stream.name: beats for stream in instance.outputs}
    seed = int(rng.integers(2**31))
    return model.run(inputs, outputs, stall=stall, seed=seed, idle_limit=1000)
