# SPDX-License-Identifier: MIT
"""Resources of a node for FINN's analyses, which ask the node alone and show it no constants.

So AnnotateCosts, which sees the model, leaves the estimate of every kernel in its node.
"""

import json

from finn.custom_op.fpgadataflow.hwcustomop import HWCustomOp
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp
from qonnx.transformation.base import Transformation

from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.kernels import cost

__all__ = ["AnnotateCosts", "CostedOp"]


class AnnotateCosts(Transformation):
    """Write the estimate of every Tarsier node into it; once the graph is folded."""

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        for node in model.graph.node:
            op = getCustomOp(node)
            if isinstance(op, CostedOp):
                kernel = op.instance(model)
                costs = {family.value: cost(kernel, family).model_dump() for family in Family}
                op.set_nodeattr("cost", json.dumps({"of": op.folding(), **costs}))
        return model, False


class CostedOp(HWCustomOp):
    """What FINN asks for, from the estimate in the node: of the RTL, for its HLS variant too."""

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {"cost": ("s", False, "")}

    def folding(self) -> list[int]:
        """Facts that change whenever the node is folded, resized or retyped."""
        return [self.get_exp_cycles(), self.get_instream_width(), self.get_outstream_width()]

    def lut_estimation(self, fpgapart: str) -> float:
        return self._cost(fpgapart).lut

    def bram_estimation(self, fpgapart: str) -> int:
        return int(2 * self._cost(fpgapart).bram36)  # FINN counts blocks of 18 Kbit

    def uram_estimation(self, fpgapart: str) -> float:
        return self._cost(fpgapart).uram

    def dsp_estimation(self, fpgapart: str) -> float:
        return self._cost(fpgapart).dsp

    def _cost(self, fpgapart: str) -> Resources:
        """The estimate for `fpgapart`; FlowError if AnnotateCosts has not seen this folding."""
        known = json.loads(self.get_nodeattr("cost") or "{}")
        if known.get("of") != self.folding():
            raise FlowError(
                f"{self.onnx_node.name}: the resources of its present folding are not known;"
                " transform the model with AnnotateCosts"
            )
        return Resources(**known[Family.of_part(fpgapart).value])
