# SPDX-License-Identifier: MIT
"""A picture of a faulty video: each frame as it came, and below it as it was given."""

import io
from dataclasses import dataclass

import numpy as np

from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.flow.shell.shell_facts import VideoShell
from tarsier_fpga.flow.shell.video_facts import Arrived

__all__ = ["Shown", "as_it_came", "video_picture"]

_COLUMNS = 6
_INCH = 2.1  # of a frame's width
_RIGHT, _WRONG, _MISSING = "#2f9e62", "#d04a4a", "#e060c0"
_TEXT = "#7b8089"  # on light and on dark


@dataclass(frozen=True, eq=False)
class Shown:
    """Frame number `frame`: its beats, (H, W) of what came out of it, and how it went."""

    frame: int
    beats: np.ndarray
    given: np.ndarray | None
    how: Arrived


def as_it_came(beats: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """(H, W) floats of (n, pixels + 2) beats, line below line as they end; NaN where none came.

    Lines and frames that are too long are shown as far as there is room.

    >>> as_it_came(np.array([[7, 8, 1, 1], [9, 9, 0, 0]]), (2, 4))
    array([[ 7.,  8., nan, nan],
           [ 9.,  9., nan, nan]])
    """
    picture = np.full(shape, np.nan)
    lines = np.split(beats, np.flatnonzero(beats[:, -1]) + 1)
    for row, line in zip(range(shape[0]), lines, strict=False):
        pixels = line[:, :-2].reshape(-1)[: shape[1]]
        picture[row, : len(pixels)] = pixels
    return picture


def video_picture(design: Design, shell: VideoShell, frames: list[Shown]) -> bytes:
    """PNG of all `frames` in the order in which they arrived."""
    # Imported late: matplotlib takes longer to load than the command line should.
    from matplotlib import colormaps
    from matplotlib.figure import Figure

    shape = (design.height, design.width)
    rows = -(-len(frames) // _COLUMNS)
    height = 2 * rows * (_INCH * shape[0] / shape[1] + 0.45) + 0.4
    figure = Figure((_COLUMNS * _INCH, height), layout="constrained")
    axes = figure.subplots(2 * rows, _COLUMNS, squeeze=False)
    grey = colormaps["gray"].with_extremes(bad=_MISSING)
    for panel in axes.flat:
        panel.set_axis_off()
    for at, one in enumerate(frames):
        row, column = divmod(at, _COLUMNS)
        above, below = axes[2 * row, column], axes[2 * row + 1, column]
        came = as_it_came(one.beats, shape)
        above.imshow(came, grey, vmin=shell.black, vmax=shell.white, interpolation="none")
        faults = ", ".join(one.how.faults) or "whole"
        above.set_title(f"{one.frame}: {faults}", fontsize=7, color=_TEXT)
        if one.given is None:
            below.text(
                0.5, 0.5, "none", color=_TEXT, ha="center", va="center", transform=below.transAxes
            )
            continue
        below.imshow(
            one.given, "gray", vmin=design.y.black, vmax=design.y.white, interpolation="none"
        )
        said = "right" if one.how.right else "repaired" if one.how.repaired else "wrong"
        kept = one.how.right or (one.how.repaired and not one.how.whole)
        below.set_title(said, fontsize=7, color=_RIGHT if kept else _WRONG)
    figure.suptitle(
        f"{design.net}: each frame as it came, and below it as it was given",
        fontsize=9,
        color=_TEXT,
    )
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=140, format="png", transparent=True)
    return buffer.getvalue()
