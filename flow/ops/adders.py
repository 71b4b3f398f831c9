# SPDX-License-Identifier: MIT
"""Dot products with built-in matrices: solved once for each content, then taken from the cache."""

from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from tarsier_fpga.hls.adders import solve as solver
from tarsier_fpga.hls.adders.graph import Graph
from tarsier_fpga.hls.adders.schedule import LEVELS
from tarsier_fpga.hls.adders.solve import solve_bits, solve_integers
from tarsier_fpga.hls.base.cache import content_key, made_once
from tarsier_fpga.hls.base.code_key import code_of
from tarsier_fpga.hls.describe.ranges import integer_range
from tarsier_fpga.hls.kernels.int_dot_const import int_dot_const
from tarsier_fpga.hls.kernels.xnor_dot_const import xnor_dot_const
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["cached_int_dot_const", "cached_xnor_dot_const"]

_GRAPH = "graph.json"
_LAYERS = 64  # of a network; a build asks for each of them several times


def cached_xnor_dot_const(weights: np.ndarray, levels: int = LEVELS) -> Instance:
    """Kernel xnor_dot_const for (rows, terms) `weights` of -1 and +1.

    At most `levels` adders lie between two registers.
    """
    return _xnor_dot_const(_Values(weights), levels)


def cached_int_dot_const(
    weights: np.ndarray, bias: np.ndarray, x_width: int, x_signed: bool, levels: int = LEVELS
) -> Instance:
    """Kernel int_dot_const for integer (rows, terms) `weights` and (rows,) `bias`.

    At most `levels` adders lie between two registers.
    """
    return _int_dot_const(_Values(weights), _Values(bias), x_width, x_signed, levels)


class _Values:
    """An integer array that is its content: equal and hashed by it."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array.astype(np.int64)
        self.content = f"{array.shape}".encode() + self.array.tobytes()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Values) and self.content == other.content

    def __hash__(self) -> int:
        return hash(self.content)


@lru_cache(_LAYERS)
def _xnor_dot_const(weights: _Values, levels: int) -> Instance:
    graph = _solved([b"bits", weights.content], lambda: solve_bits(weights.array))
    return xnor_dot_const(weights.array, levels, graph)


@lru_cache(_LAYERS)
def _int_dot_const(
    weights: _Values, bias: _Values, x_width: int, x_signed: bool, levels: int
) -> Instance:
    ends = integer_range(x_width, x_signed)
    graph = _solved(
        [f"integers {ends}", weights.content, bias.content],
        lambda: solve_integers(weights.array, bias.array, *ends),
    )
    return int_dot_const(weights.array, bias.array, x_width, x_signed, levels, graph)


def _solved(content: list[str | bytes], solve: Callable[[], Graph]) -> Graph:
    def make_graph(folder: Path) -> None:
        (folder / _GRAPH).write_text(solve().dumps())

    key = content_key([version("da4ml"), *code_of(solver.__name__), *content])
    return Graph.loads((made_once("adders", key, make_graph) / _GRAPH).read_text())
