# SPDX-License-Identifier: MIT
"""What stands for kernels in a simulation that only asks for cycles; the circuits are beside it."""

from tarsier_fpga.hls.netlist.instance import Instance, Stream, rtl_path

__all__ = ["as_pipe", "fifo_gauge"]


def fifo_gauge(width: int) -> Instance:
    """A queue as deep as its variable `limit`, a wire at 0, which records its high-water mark."""
    return Instance("fifo_gauge", {"Width": width}, (Stream("x", width),), (Stream("y", width),))


def as_pipe(kernel: Instance) -> Instance:
    """What takes and gives in the cycles in which `kernel` does, and is quicker to compile."""
    if not kernel.latency:
        return kernel
    (x,), (y,) = kernel.inputs, kernel.outputs
    params = {"Stages": kernel.latency, "XWidth": x.width, "YWidth": y.width}
    part = rtl_path("stall_pipe")
    sources = {part.name: part.read_text()}
    return Instance("pipe_gauge", params, kernel.inputs, kernel.outputs, sources=sources)
