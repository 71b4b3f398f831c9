# SPDX-License-Identifier: MIT
"""frame_fifo: a queue of frames in an external memory, some of them there from the start."""

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import LUTRAM_DEPTH, fifo_cost, logic_cost
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.describe.examples import NO_PAD
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import integers, require_at_least
from tarsier_fpga.hls.netlist.instance import Bits, Instance, Memory, Stream, Table, pack_bits
from tarsier_fpga.hls.netlist.ram_style import RamStyle

__all__ = ["RECORDED", "cost", "frame_fifo", "proofs"]

_COUNT_BITS = 16  # of errors


def frame_fifo(
    fill: np.ndarray,
    lanes: int,
    bits: int,
    pixels: int,
    frames: int,
    initial: int,
    *,
    data_width: int = 64,
    address_width: int = 32,
    base: int = 0,
    burst: int = 16,
    reads: int = 4,
) -> Instance:
    """A queue of frames.

    Args:
        fill: (channels,) integers, a pixel of the first frames; channel f*lanes + l is lane l of
            beat f
        pixels: of a frame
        frames: that the memory holds
        initial: frames of `fill` that leave before the first that comes; 1 for a state, 0 for a
            way around something long
        data_width: bits of a word of the memory, a power of two
        base: in simulation, its first byte address, a multiple of a burst
        burst: words of an AXI burst, a power of two
        reads: bursts of reads on their way at once; they must hide the latency

    Raises:
        KernelError: a beat does not fit in a word, lanes do not divide the channels, or another
            argument is out of its range.
    """
    require_at_least("frame_fifo", 1, lanes=lanes, bits=bits, pixels=pixels, frames=frames)
    require_at_least("frame_fifo", 1, address_width=address_width, burst=burst, reads=reads)
    require_at_least("frame_fifo", 0, base=base, initial=initial)
    values = integers("frame_fifo", "fill", fill, 1)
    if values.size % lanes:
        raise KernelError(f"frame_fifo: lanes={lanes} must divide channels={values.size}")
    folds, width = values.size // lanes, lanes * bits
    _check_port(width, data_width, burst)
    beats, word_bytes = pixels * folds, data_width // 8
    frame_words = -(-beats // (data_width // width))
    bursts = frames * -(-frame_words // burst)
    burst_bytes = burst * word_bytes
    if base % burst_bytes or base + bursts * burst_bytes > 1 << address_width:
        raise KernelError(
            f"frame_fifo: base={base} must be a multiple of {burst_bytes}, the bytes of a burst,"
            f" with {bursts * burst_bytes} bytes in reach of address_width={address_width}"
        )
    words = bursts * burst
    return Instance(
        module="frame_fifo",
        params={
            "Width": width,
            "Folds": folds,
            "FrameBeats": beats,
            "Initial": initial,
            "Fill": pack_bits(values, bits),
            "AddrWidth": address_width,
            "DataWidth": data_width,
            "Bursts": bursts,
            "Burst": burst,
            "Reads": reads,
            "CountW": _COUNT_BITS,
        },
        inputs=(Stream("x", width, lanes),),
        outputs=(Stream("y", width, lanes),),
        function="FrameFifo",
        template=(lanes, folds, bits, beats, initial, words, data_width),
        tables=(Table("fill", bits, False, values & ((1 << bits) - 1)),),
        memory=Memory(address_width, data_width, words, base),
        held={"base": Bits(address_width, base)},
        reported={"errors": _COUNT_BITS},
        beats_per_count=beats,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """The queues of words on their way, and the port's addresses and counters."""
    x = kernel.inputs[0].width
    word = kernel.number("DataWidth") // x * x
    depths = [bursts * kernel.number("Burst") for bursts in (2, kernel.number("Reads"))]
    queues = [fifo_cost(word, depth, RamStyle.AUTO, family) for depth in depths]
    chosen = word * sum(depth > LUTRAM_DEPTH for depth in depths)
    return total([*queues, logic_cost(lut=270 + chosen, ff=150 + word + x)])


def proofs() -> tuple[Case, ...]:
    """Frames of two words; what comes back is in its .svh."""
    return _proof(initial=0), _proof(initial=1)


def _proof(initial: int) -> Case:
    return Case(
        frame_fifo(np.array([5]), 1, 8, 2, 1, initial, data_width=8, burst=1, reads=2),
        {"x": Shape(1, 8)},
        {"y": Shape(1, 8)},
        golden=None,
        way=Induction(28),
    )


RECORDED: Recorded = {
    "4 × 8 bits, 64-bit port": lambda: frame_fifo(NO_PAD[:4], 4, 8, 960 * 540, 2, 1),
    "8 of 16 × 8 bits, 64-bit port": lambda: frame_fifo(NO_PAD, 8, 8, 960 * 540, 2, 1),
    "16 × 8 bits, 256-bit port": lambda: frame_fifo(
        NO_PAD, 16, 8, 1920 * 1080, 2, 1, data_width=256, reads=8
    ),
}


def _check_port(width: int, data_width: int, burst: int) -> None:
    if data_width not in (8, 16, 32, 64, 128, 256, 512, 1024):
        raise KernelError(f"frame_fifo: data_width={data_width} must be a power of two in 8..1024")
    if width > data_width:
        raise KernelError(f"frame_fifo: a beat of {width} bits must fit in {data_width=}")
    if burst & (burst - 1) or burst > 256 or burst * data_width // 8 > 4096:
        raise KernelError(
            f"frame_fifo: burst={burst} must be a power of two <= 256, and at most 4096 bytes"
        )
