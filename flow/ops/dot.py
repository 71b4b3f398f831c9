# SPDX-License-Identifier: MIT
"""Shapes and folding that the two dot products share.

PE rows times SIMD terms are computed per cycle; a whole pixel comes in as one beat, PE sums go
out per beat.
"""

from flow.ops.base import TarsierOp

__all__ = ["DotOp"]


class DotOp(TarsierOp):
    """Every pixel against the rows of a constant (rows, terms) matrix."""

    def get_nodeattr_types(self):
        return super().get_nodeattr_types() | {
            "rows": ("i", True, 0),
            "SIMD": ("i", False, 0),  # terms of a cycle, 0 for all
        }

    @property
    def simd(self) -> int:
        return self.get_nodeattr("SIMD") or self.channels_in()

    def channels_out(self, ind=0):
        return self.get_nodeattr("rows")

    def lanes_in(self, ind=0):
        return self.channels_in()

    def fold(self):
        return self.channels_out() // self.lanes_out() * (self.channels_in() // self.simd)
