# SPDX-License-Identifier: MIT
"""The number of threads: measured where a run is long, one where it is short."""

import os

import numpy as np
import pytest

from tarsier_fpga.flow.sim.threads import LONG, fastest
from tarsier_fpga.hls.kernels.int_dot import int_dot
from tarsier_fpga.hls.netlist.instance import rtl_sources
from tarsier_fpga.hls.netlist.netlist import single
from tarsier_fpga.hls.netlist.rtl_top import rtl_top
from tarsier_fpga.hls.sim import verilate

CYCLES = 4_000_000
SLOW = CYCLES / LONG  # cycles a second


class Paced:
    """A model that does nothing but run at `speed` cycles a second."""

    def __init__(self, speed: float):
        self.speed = speed

    def pace(self, inputs):
        return self.speed


@pytest.mark.parametrize(("one", "two", "picked"), [(0.9, 1.5, 2), (0.9, 0.5, 1), (1.1, 9, 1)])
def test_the_faster_one_is_picked_where_the_run_is_long(one, two, picked, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1})
    models = {1: Paced(one * SLOW), 2: Paced(two * SLOW)}
    assert fastest(models[1], lambda: models[2], {}, CYCLES) is models[picked]


@pytest.mark.parametrize(("cores", "cycles"), [({3}, CYCLES), ({0, 1}, 1000)])
def test_one_core_or_a_few_cycles_are_not_measured(cores, cycles, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: cores)
    one = object()
    assert fastest(one, None, {}, cycles) is one


@pytest.mark.slow
def test_two_threads_give_the_same_beats_in_the_same_cycles():
    net = single(int_dot(np.arange(36).reshape(4, 9) - 18, np.arange(4), 8, True, 2, 3))
    sources = rtl_sources(net.cells[0].instance) | {"top.sv": rtl_top(net)}
    x = np.random.default_rng(0).integers(0, 2**32, (50, 3), np.uint32)
    x[:, 2] &= 255
    one, two = (
        verilate.build_sources(net.name, sources, net.inputs, net.outputs, {}, {}, threads=threads)
        for threads in (1, 2)
    )
    assert one.pace({"x": x}) > 0
    want, have = (model.run({"x": x}, {"y": 100}) for model in (one, two))
    assert np.array_equal(have.outputs["y"], want.outputs["y"])
    assert np.array_equal(have.out_cycles["y"], want.out_cycles["y"])
