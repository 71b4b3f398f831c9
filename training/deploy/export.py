# SPDX-License-Identifier: MIT
"""A trained net as the files that leave training/: QONNX, standard ONNX, and golden tensors.

    NET.onnx           nodes of VOCABULARY; metadata tarsier.*, as training/README.md lists it
    NET-standard.onnx  the same without operators of QONNX, for any batch and frame size
    NET.npz            x (N, c, H, W), y (N, c, sH, sW) uint16: inputs, and what the Brevitas
                       network makes of them; c and s may differ, as pictures do. Of a network
                       with states these frames follow each other, and NAME_next (N, c, h, w)
                       int16 are the codes of the state after each

A state NAME is an input NAME and an output NAME_next, both codes times one power of two, with
metadata tarsier.NAME.kind = state, tarsier.NAME.next, and tarsier.NAME.first, the code before the
first frame.

Exporting the same checkpoint twice gives the same bytes. Nothing is written unless qonnx and ONNX
Runtime, of the graph's two forms, reproduce the Brevitas network exactly on the golden inputs, and
float32 holds all of its sums on any other.
"""

import io
import warnings
import zipfile
from pathlib import Path

import numpy as np
import torch
from onnx import ModelProto, helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.util.cleanup import cleanup_model

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.hls.base.files import write_together
from tarsier_fpga.training.deploy.exact_sums import MOST, widest_sums
from tarsier_fpga.training.deploy.sequence import Played, played, stepped
from tarsier_fpga.training.deploy.standard import run_standard, to_standard
from tarsier_fpga.training.facts import recipe
from tarsier_fpga.training.facts.checkpoint import read_net
from tarsier_fpga.training.facts.family import Network
from tarsier_fpga.training.facts.paths import config_file, net_file
from tarsier_fpga.training.facts.spec import NetSpec, Statistics
from tarsier_fpga.training.facts.state import State
from tarsier_fpga.training.networks.network import build, rebuild

__all__ = ["VOCABULARY", "export", "export_untrained", "golden_inputs", "standard_path", "to_qonnx"]

VOCABULARY = frozenset(
    {
        *("Sub", "Add", "Mul", "Pad", "Conv", "PRelu", "Relu", "LeakyRelu", "Quant"),
        *("BipolarQuant", "Resize", "DepthToSpace", "SpaceToDepth", "Gather", "Concat", "Sqrt"),
        *("AveragePool", "Slice"),
    }
)
SIDE = 32  # height and width of the exported graph and of the golden frames
OPSET = 18


def export(net: str | Path, out_dir: Path) -> Path:
    """Write NAME.onnx, NAME-standard.onnx and NAME.npz into `out_dir`; the path of the first.

    `net` is the name of a net that ships or the path of a .safetensors file.

    Raises:
        TrainingError: the net is unknown or not of integers, or the exported graph is not exact.
    """
    saved = read_net(net_file(net))
    _check_integers(saved.name, saved.spec)
    return _write(rebuild(saved), saved.name, saved.spec, out_dir / f"{saved.name}.onnx")


def export_untrained(config: str | Path, onnx_path: Path) -> Path:
    """Write the net of `config` as it is before training to `onnx_path`, with what goes beside it.

    Its shape is what hardware is sized by; its thresholds are spread over the golden frames'
    residuals, so that its streams move as a trained net's do. It restores nothing.

    Raises:
        TrainingError: the config is unknown or its net not of integers.
    """
    plan = recipe.read(config_file(config))
    _check_integers(plan.name, plan.net)
    torch.manual_seed(plan.seed)
    module = build(plan.net)
    module.calibrate(torch.from_numpy(golden_inputs(plan.net).astype(np.float32)))
    module.settle()
    return _write(module.eval(), plan.name, plan.net, onnx_path)


def standard_path(onnx_path: Path) -> Path:
    """Where the standard form of the network in `onnx_path` lies.

    >>> standard_path(Path("out/net.onnx")).name
    'net-standard.onnx'
    """
    return onnx_path.with_name(f"{onnx_path.stem}-standard.onnx")


def to_qonnx(module: Network, name: str, spec: NetSpec) -> ModelWrapper:
    """The QONNX graph of a network of integers in eval mode, at batch 1 and SIDE x SIDE."""
    from brevitas.export import export_qonnx  # takes long to import

    frame = torch.zeros(1, spec.colours, SIDE, SIDE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        proto = export_qonnx(
            module, args=(frame, *module.begin(frame)), opset_version=OPSET, verbose=False
        )
    model = cleanup_model(ModelWrapper(proto))
    _separate_padding(model)
    _forget_origin(model)
    model = cleanup_model(model)
    _name_states(model, module.states)
    foreign = {node.op_type for node in model.graph.node} - VOCABULARY
    if foreign:
        raise TrainingError(f"{name}: the exported graph has nodes {sorted(foreign)}")
    facts = {
        "tarsier.net": name,
        "tarsier.task": spec.task.value,
        "tarsier.kind": spec.task.frame.value,
        "tarsier.bits": str(spec.coding.bits),
        "tarsier.black": str(spec.coding.black),
        "tarsier.white": str(spec.coding.white),
        "tarsier.radius": str(spec.radius),
    }
    if spec.task.result is not spec.task.frame:
        facts |= {
            "tarsier.y.kind": spec.task.result.value,
            "tarsier.y.black": str(spec.result_coding.black),
            "tarsier.y.white": str(spec.result_coding.white),
        }
    if spec.scale > 1:
        facts["tarsier.scale"] = str(spec.scale)
    for state in module.states:
        facts |= {
            f"tarsier.{state.name}.kind": "state",
            f"tarsier.{state.name}.next": state.next,
            f"tarsier.{state.name}.first": str(state.first),
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


def _check_integers(name: str, spec: NetSpec) -> None:
    if not spec.family.integers:
        raise TrainingError(f"{name} is a full-precision {spec.kind}; only nets of integers export")
    if not spec.exact:
        raise TrainingError(f"{name} is in the paper's form; `tarsier convert` it first")
    if spec.statistics in (Statistics.BEFORE, Statistics.SAME):
        raise TrainingError(
            f"{name}: net.statistics = {str(spec.statistics)!r} trains but does not export; none"
            " and power do"
        )


def _write(module: Network, name: str, spec: NetSpec, onnx_path: Path) -> Path:
    model = to_qonnx(module, name, spec)
    _check_sums(model, name, spec, module.states)
    x = golden_inputs(spec)
    golden = played(module, x)
    _check_exact(model, module.states, x, golden)
    standard = to_standard(model)
    _check_standard(standard, module.states, x, golden)
    graphs = {onnx_path: model.model, standard_path(onnx_path): standard}
    files = {path: graph.SerializeToString(deterministic=True) for path, graph in graphs.items()}
    arrays = {"x": x, "y": golden.y.astype(np.uint16)} | golden.codes(module.states)
    onnx_path.parent.mkdir(parents=True, exist_ok=True)
    write_together(files | {onnx_path.with_suffix(".npz"): _npz_bytes(arrays)})
    return onnx_path


def _name_states(model: ModelWrapper, states: tuple[State, ...]) -> None:
    """Give inputs and outputs behind the frame's the names of the states that they are."""
    for state, read, written in zip(
        states, list(model.graph.input)[1:], list(model.graph.output)[1:], strict=True
    ):
        model.rename_tensor(read.name, state.name)
        model.rename_tensor(written.name, state.next)


def _check_sums(model: ModelWrapper, name: str, spec: NetSpec, states: tuple[State, ...]) -> None:
    """Refuse a net that has sums which float32's 24 bits might not hold."""
    for found in widest_sums(model, 0, spec.coding.top, states):
        if found.steps > MOST:
            raise TrainingError(
                f"{name}: with a residual of {spec.residual_bits} bits the sums of {found.node} "
                f"reach {found.steps:.0f}, more than the 2^24 that float32 holds exactly"
            )


def _check_exact(
    model: ModelWrapper, states: tuple[State, ...], x: np.ndarray, golden: Played
) -> None:
    def step(feed: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return execute_onnx(model, feed)

    got = stepped(step, model.model.graph, states, x)
    for index in range(len(x)):
        if count := got.differences(golden, index):
            raise TrainingError(
                f"QONNX execution differs from the network in {count} values of golden {index}"
            )


def _check_standard(
    model: ModelProto, states: tuple[State, ...], x: np.ndarray, golden: Played
) -> None:
    got = stepped(lambda feed: run_standard(model, feed), model.graph, states, x)
    if count := sum(got.differences(golden, index) for index in range(len(x))):
        raise TrainingError(
            "ONNX Runtime's execution of the standard form differs from the network in"
            f" {count} values of the golden frames"
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


def _npz_bytes(arrays: dict[str, np.ndarray]) -> bytes:
    # np.savez stamps the time of day into the archive; equal tensors should be equal bytes.
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), buffer.getvalue())
    return whole.getvalue()
