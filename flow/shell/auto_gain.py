# SPDX-License-Identifier: MIT
"""The amplifier of a video shell: what its meter and its gains are built with.

A gain of g/256 makes codes of the network of x codes of the camera above black,

    rint(x * g * codes / (256 * span)),   a half to the even neighbour

exactly: as an integer G over 2^places, which is off by at most a half, so that `slack` of the
places are rounded away first and halves stay halves. The gains of the registers are such integers.
"""

from dataclasses import dataclass

import numpy as np

from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.flow.shell.shell_facts import VideoShell
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.describe.red_meter import GAIN_STEPS, red_meter
from tarsier_fpga.hls.kernels.exposure_meter import exposure_meter
from tarsier_fpga.hls.netlist.instance import sv_literal

__all__ = ["Amplifier", "amplifier"]


@dataclass(frozen=True, slots=True)
class Amplifier:
    """Of a shell.

    Attributes:
        fraction, slack: binary places of a gain, of which `slack` are rounded away first
        gain_bits: of the largest gain
        parameters: of tarsier_auto_gain, as SystemVerilog
    """

    fraction: int
    slack: int
    gain_bits: int
    parameters: dict[str, str]


def amplifier(design: Design, shell: VideoShell) -> Amplifier:
    """What the camera and the codes of the network ask for."""
    span, codes = shell.white - shell.black, design.x.coding.span
    meter, beats = red_meter(span), design.width * design.height // shell.pixels
    kernel = exposure_meter(
        *(beats, shell.bits, np.full(shell.pixels, shell.black), span),
        *(meter.weights, meter.mantissa, meter.target, meter.most),
    )
    # what is no half is so far away from one: see bayer_front
    fraction, slack = (2 * GAIN_STEPS * span - 1).bit_length(), shell.bits
    most = (meter.most * codes << (fraction + slack)) // (GAIN_STEPS * span) + 1
    if most.bit_length() > 63:
        raise FlowError(
            f"video: gains of {most.bit_length()} bits for a camera of {shell.bits} bits a pixel"
            f" and {codes} codes must fit in 63"
        )
    told = ("XWidth", "Beats", "Span", "Mantissa", "Entries", "WWidth", "Weights")
    names = {"XWidth": "Bits"}
    parameters = {
        "Pixels": str(shell.pixels),
        "Black": str(shell.black),
        **{names.get(name, name): sv_literal(kernel.params[name]) for name in told},
        **{name: sv_literal(kernel.params[name]) for name in ("TargetW", "Target", "Most")},
        "StepW": sv_literal(kernel.params["YWidth"]),
        "CodeW": str(codes.bit_length()),
        "CodeSpan": str(codes),
        "Places": str(fraction + slack),
        "GainW": str(most.bit_length()),
    }
    return Amplifier(fraction, slack, most.bit_length(), parameters)
