# SPDX-License-Identifier: MIT
"""Write a module that puts memories behind a top that `rtl_top` wrote, as it was written."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tarsier_fpga.hls.base.templates import Filters, render
from tarsier_fpga.hls.netlist.axi import axi_signals
from tarsier_fpga.hls.netlist.instance import Instance, Stream, sv_literal

__all__ = ["INSIDE", "simulated_top"]

INSIDE = "u_top"  # the instance of the top


def simulated_top(
    top: str,
    memories: Mapping[str, Instance],
    inputs: Sequence[Stream],
    outputs: Sequence[Stream],
) -> tuple[str, str]:
    """Name and text of a module with the streams of module `top` alone.

    `memories` are its cells with a memory port; each gets a memory `<cell>_memory`.
    """
    name = f"{top}_simulated"
    filters: Filters = {"literal": sv_literal, "axi": axi_signals}
    text = render(
        Path(__file__).with_name("simulated_top.sv.j2"),
        filters,
        name=name,
        top=top,
        inside=INSIDE,
        memories=memories,
        inputs=inputs,
        outputs=outputs,
    )
    return name, text
