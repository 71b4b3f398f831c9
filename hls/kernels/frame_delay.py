# SPDX-License-Identifier: MIT
"""frame_delay: every frame again, one frame later, through an external memory."""

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    LUTRAM_DEPTH,
    fifo_cost,
    logic_cost,
)
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.describe.examples import NO_PAD
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    integers,
    require_at_least,
)
from tarsier_fpga.hls.netlist.instance import Instance, Memory, Stream, Table, pack_bits
from tarsier_fpga.hls.netlist.ram_style import RamStyle

__all__ = ["RECORDED", "cost", "frame_delay", "proofs"]


def frame_delay(
    channels: int,
    bits: int,
    frame_w: int,
    frame_h: int,
    fill: np.ndarray,
    *,
    data_width: int = 64,
    address_width: int = 32,
    base: int = 0,
    burst: int = 16,
    reads: int = 4,
) -> Instance:
    """Every frame again, one frame later.

    Args:
        fill: (channels,) integers, every pixel of the first frame that leaves
        data_width: bits of a word of the memory, a power of two
        base: its first byte address, a multiple of a burst
        burst: words of an AXI burst, a power of two
        reads: bursts of reads on their way at once; they must hide the latency

    Raises:
        KernelError: a pixel does not fit in a word, a burst not in a frame, or another argument is
            out of its range.
    """
    require_at_least(
        "frame_delay", 1, channels=channels, bits=bits, frame_w=frame_w, frame_h=frame_h
    )
    require_at_least("frame_delay", 1, address_width=address_width, burst=burst, reads=reads)
    require_at_least("frame_delay", 0, base=base)
    values = integers("frame_delay", "fill", fill, 1)
    if values.shape != (channels,):
        raise KernelError(f"frame_delay: fill of shape {values.shape} must be ({channels},)")
    packed = pack_bits(values, bits)
    _check_port(packed.width, data_width, burst)
    word_bytes = data_width // 8
    burst_beats, burst_bytes = burst * (data_width // packed.width), burst * word_bytes
    beats = frame_w * frame_h
    if beats < burst_beats:
        raise KernelError(
            f"frame_delay: a frame of {beats} pixels must be >= {burst_beats}, those of a burst"
        )
    words = -(-beats // burst_beats) * burst
    if base % burst_bytes or base + words * word_bytes > 1 << address_width:
        raise KernelError(
            f"frame_delay: base={base} must be a multiple of {burst_bytes}, the bytes of a burst,"
            f" with {words * word_bytes} bytes in reach of address_width={address_width}"
        )
    return Instance(
        module="frame_delay",
        params={
            "Width": packed.width,
            "FrameBeats": beats,
            "Fill": packed,
            "AddrWidth": address_width,
            "DataWidth": data_width,
            "Base": base,
            "Burst": burst,
            "Reads": reads,
        },
        inputs=(Stream("x", packed.width, channels),),
        outputs=(Stream("y", packed.width, channels),),
        function="FrameDelay",
        template=(channels, bits, beats, data_width),
        tables=(Table("fill", bits, False, values & ((1 << bits) - 1)),),
        memory=Memory(address_width, data_width, words, base),
        beats_per_count=beats,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """The queues of words on their way, and the port's addresses and counters."""
    x = kernel.inputs[0].width
    word = kernel.number("DataWidth") // x * x
    depths = [bursts * kernel.number("Burst") for bursts in (2, kernel.number("Reads"))]
    queues = [fifo_cost(word, depth, RamStyle.AUTO, family) for depth in depths]
    chosen = word * sum(depth > LUTRAM_DEPTH for depth in depths)
    return total([*queues, logic_cost(lut=100 + chosen, ff=80 + word + x)])


def proofs() -> tuple[Case, ...]:
    """Frames of two pixels; what comes back is in its .svh."""
    case = Case(
        frame_delay(1, 8, 2, 1, np.array([5]), data_width=8, burst=1, reads=2),
        {"x": Shape(1, 8)},
        {"y": Shape(1, 8)},
        golden=None,
        way=Induction(22),
    )
    return (case,)


RECORDED: Recorded = {
    "4 × 8 bits, 64-bit port": lambda: frame_delay(4, 8, 960, 540, NO_PAD[:4]),
    "2 × 8 bits, 64-bit port": lambda: frame_delay(2, 8, 64, 64, NO_PAD[:2]),
    "16 × 8 bits, 256-bit port": lambda: frame_delay(
        16, 8, 1920, 1080, NO_PAD, data_width=256, reads=8
    ),
}


def _check_port(width: int, data_width: int, burst: int) -> None:
    if data_width not in (8, 16, 32, 64, 128, 256, 512, 1024):
        raise KernelError(f"frame_delay: data_width={data_width} must be a power of two in 8..1024")
    if width > data_width:
        raise KernelError(f"frame_delay: a pixel of {width} bits must fit in {data_width=}")
    if burst & (burst - 1) or burst > 256 or burst * data_width // 8 > 4096:
        raise KernelError(
            f"frame_delay: burst={burst} must be a power of two <= 256, and at most 4096 bytes"
        )
