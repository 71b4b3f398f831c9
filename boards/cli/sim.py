# SPDX-License-Identifier: MIT
"""tarsier sim: frames through the stitched RTL, counted cycle by cycle and compared bit for bit."""

from pathlib import Path
from typing import Annotated

import typer

from boards.cli.guard import NOT_EXACT
from boards.cli.outputs import json_bytes, write_together
from boards.cli.progress import progress

__all__ = ["sim"]


def sim(
    design: Annotated[Path, typer.Argument(help="folder written by tarsier build")],
    frames: Annotated[int, typer.Option(min=2, help="frames to send, back to back")] = 3,
    stall_in: Annotated[float, typer.Option(min=0, max=0.95, help="share of idle input")] = 0.0,
    stall_out: Annotated[float, typer.Option(min=0, max=0.95, help="share of busy output")] = 0.0,
) -> int:
    """Simulate a design on test frames; writes DESIGN/sim.json."""
    import numpy as np

    with progress() as show:
        show("compiling the simulation", 0.0)
        from flow.design import read_design

        facts = read_design(design)
        from flow.execute import reference
        from flow.sim.frames import FrameSim

        inputs = sample_frames(frames, facts.height // 2, facts.width // 2)
        run = FrameSim(design).restore(
            inputs, stall_in, stall_out, progress=lambda done: show("simulating", done)
        )
        exact = True
        for index, (frame, restored) in enumerate(zip(inputs, run.frames, strict=True)):
            show("comparing bit for bit", index / frames)
            exact &= bool(np.array_equal(reference(design, frame), restored))
    found = {
        "frames": frames,
        "stall_in": stall_in,
        "stall_out": stall_out,
        "cycles_per_frame": run.cycles_per_frame,
        "ideal_cycles": facts.ideal_cycles,
        "latency_cycles": run.latency_cycles,
        "sim_cycles_per_second": round(run.sim_cycles_per_second),
        "bit_exact": exact,
        "fifos": [
            {"name": fifo.name, "depth": fifo.depth, "high_water": run.high_water[fifo.name]}
            for fifo in facts.fifos
        ],
    }
    write_together({design / "sim.json": json_bytes(found)})
    print(
        f"{frames} frames, {run.cycles_per_frame} cycles each (ideal {facts.ideal_cycles}), "
        f"latency {run.latency_cycles} cycles, {found['sim_cycles_per_second']} cycles per second\n"
        f"{'bit-exact' if exact else 'NOT bit-exact'} against the hardware graph in Python; "
        f"{design / 'sim.json'}"
    )
    return 0 if exact else NOT_EXACT


def sample_frames(count: int, height: int, width: int):
    """(count, height, width, 4) uint16 codes: pure noise, and noise on a ramp, in turn."""
    import numpy as np

    rng = np.random.default_rng(0)
    shape = (height, width, 4)
    ramp = np.linspace(128, 896, width)[None, :, None]
    noise = [rng.integers(0, 1024, shape)]
    scene = [np.clip(np.rint(ramp + rng.normal(0, 40, shape)), 0, 1023)]
    return np.stack([(noise, scene)[index % 2][0] for index in range(count)]).astype(np.uint16)
