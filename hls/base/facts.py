# SPDX-License-Identifier: MIT
"""The JSON files that commands leave for each other: frozen facts, checked as they are read."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["Facts", "read_facts"]

_F = TypeVar("_F", bound="Facts")


class Facts(BaseModel):
    """What a file says: these fields, and no others."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def read_facts(path: Path, kind: type[_F], remedy: str) -> _F:
    """The facts of `kind` in the file `path`.

    Raises:
        FlowError: the file is damaged or of another version; `remedy` is what to do then.
    """
    try:
        return kind.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise FlowError(f"{path}: {where}: {first['msg'].lower()}; {remedy}") from None
