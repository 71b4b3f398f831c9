# SPDX-License-Identifier: MIT
"""What a simulated camera showed of a design: its faults, what was counted, and all registers."""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.flow.shell.registers import Field, Register, register_map
from tarsier_fpga.flow.shell.video import register_values
from tarsier_fpga.flow.shell.video_facts import (
    VIDEO_SIM,
    VideoSimulation,
    read_video_simulation,
)
from tarsier_fpga.jobs.video_sim_job import VideoSimDone
from tarsier_fpga.report.pictures import data_uri

__all__ = ["VIDEO_PAGE", "CameraSection", "camera_files", "camera_section", "kept_section"]

VIDEO_PAGE = "video_sim.html"
_PICTURE = "video_sim.png"
_IN_HEX = ("identity", "hash_low", "hash_high", "crc_in", "crc_out")


@dataclass(frozen=True, slots=True)
class _Row:
    """A field: its register's offset where it is the first, and what it held in the end."""

    offset: str
    name: str
    access: str
    held: str
    what: str


@dataclass(frozen=True, slots=True)
class CameraSection:
    """A section of a page.

    Attributes:
        good, verdict: whether all promises were kept, and what they are
        cards: numbers and what they are
        arrived: frames with faults: number, faults, what came out
        rows: of the register map
        picture: PNG as a data URI
    """

    good: bool
    verdict: str
    cards: tuple[tuple[str, str], ...]
    arrived: tuple[tuple[int, str, str], ...]
    rows: tuple[_Row, ...]
    picture: str


def kept_section(folder: Path, design: Design) -> CameraSection | None:
    """Of the last simulation in the folder of `design`, if there was one of it."""
    found = read_video_simulation(folder, design.key)
    picture = folder / _PICTURE
    if found is None or not picture.is_file():
        return None
    return camera_section(found, design, picture.read_bytes())


def camera_section(found: VideoSimulation, design: Design, picture: bytes) -> CameraSection:
    """Of what was `found`, and its picture as PNG."""
    read, whole = found.registers, [one for one in found.arrived if one.whole]
    behind = [one for one in whole if one.behind_fault]
    registers = register_map(register_values(design, found.shell))
    cards = (
        (f"{sum(one.right for one in whole)} of {len(whole)}", "frames that came whole are right"),
        (
            f"{sum(one.right for one in behind)} of {len(behind)}",
            "of them come behind a torn one, and are right",
        ),
        (f"{read['cycles']:,}", "cycles per frame, with the pauses of the camera"),
        (f"{read['latency']:,}", "cycles from a frame's first beat in to its first beat out"),
    )
    return CameraSection(
        good=not found.broken,
        verdict="; ".join(found.broken)
        or "every frame, every count and every CRC is that of the models in Python",
        cards=cards,
        arrived=tuple(
            (
                one.frame,
                ", ".join(one.faults),
                "none"
                if one.given is None
                else "right"
                if one.right
                else "repaired"
                if one.repaired
                else "wrong",
            )
            for one in found.arrived
            if one.faults
        ),
        rows=tuple(_row(r, field, read) for r in registers for field in r.fields),
        picture=data_uri(picture, "image/png"),
    )


def camera_files(done: VideoSimDone, folder: Path, design: Design) -> dict[Path, bytes]:
    """Every file in the `folder` of `design` and its content: facts, picture, and a page."""
    section = camera_section(done.facts, design, done.picture)
    return {
        folder / VIDEO_SIM: (done.facts.model_dump_json(indent=1) + "\n").encode(),
        folder / _PICTURE: done.picture,
        folder / VIDEO_PAGE: _page(section, design).encode(),
    }


def _page(section: CameraSection, design: Design) -> str:
    """`section` as HTML that needs no other file."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("camera_page.html.j2").render(camera=section, design=design)


def _row(register: Register, field: Field, read: dict[str, int]) -> _Row:
    first = field is register.fields[0]
    several = len(register.fields) > 1
    name = f"{register.name}.{field.name}" if several else register.name
    value, unit = read[name], f" ({register.unit})" if register.unit and first else ""
    if several:
        said = [register.what if first else "", field.what]
    else:
        said = [register.what or field.what]
    return _Row(
        offset=f"0x{register.offset:02X}" if first else "",
        name=name,
        access="rw" if field.writable else "r",
        held=f"0x{value:08X}" if register.name in _IN_HEX else f"{value:,}",
        what=" ".join(filter(None, said)) + unit,
    )
