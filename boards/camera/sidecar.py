# SPDX-License-Identifier: MIT
"""What bare numbers do not say of themselves: a TOML file beside them."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import numpy as np
from pydantic import Field, ValidationError

from tarsier_fpga.camera.colour import camera_to_srgb
from tarsier_fpga.camera.raw import Raw, from_sensor
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.facts import Facts

__all__ = ["Levels", "described", "read_sidecar"]

Gain = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Row = tuple[float, float, float]


class Levels(Facts):
    """What the numbers of a mosaic mean; NAME.toml beside NAME.npy.

    `black` is one level or four, in the order of the first two by two pixels.
    """

    cfa: Literal["RGGB", "GRBG", "GBRG", "BGGR"]
    black: int | tuple[int, int, int, int] = 0
    white: int = Field(ge=1, le=65535)
    balance: tuple[Gain, Gain, Gain] | None = None
    xyz_to_camera: tuple[Row, Row, Row] | None = None


_L = TypeVar("_L", bound=Levels)


def read_sidecar(kind: type[_L], path: Path) -> _L:
    """What the sidecar `path` says.

    Raises:
        HostError: it is missing, no TOML, or says too much or too little.
    """
    if not path.is_file():
        raise HostError(f"{path}: there is no such sidecar file")
    try:
        return kind(**tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise HostError(f"{path}: {where}: {first['msg'][:1].lower()}{first['msg'][1:]}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise HostError(f"{path} is no TOML: {error}") from None


def described(path: Path, mosaic: np.ndarray, facts: Levels) -> Raw:
    """The `mosaic` in the file `path`, as its sidecar describes it.

    Raises:
        HostError: the two do not go together.
    """
    black = (facts.black,) * 4 if isinstance(facts.black, int) else facts.black
    matrix = None
    try:
        if facts.xyz_to_camera is not None:
            matrix = camera_to_srgb(np.array(facts.xyz_to_camera))
    except HostError as error:
        raise HostError(f"{path}: {error}") from None
    return from_sensor(
        path, mosaic, facts.cfa, black, facts.white, balance=facts.balance, matrix=matrix
    )
