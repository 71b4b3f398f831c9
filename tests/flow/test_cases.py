# SPDX-License-Identifier: MIT
"""Networks that people bring: each is built, or refused with a sentence that helps.

They are small, 4 channels of 32 x 32 where nothing else is said, and lie beside the repository.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest, net_facts, read_qonnx
from tarsier_fpga.flow.sim.agree import check_agreement
from tarsier_fpga.hls.base.errors import FlowError

CASES = (
    Path(os.environ.get("TARSIER_CASES", Path(__file__).parents[2] / "../shared/cases")) / "qonnx"
)


@dataclass(frozen=True)
class Outcome:
    """Whether the network may be built, and what the sentence has that may refuse it.

    Attributes:
        builds: False for what no kernel can compute, or what is not exact in the file itself
        refused: a pattern; empty for what must be built
    """

    builds: bool = True
    refused: str = ""


BUILT = Outcome()


def refused(pattern: str) -> Outcome:
    return Outcome(False, pattern)


def either(pattern: str) -> Outcome:
    """Built where it comes out exact, and what is said where it does not."""
    return Outcome(True, pattern)


OUTCOMES = {
    "asym_pad": BUILT,
    "auto_pad_same_upper": BUILT,
    "base": BUILT,
    "batch4": BUILT,
    "bias_add_per_channel": BUILT,
    "binary_head_on_codes": BUILT,
    "bits12": BUILT,  # codes of 10 bits in, of 12 out
    "branch_no_requant_branchfirst": BUILT,
    "brevitas-0-tutorial": BUILT,
    "brevitas-4-no-input-quant": BUILT,
    "chain_bnn": BUILT,
    "chain_rgb": BUILT,
    "cin5": BUILT,
    "const_minus_x": BUILT,
    "conv_bias": BUILT,
    "conv_k1": BUILT,
    "conv_pads": BUILT,
    "depthwise": BUILT,
    "dynamic": BUILT,
    "edge": BUILT,
    "floor_rounding": BUILT,
    "gain_map_in_chain": refused(r"Mul_37.*\[1, 1, 32, 32\]"),
    # Sums over 1023 meet ties of the Quant behind them, which only rounding in float32 decides.
    "input_div_1023": either(r"Mul_3.*0\.00097751"),
    "input_quant": BUILT,
    "int_prelu": BUILT,
    "int_w_per_channel_pow2": BUILT,
    # Sums of up to 4.7 million steps of no power of two are rounded on the way, in any order.
    "learned_scale": either(r"Quant_(15|22).*0\.0(123|417)"),
    "narrow_range_act": BUILT,
    "no_final_quant": either(r"conv_68.*Quant"),
    "normalised_out": BUILT,
    "one_bit_Quant": BUILT,
    "opset9": refused("opset 9"),
    "out_scale_2p2": BUILT,
    "per_pixel_threshold": refused(r"Add_28.*\[1, 1, 34, 34\]"),
    "pure_bnn_conv_sign_conv": BUILT,
    "qcdq": either("QuantizeLinear"),
    "radius1": BUILT,
    "rate_int8x1": BUILT,
    "recursive_shared_quant": BUILT,
    "reflect": refused("Pad_.*reflect"),
    "residual_two_scales": BUILT,
    "residual_unsigned_branch": BUILT,
    "rgb_out": BUILT,
    "scale4": BUILT,
    "sums_beyond_2p24_b": refused(r"Conv_30.*2\^24"),
    "ternary_weights_on_bits": BUILT,
    "three_way_add": BUILT,
    "threshold_relu": BUILT,
    "two_outputs": BUILT,
    "zero_point_weight": BUILT,
}


@pytest.fixture(scope="module")
def cases() -> Path:
    if not CASES.is_dir():
        pytest.skip(f"no cases: {CASES} is missing")
    return CASES


def test_every_case_has_an_outcome(cases):
    assert {path.stem for path in cases.glob("*.onnx")} == set(OUTCOMES)


@pytest.mark.xfail(raises=(FlowError, AssertionError, Exception), strict=False)
@pytest.mark.parametrize("name", OUTCOMES)
def test_it_is_built_or_refused_in_a_sentence(cases, name):
    path, outcome = cases / f"{name}.onnx", OUTCOMES[name]
    try:
        network = read_qonnx(path)
        bits = net_facts(network).coding.bits
        check_agreement(network, lower(ingest(read_qonnx(path))), bits)
    except FlowError as error:
        if not outcome.refused:
            raise
        assert re.search(outcome.refused, str(error))
        assert "\n" not in str(error)
    else:
        assert outcome.builds
