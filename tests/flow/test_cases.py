# SPDX-License-Identifier: MIT
"""Networks that people bring: each is built, or refused with a sentence that helps.

They are small, 4 channels of 32 x 32 where nothing else is said, and lie beside the repository.
"""

import os
from pathlib import Path

import pytest

from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest, read_qonnx
from tarsier_fpga.flow.sim.agree import check_agreement
from tarsier_fpga.hls.base.errors import FlowError

CASES = (
    Path(os.environ.get("TARSIER_CASES", Path(__file__).parents[2] / "../shared/cases")) / "qonnx"
)

BUILT = None  # else a pattern of the sentence that refuses it

OUTCOMES: dict[str, str | None] = {
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
    "gain_map_in_chain": r"^Mul Mul_37: .* \[1, 1, 32, 32\] differs along rows or columns",
    "input_div_1023": BUILT,
    "input_quant": BUILT,
    "int_prelu": BUILT,
    "int_w_per_channel_pow2": BUILT,
    "learned_scale": BUILT,
    "narrow_range_act": BUILT,
    "no_final_quant": r"^the network's output conv_68 is 18 bits wide; .* so end with a Quant",
    "normalised_out": BUILT,
    "one_bit_Quant": BUILT,
    "opset9": r"^the network is of ONNX opset 9; 11 to 23 are read",
    "out_scale_2p2": BUILT,
    "per_pixel_threshold": r"^Add Add_28: .* \[1, 1, 34, 34\] differs along rows or columns",
    "pure_bnn_conv_sign_conv": BUILT,
    "qcdq": BUILT,
    "radius1": BUILT,
    "rate_int8x1": BUILT,
    "recursive_shared_quant": BUILT,
    "reflect": r"^Pad Pad_9: mode reflect must be constant or edge",
    "residual_two_scales": BUILT,
    "residual_unsigned_branch": BUILT,
    "rgb_out": BUILT,
    "scale4": BUILT,
    "sums_beyond_2p24_b": BUILT,  # and its sums are wider
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


@pytest.mark.parametrize("name", OUTCOMES)
def test_it_is_built_or_refused_in_a_sentence(cases, name):
    path, sentence = cases / f"{name}.onnx", OUTCOMES[name]
    if sentence is BUILT:
        network = ingest(read_qonnx(path))
        check_agreement(network, lower(network))
    else:
        with pytest.raises(FlowError, match=sentence) as refusal:
            lower(ingest(read_qonnx(path)))
        assert "\n" not in str(refusal.value)
