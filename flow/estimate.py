# SPDX-License-Identifier: MIT
"""What a design costs on the device, by formula, before any synthesis.

The factors are fitted to what Yosys 0.70, `synth_xilinx -family xcup`, made of single kernels; the
comment at each names the measurement. They hold for weights that are constants: where nothing is
folded, a weight costs no memory and an XNOR with it no gate.
"""

from collections import Counter
from collections.abc import Mapping
from math import ceil, log2

from qonnx.core.modelwrapper import ModelWrapper

from boards.board import Board, Family
from flow.design import Estimate
from flow.errors import FlowError
from flow.stitch import stitch
from hls.instance import Bits, Instance
from hls.make.window import WindowShape

__all__ = ["check_fit", "cost", "estimate"]

# int_dot, 576 products of 10 x 8 and of 8 x 8 bits unfolded: 14,383 and 13,981 LUTs of adders, 509
# DSPs each (the other weights take adders), 9,894 and 8,712 flip-flops.
_INT_LUTS, _INT_DSPS, _INT_FFS = 24.6, 0.88, 0.95
# Folded, a DSP for every product. UltraScale+, per bit of a product: 4 x 36 of 18 bits 4,052 LUTs
# and 2,947 flip-flops, 1 x 36 of 16 bits 1,536 and 948. Yosys lets the DSPs of 7 series add and
# keep their products too; per product: 340 LUTs and 103 flip-flops, 664 and 312.
_FOLDED_INT_LUTS, _FOLDED_INT_FFS, _FOLDED_INT_LUTS_7 = 1.6, 1.1, 2.4

_REQUANT_LUTS = 1.5  # per output bit: 16 lanes of 8 bits 194, 4 lanes of 10 bits 54
_RESIDUAL_LUTS = 2.2  # per output bit: 16 lanes of 8 bits 276, 4 lanes of 10 bits 88
_SIGN_LUTS = 2.5  # per channel: 16 channels of 8 bits 35 to 42
_POOL_LUTS = 2.2  # per bit of x, two sums: 16 lanes of 8 bits 285, 3 lanes of 12 bits 88
_BILINEAR_LUTS = 7.2  # per bit of x, four sums: 3 lanes of 10 bits 278, 16 lanes of 8 bits 978
_SHUFFLE_LUTS = 0.33  # per bit of y, times Factor^3: 128 bits by 2 485, 32 bits by 4 814
_SCALE_LUTS = 0.7  # per output bit of a lane too narrow for a DSP: 8 lanes of 6 bits 35
_BAYER_LUTS = {Family.SERIES7: 20, Family.ULTRASCALE_PLUS: 31}  # per sample: 2 samples 39 and 51
_BAYER_LUTS_2 = 36  # for a second DSP: 4 samples 126, and 270 with two
_BAYER_FFS = 1.1  # per bit of a product that is rounded: 4 samples of 18 bits 329, of 32 bits 389
_TABLE_LUTS = 1.1  # per 64 entries and output bit: 16 lanes of 145 8-bit entries 382, 4 of 580 433

_DSP_WIDTH = 9  # bits of the narrowest product that Yosys gives to a DSP
_DSP_FACTOR = 27  # bits of the wider factor of one, UG579

_LUTRAM_DEPTH = 64  # deeper memories become block RAM: 40 words do not, 100 words do
_RAMB18 = ((36, 512), (18, 1024), (9, 2048), (4, 4096), (2, 8192), (1, 16384))  # UG573, UG473
_URAM_WIDTH, _URAM_DEPTH = 72, 4096  # UG573
_LUTRAM = {Family.SERIES7: 4 / 3, Family.ULTRASCALE_PLUS: 8 / 7}  # LUTs per bit: RAM64M, RAM64M8


def estimate(model: ModelWrapper, family: Family) -> Estimate:
    """The resources of all kernels of the hardware graph `model` together."""
    return _sum(cost(cell.instance, family) for cell in stitch(model).cells)


def check_fit(needed: Estimate, board: Board, net: str) -> None:
    """Raise FlowError unless `board` has what is `needed`; it names every resource that lacks."""
    have = board.resources.model_dump()
    lacking = [
        f"{count:,} of {have[resource]:,} {resource.upper()}"
        for resource, count in needed.model_dump().items()
        if count > have[resource]
    ]
    if lacking:
        raise FlowError(
            f"{net} does not fit {board.name} at this rate: it needs about {', '.join(lacking)};"
            " a lower frame rate folds it onto less"
        )


def cost(kernel: Instance, family: Family) -> Estimate:
    """The resources of one kernel."""
    p = kernel.params
    x, y = kernel.inputs[0].width, kernel.outputs[0].width
    if kernel.area:  # generated, and counted by who did so
        return _logic(**kernel.area)
    match kernel.module:
        case "xnor_dot":
            return _xnor_dot(p)
        case "int_dot":
            return _int_dot(p, family)
        case "act_table":
            blocks = ceil(p["Entries"] * p["Folds"] / 64)
            return _logic(lut=_TABLE_LUTS * blocks * y, ff=y)
        case "requant":
            return _logic(lut=_REQUANT_LUTS * y, ff=y)
        case "residual_add":
            return _logic(lut=_RESIDUAL_LUTS * y, ff=y)
        case "sign_threshold":
            return _logic(lut=_SIGN_LUTS * y, ff=y)
        case "stream_fork":
            return _logic(lut=5, ff=2)
        case "width_adapter":
            if y > x:
                return _logic(lut=5, ff=y)
            return _logic(lut=1.5 * y * _choice(x // y), ff=(x // y).bit_length())
        case "window":
            return _window(p, family)
        case "pad":
            if not p["Replicate"] or p["Top"] + p["Bottom"] == 0:
                return _logic(lut=30, ff=22 + x)
            held = 2 if p["FrameW"] <= _LUTRAM_DEPTH else 1  # block RAM has the register
            logic = _logic(lut=30 + 0.9 * x, ff=28 + held * x)
            return _sum([logic, _memory(x, p["FrameW"], family)])
        case "fifo":
            return _fifo(x, p["Depth"], p["RamStyle"], family)
        case "frame_delay":
            word = p["DataWidth"] // x * x
            queues = [_fifo(word, n * p["Burst"], "auto", family) for n in (2, p["Reads"])]
            return _sum([*queues, _logic(lut=100, ff=80 + word + x)])
        case "avg_pool":
            row = _memory(x + p["Lanes"], p["FrameW"] // 2, family)
            return _sum([_logic(lut=_POOL_LUTS * x + 15, ff=x + y + 20), row])
        case "pixel_shuffle":
            return _pixel_shuffle(p, y, family)
        case "pixel_unshuffle":
            return _pixel_unshuffle(p, x, y, family)
        case "upsample_bilinear":
            # two columns of two rows, and y; then the pixels that LUTRAM does not hold itself
            held = 3 * x + 8 * p["Lanes"] + (2 * x if p["FrameW"] <= _LUTRAM_DEPTH else 0)
            rows = 2 * [_memory(x, p["FrameW"], family)]
            return _sum([_logic(lut=_BILINEAR_LUTS * x + 64, ff=held + 50), *rows])
        case "upsample_nearest":
            depth = 2 * p["FrameW"] * (p["Factor"] - 1) // p["Factor"] + 1
            held = x if depth <= _LUTRAM_DEPTH else 0
            logic = _logic(lut=70, ff=held + 5 * depth.bit_length())  # of counters
            return _sum([logic, _memory(x, depth, family)])
        case "stream_join":
            return _logic(lut=3)
        case "concat":
            return _logic(lut=y + 5, ff=(p["ABeats"] + p["BBeats"] - 1).bit_length())
        case "channel_shuffle":
            return _logic(lut=0)
        case "channel_slice":
            return _logic(lut=0 if p["Folds"] == 1 else 4, ff=(p["Folds"] - 1).bit_length())
        case "channel_scale":
            counter = (p["Folds"] - 1).bit_length()
            if p["YWidth"] < _DSP_WIDTH:
                return _logic(lut=_SCALE_LUTS * y, ff=y + 1 + counter)
            # the DSPs of 7 series keep their products
            kept = 0 if family is Family.SERIES7 else y
            return _logic(lut=2 + 2 * counter, ff=kept + 1 + counter, dsp=p["Lanes"])
        case "spatial_shift":
            return _spatial_shift(p, y, family)
        case "bayer_front":
            return _bayer_front(p, y, family)
        case other:
            raise FlowError(f"{other}: no formula estimates this kernel")


def _window(p: Mapping[str, int | Bits], family: Family) -> Estimate:
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
    logic = _logic(lut=40 + 20 * flush + width * masked * (0.4 + 0.5 * flush), ff=28 + width * held)
    return _sum([logic, _memory(shape.span * pixels * width, steps_w, family)])


def _pixel_shuffle(p: Mapping[str, int | Bits], y: int, family: Family) -> Estimate:
    r, word = p["Factor"], p["Factor"] * y
    rests = [p["FrameW"] * (r - 1 + i) // r for i in range(r)]  # behind each fifo's output
    held = sum(25 + word * (2 if rest <= _LUTRAM_DEPTH else 1) for rest in rests)
    logic = _logic(lut=_SHUFFLE_LUTS * r**3 * y + 55 * r, ff=held)
    return _sum([logic, *(_memory(word, rest, family) for rest in rests)])


def _pixel_unshuffle(p: Mapping[str, int | Bits], x: int, y: int, family: Family) -> Estimate:
    r, sets = p["Factor"], max(1, p["Lanes"] // p["Factor"] ** 2)
    # A 6-input LUT chooses among 4 bits: which set of channels goes into the beat.
    choice = sets * r * p["Width"] * ceil((p["Channels"] // sets - 1) / 3)
    held = (r - 1) * x + y + (r * x if p["FrameW"] <= _LUTRAM_DEPTH else 0)
    logic = _logic(lut=110 + choice, ff=held + 95)
    return _sum([logic, _memory(r * x, p["FrameW"], family)])


def _spatial_shift(p: Mapping[str, int | Bits], y: int, family: Family) -> Estimate:
    dy, dx = (_fields(p[name], p["ShiftW"]) for name in ("Dy", "Dx"))
    rings = Counter(row * p["FrameW"] + column for row, column in zip(dy, dx, strict=True))
    depths = {ahead: max(0, *rings) - ahead + 2 for ahead in rings}
    counters = sum((depth - 1).bit_length() for depth in depths.values())
    small = {a: d for a, d in depths.items() if d <= _LUTRAM_DEPTH}
    halves = sum(
        _halves(rings[a] * p["Width"], depths[a]) for a in depths if depths[a] > _LUTRAM_DEPTH
    )
    held = sum(rings[a] for a in small) * p["Width"]
    # 4 rings of 8 bits 152 LUTs and 161 flip-flops, 24 of 8 bits 716 and 817
    logic = _logic(lut=69 + 1.45 * counters + 1.15 * y, ff=45 + 2 * counters + y + held)
    lutram = [_memory(rings[a] * p["Width"], depth, family) for a, depth in small.items()]
    return _sum([logic, _blocks(halves), *lutram])


def _bayer_front(p: Mapping[str, int | Bits], y: int, family: Family) -> Estimate:
    samples, dsps = p["Samples"], ceil((p["GainW"] + 1) / _DSP_FACTOR)
    rounded = p["XWidth"] + p["GainW"] + 2 - p["Slack"]
    row = _memory(max(2, samples) * p["YWidth"], p["FrameW"] // max(2, samples), family)
    luts = _BAYER_LUTS[family] + _BAYER_LUTS_2 * (dsps - 1)
    # the DSPs of 7 series keep their products
    ffs = (1 if family is Family.SERIES7 else 30) + _BAYER_FFS * rounded
    return _sum([_logic(samples * luts, 45 + y + samples * ffs, samples * dsps), row])


def _fields(bits: Bits, width: int) -> list[int]:
    """The signed integers that `bits` packs."""
    parts = [bits.value >> at & ((1 << width) - 1) for at in range(0, bits.width, width)]
    return [part - (part >> (width - 1) << width) for part in parts]


def _xnor_dot(p: Mapping[str, int | Bits]) -> Estimate:
    """Every adder of match_count, one LUT each, and every register, as they are written there."""
    fold, simd, pe = _fold(p), p["Simd"], p["Pe"]
    parts, sum_width = p["Terms"] // simd, p["Terms"].bit_length()
    width = ceil(simd / 24)
    links = max(2, ceil(simd / (2 * width)))
    early, late = ceil(links / 2), links // 2
    columns = [width, width * links + max(1, width // 2)]
    while columns[-1] > 1:
        columns.append(columns[-1] // 2)
    adders = width * links + sum(column // 2 for column in columns)
    fours, sixteens = columns[2], columns[4] if len(columns) > 4 else 1
    held = 2 * width * early + width * late + 2 * width + 2 + fours + 4 + sixteens + sum_width
    accumulators = sum_width if parts > 1 else 0
    weights = _weight_bits(pe * simd, fold)
    return _logic(
        lut=pe * (adders + accumulators) + simd * _choice(parts) + _rom(weights, fold) + 20,
        ff=pe * held + min(simd, 2 * width * late) + weights + 15,
    )


def _int_dot(p: Mapping[str, int | Bits], family: Family) -> Estimate:
    fold, products = _fold(p), p["Pe"] * p["Simd"]
    product_bits, sums = products * (p["XWidth"] + p["WWidth"]), p["Pe"] * p["SumW"]
    if fold == 1:
        return _logic(
            lut=_INT_LUTS * products,
            ff=_INT_FFS * product_bits + sums,
            dsp=_INT_DSPS * products,
        )
    choice = p["Simd"] * p["XWidth"] * _choice(p["Terms"] // p["Simd"])
    weights = _weight_bits(products * p["WWidth"], fold)
    chosen = choice + _rom(weights, fold)
    if family is Family.SERIES7:
        return _logic(_FOLDED_INT_LUTS_7 * products + chosen, sums + weights + 2, products)
    return _logic(
        lut=_FOLDED_INT_LUTS * product_bits + chosen,
        ff=_FOLDED_INT_FFS * product_bits + sums + weights,
        dsp=products,
    )


def _rom(weights: int, fold: int) -> int:
    """LUTs of a weight memory: up to four steps, a register that follows two bits of the step."""
    return 0 if fold <= 4 else weights * ceil(fold / 64)


def _weight_bits(bits: int, fold: int) -> int:
    """Registers behind the weight memory; bits of equal course over the fold share one."""
    return 0 if fold == 1 else min(bits, 2 ** min(fold, 64))


def _fold(p: Mapping[str, int | Bits]) -> int:
    return p["Rows"] // p["Pe"] * (p["Terms"] // p["Simd"])


def _fifo(width: int, depth: int, ram_style: str, family: Family) -> Estimate:
    if depth <= 2:
        return _logic(lut=width, ff=2 * width)
    # 128 bits of 300 and 2,000: 164 and 177 LUTs, 156 and 162 flip-flops; 16 bits of 65,536: 92
    # and 67. Block RAM has a register of its own, LUTRAM takes one more.
    rest = depth - 1
    in_luts = ram_style == "distributed" or (ram_style == "auto" and rest <= _LUTRAM_DEPTH)
    held = 2 if in_luts else 1
    control = _logic(lut=5 * log2(depth) + width, ff=3.2 * log2(depth) + held * width)
    match ram_style:
        case "distributed":
            banks = ceil(rest / _LUTRAM_DEPTH)
            memory = _logic(lut=width * (_LUTRAM[family] * banks + _choice(banks)))
        case "block":
            memory = _blocks(_halves(width, rest))
        case "ultra":
            banks = ceil(rest / (_URAM_DEPTH * max(1, _URAM_WIDTH // width)))
            blocks = ceil(width / _URAM_WIDTH) * banks
            chosen = _logic(lut=width * _choice(banks))
            memory = chosen.model_copy(update={"uram": blocks})
        case _:
            memory = _memory(width, rest, family)
    return _sum([control, memory])


def _choice(banks: int) -> int:
    """LUTs that choose one of `banks` bits: each has 6 inputs and makes 4 of them 1."""
    return ceil((banks - 1) / 3)


def _memory(width: int, depth: int, family: Family) -> Estimate:
    if depth <= _LUTRAM_DEPTH:
        # the primitives of half the depth hold twice the bits
        return _logic(lut=_LUTRAM[family] * width / (2 if depth <= _LUTRAM_DEPTH // 2 else 1))
    return _blocks(_halves(width, depth))


def _halves(width: int, depth: int) -> int:
    """Blocks of 18 Kbit in a memory."""
    return min(ceil(width / w) * ceil(depth / d) for w, d in _RAMB18)


def _blocks(halves: int) -> Estimate:
    return Estimate(lut=0, ff=0, bram36=ceil(halves / 2), uram=0, dsp=0)


def _logic(lut: float, ff: float = 0, dsp: float = 0) -> Estimate:
    return Estimate(lut=ceil(lut), ff=ceil(ff), bram36=0, uram=0, dsp=ceil(dsp))


def _sum(parts) -> Estimate:
    dumped = [part.model_dump() for part in parts]
    return Estimate(**{key: sum(part[key] for part in dumped) for key in Estimate.model_fields})
