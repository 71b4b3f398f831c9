# SPDX-License-Identifier: MIT
"""FINN's builds for Zynq and Alveo, run in a process of their own by generate.py.

Its PATH holds stand-ins for the tools of AMD (elsewhere.py), so FINN comes to its end with every
script written and nothing synthesized. The arguments are the hardware graph, the request as JSON,
and the folder that FINN_BUILD_DIR names too.
"""

import json
import shutil
import sys
from pathlib import Path

from finn.builder.build_dataflow_config import FpgaMemoryType, VitisOptStrategy
from finn.transformation.fpgadataflow.build_xo import BuildAllXOs
from finn.transformation.fpgadataflow.create_dataflow_partition import CreateDataflowPartition
from finn.transformation.fpgadataflow.floorplan import Floorplan
from finn.transformation.fpgadataflow.insert_dwc import InsertDWC
from finn.transformation.fpgadataflow.insert_iodma import InsertIODMA
from finn.transformation.fpgadataflow.make_driver import MakePYNQDriver
from finn.transformation.fpgadataflow.make_zynq_proj import ZynqBuild
from finn.transformation.fpgadataflow.specialize_layers import SpecializeLayers
from finn.transformation.fpgadataflow.vitis_linking_configuration import (
    BuildBasicVitisLinkConfig,
    VitisLinkConfiguration,
)
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp
from qonnx.transformation.general import GiveReadableTensorNames, GiveUniqueNodeNames

from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.flow.ops.stitch import cell_names

__all__ = ["main"]


def main(graph: str, request: str, build: str) -> None:
    """Leave project and driver in the folder `build`, and made.json.

    That holds FINN's name -> ours of each layer, and for each stream outside the name of its DMA
    and the bits of the port by which that reaches memory.
    """
    prepare_finn()
    facts, folder = json.loads(request), Path(build)
    model = ModelWrapper(graph)
    names = cell_names(model)
    for node in model.graph.node:
        node.doc_string = names[node.name].removeprefix("u_")  # kept when FINN renames
    partitions = folder / "kernel_partitions"
    if facts["platform"] == "zynq":
        model = model.transform(
            ZynqBuild(facts["board"], facts["period_ns"], partition_model_dir=partitions)
        )
    else:
        model = _alveo(model, facts, partitions)
    driver = "zynq-iodma" if facts["platform"] == "zynq" else "alveo"
    model = model.transform(
        MakePYNQDriver(
            driver, "FINNDMAOverlay", clk_period_ns=facts["period_ns"], board=facts["board"]
        )
    )
    shutil.move(model.get_metadata_prop("pynq_driver_dir"), folder / "driver")
    made = {"layers": _layers(model), "dmas": _dmas(model)}
    (folder / "made.json").write_text(json.dumps(made))


def _alveo(model: ModelWrapper, facts: dict, partitions: Path) -> ModelWrapper:
    """As FINN's step_prepare_synthesis and VitisBuild, which would start v++."""
    part = facts["part"]
    for step in (
        InsertIODMA(512),
        InsertDWC(),
        SpecializeLayers(part),
        Floorplan(),
        CreateDataflowPartition(str(partitions)),
    ):
        model = model.transform(step)
        model = model.transform(GiveUniqueNodeNames()).transform(GiveReadableTensorNames())
    model = model.transform(BuildAllXOs(part, facts["period_ns"]))
    strategy = VitisOptStrategy.DEFAULT
    model = model.transform(
        BuildBasicVitisLinkConfig(
            facts["shell"],
            facts["board"],
            FpgaMemoryType.DEFAULT,
            strategy,
            strategy.value,
            round(1000 / facts["period_ns"]),
        )
    )
    for config in VitisLinkConfiguration.load_from_model(model).values():
        for kernel, unit in config.nk:  # by which the driver finds its DMAs
            op = getCustomOp(model.get_node_from_name(kernel))
            op.set_nodeattr("instance_name", unit)
    return model


def _layers(model: ModelWrapper) -> dict[str, str]:
    inner = [ModelWrapper(getCustomOp(node).get_nodeattr("model")) for node in model.graph.node]
    return {node.name: node.doc_string for part in inner for node in part.graph.node}


def _dmas(model: ModelWrapper) -> list[tuple[str, int]]:
    """Of the inputs, and then the outputs, in their order."""
    ends = [model.find_consumer(tensor.name) for tensor in model.graph.input]
    ends += [model.find_producer(tensor.name) for tensor in model.graph.output]
    found = []
    for partition in map(getCustomOp, ends):
        inner = ModelWrapper(partition.get_nodeattr("model"))
        (dma,) = inner.get_nodes_by_op_type("IODMA_hls")
        width = getCustomOp(dma).get_nodeattr("intfWidth")
        found.append((partition.get_nodeattr("instance_name"), width))
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
