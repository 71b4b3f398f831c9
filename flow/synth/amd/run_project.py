# SPDX-License-Identifier: MIT
"""Run a project with the tools of this machine, and say what went wrong in their words."""

import os
import re
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.progress import Show

__all__ = ["run_project"]

_NO_MEMORY = re.compile(r"bad_alloc|out of memory|cannot allocate memory|\bKilled\b|code 137", re.I)
_LINES = 6
_PATIENCE = 5  # seconds that a tool gets to stop


def run_project(folder: Path, show: Show) -> None:
    """Run what is left of the project in `folder`; an interrupt stops the tools too.

    Raises:
        FlowError: a step fails; its log's errors and how to repeat it are passed on.
    """
    command = ["bash", str(folder / "run.sh")]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None and process.stderr is not None
    step = ""
    try:
        for line in process.stdout:
            if found := re.match(r"\[(\d+)/(\d+)\] (\S+)", line):
                step = found[3]
                show(step, (int(found[1]) - 1) / int(found[2]))
        said = process.stderr.read()
        if process.wait():
            raise FlowError(_why(folder, step, said, " ".join(command)))
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_PATIENCE)
            with suppress(ProcessLookupError):  # unless all of them are gone
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _why(folder: Path, step: str, said: str, command: str) -> str:
    log = folder / "logs" / f"{step}.log"
    if not log.is_file():
        return said.strip()
    lines = log.read_text(errors="replace").strip().splitlines()
    errors = [line for line in lines if line.startswith("ERROR")]
    memory = " for want of memory" if any(map(_NO_MEMORY.search, [said, *lines[-20:]])) else ""
    last = "\n".join(errors[:_LINES] or lines[-_LINES:])
    return f"{step} failed{memory}; {log} says\n{last}\nrepeat it with: {command}"
