# SPDX-License-Identifier: MIT
"""Shapes and folding that the two dot products share.

PE rows times SIMD terms are computed per cycle; a whole pixel comes in as one beat, PE sums go
out per beat. Where nothing is folded, `constant` builds the matrix in: as adders that share sums.
"""

from tarsier_fpga.flow.ops.base import Role, TarsierOp
from tarsier_fpga.hls.adders.schedule import LEVELS
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["DotOp"]


class DotOp(TarsierOp):
    """Every pixel against the rows of a constant (rows, terms) matrix."""

    ROLE = Role.DOT

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {
            "rows": ("i", True, 0),
            "SIMD": ("i", False, 0),  # terms of a cycle, 0 for all
            "constant": ("i", False, 0, {0, 1}),
            "levels": ("i", False, LEVELS),  # adders between two registers, of a constant matrix
        }

    @property
    def constant(self) -> bool:
        """Whether the matrix is built in; FlowError if the node is folded all the same."""
        constant = bool(self.get_nodeattr("constant"))
        if constant and self.fold() > 1:
            raise FlowError(
                f"{self.onnx_node.name}: constant=1 folds nothing, so PE={self.lanes_out()}"
                f" SIMD={self.simd} must be {self.channels_out()} and {self.channels_in()}"
            )
        return constant

    @property
    def simd(self) -> int:
        return self.get_nodeattr("SIMD") or self.channels_in()

    def channels_out(self, ind: int = 0) -> int:
        return self.get_nodeattr("rows")

    def lanes_in(self, ind: int = 0) -> int:
        return self.channels_in()

    def fold(self) -> int:
        return self.channels_out() // self.lanes_out() * (self.channels_in() // self.simd)
