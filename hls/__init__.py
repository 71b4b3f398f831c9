# SPDX-License-Identifier: MIT
"""Streaming kernels: SystemVerilog, their HLS C++ twins and their NumPy meaning.

Every kernel's constructor is here by its name, those of other packages too: `hls.window(...)` is
`hls.kernels.window.window(...)`, which is what to import where types are checked.

>>> from tarsier_fpga import hls
>>> neighbours = hls.window(channels=1, bits=4, frame_w=4, frame_h=3, pad=[0])
>>> neighbours.simulate(range(1, 13))[0].tolist()  # around the frame's first pixel
[0, 0, 0, 0, 1, 2, 0, 5, 6]
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tarsier_fpga.hls.netlist.instance import Instance


def simulate(kernel: "Instance", *arguments: Any) -> Any:
    """See `Instance.simulate`."""
    from tarsier_fpga.hls.sim.simulate import simulate as run

    return run(kernel, *arguments)


def __getattr__(name: str) -> "Callable[..., Instance]":
    from tarsier_fpga.hls.kernels import kernels  # which imports parts of this package

    if name.startswith("_") or name not in kernels():
        raise AttributeError(f"module {__name__} has no kernel {name}")
    return kernels()[name].make


def __dir__() -> list[str]:
    from tarsier_fpga.hls.kernels import kernels

    return [*globals(), *kernels()]
