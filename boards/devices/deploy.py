# SPDX-License-Identifier: MIT
"""The folder that configures a board: bitstream, FINN's driver settings, and whose design it is.

    deploy/design.json            the design that it was synthesized from
    deploy/driver/settings.json   FINN's DMAs, their packed shapes, the clock
    deploy/bitfile/finn-accel*    .bit and .hwh for a Zynq, -0.xclbin for an Alveo

A packed pixel travels as FINN packs it: channel 0 in the lowest bits, little endian, in whole
bytes; a frame is its pixels, and a batch its frames, without gaps. Every port has a DMA and a frame
of its own, in the order of the design.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from math import prod
from pathlib import Path
from types import ModuleType

import numpy as np
from pydantic import BaseModel, PositiveFloat

from tarsier_fpga.flow.design.design_facts import Design, read_design
from tarsier_fpga.flow.sim.port_beats import by_port, frames_out
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.port import Port
from tarsier_fpga.hls.netlist.beats import pack, words

__all__ = [
    "Deployed",
    "Dma",
    "bytes_of",
    "driver_package",
    "from_bytes",
    "read_deploy",
    "sentences_of",
    "to_bytes",
]


@dataclass(frozen=True, slots=True)
class Dma:
    """What moves the frames of a port: its name on the device, and the bytes of a frame."""

    name: str
    port: Port
    frame_bytes: int


@dataclass(frozen=True, slots=True)
class Deployed:
    """A bitstream, and what its driver must know: its DMAs and its clock.

    `sources` read frames, one for each input of the design; `sinks` write those of its outputs.
    """

    bitstream: Path
    sources: tuple[Dma, ...]
    sinks: tuple[Dma, ...]
    clock_mhz: float


class _Shapes(BaseModel):
    """Of each DMA: its name, and its frame as FINN packs it."""

    idma_names: tuple[str, ...]
    odma_names: tuple[str, ...]
    ishape_packed: tuple[tuple[int, ...], ...]
    oshape_packed: tuple[tuple[int, ...], ...]


class _DriverFacts(BaseModel):
    io_shape_dict: _Shapes
    fclk_mhz: PositiveFloat


def read_deploy(folder: Path, design: Design, suffix: str) -> Deployed:
    """What `folder` holds for `design`.

    Raises:
        HostError: something is missing or damaged, or it was made for another design.
    """
    if not folder.is_dir():
        raise _missing(folder)
    made_for = read_design(folder)
    if made_for.key != design.key:
        raise HostError(
            f"{folder} configures the board for {made_for.net} at {made_for.width} x"
            f" {made_for.height} (design {made_for.key[:8]}), not for {design.net} at"
            f" {design.width} x {design.height} (design {design.key[:8]}); synthesize it again"
        )
    settings, bitstream = folder / "driver/settings.json", folder / f"bitfile/finn-accel{suffix}"
    for path in (settings, bitstream):
        if not path.is_file():
            raise _missing(path)
    facts = _driver_facts(settings)
    shapes = facts.io_shape_dict
    sources = _dmas(settings, design, design.inputs, shapes.idma_names, "i", shapes.ishape_packed)
    sinks = _dmas(settings, design, design.outputs, shapes.odma_names, "o", shapes.oshape_packed)
    return Deployed(bitstream, sources, sinks, facts.fclk_mhz)


def _dmas(
    settings: Path,
    design: Design,
    ports: Sequence[Port],
    names: Sequence[str],
    side: str,
    shapes: Sequence[tuple[int, ...]],
) -> tuple[Dma, ...]:
    """The DMA of each port; `side` is i of inputs and o of outputs, as FINN says."""
    streams = ", ".join(port.name for port in ports)
    if not len(names) == len(shapes) == len(ports):
        raise HostError(
            f"{settings}: {side}dma_names {list(names)} and {side}shape_packed {list(shapes)} must"
            f" be of as many DMAs as the design has streams: {streams}"
        )
    dmas = []
    for name, port, shape in zip(names, ports, shapes, strict=True):
        size = _frame_bytes(design, port)
        if prod(shape) != size:
            raise HostError(
                f"{settings}: {side}shape_packed {shape} of {name} must be one frame of"
                f" {port.name}, {size} bytes"
            )
        dmas.append(Dma(name, port, size))
    return tuple(dmas)


def bytes_of(frames: Mapping[str, np.ndarray], design: Design) -> tuple[list[np.ndarray], int]:
    """What the DMA of each input of `design` reads, as to_bytes, and the number of frames.

    `frames` are (N, H, W, channels) codes by the names of the inputs.

    Raises:
        FlowError: an input has none, or they are not of the design's size.
    """
    given = by_port(design, frames)
    count = len(next(iter(given.values())))
    return [to_bytes(given[port.name], port) for port in design.inputs], count


def to_bytes(frames: np.ndarray, port: Port) -> np.ndarray:
    """(N, H, W, channels) codes of `port` as the uint8 that a DMA reads."""
    beats = pack(frames.reshape(-1, port.channels), port.bits).astype("<u4", copy=False)
    return np.ascontiguousarray(beats.view(np.uint8)[:, : _beat_bytes(port)]).ravel()


def from_bytes(content: np.ndarray, design: Design, port: Port) -> np.ndarray:
    """The (N, H, W, channels) codes of `port`, uint16 or signed, in the uint8 that a DMA wrote."""
    size = _beat_bytes(port)
    padded = np.zeros((len(content) // size, 4 * words(8 * size)), np.uint8)
    padded[:, :size] = content.reshape(-1, size)
    return frames_out(design, port, padded.view("<u4"))


def driver_package(name: str, brought_by: str) -> ModuleType:
    """The vendor's Python package, which only machines with such a board have.

    Raises:
        HostError: it is not here.
    """
    try:
        return import_module(name)
    except ImportError:
        raise HostError(
            f"no Python package {name} here: {brought_by} brings it to the machine with the board"
        ) from None


@contextmanager
def sentences_of(device: str) -> Iterator[None]:
    """What a vendor's driver raises, as one sentence about `device`."""
    try:
        yield
    except (RuntimeError, OSError, MemoryError) as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise HostError(f"{device}: {said[0].rstrip('.')}; is it plugged in and free?") from None


def _missing(path: Path) -> HostError:
    return HostError(f"{path} is missing: run.sh of tarsier synth makes it")


def _driver_facts(settings: Path) -> _DriverFacts:
    try:
        return _DriverFacts(**json.loads(settings.read_text())["driver_information"])
    except (ValueError, KeyError, TypeError):
        raise HostError(f"{settings} is damaged or not FINN's; synthesize it again") from None


def _frame_bytes(design: Design, port: Port) -> int:
    height, width, _ = design.shape(port)
    return _beat_bytes(port) * height * width


def _beat_bytes(port: Port) -> int:
    return -(-port.width // 8)
