# SPDX-License-Identifier: MIT
"""The RTL variant of an op: a shell with FINN's port names around its kernel."""

from pathlib import Path

import numpy as np
from finn.custom_op.fpgadataflow.rtlbackend import RTLBackend
from onnx import GraphProto
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.ops.simulate_node import simulate_rtl
from tarsier_fpga.hls.base.templates import Filters, render
from tarsier_fpga.hls.netlist.axi import axi_signals
from tarsier_fpga.hls.netlist.instance import Instance, rtl_sources, sv_literal

__all__ = ["RtlShell", "rtl_variant", "shell"]


class RtlShell(RTLBackend):
    """Code generation for FINN's PrepareIP and stitching, the same for every Tarsier op."""

    def generate_hdl(self, model: ModelWrapper, fpgapart: str, clk: float) -> None:
        kernel = self.instance(model)
        top = self.get_verilog_top_module_name()
        folder = Path(self.get_nodeattr("code_gen_dir_ipgen"))
        (folder / f"{top}.v").write_text(shell(top, kernel), encoding="utf-8")
        for name, text in rtl_sources(kernel).items():
            (folder / name).write_text(text, encoding="utf-8")
        # FINN keeps the name, since nodes are renamed after their code is generated.
        self.set_nodeattr("gen_top_module", top)
        self.set_nodeattr("ipgen_path", str(folder))
        self.set_nodeattr("ip_path", str(folder))

    def get_rtl_file_list(self, abspath: bool = False) -> list[str]:
        folder = Path(self.get_nodeattr("code_gen_dir_ipgen"))
        return [str(p) if abspath else p.name for p in sorted(folder.glob("*.*v"))]

    def code_generation_ipi(self) -> list[str]:
        sources = [f"add_files -norecurse {path}" for path in self.get_rtl_file_list(abspath=True)]
        top = self.get_nodeattr("gen_top_module")
        return [*sources, f"create_bd_cell -type module -reference {top} {self.onnx_node.name}"]

    def prepare_rtlsim(self, behav: bool) -> None:
        # How a node tells PrepareRTLSim to pass it by; it is compiled when it is executed.
        raise NotImplementedError(f"{self.onnx_node.name}: nothing to prepare")

    def execute_node(self, context: dict[str, np.ndarray], graph: GraphProto) -> None:
        """By golden; by the SystemVerilog in Verilator for exec_mode rtlsim."""
        if self.get_nodeattr("exec_mode") == "rtlsim":
            simulate_rtl(self, context)
        else:
            TarsierOp.execute_node(self, context, graph)


def rtl_variant(op: type[TarsierOp]) -> type[RtlShell]:
    """The class FINN knows as `<op>_rtl`."""
    return type(f"{op.__name__}_rtl", (RtlShell, op), {"__doc__": op.__doc__})


def shell(name: str, kernel: Instance) -> str:
    """Verilog module `name` with the ports FINN stitches: in0_V_TDATA, out0_V_TDATA, ..."""
    buses = [f"in{i}_V" for i, _ in enumerate(kernel.inputs)]
    buses += [f"out{i}_V" for i, _ in enumerate(kernel.outputs)]
    buses += ["m_axi_gmem"] if kernel.memory else []
    filters: Filters = {
        "axi": axi_signals,
        "literal": sv_literal,
        "whole_bytes": lambda bits: -(-bits // 8) * 8,
    }
    return render(
        Path(__file__).with_name("shell.v.j2"), filters, name=name, kernel=kernel, buses=buses
    )
