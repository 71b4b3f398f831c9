# SPDX-License-Identifier: MIT
"""Constructors of the kernels that move pixels without changing them."""

from enum import StrEnum

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.make.ranges import require_at_least
from tarsier_fpga.hls.netlist.instance import Instance, Stream

__all__ = ["RamStyle", "fifo", "stream_fork", "width_adapter"]


class RamStyle(StrEnum):
    """Which memory the synthesis is asked to use; AUTO leaves the choice to it."""

    AUTO = "auto"
    DISTRIBUTED = "distributed"
    BLOCK = "block"
    ULTRA = "ultra"


def fifo(width: int, depth: int, ram_style: RamStyle = RamStyle.AUTO) -> Instance:
    """A queue of exactly `depth` beats.

    Raises:
        KernelError: `width` or `depth` is below 1, or `ram_style` is none of RamStyle.
    """
    require_at_least("fifo", 1, width=width, depth=depth)
    if ram_style not in list(RamStyle):
        raise KernelError(f"fifo: ram_style={ram_style} must be one of {', '.join(RamStyle)}")
    return Instance(
        module="fifo",
        params={"Width": width, "Depth": depth, "RamStyle": str(ram_style)},
        inputs=(Stream("x", width),),
        outputs=(Stream("y", width),),
        function="Fifo",
        template=(width, depth),
    )


def stream_fork(width: int) -> Instance:
    """One stream to two readers, each at its own pace within one beat."""
    require_at_least("stream_fork", 1, width=width)
    return Instance(
        module="stream_fork",
        params={"Width": width},
        inputs=(Stream("x", width),),
        outputs=(Stream("y0", width), Stream("y1", width)),
        function="StreamFork",
        template=(width,),
    )


def width_adapter(x_width: int, y_width: int) -> Instance:
    """Narrow words gathered into wide beats or wide beats cut into words, first word low."""
    require_at_least("width_adapter", 1, x_width=x_width, y_width=y_width)
    if x_width % y_width and y_width % x_width:
        raise KernelError(
            f"width_adapter: of x_width={x_width} and y_width={y_width} one must divide the other"
        )
    return Instance(
        module="width_adapter",
        params={"XWidth": x_width, "YWidth": y_width},
        inputs=(Stream("x", x_width),),
        outputs=(Stream("y", y_width),),
        function="WidthAdapter",
        template=(x_width, y_width),
        beats_per_count=max(1, y_width // x_width),
    )
