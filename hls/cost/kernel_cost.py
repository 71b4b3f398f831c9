# SPDX-License-Identifier: MIT
"""What a kernel costs on the device, by formula, before any synthesis.

The factors are fitted to what Yosys 0.70, `synth_xilinx -family xcup`, made of single kernels; the
comment at each names the measurement. They hold for weights that are constants: where nothing is
folded, a weight costs no memory and an XNOR with it no gate.
"""

from collections import Counter
from collections.abc import Mapping
from math import ceil

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.dot_cost import int_dot_cost, xnor_dot_cost
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    LUTRAM_DEPTH,
    block_ram,
    choice_luts,
    fifo_cost,
    logic_cost,
    memory_cost,
)
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.cost.table_cost import act_table_cost, sign_threshold_cost
from tarsier_fpga.hls.make.window import WindowShape
from tarsier_fpga.hls.netlist.instance import Bits, Instance

__all__ = ["cost", "mapped"]

_POOL_LUTS = 2.2  # per bit of x, two sums: 16 lanes of 8 bits 285, 3 lanes of 12 bits 88
_BILINEAR_LUTS = 7.2  # per bit of x, four sums: 3 lanes of 10 bits 278, 16 lanes of 8 bits 978
_SHUFFLE_LUTS = 0.33  # per bit of y, times Factor^3: 32 bits by 4 859
_SCALE_LUTS = 0.7  # per output bit of a lane too narrow for a DSP: 8 lanes of 6 bits 35
_BAYER_LUTS = {Family.SERIES7: 20, Family.ULTRASCALE_PLUS: 31}  # per sample: 2 samples 39 and 51
_BAYER_LUTS_2 = 36  # for a second DSP: 4 samples 126, and 270 with two
_BAYER_FFS = 1.1  # per bit of a product that is rounded: 4 samples of 18 bits 329, of 32 bits 389

_LUT4S = 1.6  # for each LUT6, where logic is mapped to LUT4s

_DSP_WIDTH = 9  # bits of the narrowest product that Yosys gives to a DSP
_DSP_FACTOR = 27  # bits of the wider factor of one, UG579


def cost(kernel: Instance, family: Family) -> Resources:
    """The resources of one kernel."""
    if family is Family.ECP5:
        return mapped(family, cost(kernel, Family.SERIES7))
    p = kernel.params
    x, y = kernel.inputs[0].width, kernel.outputs[0].width
    if kernel.area:  # generated, and counted by who did so
        return logic_cost(**kernel.area)
    match kernel.module:
        case "xnor_dot":
            return xnor_dot_cost(p)
        case "int_dot":
            return int_dot_cost(p, family)
        case "act_table":
            return act_table_cost(p)
        case "requant":
            # the rounding adds, what it drops is looked at, and what overflows is clamped
            dropped = ceil(max(0, p["Shift"] - 2) / 6)
            return logic_cost(lut=p["Lanes"] * (p["XWidth"] - p["Shift"] + dropped) + 2, ff=y + 1)
        case "residual_add":
            return logic_cost(lut=p["Lanes"] * (2 * p["YWidth"] + 1) + 4, ff=y + 1)
        case "sign_threshold":
            return sign_threshold_cost(p)
        case "stream_fork":
            return logic_cost(lut=5, ff=2)
        case "width_adapter":
            if y > x:
                return logic_cost(lut=4 if y == 2 * x else 5, ff=y + (y // x).bit_length())
            return logic_cost(lut=1.5 * y * choice_luts(x // y), ff=(x // y).bit_length())
        case "window":
            return _window(p, family)
        case "pad":
            if not p["Replicate"] or p["Top"] + p["Bottom"] == 0:
                return logic_cost(lut=30, ff=22 + x)
            held = 2 if p["FrameW"] <= LUTRAM_DEPTH else 1  # block RAM has the register
            logic = logic_cost(lut=30 + 0.9 * x, ff=28 + held * x)
            return total([logic, memory_cost(x, p["FrameW"], family)])
        case "fifo":
            return fifo_cost(x, p["Depth"], p["RamStyle"], family)
        case "frame_delay":
            word = p["DataWidth"] // x * x
            depths = [n * p["Burst"] for n in (2, p["Reads"])]
            queues = [fifo_cost(word, depth, "auto", family) for depth in depths]
            chosen = word * sum(depth > LUTRAM_DEPTH for depth in depths)
            return total([*queues, logic_cost(lut=100 + chosen, ff=80 + word + x)])
        case "avg_pool":
            row = memory_cost(x + p["Lanes"], p["FrameW"] // 2, family)
            return total([logic_cost(lut=_POOL_LUTS * x + 15, ff=x + y + 20), row])
        case "pixel_shuffle":
            return _pixel_shuffle(p, y, family)
        case "pixel_unshuffle":
            return _pixel_unshuffle(p, x, y, family)
        case "upsample_bilinear":
            # two columns of two rows, and y; then the pixels that LUTRAM does not hold itself
            held = 3 * x + 8 * p["Lanes"] + (2 * x if p["FrameW"] <= LUTRAM_DEPTH else 0)
            rows = 2 * [memory_cost(x, p["FrameW"], family)]
            return total([logic_cost(lut=_BILINEAR_LUTS * x + 64, ff=held + 50), *rows])
        case "upsample_nearest":
            depth = 2 * p["FrameW"] * (p["Factor"] - 1) // p["Factor"] + 1
            held = x if depth <= LUTRAM_DEPTH else 0
            logic = logic_cost(lut=70, ff=held + 5 * depth.bit_length())  # of counters
            return total([logic, memory_cost(x, depth, family)])
        case "stream_join":
            return logic_cost(lut=3)
        case "concat":
            return logic_cost(lut=y + 5, ff=(p["ABeats"] + p["BBeats"] - 1).bit_length())
        case "channel_shuffle":
            return logic_cost(lut=0)
        case "channel_slice":
            return logic_cost(lut=0 if p["Folds"] == 1 else 4, ff=(p["Folds"] - 1).bit_length())
        case "channel_scale":
            counter = (p["Folds"] - 1).bit_length()
            if p["YWidth"] < _DSP_WIDTH:
                return logic_cost(lut=_SCALE_LUTS * y, ff=y + 1 + counter)
            # the DSPs of 7 series keep their products
            kept = 0 if family is Family.SERIES7 else y
            return logic_cost(lut=2 + 2 * counter, ff=kept + 1 + counter, dsp=p["Lanes"])
        case "spatial_shift":
            return _spatial_shift(p, y, family)
        case "bayer_front":
            return _bayer_front(p, y, family)
        case other:
            raise KernelError(f"{other}: no formula estimates this kernel")


def mapped(family: Family, guess: Resources) -> Resources:
    """`guess`, which counts LUT6s, in the LUTs that `family` has."""
    if family is not Family.ECP5:
        return guess
    return guess.model_copy(update={"lut": ceil(_LUT4S * guess.lut)})


def _window(p: Mapping[str, int | Bits], family: Family) -> Resources:
    names = ("FrameW", "FrameH", "Kernel", "Stride", "Dilation", "Padding", "Pixels")
    shape = WindowShape(*(p[name] for name in names))
    width, kernel, pixels = p["PixelWidth"], shape.kernel, shape.pixels
    lead = shape.span - shape.border
    steps_h, steps_w = shape.steps
    # rows of windows that leave without input; their choice among the memory's rows costs LUTs
    flush = max(0, (shape.out[0] - 1) * shape.stride + 1 + lead - steps_h)
    taps = range(0, shape.span + 1, shape.dilation)
    masked = sum(tap < shape.border or tap > lead for tap in taps)
    # pixels of x, of the memory's word, of the columns that wait, and of y, where windows share
    waiting = ceil(lead / pixels) * pixels + shape.border
    shared = {w * shape.stride + tap for w in range(shape.windows) for tap in taps}
    held = pixels * (1 + shape.span) + kernel * (waiting + len(shared))
    counters = (p["FrameW"] - 1).bit_length() + (p["FrameH"] - 1).bit_length()
    # 960 x 540 of 16 bits 101 LUTs, of 128 bits 325; its windows of 5 x 5 178, of 7 x 7 334
    choice = width * masked * (0.85 + 0.17 * flush**2)
    logic = logic_cost(lut=3.4 * counters + 20 * (flush - 1) + choice, ff=28 + width * held)
    return total([logic, memory_cost(shape.span * pixels * width, steps_w, family)])


def _pixel_shuffle(p: Mapping[str, int | Bits], y: int, family: Family) -> Resources:
    r, word = p["Factor"], p["Factor"] * y
    rests = [p["FrameW"] * (r - 1 + i) // r for i in range(r)]  # behind each fifo's output
    # 128 bits by 2: 763 LUTs; in LUTRAM, which has no register behind it, the choice is shared
    chosen = word if r == 2 and rests[-1] > LUTRAM_DEPTH else 0
    logic = logic_cost(lut=_SHUFFLE_LUTS * r**3 * y + 55 * r + chosen, ff=r * (25 + 2 * word))
    return total([logic, *(memory_cost(word, rest, family) for rest in rests)])


def _pixel_unshuffle(p: Mapping[str, int | Bits], x: int, y: int, family: Family) -> Resources:
    r, sets = p["Factor"], max(1, p["Lanes"] // p["Factor"] ** 2)
    # A 6-input LUT chooses among 4 bits: which set of channels goes into the beat.
    choice = sets * r * p["Width"] * ceil((p["Channels"] // sets - 1) / 3)
    held = (r - 1) * x + y + (r * x if p["FrameW"] <= LUTRAM_DEPTH else 0)
    logic = logic_cost(lut=110 + choice, ff=held + 95)
    memory = memory_cost(r * x, p["FrameW"], family)
    if p["FrameW"] > LUTRAM_DEPTH:  # the choice among blocks goes into that of channels
        memory = memory.model_copy(update={"lut": 0})
    return total([logic, memory])


def _spatial_shift(p: Mapping[str, int | Bits], y: int, family: Family) -> Resources:
    dy, dx = (_fields(p[name], p["ShiftW"]) for name in ("Dy", "Dx"))
    rings = Counter(row * p["FrameW"] + column for row, column in zip(dy, dx, strict=True))
    depths = {ahead: max(0, *rings) - ahead + 2 for ahead in rings}
    counters = sum((depth - 1).bit_length() for depth in depths.values())
    small = {a: d for a, d in depths.items() if d <= LUTRAM_DEPTH}
    deep = [block_ram(rings[a] * p["Width"], depths[a]) for a in depths if a not in small]
    held = sum(rings[a] for a in small) * p["Width"]
    # 4 rings of 8 bits 152 LUTs and 161 flip-flops, 24 of 8 bits 716 and 817
    logic = logic_cost(lut=69 + 1.45 * counters + 1.15 * y, ff=45 + 2 * counters + y + held)
    lutram = [memory_cost(rings[a] * p["Width"], depth, family) for a, depth in small.items()]
    return total([logic, *deep, *lutram])


def _bayer_front(p: Mapping[str, int | Bits], y: int, family: Family) -> Resources:
    samples, dsps = p["Samples"], ceil((p["GainW"] + 1) / _DSP_FACTOR)
    rounded = p["XWidth"] + p["GainW"] + 2 - p["Slack"]
    row = memory_cost(max(2, samples) * p["YWidth"], p["FrameW"] // max(2, samples), family)
    luts = _BAYER_LUTS[family] + _BAYER_LUTS_2 * (dsps - 1)
    # the DSPs of 7 series keep their products
    ffs = (1 if family is Family.SERIES7 else 30) + _BAYER_FFS * rounded
    return total([logic_cost(samples * luts, 45 + y + samples * ffs, samples * dsps), row])


def _fields(bits: Bits, width: int) -> list[int]:
    """The signed integers that `bits` packs."""
    parts = [bits.value >> at & ((1 << width) - 1) for at in range(0, bits.width, width)]
    return [part - (part >> (width - 1) << width) for part in parts]
