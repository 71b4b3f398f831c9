# SPDX-License-Identifier: MIT
"""What other tools make of an exported network, on its golden frames.

    python -m tests.bench.readers [NET]

hls4ml's converters need h5py, which the lock does not have; without it they are left out.
"""

import contextlib
import io
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, helper, numpy_helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.channels_last import ConvertToChannelsLastAndClean
from qonnx.transformation.general import GiveUniqueNodeNames
from qonnx.util.cleanup import cleanup_model

from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest, read_qonnx
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.flow.sim.execute import run_ports
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.hls.base.errors import TarsierError
from tarsier_fpga.training.deploy.export import export, standard_path
from tarsier_fpga.training.deploy.standard import run_standard

DEFAULT = "bbcu-raw-16x8"


def main() -> None:
    warnings.simplefilter("ignore")
    net = sys.argv[1] if len(sys.argv) > 1 else DEFAULT
    with tempfile.TemporaryDirectory(prefix="tarsier-readers-") as folder:
        path = export(net, Path(folder))
        golden = np.load(path.with_suffix(".npz"))
        x, y = golden["x"].astype(np.float32), golden["y"]

        def say(reader: str, made: np.ndarray, wanted: np.ndarray = y) -> None:
            wrong = [int(np.count_nonzero(a != b)) for a, b in zip(made, wanted, strict=True)]
            print(f"{reader:44} {sum(wrong):6,} of {y.size:,} differ, by frame {wrong}", flush=True)

        say("qonnx", _by_qonnx(ModelWrapper(str(path)), x))
        standard = onnx.load(standard_path(path))
        say("ONNX Runtime, standard form", _by_runtime(standard, x))
        _finn(path, x, say, _by_runtime(_ties_up(standard), x))
        say("tarsier build, standard form", _by_hardware(standard_path(path), x))
        _tell("hls4ml", lambda: _hls4ml(path, Path(folder) / "hls4ml"))


def _by_qonnx(model: ModelWrapper, x: np.ndarray) -> np.ndarray:
    source, sink = model.graph.input[0].name, model.graph.output[0].name
    return np.concatenate([execute_onnx(model, {source: frame[None]})[sink] for frame in x])


def _by_runtime(model: ModelProto, x: np.ndarray) -> np.ndarray:
    return next(iter(run_standard(model, {model.graph.input[0].name: x}).values()))


def _finn(path: Path, x: np.ndarray, say: Callable[..., None], ties_up: np.ndarray) -> None:
    prepare_finn()
    from finn.transformation.qonnx.convert_qonnx_to_finn import ConvertQONNXtoFINN
    from finn.transformation.streamline import Streamline

    model = cleanup_model(ModelWrapper(str(path)))
    for step in (ConvertQONNXtoFINN(), Streamline()):
        model = model.transform(step)
        made = _by_qonnx(model, x)
        say(f"FINN, {type(step).__name__}", made)
        say("  beside the network with ties rounded up", made, ties_up)


def _ties_up(standard: ModelProto) -> ModelProto:
    """`standard` with the floor of x + 1/2 where it rounds ties to even."""
    model = ModelProto()
    model.CopyFrom(standard)
    model.graph.initializer.append(numpy_helper.from_array(np.array(0.5, np.float32), "a_half"))
    for node in [node for node in model.graph.node if node.op_type == "Round"]:
        above = f"{node.output[0]}_above"
        add = helper.make_node("Add", [node.input[0], "a_half"], [above])
        model.graph.node.insert(list(model.graph.node).index(node), add)
        node.op_type, node.input[0] = "Floor", above
    return model


def _tell(reader: str, read: Callable[[], str]) -> None:
    """What `read` says, or why it does not."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            answer = read()
    except ImportError as error:
        answer = f"left out: {error}"
    except TarsierError as error:
        answer = f"refused: {error}"
    except Exception as error:  # whatever the tool of others raises is the finding
        answer = f"{type(error).__name__}: {error}"
    print(f"{reader:44} {answer}", flush=True)


def _by_hardware(path: Path, x: np.ndarray) -> np.ndarray:
    graph = set_frame(lower(ingest(read_qonnx(path))), *x.shape[2:])
    made = [run_ports(graph, {"x": frame.transpose(1, 2, 0)})["y"] for frame in x.astype(int)]
    return np.stack(made).transpose(0, 3, 1, 2)


def _hls4ml(path: Path, folder: Path) -> str:
    import hls4ml

    model = cleanup_model(ModelWrapper(str(path)))
    model = model.transform(ConvertToChannelsLastAndClean()).transform(GiveUniqueNodeNames())
    config = hls4ml.utils.config_from_onnx_model(model, granularity="name", backend="Vitis")
    options = {"output_dir": str(folder), "backend": "Vitis", "io_type": "io_stream"}
    hls4ml.converters.convert_from_onnx_model(model, hls_config=config, **options)
    return "read"


if __name__ == "__main__":
    main()
