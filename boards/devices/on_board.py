# SPDX-License-Identifier: MIT
"""A design of one input and one output on a board, whose driver moves frames of any ports."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from tarsier_fpga.devices.accelerator import Measured
from tarsier_fpga.devices.designed import Designed
from tarsier_fpga.hls.base.progress import Show, silent

__all__ = ["OnBoard"]


class _Board(Protocol):
    """A driver: frames by the names of their ports, and seconds last in what `run` gives."""

    def send(self, frames: Mapping[str, np.ndarray]) -> Any: ...

    def run(self, sent: Any, show: Show = silent) -> tuple[Any, float]: ...

    def receive(self, done: Any) -> Mapping[str, np.ndarray]: ...


class OnBoard(Designed):
    """What the `Accelerator` protocol asks for, by the driver `board`."""

    board: _Board

    def send(self, frames: np.ndarray) -> Any:
        return self.board.send({self.facts.x.name: frames})

    def run(self, sent: Any, show: Show = silent) -> Any:
        return self.board.run(sent, show)

    def receive(self, done: Any) -> Measured:
        return Measured(self.board.receive(done)[self.facts.y.name], done[1])
