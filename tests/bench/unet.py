# SPDX-License-Identifier: MIT
"""A U-Net of three scales, from its file to simulated frames: `make bench-unet`.

Three scales of 16, 32 and 64 channels, two binary units at each, skips, on raw frames of 640 x 426
at one packed pixel per cycle. It prints what each step of the build takes, everything compiled
anew, and whether two frames come out of the RTL as they come out of the graph, at which pace.
`--whole` builds it with whole pixels in every beat, to compare.
"""

import argparse
import os
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.build import BuildConfig, build
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.flow.sim.stimuli import sample_frames
from tarsier_fpga.flow.size import fold
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.sim import verilate
from tests.networks.unet import unet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="640x426", help="of the Bayer frame")
    parser.add_argument("--channels", default="16,32,64", help="of the scales")
    parser.add_argument("--board", default="zcu104")
    parser.add_argument("--fps", type=float, help="frames a second; else a packed pixel a cycle")
    parser.add_argument("--whole", action="store_true", help="whole pixels in every beat")
    parser.add_argument("--no-simulation", action="store_true", help="build only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tarsier-bench-") as folder:
        os.environ["TARSIER_CACHE"] = f"{folder}/cache"
        verilate.build(fifo(8, 2))  # Verilator's runtime, which is compiled once for all
        if options.whole:
            fold.narrow_streams = lambda model, *_: model
        design = _build(options, Path(folder))
        if not options.no_simulation:
            _simulate(design)


def _build(options: argparse.Namespace, folder: Path) -> BuiltDesign:
    network = folder / "unet.onnx"
    onnx.save(unet(tuple(int(count) for count in options.channels.split(","))), str(network))
    width, height = (int(side) for side in options.size.split("x"))
    began: dict[str, float] = {}

    def notify(step: str, done: float, note: str = "") -> None:
        began.setdefault(step, time.perf_counter())

    board = load_board(options.board)
    asked = BuildConfig(network, board, width, height, options.fps, folder / "design")
    facts = build(asked, notify)
    steps = list(began.items())
    for (step, start), (_, end) in pairwise(steps):
        print(f"{step:8}{end - start:8.1f} s")
    print(f"{'all':8}{steps[-1][1] - steps[0][1]:8.1f} s")
    sizing = facts.fifo_sizing
    print(
        f"FIFOs: {sizing.bits / 1000:.0f} kbit, {sizing.cycles} cycles for {sizing.rows} rows;"
        f" {facts.estimate.lut:,} LUTs, {facts.estimate.ff:,} flip-flops,"
        f" {facts.estimate.bram36:g} BRAM36, {facts.estimate.uram} URAM,"
        f" {facts.estimate.dsp} DSPs estimated"
    )
    return BuiltDesign(folder / "design", facts)


def _simulate(design: BuiltDesign) -> None:
    frames = sample_frames(design.facts, 2)["x"]
    wanted = np.stack([design.graph.reference(frame) for frame in frames])
    ran = design.simulate(frames)
    exact = "equal" if np.array_equal(ran.frames, wanted) else "NOT EQUAL"
    ideal = design.facts.ideal_cycles
    print(
        f"RTL and graph: {exact}; {ran.cycles_per_frame} cycles a frame, {ideal} ideal"
        f" ({ran.cycles_per_frame / ideal:.4f}), latency {ran.latency_cycles}"
    )


if __name__ == "__main__":
    main()
