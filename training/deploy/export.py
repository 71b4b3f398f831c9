# SPDX-License-Identifier: MIT
"""A trained net as the one file that leaves training/: QONNX, with golden tensors beside it.

    NET.onnx   nodes: Sub Add Mul Pad Conv Relu PRelu Quant BipolarQuant; metadata tarsier.*
    NET.npz    x, y (N, 4, H, W) uint16: inputs, and what the Brevitas network makes of them

Exporting the same checkpoint twice gives the same bytes. Nothing is written unless QONNX
execution of the graph reproduces the Brevitas network exactly on the golden inputs.

Commands: python -m tarsier_fpga.training.deploy.export NET DIR
          python -m tarsier_fpga.training.deploy.export CONFIG --untrained -o FILE.onnx
"""

import argparse
import io
import logging
import sys
import warnings
import zipfile
from pathlib import Path

import brevitas.export
import numpy as np
import torch
from onnx import helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.util.cleanup import cleanup_model
from torch import nn

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts import recipe
from tarsier_fpga.training.facts.checkpoint import read_net, write_atomically
from tarsier_fpga.training.facts.paths import config_file, net_file
from tarsier_fpga.training.facts.spec import Kind, NetSpec, Part, Task
from tarsier_fpga.training.networks.model import build, load

__all__ = ["VOCABULARY", "export", "export_untrained", "golden_inputs", "to_qonnx"]

VOCABULARY = frozenset(
    {"Sub", "Add", "Mul", "Pad", "Conv", "PRelu", "Relu", "Quant", "BipolarQuant"}
)
SIDE = 32  # height and width of the exported graph and of the golden frames
OPSET = 18


def export(net: str | Path, out_dir: Path) -> Path:
    """Write NAME.onnx and NAME.npz into `out_dir`; returns the path of the .onnx file.

    `net` is the name of a net that ships or the path of a .safetensors file.

    Raises:
        TrainingError: the net is unknown or not binary, or the exported graph is not exact.
    """
    name, spec, _ = read_net(net_file(net))
    _check_binary(name, spec)
    return _write(load(net), name, spec, out_dir / f"{name}.onnx")


def export_untrained(config: str | Path, onnx_path: Path) -> Path:
    """Write the net of `config` as it is before training, and its golden tensors, to `onnx_path`.

    Its shape is what hardware is sized by; its thresholds are spread over the golden frames'
    residuals, so that its streams move as a trained net's do. It restores nothing.

    Raises:
        TrainingError: the config is unknown or its net not binary.
    """
    plan = recipe.read(config_file(config))
    _check_binary(plan.name, plan.net)
    torch.manual_seed(plan.seed)
    module = build(plan.net)
    module.calibrate(torch.from_numpy(golden_inputs(plan.net).astype(np.float32)))
    module.settle()
    return _write(module.eval(), plan.name, plan.net, onnx_path)


def to_qonnx(module: nn.Module, name: str, spec: NetSpec) -> ModelWrapper:
    """The QONNX graph of a binary network in eval mode, at batch 1 and SIDE x SIDE."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        proto = brevitas.export.export_qonnx(
            module, torch.zeros(1, spec.colours, SIDE, SIDE), opset_version=OPSET, verbose=False
        )
    model = cleanup_model(ModelWrapper(proto))
    _separate_padding(model)
    _forget_origin(model)
    model = cleanup_model(model)
    foreign = {node.op_type for node in model.graph.node} - VOCABULARY
    if foreign:
        raise TrainingError(f"{name}: the exported graph has nodes {sorted(foreign)}")
    facts = {
        "tarsier.net": name,
        "tarsier.black": str(spec.coding.black),
        "tarsier.white": str(spec.coding.white),
        "tarsier.radius": str(spec.radius),
    }
    # qonnx reads the properties of the graph, other ONNX tools those of the model.
    helper.set_model_props(model.model, facts)
    for key, value in facts.items():
        model.set_metadata_prop(key, value)
    return model


def golden_inputs(spec: NetSpec) -> np.ndarray:
    """Frames (4, c, SIDE, SIDE) uint16: random codes, an exposure-like ramp, and both extremes."""
    rng = np.random.default_rng(0)
    coding, shape = spec.coding, (spec.colours, SIDE, SIDE)
    ramp = np.linspace(coding.black, coding.white, SIDE * SIDE).reshape(SIDE, SIDE)
    exposure = np.broadcast_to(ramp, shape) + rng.normal(0, 25, shape)
    frames = (
        rng.integers(0, coding.top + 1, shape),
        np.clip(np.rint(exposure), 0, coding.top),
        np.zeros(shape),
        np.where(np.indices(shape).sum(0) % 2, coding.top, 0),
    )
    return np.stack(frames).astype(np.uint16)


def _check_binary(name: str, spec: NetSpec) -> None:
    if spec.kind is not Kind.BBCU:
        raise TrainingError(f"{name} is a full-precision {spec.kind}; only binary nets export")
    if not spec.exact:
        raise TrainingError(f"{name} is in the paper's form; `tarsier convert` it first")
    if spec.task is Task.SR:
        raise TrainingError(f"{name} enlarges frames; only nets that keep their size export")


def _write(module: nn.Module, name: str, spec: NetSpec, onnx_path: Path) -> Path:
    _check_sums(module, name, spec)
    model = to_qonnx(module, name, spec)
    x = golden_inputs(spec)
    with torch.no_grad():
        y = module(torch.from_numpy(x.astype(np.float32))).numpy()
    _check_exact(model, x, y)
    graph = model.model.SerializeToString(deterministic=True)
    write_atomically(onnx_path, lambda partial: partial.write_bytes(graph))
    golden = {"x": x, "y": y.astype(np.uint16)}
    write_atomically(onnx_path.with_suffix(".npz"), lambda partial: _save_npz(partial, golden))
    return onnx_path


def _check_sums(module: nn.Module, name: str, spec: NetSpec) -> None:
    """Refuse a tail whose sums, wider than any other, float32's 24 bits might not hold."""
    if Part.TAIL in spec.binary:
        return
    weights = module.tail.quant_weight().value.detach() / 2.0**spec.tail_exponent
    widest = weights.abs().sum(dim=(1, 2, 3)).max().item() * 2 ** (spec.residual_bits - 1)
    if widest > 1 << 24:
        raise TrainingError(
            f"{name}: with a residual of {spec.residual_bits} bits the tail's sums reach "
            f"{widest:.0f}, more than the 2^24 that float32 holds exactly"
        )


def _check_exact(model: ModelWrapper, x: np.ndarray, y: np.ndarray) -> None:
    source, sink = model.graph.input[0].name, model.graph.output[0].name
    for index, frame in enumerate(x):
        got = execute_onnx(model, {source: frame[None].astype(np.float32)})[sink][0]
        if not np.array_equal(got, y[index]):
            count = np.count_nonzero(got != y[index])
            raise TrainingError(
                f"QONNX execution differs from the network in {count} values of golden {index}"
            )


def _separate_padding(model: ModelWrapper) -> None:
    """Undo the exporter's fusion of Pad into Conv: hardware pads with one kernel everywhere."""
    for conv in [node for node in model.graph.node if node.op_type == "Conv"]:
        pads = next(attribute for attribute in conv.attribute if attribute.name == "pads")
        if not any(pads.ints):
            continue
        top, left, bottom, right = pads.ints
        amounts = f"{conv.name}_pads"
        model.set_initializer(amounts, np.array([0, 0, top, left, 0, 0, bottom, right], np.int64))
        padded = f"{conv.name}_padded"
        pad = helper.make_node("Pad", [conv.input[0], amounts], [padded], mode="constant")
        model.graph.node.insert(list(model.graph.node).index(conv), pad)
        conv.input[0] = padded
        pads.ints[:] = [0, 0, 0, 0]


def _forget_origin(model: ModelWrapper) -> None:
    """Drop the exporter's notes: they hold source lines and paths of the machine it ran on."""
    model.model.doc_string = model.graph.doc_string = ""
    del model.graph.metadata_props[:]
    for item in (*model.graph.node, *model.graph.value_info, *model.graph.initializer):
        item.doc_string = ""
        del item.metadata_props[:]


def _save_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    # np.savez stamps the time of day into the archive; equal tensors should be equal bytes.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), buffer.getvalue())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="export", description="Export one net.")
    parser.add_argument("net", help="a net that ships, or a .safetensors file")
    parser.add_argument("folder", type=Path, nargs="?", help="folder for NET.onnx and NET.npz")
    parser.add_argument("--untrained", action="store_true", help="NET is a config, yet untrained")
    parser.add_argument("-o", "--output", type=Path, help="the .onnx file of --untrained")
    options = parser.parse_args(arguments)
    logging.disable(logging.WARNING)  # PyTorch's exporter names packages that are not needed
    try:
        match options.untrained, options.folder, options.output:
            case False, Path() as folder, None:
                print(export(options.net, folder))
            case True, None, Path(suffix=".onnx") as file:
                print(export_untrained(options.net, file))
            case _:
                raise TrainingError("give NET DIR, or CONFIG --untrained -o FILE.onnx")
    except TrainingError as error:
        print(f"export: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
