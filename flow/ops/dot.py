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
            "PE": ("i", False, 1),
            "SIMD": ("i", False, 1),
        }

    def channels_out(self):
        return self.get_nodeattr("rows")

    def lanes_out(self):
        return self.get_nodeattr("PE")

    def fold(self):
        rows, terms = self.channels_out(), self.channels_in()
        return rows // self.get_nodeattr("PE") * (terms // self.get_nodeattr("SIMD"))
