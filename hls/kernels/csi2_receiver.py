# SPDX-License-Identifier: MIT
"""csi2_receiver: a camera's video out of the bytes that the lanes of its D-PHY bring."""

from enum import IntEnum
from math import ceil

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import fifo_cost, logic_cost
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import require_at_least
from tarsier_fpga.hls.netlist.instance import Bits, Instance, Stream
from tarsier_fpga.hls.netlist.ram_style import RamStyle

__all__ = ["RECORDED", "Csi2Count", "cost", "csi2_receiver", "proofs"]

_COUNT_WIDTH = 32  # bits of each count


class Csi2Count(IntEnum):
    """What is counted, at its place among the counts."""

    ECC_CORRECTED = 0
    ECC_FAILED = 1
    CRC_FAILED = 2
    UNKNOWN_TYPES = 3
    TRUNCATED = 4
    EMBEDDED_LINES = 5
    OTHER_CHANNELS = 6
    LOST_BYTES = 7


def csi2_receiver(
    lanes: int,
    pixels: int,
    bits: int,
    depth: int = 64,
    channel: int = 0,
    count_width: int = _COUNT_WIDTH,
) -> Instance:
    """AXI4-Stream Video out of MIPI CSI-2, RAW8, RAW10, RAW12 or RAW14 by `bits`.

    A beat of x is for each lane its byte and whether it is active; one of y is `pixels` of `bits`
    bits, then user and last. It has no HLS twin: x cannot wait.

    Args:
        depth: words of `lanes` bytes that are queued where y waits
        channel: the virtual channel

    Raises:
        KernelError: an argument is none of those that exist.
    """
    for name, value, known in (
        ("lanes", lanes, (1, 2, 4)),
        ("pixels", pixels, (1, 2, 4)),
        ("bits", bits, (8, 10, 12, 14)),
        ("channel", channel, (0, 1, 2, 3)),
    ):
        if value not in known:
            listed = ", ".join(map(str, known))
            raise KernelError(f"csi2_receiver: {name}={value} must be one of {listed}")
    require_at_least("csi2_receiver", 2, depth=depth)
    return Instance(
        module="csi2_receiver",
        params={
            "Lanes": lanes,
            "Pixels": pixels,
            "Bits": bits,
            "Depth": depth,
            "CountW": count_width,
        },
        inputs=(Stream("x", 9 * lanes),),
        outputs=(Stream("y", pixels * bits + 2),),
        held={"channel": Bits(2, channel)},
        reported={
            "cut": 1,
            "fullest": depth.bit_length(),
            "counts": len(Csi2Count) * count_width,
        },
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """Header and checksum, the queue, and a shifter that gathers bytes to pixels."""
    lanes, bits = kernel.number("Lanes"), kernel.number("Bits")
    group = max({8: 1, 10: 4, 12: 2, 14: 4}[bits], kernel.number("Pixels")) * bits
    room = group + 8 * lanes - 8
    places = ceil(room / 8).bit_length()
    word = 8 * lanes + lanes.bit_length() + 2
    counts = kernel.reported["counts"]
    logic = logic_cost(
        lut=170 + 30 * lanes + room * (1 + places / 2) + counts / 8,
        ff=100 + 16 * lanes + room + group + counts,
    )
    return total([logic, fifo_cost(word, kernel.number("Depth"), RamStyle.AUTO, family)])


def proofs() -> tuple[Case, ...]:
    """A short queue, of one lane and of four."""
    return _proof(1, 1, 8), _proof(4, 2, 10)


def _proof(lanes: int, pixels: int, bits: int) -> Case:
    kernel = csi2_receiver(lanes, pixels, bits, depth=2, count_width=4)
    return Case(
        kernel,
        {"x": Shape(1, kernel.inputs[0].width)},
        {"y": Shape(1, kernel.outputs[0].width)},
        None,  # see csi2_receiver.svh
        Induction(1),
    )


RECORDED: Recorded = {
    "1 lane, 1 pixel of 10 bits": lambda: csi2_receiver(1, 1, 10),
    "2 lanes, 2 pixels of 12 bits": lambda: csi2_receiver(2, 2, 12),
    "4 lanes, 4 pixels of 10 bits": lambda: csi2_receiver(4, 4, 10),
    "4 lanes, 4 pixels of 14 bits, 2048 deep": lambda: csi2_receiver(4, 4, 14, 2048),
}
