# SPDX-License-Identifier: MIT
"""From what a user names to an accelerator that is ready for frames."""

from pathlib import Path

from tarsier_fpga.devices.accelerator import Accelerator
from tarsier_fpga.devices.recurrent import RecurrentAccelerator, RecurrentNet, find_recurrent
from tarsier_fpga.flow.sim.built_design import BuiltDesign, HardwareGraph
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.hls.sim.toolchain import has_cxx
from tarsier_fpga.jobs.choices import Accel
from tarsier_fpga.jobs.designs import kept_design, qonnx_file
from tarsier_fpga.jobs.job import Job

__all__ = ["lowered_net", "open_accelerator", "recurrent_net"]


def open_accelerator(job: Job, size: tuple[int, int], show: Show) -> Accelerator:
    """What `job` runs on, for raw frames of `size`.

    Without a design, `sim` builds one for such frames, and a CPU or GPU runs the net itself; a
    board needs the one it is configured for. The CPU runs code compiled for it, or PyTorch where
    there is no compiler.

    Raises:
        HostError, BoardError, FlowError, TrainingError: one sentence each.
    """
    if job.design is None and (net := recurrent_net(job.net, show)):
        if job.accel is not Accel.CPU:
            raise HostError(
                f"accelerator {job.accel}: {net.name} remembers from frame to frame, which so far"
                " --accel cpu does, for frames of any one size"
            )
        return RecurrentAccelerator(net, job.reset_every)
    if job.reset_every:
        raise HostError(f"--reset-every {job.reset_every}: {job.net} remembers nothing to forget")
    match job.accel:
        case Accel.SIM:
            from tarsier_fpga.devices.simulated import SimulatedAccelerator

            if job.design is None:
                design = kept_design(job.net, job.board, size, job.fps, show)
            else:
                design = BuiltDesign.read(job.design)
            show("compiling the simulation", 0.0)
            return SimulatedAccelerator(design)
        case Accel.CPU | Accel.GPU:
            graph = HardwareGraph(job.design) if job.design else lowered_net(job.net, show)
            return _on_this_machine(graph, job.accel, show)
        case Accel.PYNQ:
            from tarsier_fpga.devices.pynq_board import PynqAccelerator
            from tarsier_fpga.devices.zynq_board import ZynqAccelerator

            show("configuring the board", 0.0)
            design = _configured(job)
            if shell := _zynq_shell(design.folder, job.deploy):
                return ZynqAccelerator(design, shell)
            return PynqAccelerator(design, job.deploy)
        case Accel.XRT:
            from tarsier_fpga.devices.xrt_card import XrtAccelerator

            show("configuring the card", 0.0)
            return XrtAccelerator(_configured(job), job.deploy)


def _on_this_machine(graph: HardwareGraph, accel: Accel, show: Show) -> Accelerator:
    """`graph` compiled for the processor, where that is soon done; else in PyTorch."""
    from tarsier_fpga.devices.cpu_engine import EngineAccelerator, compiles
    from tarsier_fpga.devices.pytorch import TorchAccelerator

    if accel is Accel.CPU and compiles(graph.model):
        show("compiling the network for this processor", 0.0)
        return EngineAccelerator(graph)
    why = "too many integers to compile" if has_cxx() else "want of g++"
    slow = f", slowly, for {why}" if accel is Accel.CPU else ""
    show(f"loading the network in PyTorch{slow}", 0.0)
    return TorchAccelerator(graph, "cuda" if accel is Accel.GPU else "cpu")


def _configured(job: Job) -> BuiltDesign:
    """The design that a board holds already."""
    if job.design is None:
        raise HostError(
            f"accelerator {job.accel}: name with --design what the board is configured for"
        )
    return BuiltDesign.read(job.design)


def _zynq_shell(design: Path, deploy: Path | None) -> Path | None:
    """The folder with the files of our own shell, if the board is configured from one.

    Where nobody says, and both are there, it is the vendor's.
    """
    from tarsier_fpga.devices.zynq_board import has_zynq_shell

    if deploy is None and (design / "vivado/deploy").is_dir():
        return None
    folder = deploy or design / "openxc7"
    return folder if has_zynq_shell(folder) else None


def recurrent_net(net: str, show: Show) -> RecurrentNet | None:
    """The network `net`, if it remembers from frame to frame."""
    return find_recurrent(qonnx_file(net, show))


def lowered_net(net: str, show: Show) -> HardwareGraph:
    """The hardware graph of `net`, for frames of any size, kept in the cache."""
    onnx = qonnx_file(net, show)
    show("loading the flow", 0.0)
    from tarsier_fpga.flow.design.design_facts import GRAPH
    from tarsier_fpga.flow.lower import lower
    from tarsier_fpga.flow.lower.ingest import ingest, read_qonnx
    from tarsier_fpga.flow.sim.agree import check_agreement
    from tarsier_fpga.hls.base.cache import content_key, made_once
    from tarsier_fpga.hls.base.code_key import code_of

    code = code_of(
        "tarsier_fpga.flow.lower", "tarsier_fpga.flow.ops", "tarsier_fpga.flow.sim.agree"
    )
    key = content_key([onnx.read_bytes(), *code])

    def lower_into(folder: Path) -> None:
        show("lowering the network", 0.0)
        network = ingest(read_qonnx(onnx))
        graph = lower(network)
        check_agreement(network, graph)
        graph.save(str(folder / GRAPH))

    return HardwareGraph(made_once("graphs", key, lower_into))
