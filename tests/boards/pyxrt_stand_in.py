# SPDX-License-Identifier: MIT
"""A stand-in for the package pyxrt: what our driver uses of it, over a card that is not there.

What was not synchronised is not on the card, and the other way round.
"""

from enum import Enum
from types import SimpleNamespace

import numpy as np

from tests.boards.pynq_stand_in import packed, unpacked


class Direction(Enum):
    XCL_BO_SYNC_BO_TO_DEVICE = 0
    XCL_BO_SYNC_BO_FROM_DEVICE = 1


class State(Enum):
    ERT_CMD_STATE_COMPLETED = 4
    ERT_CMD_STATE_ERROR = 5
    ERT_CMD_STATE_ABORT = 6
    ERT_CMD_STATE_TIMEOUT = 9


class Card:
    """An xclbin's kernels, and a network between the two that have our instances."""

    def __init__(self, network, shape: tuple[int, int]) -> None:
        self.network, self.shape = network, shape
        self.kernels = {"StreamingDataflowPartition_0": "idma0", "Other_1": "", "Last_2": "odma0"}
        self.state = State.ERT_CMD_STATE_COMPLETED
        self.sink = None


def module(card: Card, problem: str = "") -> SimpleNamespace:
    """What `import pyxrt` gives."""

    class Device:
        def __init__(self, index: int) -> None:
            if problem:
                raise RuntimeError(problem)

        def load_xclbin(self, xclbin) -> str:
            return "uuid"

    class Xclbin:
        def __init__(self, path: str) -> None:
            card.bitfile = path

        def get_kernels(self):
            return [SimpleNamespace(get_name=lambda name=name: name) for name in card.kernels]

    class Bo:
        normal = "normal"

        def __init__(self, device, size: int, flags, group: int) -> None:
            assert (flags, group) == (self.normal, 0)
            self.host, self.device = (np.zeros(size, np.uint8) for _ in range(2))

        def size(self) -> int:
            return self.host.size

        def write(self, content, seek: int) -> None:
            self.host[seek : seek + content.size] = content

        def read(self, size: int, skip: int):
            return self.host[skip : skip + size].view(np.int8)

        def sync(self, direction: Direction, size: int, offset: int) -> None:
            ends = self.host, self.device
            to_device = direction is Direction.XCL_BO_SYNC_BO_TO_DEVICE
            source, target = ends if to_device else ends[::-1]
            target[offset : offset + size] = source[offset : offset + size]

    class Kernel:
        def __init__(self, device, uuid: str, name: str) -> None:
            kernel, _, instance = name.partition(":")
            if not card.kernels[kernel] or instance != f"{{{card.kernels[kernel]}}}":
                raise RuntimeError(f"No such compute unit '{name}'")
            self.instance = card.kernels[kernel]

        def group_id(self, argument: int) -> int:
            return argument

        def __call__(self, buffer: Bo, count: int) -> SimpleNamespace:
            if self.instance == "odma0":
                card.sink = buffer
            else:
                frames = unpacked(buffer.device, (count, *card.shape, 4))
                results = np.stack([card.network(frame) for frame in frames])
                card.sink.device[:] = packed(results)
            return SimpleNamespace(wait=lambda milliseconds: card.state)

    return SimpleNamespace(
        device=Device,
        xclbin=Xclbin,
        kernel=Kernel,
        bo=Bo,
        xclBOSyncDirection=Direction,
        ert_cmd_state=State,
    )
