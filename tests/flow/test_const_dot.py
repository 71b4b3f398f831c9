# SPDX-License-Identifier: MIT
"""Built-in matrices: solved once, chosen where nothing is folded, refused where something is."""

import numpy as np
import pytest
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.ops import adders as const_dot
from tarsier_fpga.flow.ops.adders import cached_int_dot_const, cached_xnor_dot_const
from tarsier_fpga.flow.size.fold import adder_levels, solve_dots
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.kernels.xnor_dot_const import xnor_dot_const
from tests.flow.paced import folded


@pytest.fixture
def forgetful(monkeypatch, tmp_path):
    """An empty cache on disk; the function returned forgets what is in memory."""
    monkeypatch.setenv("TARSIER_CACHE", str(tmp_path))

    def forget() -> None:
        const_dot._xnor_dot_const.cache_clear()
        const_dot._int_dot_const.cache_clear()

    forget()
    yield forget
    forget()


def test_a_matrix_is_solved_once(forgetful, monkeypatch, rng):
    bits, weights, bias = rng.choice([-1, 1], (3, 20)), rng.integers(-9, 9, (3, 4)), np.arange(3)

    def modules() -> tuple[str, str]:
        integers = cached_int_dot_const(weights, bias, 8, True)
        return cached_xnor_dot_const(bits).module, integers.module

    before = modules()
    forgetful()
    monkeypatch.setattr(const_dot, "solve_bits", None)
    monkeypatch.setattr(const_dot, "solve_integers", None)
    assert modules() == before
    with pytest.raises(TypeError):  # another matrix would have to be solved
        cached_xnor_dot_const(-bits)


def test_an_interrupted_solution_leaves_nothing(forgetful, monkeypatch, rng):
    def interrupted(_):
        raise KeyboardInterrupt

    bits = rng.choice([-1, 1], (3, 20))
    with monkeypatch.context() as patched:
        patched.setattr(const_dot, "solve_bits", interrupted)
        with pytest.raises(KeyboardInterrupt):
            cached_xnor_dot_const(bits)
    assert cached_xnor_dot_const(bits).module == xnor_dot_const(bits).module


def weights_of(graph, node) -> np.ndarray:
    return graph.get_initializer(node.input[1]).astype(int)


@pytest.mark.parametrize("budget, constant", [(1, True), (1, False), (2, True), (4, True)])
def test_only_unfolded_matrices_are_built_in(random_net, budget, constant):
    graph = folded(lower(ingest(random_net(channels=8))), budget, constant)
    dots = [node for node in graph.graph.node if node.op_type.endswith("Dot")]
    for node in dots:
        op = getCustomOp(node)
        assert op.constant == (constant and op.fold() == 1)
        assert op.constant == ("_const_" in op.instance(graph).module)


def test_a_faster_clock_has_fewer_adders_between_registers(random_net):
    graph = lower(ingest(random_net(channels=8)))
    assert (adder_levels(200), adder_levels(201)) == (3, 2)
    kernels = {}
    for clock_mhz in (200, 250):
        levels = adder_levels(clock_mhz)
        node = folded(graph, 1, levels=levels).get_nodes_by_op_type("TarsierXnorDot")[0]
        kernels[levels] = getCustomOp(node).instance(graph)
        assert kernels[levels].module == xnor_dot_const(weights_of(graph, node), levels).module
    assert kernels[2].latency > kernels[3].latency


def test_progress_is_told_for_every_matrix(random_net):
    told = []
    solve_dots(folded(lower(ingest(random_net(units=2))), 1), told.append)
    assert told == [0, 0.25, 0.5, 0.75]  # head, two units, tail


def test_a_folded_node_cannot_have_its_matrix_built_in(random_net):
    graph = folded(lower(ingest(random_net(channels=8))), 1)
    op = getCustomOp(graph.get_nodes_by_op_type("TarsierXnorDot")[0])
    op.set_nodeattr("PE", 4)
    with pytest.raises(FlowError, match=r"constant=1 folds nothing, so PE=4 SIMD=72 must be 8 and"):
        op.instance(graph)
