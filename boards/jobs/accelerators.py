# SPDX-License-Identifier: MIT
"""From what a user names to an accelerator that is ready for frames."""

import os
from pathlib import Path

from tarsier_fpga.cli.options import Accel
from tarsier_fpga.devices.accelerator import Accelerator
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.jobs.designs import kept_design, qonnx_file

__all__ = ["lowered_net", "open_accelerator"]

# PyTorch's threads, read when it is imported: while one waits for another, the host's may work.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")


def open_accelerator(
    accel: Accel,
    net: str,
    board: str,
    size: tuple[int, int],
    show: Show,
    design: Path | None = None,
    fps: float | None = None,
    deploy: Path | None = None,
) -> tuple[Accelerator, Path]:
    """The accelerator, and the folder of the hardware graph that it runs.

    Without `design`, `sim` builds one of `net` for `board` and raw frames of `size` at `fps`, and
    PyTorch runs `net` itself; a board needs the one it is configured for, by the files in `deploy`.

    Raises:
        HostError, BoardError, FlowError, TrainingError: one sentence each.
    """
    match accel:
        case Accel.SIM:
            from tarsier_fpga.devices.simulated import SimulatedAccelerator

            folder = design or kept_design(net, load_board(board), size, fps, show)
            show("compiling the simulation", 0.0)
            return SimulatedAccelerator(folder), folder
        case Accel.CPU | Accel.GPU:
            folder = design or lowered_net(net, show)
            show("loading the network", 0.0)
            from tarsier_fpga.devices.pytorch import TorchAccelerator

            device = "cuda" if accel is Accel.GPU else "cpu"
            return TorchAccelerator(folder, device), folder
        case Accel.PYNQ | Accel.XRT if design is None:
            raise HostError(
                f"accelerator {accel}: name with --design what the board is configured for"
            )
        case Accel.PYNQ:
            from tarsier_fpga.devices.pynq_board import PynqAccelerator

            show("configuring the board", 0.0)
            return PynqAccelerator(design, deploy), design
        case Accel.XRT:
            from tarsier_fpga.devices.xrt_card import XrtAccelerator

            show("configuring the card", 0.0)
            return XrtAccelerator(design, deploy), design


def lowered_net(net: str, show: Show) -> Path:
    """A folder with the hardware graph of `net`, for frames of any size, kept in the cache."""
    onnx = qonnx_file(net, show)
    show("loading the flow", 0.0)
    from tarsier_fpga.flow.design.design_facts import GRAPH
    from tarsier_fpga.flow.lower import lower
    from tarsier_fpga.flow.lower.ingest import ingest, read_qonnx
    from tarsier_fpga.hls.base.cache import content_key, made_once
    from tarsier_fpga.hls.base.code_key import code_of

    code = code_of("tarsier_fpga.flow.lower", "tarsier_fpga.flow.ops")
    key = content_key([onnx.read_bytes(), *code])

    def lower_into(folder: Path) -> None:
        show("lowering the network", 0.0)
        lower(ingest(read_qonnx(onnx))).save(str(folder / GRAPH))

    return made_once("graphs", key, lower_into)
