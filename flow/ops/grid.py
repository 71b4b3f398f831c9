# SPDX-License-Identifier: MIT
"""Where a stream's pixels lie on the first input's raster, along one axis, and what they see."""

from dataclasses import dataclass
from fractions import Fraction

from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["ORIGIN", "WHOLE", "Grid", "joined"]


@dataclass(frozen=True, slots=True)
class Grid:
    """Pixel q lies at q * step, and depends on pixels q*step - before to q*step + after.

    >>> ORIGIN.windows(span=2, padding=1, stride=2).windows(span=2, padding=1)
    Grid(step=Fraction(2, 1), before=Fraction(3, 1), after=Fraction(3, 1))
    """

    step: Fraction
    before: Fraction
    after: Fraction

    def windows(self, span: int, padding: int, stride: int = 1) -> "Grid":
        """Of windows from one pixel to `span` behind it, `padding` of which hang out in front."""
        before, after = padding * self.step, (span - padding) * self.step
        return Grid(self.step * stride, self.before + before, self.after + after)

    def coarser(self, factor: int) -> "Grid":
        """Of squares of `factor` pixels that become one."""
        return Grid(self.step * factor, self.before, self.after + (factor - 1) * self.step)

    def finer(self, factor: int) -> "Grid":
        """Of pixels that become `factor` each."""
        step = self.step / factor
        return Grid(step, self.before + (factor - 1) * step, self.after)

    def between(self) -> "Grid":
        """Of pixels twice as many, interpolated between centres."""
        return Grid(self.step / 2, self.before + self.step, self.after + self.step / 2)

    def grown(self, first: int) -> "Grid":
        """Of a frame with `first` pixels more in front."""
        moved = first * self.step
        return Grid(self.step, self.before + moved, self.after - moved)


ORIGIN = Grid(Fraction(1), Fraction(0), Fraction(0))
WHOLE = Grid(Fraction(0), Fraction(0), Fraction(0))  # of one pixel for the whole frame


def joined(grids: list[Grid], name: str) -> Grid:
    """Of streams that meet in the node `name`.

    Raises:
        FlowError: their pixels do not lie alike.
    """
    steps = {grid.step for grid in grids}
    if len(steps) > 1:
        raise FlowError(
            f"{name}: streams meet of which a pixel stands for {' and '.join(map(str, steps))}"
            " pixels of the input; they must be of one scale"
        )
    return Grid(steps.pop(), max(grid.before for grid in grids), max(grid.after for grid in grids))
