# SPDX-License-Identifier: MIT
"""Files and folders that are either complete or not there at all."""

import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tarsier_fpga.hls.base.errors import HostError

__all__ = ["check_folder", "json_bytes", "replacing_folder", "write_together", "writing"]


def check_folder(path: Path) -> None:
    """Make sure, before long work, that `path` can be written.

    Raises:
        HostError: its folder does not exist, or it is a folder itself.
    """
    if not path.parent.is_dir():
        raise HostError(f"{path}: the folder {path.parent} does not exist")
    if path.is_dir():
        raise HostError(f"{path} is a folder, name a file in it")


def json_bytes(facts: Mapping[str, Any]) -> bytes:
    """`facts` as JSON; infinities, which JSON does not have, become null."""
    return (json.dumps(_finite(facts), indent=2, allow_nan=False) + "\n").encode()


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """A name beside `path` to write to, which becomes `path` if all goes well, and vanishes if not.

    It has the ending of `path`, since writers choose a format by it, and is this process's alone,
    since several may make the same file.
    """
    partial = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield partial
        if partial.exists():
            partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write all `files` or none: each under a temporary name first, renamed once all are there."""
    partial = {path: path.with_name(f".{os.getpid()}.{path.name}") for path in files}
    try:
        for path, content in files.items():
            partial[path].write_bytes(content)
        for path, temporary in partial.items():
            temporary.replace(path)
    finally:
        for temporary in partial.values():
            temporary.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """A temporary folder that becomes `path` if all goes well, and vanishes if not.

    What was at `path` is there until then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent)).resolve()
    try:
        yield work
        old = work.with_name(f"{work.name}.old")
        if path.exists():
            path.rename(old)
        work.chmod(0o755)
        work.rename(path)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _finite(value: Any) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return None
        case Mapping():
            return {key: _finite(item) for key, item in value.items()}
        case list() | tuple():
            return [_finite(item) for item in value]
    return value
