# SPDX-License-Identifier: MIT
"""FINN's simulation engine with streams served by C++, and the functions of its adapter."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

from finn.util.basic import get_rtlsim_timeout_error_message
from finn.util.exception import FINNInternalError, FINNUserError
from finn_xsi import sim_engine

from tarsier_fpga.flow.finn_xsi.tasks import Beats, Feed, fast, run_slice

__all__ = ["SimEngine", "close_rtlsim", "load_sim_obj", "reset_rtlsim", "rtlsim_multi_io"]

_SECONDS = 0.2  # in C++ between two looks at the tasks, so that Ctrl-C works
_MOST_CYCLES = 1 << 20


class SimEngine(sim_engine.SimEngine):
    """Tasks, watchdogs and cycle counts are FINN's; only stream tasks alone run faster."""

    def run(self, cycles: int | None = None) -> list:
        """Run all tasks to their end, for at most `cycles`; the watchdogs that woke."""
        timeout = None if cycles is None else self.create_watchdog("Run Timeout", cycles)
        budget = 1000
        while self.tasks and all(self.watchdogs):
            if fast(self):
                started, before = time.perf_counter(), self.ticks
                run_slice(self, budget)
                pace = (self.ticks - before) / (time.perf_counter() - started)
                budget = max(1, min(_MOST_CYCLES, int(_SECONDS * pace)))
            else:
                super().run(1)
        woken = [watchdog for watchdog in self.watchdogs if not watchdog] if self.tasks else []
        if timeout is not None:
            self.remove_watchdog(timeout)
        return woken


def load_sim_obj(
    sim_out_dir: Path,
    out_so_relative_path: Path,
    tracefile: str | None = None,
    simkernel_so: str | None = None,
) -> SimEngine:
    """The design that `compile_sim_obj` made, open; any number of them may be."""
    library = Path(sim_out_dir) / out_so_relative_path
    if not library.is_file():
        raise FileNotFoundError(f"no compiled simulation at {library}")
    waves = os.path.join(sim_out_dir, tracefile) if tracefile else None  # noqa: PTH118
    return SimEngine(simkernel_so or "verilator", str(library), None, waves)


def reset_rtlsim(
    sim: SimEngine,
    rst_name: str = "ap_rst_n",
    active_low: bool = True,
    clk_name: str = "ap_clk",
    clk2x_name: str = "ap_clk2x",
    n_cycles: int = 16,
) -> None:
    """Reset as FINN does: its engine's 16 cycles, whatever the arguments say."""
    sim.do_reset()
    sim.run()


def close_rtlsim(sim: SimEngine) -> None:
    """Close `sim`, after a cycle with sim_finish high where the design has that port."""
    try:
        finish = sim.top.getPort("sim_finish")
    except RuntimeError:
        finish = None
    if finish is not None:
        finish.set(1).write_back()
        sim.cycle({})
    sim.close()


def rtlsim_multi_io(
    sim: SimEngine,
    io_dict: dict[str, dict[str, list[int]]],
    num_out_values: int | Mapping[str, int],
    sname: str = "_V_V",
    liveness_threshold: int = 10000,
    liveness_estimate: float | None = None,
) -> int:
    """Stream `io_dict["inputs"]` in, and as many values as asked for out; the cycles it took.

    Raises:
        FINNUserError: an output was silent for `liveness_threshold` cycles.
    """
    names = list(io_dict["outputs"])
    if not isinstance(num_out_values, Mapping):
        if len(names) != 1:
            raise FINNInternalError("num_out_values must be dict for multiple output streams")
        num_out_values = {names[0]: num_out_values}
    for name, values in io_dict["inputs"].items():
        width = sim.get_bus_port(name + sname, "TDATA").width()
        sim.stream_input(name + sname, Feed(width, packed=Beats.pack(values, width)))
    watchdogs = {
        name: sim.create_watchdog(f"{name}{sname} timeout", liveness_threshold) for name in names
    }
    collected = {
        name: sim.collect_output(name + sname, int(num_out_values[name]), watchdogs[name])
        for name in names
    }
    started = sim.ticks
    try:
        if woken := sim.run():
            said = get_rtlsim_timeout_error_message(liveness_threshold, liveness_estimate)
            raise FINNUserError(f"{said} Triggered watchdogs: {woken!s}.")
    finally:
        for watchdog in watchdogs.values():
            sim.remove_watchdog(watchdog)
    for name in names:
        buffer = collected[name].buf
        io_dict["outputs"][name] = (
            buffer.ints() if isinstance(buffer, Beats) else [int(value, 16) for value in buffer]
        )
    return sim.ticks - started
