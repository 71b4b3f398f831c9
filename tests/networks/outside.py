# SPDX-License-Identifier: MIT
"""Networks that nobody here wrote, obtained anew from the packages of the lock.

QONNX brings files for its own tests, Brevitas examples that it exports itself; their weights are
untrained, which is all the same to a compiler. More files, of packages that the lock does not have,
are found in the folder $TARSIER_OUTSIDE.
"""

import os
import shutil
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

__all__ = ["OUTSIDE", "obtain"]

_SIDE = 24  # rows and columns of what is exported
Maker = Callable[[Path], None]


def obtain(name: str, folder: Path) -> Path | None:
    """The file of network `name`, in `folder`; None where its package is missing."""
    path = folder / f"{name}.onnx"
    try:
        OUTSIDE[name](path)
    except (ImportError, FileNotFoundError):
        return None
    return path


def _of_qonnx(file: str, path: Path) -> None:
    import qonnx

    shutil.copyfile(Path(qonnx.__file__).parent / "data/onnx" / file, path)


def _found(path: Path) -> None:
    shutil.copyfile(Path(os.environ.get("TARSIER_OUTSIDE", "outside")) / path.name, path)


def _super_resolution(model: str, path: Path, **options: object) -> None:
    """An ESPCN of Brevitas' example of super-resolution, twice as wide and high."""
    import torch
    from brevitas_examples.super_resolution.models import get_model_by_name

    torch.manual_seed(0)
    _exported(get_model_by_name(model), (1, 3, _SIDE, _SIDE), path, **options)


def _nearest_convolution(path: Path) -> None:
    """Brevitas' QuantNearestNeighborConvolution behind a convolution."""
    import brevitas.nn as qnn
    import torch
    from brevitas_examples.super_resolution.models.common import (
        CommonUintActQuant,
        ConstUint8ActQuant,
        QuantNearestNeighborConvolution,
    )

    torch.manual_seed(0)
    bits = {"weight_bit_width": 4, "input_bit_width": 8}
    net = torch.nn.Sequential(
        qnn.QuantConv2d(3, 16, 3, padding=1, input_quant=CommonUintActQuant, **bits),
        torch.nn.BatchNorm2d(16),
        torch.nn.ReLU(),
        QuantNearestNeighborConvolution(
            16, 3, upscale_factor=2, act_bit_width=4, weight_bit_width=4
        ),
        qnn.QuantReLU(act_quant=ConstUint8ActQuant, bit_width=8),
    )
    _exported(net, (1, 3, _SIDE, _SIDE), path, opset_version=13, dynamo=False)


def _classifier(model: str, shape: tuple[int, ...], path: Path) -> None:
    """A network of Brevitas' BNN-PYNQ examples."""
    import torch
    from brevitas_examples.bnn_pynq.models import model_with_cfg

    torch.manual_seed(0)
    _exported(model_with_cfg(model, pretrained=False)[0], shape, path, opset_version=18)


def _exported(net, shape: tuple[int, ...], path: Path, **options: object) -> None:
    import torch
    from brevitas.export import export_qonnx

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        export_qonnx(net.eval(), input_t=torch.rand(shape), export_path=str(path), **options)


_EXAMPLE = partial(_super_resolution, "quant_espcn_x2_w4a4_base", dynamo=False)
_FREE = {"input_names": ["inp"], "dynamic_axes": {"inp": {0: "batch", 2: "h", 3: "w"}}}

OUTSIDE: Mapping[str, Maker] = {
    "qonnx-espcn-nearest": partial(_of_qonnx, "bsd300x3-espcn/nn_resize/quant_model.onnx"),
    "qonnx-espcn-subpixel": partial(_of_qonnx, "bsd300x3-espcn/subpixel/quant_model.onnx"),
    "qonnx-eltwise": partial(_of_qonnx, "eltwise_chanlast_testcase.onnx"),
    "qonnx-residual-block": partial(_of_qonnx, "residual_block_clean.onnx"),
    "brevitas-espcn-w4a4": partial(_super_resolution, "quant_espcn_x2_w4a4_base", opset_version=18),
    "brevitas-espcn-w8a8-a2q": partial(
        _super_resolution, "quant_espcn_x2_w8a8_a2q_16b", opset_version=20
    ),
    "brevitas-espcn-w4a4-a2q-plus": partial(
        _super_resolution, "quant_espcn_x2_w4a4_a2q_plus_13b", opset_version=18
    ),
    "brevitas-espcn-opset11": partial(_EXAMPLE, opset_version=11),
    "brevitas-espcn-dynamic": partial(_EXAMPLE, opset_version=17, **_FREE),
    "brevitas-nearest-convolution": _nearest_convolution,
    "brevitas-cnv": partial(_classifier, "cnv_1w2a", (1, 3, 32, 32)),
    "brevitas-tfc": partial(_classifier, "tfc_1w1a", (1, 1, 28, 28)),
    **dict.fromkeys(
        [
            "finn-LFCW1A1",
            "finn-build-dataflow",
            "finn-cybsec",
            "zoo-TFC_1W1A",
            "zoo-TFC_2W2A",
            "zoo-kwsmlp_w3a3",
            "zoo-qkeras_jettagging",
            "zoo-unsw_nb15-mlp-w2a2",
        ],
        _found,
    ),
}
