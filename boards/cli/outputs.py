# SPDX-License-Identifier: MIT
"""Files that are either complete or not there at all."""

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tarsier_fpga.hls.base.errors import HostError

__all__ = ["check_folder", "json_bytes", "write_together"]


def check_folder(path: Path) -> None:
    """Make sure, before long work, that `path` can be written.

    Raises:
        HostError: its folder does not exist, or it is a folder itself.
    """
    if not path.parent.is_dir():
        raise HostError(f"{path}: the folder {path.parent} does not exist")
    if path.is_dir():
        raise HostError(f"{path} is a folder, name a file in it")


def json_bytes(facts: Mapping) -> bytes:
    """`facts` as JSON; infinities, which JSON does not have, become null."""
    return (json.dumps(_finite(facts), indent=2, allow_nan=False) + "\n").encode()


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write all `files` or none: each under a temporary name first, renamed once all are there."""
    partial = {path: path.with_name(f".{path.name}.{os.getpid()}") for path in files}
    try:
        for path, content in files.items():
            partial[path].write_bytes(content)
        for path, temporary in partial.items():
            temporary.replace(path)
    finally:
        for temporary in partial.values():
            temporary.unlink(missing_ok=True)


def _finite(value: Any) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return None
        case Mapping():
            return {key: _finite(item) for key, item in value.items()}
        case list() | tuple():
            return [_finite(item) for item in value]
    return value
