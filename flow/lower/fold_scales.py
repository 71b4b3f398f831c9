# SPDX-License-Identifier: MIT
"""A scale per channel goes into the rows of the dot product before it, if only it reads them."""

from collections.abc import Collection

from tarsier_fpga.flow.lower.hardware import Hardware

__all__ = ["fold_scales"]


def fold_scales(hardware: Hardware, outputs: Collection[str]) -> None:
    """Remove every TarsierChannelScale of `hardware` that a dot product can do.

    `outputs` are the tensors that the outside reads.
    """
    for node in [node for node in hardware.nodes if node.op_type == "TarsierChannelScale"]:
        sums, factors = node.input
        dot = hardware.producer(sums)
        if dot is None or dot.op_type != "TarsierIntDot":
            continue
        if len(hardware.readers(sums)) > 1 or sums in outputs or node.output[0] in outputs:
            continue
        hardware.rescale(dot, hardware.constant(factors).astype("int64"))
        for reader in hardware.readers(node.output[0]):
            reader.input[:] = [sums if name == node.output[0] else name for name in reader.input]
        hardware.nodes.remove(node)
