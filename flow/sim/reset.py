# SPDX-License-Identifier: MIT
"""What reset leaves undefined: where runs differ that begin with other random registers.

Verilator knows no X. A register without a reset begins at random instead, and what a four-state
simulator would show as X on a stream is a stream that is not the same in every run. A single bit
begins alike in two runs as often as not, so there are some more.
"""

from collections.abc import Mapping

import numpy as np

from tarsier_fpga.flow.design.design_facts import Design, Wire
from tarsier_fpga.flow.sim.diagnose import with_ends
from tarsier_fpga.flow.sim.memory_knobs import steady
from tarsier_fpga.flow.sim.port_beats import beats_in
from tarsier_fpga.hls.sim.activity import Activity, Look
from tarsier_fpga.hls.sim.verilated import Model

__all__ = ["why_unset"]

_FIRST, *_OTHERS = range(1, 7)  # seeds of what registers without a reset begin with


def why_unset(design: Design, model: Model, frames: Mapping[str, np.ndarray]) -> str:
    """The stream that first differs between runs of a (1, H, W, channels) frame of each input.

    Nothing, if none does.

    Beats come first, since they depend on no stream behind them; then the cycles they move in.
    `model` watches all streams of `design`.
    """
    beats = beats_in(design, frames)
    wires = {wire.name: wire.beats for wire in design.streams}
    asked = {port.name: wires[port.name] for port in design.outputs}

    def run(start: int, look: Look) -> Activity:
        return model.run(beats, asked, seed=start, look=look, knobs=steady(model)).activity

    hashed = max(wire.beats for wire in design.streams)
    one = run(_FIRST, Look(hashed))
    for start in _OTHERS:
        other = run(start, Look(hashed))
        for row, wire in enumerate(design.streams):
            differ = np.flatnonzero(one.hashes[row] != other.hashes[row])
            if differ.size:
                beat = int(differ[0])
                looks = (run(seed, Look(beat=(wire.name, beat))) for seed in (_FIRST, start))
                return _told_beat(wire, beat, [look.caught for look in looks])
        cycle, moved = _first_difference(one, other)
        if moved is not None:
            return _told_cycle(design.streams[moved], cycle)
    return ""


def _told_beat(wire: Wire, beat: int, caught: list[np.ndarray]) -> str:
    return (
        f"stream {with_ends(wire)} is undefined after reset: beat {beat} is "
        f"{' in one run and '.join(map(_hex, caught))} in another; "
        f"look for a register without a reset in {wire.source}"
    )


def _told_cycle(wire: Wire, cycle: int) -> str:
    return (
        f"stream {with_ends(wire)} is undefined after reset: from about cycle {cycle} on it moves"
        f" in other cycles in another run; look for a register without a reset in "
        f"{' or '.join(end for end in (wire.source, wire.target) if end)}"
    )


def _first_difference(one: Activity, other: Activity) -> tuple[int, int | None]:
    """Cycle and number of the first stream that moves or waits at another time, if there is one."""
    width = max(one.bin_cycles, other.bin_cycles)
    counts = [_binned(activity, width) for activity in (one, other)]
    bins = min(count.shape[2] for count in counts)
    differ = (counts[0][..., :bins] != counts[1][..., :bins]).any(axis=1)
    if not differ.any():
        return 0, None
    first = int(np.flatnonzero(differ.any(axis=0))[0])
    return first * width, int(np.flatnonzero(differ[:, first])[0])


def _binned(activity: Activity, width: int) -> np.ndarray:
    """(S, 2, bins) cycles in which each stream moved, and waited, in bins of `width` cycles."""
    counts = np.stack([activity.moved, activity.waited], axis=1)
    fine = width // activity.bin_cycles
    counts = counts[..., : counts.shape[2] // fine * fine]
    return counts.reshape(*counts.shape[:2], -1, fine).sum(axis=3)


def _hex(words: np.ndarray) -> str:
    """The beat in `words`, with leading zeros left out."""
    return f"0x{int.from_bytes(words.tobytes(), 'little'):x}"
