# SPDX-License-Identifier: MIT
"""frame_scale: every channel of a frame times a factor of that frame, rounded and clamped."""

from math import ceil

import numpy as np

from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import logic_cost
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Bounded, Case, Shape
from tarsier_fpga.hls.describe.ranges import check_clamp, require_at_least
from tarsier_fpga.hls.golden.frame_scale import frame_scale as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream

__all__ = ["RECORDED", "cost", "frame_scale", "proofs"]

_ADDER_LUTS = 1.6  # per bit of x and bit of k but the first, of a product made of adders
# Of a ZCU104, a U50 and a Zynq-7020 there are 133, 146 and 242 LUTs to a DSP.
_LUTS_OF_A_DSP = 130


def frame_scale(
    lanes: int,
    folds: int,
    x_width: int,
    x_signed: bool,
    k_width: int,
    pixels: int,
    shift: int,
    y_width: int,
    y_min: int,
    y_max: int,
    adders: bool | None = None,
) -> Instance:
    """x * k / 2^shift, rounded half to even, clamped to y_min..y_max; k is a pixel a frame.

    Args:
        folds: beats of a pixel, beat f with channel f*lanes + l in lane l
        k_width: bits of a factor, unsigned
        pixels: of a frame
        adders: whether products are made of adders or left to DSPs; None for what is the smaller
            part of a device

    Raises:
        KernelError: the clamp is empty, or `y_width` bits cannot carry it (they are signed
            when y_min < 0, else unsigned).
    """
    require_at_least("frame_scale", 1, lanes=lanes, folds=folds, x_width=x_width, k_width=k_width)
    require_at_least("frame_scale", 1, pixels=pixels, y_width=y_width)
    require_at_least("frame_scale", 0, shift=shift)
    check_clamp("frame_scale", y_width, y_min, y_max)
    if adders is None:
        adders = _adder_luts(x_width, k_width) < _LUTS_OF_A_DSP
    return Instance(
        module="frame_scale",
        params={
            "Lanes": lanes,
            "Folds": folds,
            "XWidth": x_width,
            "XSigned": int(x_signed),
            "KWidth": k_width,
            "Pixels": pixels,
            "Shift": shift,
            "YWidth": y_width,
            "YMin": y_min,
            "YMax": y_max,
            "Adders": int(adders),
        },
        inputs=(
            Stream("x", lanes * x_width, lanes, x_signed),
            Stream("k", lanes * k_width, lanes),
        ),
        outputs=(Stream("y", lanes * y_width, lanes, y_min < 0),),
        function="FrameScale",
        template=(
            *(lanes, folds, x_width, int(x_signed), k_width, pixels),
            *(shift, y_width, y_min, y_max),
        ),
        beats_per_count=pixels * folds,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """A multiplier for every lane, the rounding and the clamp, and the factors, which turn."""
    lanes, folds, x_width, k_width, shift = (
        kernel.number(name) for name in ("Lanes", "Folds", "XWidth", "KWidth", "Shift")
    )
    product, y_width = x_width + k_width, kernel.outputs[0].width // lanes
    adders = bool(kernel.number("Adders"))
    lut = product - shift + ceil(max(0, shift - 2) / 6) + y_width / 4
    lut += _adder_luts(x_width, k_width) if adders else 0
    if folds > 1:
        lut += k_width * 1.5
    # the DSPs of 7 series keep their products
    kept = 0 if not adders and family is Family.SERIES7 else product
    control = (kernel.number("Pixels") - 1).bit_length() + folds.bit_length() + 4
    return logic_cost(
        lut=lanes * lut + 1.5 * control,
        ff=lanes * (kept + y_width + (k_width if folds == 1 else 0)) + control,
        dsp=0 if adders else lanes,
    )


def _adder_luts(x_width: int, k_width: int) -> float:
    """Of a product that is made of adders."""
    return _ADDER_LUTS * x_width * max(1, k_width - 1)


def proofs() -> tuple[Case, ...]:
    """Frames of two pixels, of one beat and of two, with adders and with a product."""
    return _proof(1, True, (-3, 3), True), _proof(2, False, (0, 5), False)


def _proof(folds: int, x_signed: bool, clamp: tuple[int, int], adders: bool) -> Case:
    pixels, lanes = 2, 1

    def said(x: np.ndarray, k: np.ndarray) -> np.ndarray:
        return golden(x.reshape(pixels, -1), k.reshape(-1), 1, *clamp)

    return Case(
        frame_scale(lanes, folds, 3, x_signed, 2, pixels, 1, 3, *clamp, adders),
        {"x": Shape(lanes, 3, pixels * folds, x_signed), "k": Shape(lanes, 2, folds)},
        {"y": Shape(lanes, 3, pixels * folds)},
        said,
        Bounded(20),
        units=8,
    )


RECORDED: Recorded = {
    "16 channels of 8 bits by 7": lambda: frame_scale(
        16, 1, 8, True, 7, 960 * 540, 7, 8, -128, 127
    ),
    "16 channels of 8 bits by 7, DSPs": lambda: frame_scale(
        16, 1, 8, True, 7, 960 * 540, 7, 8, -128, 127, False
    ),
    "24 channels of 10 bits by 7, 4 lanes": lambda: frame_scale(
        4, 6, 10, True, 7, 960 * 540, 8, 8, -128, 127
    ),
    "8 channels of 4 bits by 5": lambda: frame_scale(8, 1, 4, False, 5, 480 * 270, 4, 4, 0, 15),
}
