# SPDX-License-Identifier: MIT
"""Networks of others are built, or refused with a sentence that names what stands in the way."""

import re

import pytest

from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest, net_facts, read_qonnx
from tarsier_fpga.flow.sim.agree import check_agreement
from tarsier_fpga.hls.base.errors import FlowError
from tests.networks.outside import OUTSIDE, obtain

# What refuses the others: what no frame comes out of, or what is not quantized.
REFUSED = {
    "qonnx-espcn-subpixel": r"x\.7",  # nothing says what its codes are
    "qonnx-residual-block": r"Conv.*weights",
    "brevitas-cnv": "Gemm|Reshape|MatMul",
    "brevitas-tfc": "Gemm|Reshape|MatMul",
    "finn-LFCW1A1": "opset 9",
    "finn-build-dataflow": "Reshape|MatMul|TopK",
    "finn-cybsec": "MVAU_hls|global_in",
    "zoo-TFC_1W1A": "opset 9",
    "zoo-TFC_2W2A": "opset 9",
    "zoo-kwsmlp_w3a3": "Flatten|MatMul",
    "zoo-qkeras_jettagging": "opset 9|global_in",
    "zoo-unsw_nb15-mlp-w2a2": "Gemm|onnx::Add_0",
}
# The codes of these are in annotations, beside weights that are integers without a quantizer.
MAY_BE_REFUSED = {"qonnx-eltwise": r"Conv_0.*weights"}


@pytest.mark.slow
@pytest.mark.xfail(raises=(FlowError, AssertionError), strict=False)
@pytest.mark.parametrize("name", OUTSIDE)
def test_it_is_built_or_refused_in_a_sentence(name, tmp_path):
    path = obtain(name, tmp_path)
    if path is None:
        pytest.skip(f"{name}: neither in a package nor in $TARSIER_OUTSIDE")
    try:
        network = read_qonnx(path)
        bits = net_facts(network).coding.bits
        check_agreement(network, lower(ingest(read_qonnx(path))), bits)
    except FlowError as error:
        pattern = (REFUSED | MAY_BE_REFUSED).get(name)
        if pattern is None:
            raise
        assert re.search(pattern, str(error))
        assert "\n" not in str(error)
    else:
        assert name not in REFUSED
