# SPDX-License-Identifier: MIT
"""scaled_add: the sum of two streams of different scales, rounded half to even and clamped."""

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import logic_cost
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Bounded, Case, Induction, Shape, Way
from tarsier_fpga.hls.describe.ranges import (
    check_clamp,
    integer_range,
    require_at_least,
    signed_width,
    unsigned_width,
)
from tarsier_fpga.hls.golden.scaled_add import scaled_add as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream

__all__ = ["RECORDED", "cost", "proofs", "scaled_add"]

_INT = 32  # bits of a signed parameter
_WIDEST = 64  # bits of a sum
_LUTS = 0.6  # per bit of a product too narrow for a DSP: 3x + 5d of 3 bits 4 a lane
_DSP_WIDTH = 9  # bits of the narrowest product that Yosys gives to a DSP


def scaled_add(
    lanes: int,
    x_width: int,
    x_signed: bool,
    d_width: int,
    d_signed: bool,
    x_scale: int,
    d_scale: int,
    offset: int,
    shift: int,
    y_width: int,
    y_min: int,
    y_max: int,
) -> Instance:
    """(x*x_scale + d*d_scale + offset) / 2^shift, rounded half to even, clamped to y_min..y_max.

    Raises:
        KernelError: the clamp is empty, `y_width` bits cannot carry it (they are signed when
            y_min < 0, else unsigned), a constant needs more than 32 bits, or the sum more than 64.
    """
    require_at_least(
        "scaled_add", 1, lanes=lanes, x_width=x_width, d_width=d_width, y_width=y_width
    )
    require_at_least("scaled_add", 0, shift=shift)
    check_clamp("scaled_add", y_width, y_min, y_max)
    numbers = {"x_scale": x_scale, "d_scale": d_scale, "offset": offset}
    for name, value in (numbers | {"y_min": y_min, "y_max": y_max}).items():
        if signed_width(value, value) > _INT:
            raise KernelError(f"scaled_add: {name}={value} must fit in {_INT} bits")
    # as the SystemVerilog counts them, with the carries of two sums and of the rounding
    terms = (x_width + _bits(x_scale) + 1, d_width + _bits(d_scale) + 1, _bits(offset), shift)
    work = max(*terms, _bits(y_min), _bits(y_max)) + 2
    if work > _WIDEST:
        raise KernelError(
            f"scaled_add: x_width={x_width} x_scale={x_scale} d_width={d_width} d_scale={d_scale}"
            f" offset={offset} shift={shift} need {work} bits, at most {_WIDEST} can be"
        )
    return Instance(
        module="scaled_add",
        params={
            "Lanes": lanes,
            "XWidth": x_width,
            "XSigned": int(x_signed),
            "DWidth": d_width,
            "DSigned": int(d_signed),
            "XScale": x_scale,
            "DScale": d_scale,
            "Offset": offset,
            "Shift": shift,
            "YWidth": y_width,
            "YMin": y_min,
            "YMax": y_max,
        },
        inputs=(
            Stream("x", lanes * x_width, lanes, x_signed),
            Stream("d", lanes * d_width, lanes, d_signed),
        ),
        outputs=(Stream("y", lanes * y_width, lanes, y_min < 0),),
        function="ScaledAdd",
        template=(
            *(lanes, x_width, int(x_signed), d_width, int(d_signed)),
            *(x_scale, d_scale, offset, shift, y_width, y_min, y_max),
        ),
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """A sum, whose carry rounds, and a clamp for every lane; products that are no wires.

    A lane of 8 bits, 4x + d: 18 LUTs, and 9 where no sum needs the clamp.
    """
    _, x_width, x_signed, d_width, d_signed, *scales, offset, shift, y_width, y_min, y_max = (
        kernel.template
    )
    ends = (integer_range(x_width, bool(x_signed)), integer_range(d_width, bool(d_signed)))
    products = [[scale * end for end in pair] for scale, pair in zip(scales, ends, strict=True)]
    widths = [_bits_of(product) for product in products]
    start = max(_place(scale) for scale in scales)  # below it the narrower places are wires
    sum_luts = max(0, min(widths) - start)
    if shift:
        sum_luts = max(widths) - min(start, shift) + 1
    sum_luts += 2 * (offset != 0)
    least, most = (sum(end(p) for p in products) + offset >> shift for end in (min, max))
    clamps = least < y_min or most + (shift > 0) > y_max
    lane = sum_luts + (y_width + 1 if clamps else 0)
    lanes = kernel.number("Lanes")
    fixed = logic_cost(lut=lanes * lane + 4, ff=lanes * y_width + 1)
    if all(_is_wires(scale) for scale in scales):
        return fixed
    parts = [_product_cost(*facts, family) for facts in zip(scales, widths, strict=True)]
    return total([fixed, *lanes * parts])


def _product_cost(scale: int, width: int, family: Family) -> Resources:
    """One lane's product with its register."""
    if _is_wires(scale):
        return logic_cost(lut=0, ff=width)
    if width < _DSP_WIDTH:
        return logic_cost(lut=_LUTS * width, ff=width)
    # the DSPs of 7 series keep their products
    return logic_cost(lut=0, ff=0 if family is Family.SERIES7 else width, dsp=1)


def proofs() -> tuple[Case, ...]:
    """The whole truth table, where it is small: with scales that are wires, and that are not."""
    return (
        _proof((True, False), (4, -1), 1, 1, (-6, 7), Induction(1)),
        _proof((False, True), (2, 8), 0, 0, (-32, 54), Induction(1)),
        _proof((True, True), (3, 5), -2, 2, (0, 7), Bounded(20)),
    )


def _proof(
    signs: tuple[bool, bool],
    scales: tuple[int, int],
    offset: int,
    shift: int,
    clamp: tuple[int, int],
    way: Way,
) -> Case:
    """Of two lanes of 3 bits and of 3 bits."""
    (x_signed, d_signed), y_width = signs, signed_width(*clamp)
    wires = isinstance(way, Induction)
    return Case(
        scaled_add(2, 3, x_signed, 3, d_signed, *scales, offset, shift, y_width, *clamp),
        {"x": Shape(2, 3, signed=x_signed), "d": Shape(2, 3, signed=d_signed)},
        {"y": Shape(2, y_width)},
        lambda x, d: golden(x, d, *scales, offset, shift, *clamp),
        way,
        registers=1 if wires else None,
        units=4 if wires else 8,
    )


RECORDED: Recorded = {
    "16 lanes of 8 bits, 4x + d": lambda: scaled_add(
        16, 8, True, 8, True, 4, 1, 0, 2, 8, -128, 127
    ),
    "16 lanes of 4 bits, x + 8d exactly": lambda: scaled_add(
        16, 4, False, 4, True, 1, 8, 0, 0, 8, -64, 71
    ),
    "16 lanes of 8 bits, 5x + 13d": lambda: scaled_add(
        16, 8, True, 8, True, 5, 13, 0, 4, 8, -128, 127
    ),
    "16 lanes of 3 bits, 3x + 5d": lambda: scaled_add(16, 3, True, 3, True, 3, 5, 0, 2, 4, -8, 7),
}


def _bits(value: int) -> int:
    return signed_width(value, value)


def _bits_of(ends: list[int]) -> int:
    least, most = min(ends), max(ends)
    return signed_width(least, most) if least < 0 else unsigned_width(most)


def _place(scale: int) -> int:
    """How many low bits of its product are 0."""
    return (scale & -scale).bit_length() - 1 if scale else 0


def _is_wires(scale: int) -> bool:
    """Whether a product with `scale` needs no adder but that of the sum: 0, 1, -1, 2, -2, 4 .."""
    return abs(scale).bit_count() <= 1
