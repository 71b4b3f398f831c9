# SPDX-License-Identifier: MIT
"""The registers of a video shell on a board: one class for PYNQ, XRT and the simulator.

`tarsier video` generates the class, `VideoRegisters`, from the description that the hardware is
made from. What differs is the bus that it is given: a simulated one is flow.shell.video_sim's.
"""

from pathlib import Path
from typing import Any, Protocol

from tarsier_fpga.devices.deploy import driver_package, sentences_of
from tarsier_fpga.flow.design.design_facts import read_design
from tarsier_fpga.flow.shell.registers import VIDEO, register_module
from tarsier_fpga.flow.shell.shell_facts import read_video
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["Bus", "pynq_registers", "video_registers", "xrt_registers"]

_RANGE = 0x1000  # bytes of addresses that Vivado gives at least


class Bus(Protocol):
    """32-bit words at byte offsets."""

    def read(self, offset: int, /) -> int: ...

    def write(self, offset: int, value: int, /) -> None: ...


def video_registers(folder: Path, bus: Bus) -> Any:
    """`VideoRegisters` of the shell that `tarsier video` wrote into `folder`, on `bus`.

    Raises:
        FlowError: there is no shell in the folder.
        HostError: what is on the bus is another one.
    """
    read_video(folder)
    module = register_module((folder / VIDEO.python).read_text())
    registers = module[VIDEO.python_class](bus)
    try:
        registers.check()
    except ValueError as error:
        design = read_design(folder)
        raise HostError(
            f"{folder} has the shell of {design.net} (design {design.key[:8]}), and the board has"
            f" none like it: {error}"
        ) from None
    return registers


def pynq_registers(folder: Path, bitstream: Path, address: int) -> Any:
    """Those of a bitstream on the Zynq board this runs on, which has the shell at `address`.

    Raises:
        HostError: there is no PYNQ, no such bitstream, or another shell.
    """
    pynq = driver_package("pynq", "the PYNQ image of the board")
    if not bitstream.is_file():
        raise HostError(f"{bitstream} is missing: a bitstream with the shell is needed")
    with sentences_of("pynq"):
        pynq.Overlay(str(bitstream))
        return video_registers(folder, pynq.MMIO(address, _RANGE))


def xrt_registers(folder: Path, xclbin: Path, name: str, card: int = 0) -> Any:
    """Those of an xclbin on Alveo card number `card`, in which the shell is the IP called `name`.

    Raises:
        HostError: there is no XRT, no such xclbin, or another shell.
    """
    xrt = driver_package("pyxrt", "XRT")
    if not xclbin.is_file():
        raise HostError(f"{xclbin} is missing: an xclbin with the shell is needed")
    with sentences_of("xrt"):
        device = xrt.device(card)
        ip = xrt.ip(device, device.load_xclbin(xrt.xclbin(str(xclbin))), name)
        return video_registers(folder, _XrtBus(ip))


class _XrtBus:
    def __init__(self, ip: Any) -> None:
        self._ip = ip

    def read(self, offset: int, /) -> int:
        return int(self._ip.read_register(offset))

    def write(self, offset: int, value: int, /) -> None:
        self._ip.write_register(offset, value)
