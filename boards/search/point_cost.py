# SPDX-License-Identifier: MIT
"""What the design of a point would take, from its untrained network, before anything is trained.

The network is exported and folded as `tarsier build` does; built-in matrices are not solved and
FIFOs not simulated, so that it takes seconds. Equal networks are estimated once.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np

from tarsier_fpga.flow.board import Board
from tarsier_fpga.hls.base.cache import content_key, made_once
from tarsier_fpga.hls.base.code_key import code_of
from tarsier_fpga.hls.base.errors import FlowError, TarsierError
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.search.record import Needed
from tarsier_fpga.search.search_plan import SearchPlan, Value, board_at, recipe_at
from tarsier_fpga.training.facts.spec import NetSpec

__all__ = ["beyond", "estimate_net", "point_cost"]

_FILE = "needed.json"
_CODE = (
    "tarsier_fpga.search.point_cost",
    "tarsier_fpga.flow.build_steps",
    "tarsier_fpga.flow.ops",
    "tarsier_fpga.hls.kernels",
    "tarsier_fpga.training.networks.families",
    "tarsier_fpga.training.deploy.export",
)


def point_cost(plan: SearchPlan, params: Mapping[str, Value]) -> Needed:
    """What the design at `params` takes, or why there is none."""
    try:
        spec = recipe_at(plan, params, "search").net
    except TarsierError as error:
        return Needed(refused=str(error))
    return estimate_net(spec, board_at(plan, params), plan.extent, plan.fps)


def estimate_net(spec: NetSpec, board: Board, extent: tuple[int, int], fps: float) -> Needed:
    """What the design of an untrained network of `spec` takes, or why there is none."""

    def make(folder: Path) -> None:
        needed = _estimate(spec, board, extent, fps)
        facts = asdict(needed) | {"resources": needed.resources.model_dump()}
        (folder / _FILE).write_text(json.dumps(facts))

    asked = json.dumps([asdict(spec), board.model_dump_json(), extent, fps], sort_keys=True)
    kept = made_once("estimates", content_key([asked, *code_of(*_CODE)]), make) / _FILE
    facts = json.loads(kept.read_text())
    return Needed(**{**facts, "resources": Resources(**facts["resources"])})


def beyond(needed: Needed, board: Board, within: float) -> str:
    """Why a design of `needed` is none for `within` of `board`; nothing if it fits.

    >>> from tarsier_fpga.flow.board import load_board
    >>> beyond(Needed(Resources(lut=53_200), share=1.0), load_board("pynq-z2"), 0.9)
    'lut 53200 of 53200, 100 %, is more than 90 % of pynq-z2'
    """
    if needed.refused:
        return needed.refused
    if needed.share <= within:
        return ""
    shares = needed.resources.shares(board.resources)
    scarce = max(shares, key=lambda name: shares[name])
    taken, have = getattr(needed.resources, scarce), getattr(board.resources, scarce)
    return (
        f"{scarce} {taken:.6g} of {have:.6g}, {shares[scarce]:.0%}, is more than"
        f" {within:.0%} of {board.name}"
    ).replace("%", " %")


def _estimate(spec: NetSpec, board: Board, extent: tuple[int, int], fps: float) -> Needed:
    logging.disable(logging.WARNING)  # of the exporter, for its developers
    import torch

    from tarsier_fpga.flow.build_steps import lowered_for
    from tarsier_fpga.flow.lower.ingest import ingest
    from tarsier_fpga.flow.ops.register import prepare_finn
    from tarsier_fpga.flow.size.estimate_folded import estimate_folded
    from tarsier_fpga.training.deploy.export import golden_inputs, to_qonnx
    from tarsier_fpga.training.networks.network import build

    torch.manual_seed(0)
    try:
        if not spec.exact:
            raise FlowError(f"a {spec.form} {spec.kind} has no integers to build")
        module = build(spec)
        module.calibrate(torch.from_numpy(golden_inputs(spec).astype(np.float32)))
        module.settle()
        prepare_finn()
        network = ingest(to_qonnx(module.eval(), "search", spec))
        found = estimate_folded(lowered_for(network, extent), board, extent, fps)
    except TarsierError as error:
        return Needed(refused=str(error))
    shares = found.resources.shares(board.resources)
    missing = [
        name for name, count in found.resources if count and not getattr(board.resources, name)
    ]
    if missing:
        return Needed(refused=f"{board.name} has no {missing[0]}, of which it needs some")
    return Needed(found.resources, max(shares.values()), found.cycles)
