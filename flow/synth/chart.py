# SPDX-License-Identifier: MIT
"""A picture of what a design takes: LUTs by stage and kernel, and the share of the board."""

import re
from typing import TYPE_CHECKING, BinaryIO

from tarsier_fpga.flow.synth.synth_facts import Part, Synthesis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw"]

# What a kernel does, in the order of a pixel's way through a stage.
_KINDS = {
    "dot products": ("int_dot", "xnor_dot"),
    "tables": ("act_table",),
    "windows": ("window", "pad"),
    "FIFOs": ("fifo",),
    "all else": (),
}
_COLOURS = ("#33658a", "#86bbd8", "#f6ae2d", "#9a8f97", "#d9d4cf")
_RED, _INK = "#c8553d", "#333333"
_NAMES = {"lut": "LUT", "ff": "FF", "bram36": "BRAM36", "uram": "URAM", "dsp": "DSP"}


def draw(found: Synthesis, title: str, file: BinaryIO) -> None:
    """Write the picture as a PNG to `file`."""
    # Imported late: matplotlib takes longer to load than the command line should.
    from matplotlib.figure import Figure

    # A FIFO that skips to the tail comes before the stages in between.
    stages = list(dict.fromkeys(p.stage for p in found.layers if _kind(p.name) != "FIFOs"))
    figure = Figure((10.0, 2.2 + 0.26 * len(stages)), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(2.4, 1))
    _draw_stages(left, found.layers, stages)
    _draw_shares(right, found)
    figure.suptitle(title, fontsize=11)
    figure.savefig(file, dpi=130, format="png")


def _draw_stages(axes: "Axes", layers: tuple[Part, ...], stages: list[str]) -> None:
    ends = dict.fromkeys(stages, 0.0)
    for kind, colour in zip(_KINDS, _COLOURS, strict=True):
        of_kind = [part for part in layers if _kind(part.name) == kind]
        luts = [sum(part.lut for part in of_kind if part.stage == stage) for stage in stages]
        axes.barh(stages, luts, left=list(ends.values()), color=colour, label=kind, height=0.72)
        ends = {stage: end + lut for (stage, end), lut in zip(ends.items(), luts, strict=True)}
    estimates = [
        sum(part.estimate.lut for part in layers if part.stage == stage and part.estimate)
        for stage in stages
    ]
    axes.plot(estimates, stages, "|", color=_INK, markersize=11, mew=1.6, label="estimate")
    axes.invert_yaxis()
    axes.set_xlabel("LUTs")
    axes.legend(fontsize=8, frameon=False)
    _plain(axes)


def _draw_shares(axes: "Axes", found: Synthesis) -> None:
    shares = {_NAMES[name]: 100 * share for name, share in found.utilisation.items()}
    colours = [_RED if share > 100 else _COLOURS[0] for share in shares.values()]
    bars = axes.barh(list(shares), list(shares.values()), color=colours, height=0.6)
    counts = [f" {getattr(found, name):,.12g}" for name in found.utilisation]
    axes.bar_label(bars, counts, fontsize=8)
    axes.axvline(100, color=_INK, linewidth=1)
    axes.set_xlim(0, max(128, 1.3 * max(shares.values())))
    axes.invert_yaxis()
    axes.set_xlabel(f"% of {found.board}")
    _plain(axes)


def _kind(name: str) -> str:
    kernel = re.sub(r"_\d+$", "", name)
    return next((kind for kind, names in _KINDS.items() if kernel in names), "all else")


def _plain(axes: "Axes") -> None:
    axes.tick_params(labelsize=8, length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
