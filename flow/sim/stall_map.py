# SPDX-License-Identifier: MIT
"""A picture of where a pipeline waits: every stream a row, time to the right."""

from pathlib import Path

import numpy as np

from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.hls.sim.activity import Activity

__all__ = ["stall_map"]

# Of a cycle in which a beat moved, was offered but not taken, was not offered.
_MOVED, _WAITED, _IDLE = np.array([(0.93, 0.93, 0.90), (0.85, 0.33, 0.10), (0.36, 0.56, 0.72)])
_ROW_INCH, _WIDTH_INCH = 0.16, 12.0


def stall_map(design: Design, activity: Activity, path: Path) -> None:
    """Write the stall map of a run as a PNG to `path`."""
    # Imported late: matplotlib takes longer to load than the command line should.
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    rows, bins = activity.moved.shape
    moved, waited = activity.moved[..., None], activity.waited[..., None]
    moved, waited = moved / activity.bin_cycles, waited / activity.bin_cycles
    colours = moved * _MOVED + waited * _WAITED + np.clip(1 - moved - waited, 0, 1) * _IDLE
    stages = {f"u_{layer.name}": layer.stage for layer in design.layers}
    names = [
        f"{stages.get(wire.source, '')}  {wire.source.removeprefix('u_') or wire.name}"
        f" > {wire.target.removeprefix('u_') or wire.name}"
        for wire in design.streams
    ]
    figure = Figure((_WIDTH_INCH, 1.2 + _ROW_INCH * rows), layout="constrained")
    axes = figure.add_subplot()
    end = bins * activity.bin_cycles
    axes.imshow(colours, aspect="auto", interpolation="none", extent=(0, end, rows - 0.5, -0.5))
    axes.set_yticks(range(rows), names, fontsize=6)
    axes.set_xlabel("clock cycle")
    axes.set_title(f"{design.net}, {design.width}x{design.height} on {design.board}")
    figure.legend(
        [Patch(color=colour) for colour in (_MOVED, _WAITED, _IDLE)],
        ["a beat moves", "a beat waits for its reader", "no beat is offered"],
        loc="outside lower center",
        ncols=3,
    )
    figure.savefig(path, dpi=120, format="png")
