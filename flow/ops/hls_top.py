# SPDX-License-Identifier: MIT
"""The HLS variant of an op: a C++ top with FINN's port names around its kernel's twin.

FINN writes the Tcl for Vitis HLS and asks for the parts of the C++ one by one. C simulation needs
no vendor tool: FINN's PrepareCppSim and CompileCppSim work with g++ and the open ap_types headers,
on a program of ours, since FINN's own links libraries of Vitis.
"""

from pathlib import Path

import numpy as np
from finn.custom_op.fpgadataflow.hlsbackend import HLSBackend
from onnx import GraphProto
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.ops.simulate_node import simulate
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.templates import braces, render_block
from tarsier_fpga.hls.netlist.instance import cpp_sources
from tarsier_fpga.hls.netlist.netlist import single
from tarsier_fpga.hls.sim import run_csim

__all__ = ["HlsTop", "hls_variant"]

_WIDEST = 1024  # bits of the widest integer that ap_types allows unless told otherwise


class HlsTop(HLSBackend):
    """Code generation and C simulation, the same for every Tarsier op."""

    def generate_params(self, model: ModelWrapper, path: str, fpgapart: str | None = None) -> None:
        """Called by FINN before it asks for any code."""
        self._kernel = self.instance(model)
        for name, text in cpp_sources(self._kernel).items():
            (Path(path) / name).write_text(text, encoding="utf-8")

    def global_includes(self) -> None:
        self._fill("globals")

    def defines(self, var: str) -> None:
        self._fill("defines")

    def blackboxfunction(self) -> None:
        self._fill("blackboxfunction")

    def pragmas(self) -> None:
        self._fill("pragmas")

    def docompute(self) -> None:
        beats = int(np.prod(self.get_folded_input_shape()[:-1]))
        self._fill("docompute", count=beats // self._kernel.beats_per_count)

    def get_ap_int_max_w(self) -> int:
        others = [self.get_instream_width(ind) for ind in range(1, self.STREAMS)]
        return max(_WIDEST, super().get_ap_int_max_w(), *others)

    def code_generation_cppsim(self, model: ModelWrapper) -> None:
        folder = Path(self.get_nodeattr("code_gen_dir_cppsim"))
        for name, text in run_csim.sources(single(self.instance(model))).items():
            (folder / name).write_text(text, encoding="utf-8")

    def compile_singlenode_code(self) -> None:
        folder = Path(self.get_nodeattr("code_gen_dir_cppsim"))
        program = folder / "node_model"
        run_csim.compile_program(folder / run_csim.PROGRAM, program)
        self.set_nodeattr("executable_path", str(program))

    def execute_node(self, context: dict[str, np.ndarray], graph: GraphProto) -> None:
        """By golden; by the twin for exec_mode cppsim; by what Vitis HLS made of it for rtlsim."""
        match self.get_nodeattr("exec_mode"):
            case "cppsim":
                self._simulate_twin(context)
            case "rtlsim":
                super().execute_node(context, graph)
            case _:
                TarsierOp.execute_node(self, context, graph)

    def _fill(self, block: str, **facts: object) -> None:
        text = render_block(
            Path(__file__).with_name("hls_top.cpp.j2"),
            block,
            {"braces": braces},
            name=self.onnx_node.name,
            kernel=self._kernel,
            **facts,
        )
        self.code_gen_dict[f"${block.upper()}$"] = [text.strip("\n")]

    def _simulate_twin(self, context: dict[str, np.ndarray]) -> None:
        program = Path(self.get_nodeattr("executable_path"))
        if not program.is_file():
            raise FlowError(
                f"{self.onnx_node.name}: no program to execute; run PrepareCppSim and CompileCppSim"
            )
        simulate(
            self,
            context,
            lambda kernel, beats: run_csim.execute(program, single(kernel), beats),
        )


def hls_variant(op: type[TarsierOp]) -> type[HlsTop]:
    """The class FINN knows as `<op>_hls`."""
    return type(f"{op.__name__}_hls", (HlsTop, op), {"__doc__": op.__doc__})
