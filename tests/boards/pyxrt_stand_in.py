# SPDX-License-Identifier: MIT
"""A stand-in for the package pyxrt: what our driver uses of it, over a card that is not there.

What was not synchronised is not on the card, and the other way round.
"""

from enum import Enum
from types import SimpleNamespace

import numpy as np

from tarsier_fpga.flow.design.design_facts import Design
from tests.boards.pynq_stand_in import Network, computed


class Direction(Enum):
    XCL_BO_SYNC_BO_TO_DEVICE = 0
    XCL_BO_SYNC_BO_FROM_DEVICE = 1


class State(Enum):
    ERT_CMD_STATE_COMPLETED = 4
    ERT_CMD_STATE_ERROR = 5
    ERT_CMD_STATE_ABORT = 6
    ERT_CMD_STATE_TIMEOUT = 9


class Card:
    """An xclbin's kernels, and a network between those that have our instances.

    They are idma0 of the last input on, and odma0 of the last output on, as pynq_stand_in's.
    """

    def __init__(self, network: Network, design: Design) -> None:
        self.network, self.design = network, design
        self.instances = {  # of the port
            f"{way}dma{n}": port.name
            for way, ports in (("i", design.inputs), ("o", design.outputs))
            for n, port in enumerate(reversed(ports))
        }
        names = [*self.instances][: len(design.inputs)], [*self.instances][len(design.inputs) :]
        kernels = [*names[0], "", *names[1]]
        self.kernels = {f"Partition_{n}": instance for n, instance in enumerate(kernels)}
        self.state = State.ERT_CMD_STATE_COMPLETED
        self.sinks, self.sources = {}, {}

    def work(self, count: int) -> None:
        if len(self.sources) < len(self.design.inputs):
            return
        assert len(self.sinks) == len(self.design.outputs)  # else the first pixels would be lost
        contents = {name: buffer.device for name, buffer in self.sources.items()}
        for name, content in computed(self.design, self.network, contents, count).items():
            self.sinks[name].device[:] = content
        self.sources, self.sinks = {}, {}


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
            sink = self.instance.startswith("o")
            (card.sinks if sink else card.sources)[card.instances[self.instance]] = buffer
            card.work(count)
            return SimpleNamespace(wait=lambda milliseconds: card.state)

    return SimpleNamespace(
        device=Device,
        xclbin=Xclbin,
        kernel=Kernel,
        bo=Bo,
        xclBOSyncDirection=Direction,
        ert_cmd_state=State,
    )
