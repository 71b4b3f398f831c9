# SPDX-License-Identifier: MIT
"""Commands as a person would type them, run one after another and noted."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tarsier_fpga.hls.base.errors import TarsierError

__all__ = ["Commands", "Failed"]

_PROGRAMS = {
    "python": Path(sys.executable),
    "tarsier": Path(sys.executable).with_name("tarsier"),
}


class Failed(Exception):
    """A command ended with the exit code `code`, and has said why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Commands:
    """Those of one design; `said` are all that were asked for, run now or done before."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def run(
        self,
        program: str,
        *arguments: str | int | Path,
        done: Callable[[], bool] = lambda: False,
        may: tuple[int, ...] = (0,),
    ) -> None:
        """Run python or tarsier with `arguments`, unless it is `done`.

        A file that `done` cannot read counts as not done.

        Raises:
            Failed: the exit code is not one that it `may` be.
        """
        words = [str(argument) for argument in arguments]
        self.said.append(shlex.join([program, *words]))
        try:
            skip = done()
        except TarsierError:
            skip = False
        print(f"{'done before:' if skip else '$'} {self.said[-1]}", flush=True)
        if not skip and (code := _code_of([str(_PROGRAMS[program]), *words])) not in may:
            raise Failed(code)


def _code_of(command: list[str]) -> int:
    """The exit code of `command`, in a session of its own: it gets one Ctrl-C, from here."""
    with subprocess.Popen(command, start_new_session=True) as child:
        try:
            return child.wait()
        except KeyboardInterrupt:
            os.killpg(child.pid, signal.SIGINT)
            child.wait()
            raise
