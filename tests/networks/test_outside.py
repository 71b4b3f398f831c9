# SPDX-License-Identifier: MIT
"""Networks of others are built, or refused with a sentence that names what stands in the way."""

import onnx
import pytest

from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest, read_qonnx
from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.sim.agree import check_agreement
from tarsier_fpga.hls.base.coding import BYTE
from tarsier_fpga.hls.base.errors import FlowError
from tests.networks.outside import OUTSIDE, obtain

_CLASSIFIER = "Tarsier builds networks that make frames of frames, not classifiers"
_OPSET = r"^the network is of ONNX opset 9; 11 to 23 are read"
_NO_FRAMES = r"^the network's input {} has 2 axes; it must be frames \(1, C, H, W\)$"
_NO_CODES = r"^the network does not say how its input {} is coded: .*; give --bits$"

# What refuses the others: what no frame comes out of, or what is not quantized.
REFUSED = {
    "qonnx-espcn-subpixel": _NO_CODES.format(r"x\.7"),
    "qonnx-eltwise": _OPSET,
    "qonnx-residual-block": _NO_CODES.format("global_in"),
    "brevitas-cnv": f"^Gemm node_linear: {_CLASSIFIER}",
    "brevitas-tfc": f"^Gemm node_linear: {_CLASSIFIER}",
    "finn-LFCW1A1": _OPSET,
    "finn-build-dataflow": f"^MatMul MatMul_0: {_CLASSIFIER}",
    "finn-cybsec": _NO_FRAMES.format("global_in"),
    "zoo-TFC_1W1A": _OPSET,
    "zoo-TFC_2W2A": _OPSET,
    "zoo-kwsmlp_w3a3": f"^Flatten Flatten_4: {_CLASSIFIER}",
    "zoo-qkeras_jettagging": _OPSET,
    "zoo-unsw_nb15-mlp-w2a2": _NO_FRAMES.format("onnx::Add_0"),
}


def _read(name, folder):
    path = obtain(name, folder)
    if path is None:
        pytest.skip(f"{name}: neither in a package nor in $TARSIER_OUTSIDE")
    return read_qonnx(path)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(OUTSIDE.keys() - REFUSED))
def test_it_is_built(name, tmp_path):
    network = ingest(_read(name, tmp_path))
    check_agreement(network, lower(network))


@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_a_sentence(name, tmp_path):
    network = _read(name, tmp_path)
    with pytest.raises(FlowError, match=REFUSED[name]) as refusal:
        lower(ingest(network))
    assert "\n" not in str(refusal.value)


@pytest.mark.slow
def test_a_network_that_does_not_say_its_codes_is_built_where_it_is_told(tmp_path):
    network = _read("qonnx-espcn-subpixel", tmp_path)
    network.set_metadata_prop("tarsier.bits", "8")
    prepared = ingest(network)
    graph = lower(prepared)
    check_agreement(prepared, graph)
    assert net_of(graph).x.coding == BYTE


@pytest.mark.slow
def test_a_classifier_is_told_where_its_frames_end_and_that_part_is_built(tmp_path):
    path = obtain("brevitas-cnv", tmp_path)
    with pytest.raises(
        FlowError, match=r"may be built: cut the file at the frames \S+, as"
    ) as told:
        ingest(read_qonnx(path))
    tensor = str(told.value).split("at the frames ")[1].split(",")[0]
    part = tmp_path / "part.onnx"
    x = onnx.load(path).graph.input[0].name  # constants are listed behind it
    onnx.utils.extract_model(path, part, [x], [tensor], check_model=False)
    network = read_qonnx(part)
    network.set_metadata_prop("tarsier.bits", "8")  # its pixels are scaled before a quantizer
    prepared = ingest(network)
    check_agreement(prepared, lower(prepared))
