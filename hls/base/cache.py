# SPDX-License-Identifier: MIT
"""Build products kept by the content they were made from."""

import hashlib
import json
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

__all__ = ["Cost", "cache_dir", "content_key", "cost_of", "made_once"]


@dataclass(frozen=True, slots=True)
class Cost:
    """What making a folder of the cache took.

    Attributes:
        seconds: by the clock
        gigabytes: memory of the largest process among those that its maker had run so far
    """

    seconds: float
    gigabytes: float


def cache_dir() -> Path:
    """$TARSIER_CACHE, else tarsier/ in the user's cache folder."""
    return Path(os.environ.get("TARSIER_CACHE") or user_cache_path("tarsier"))


def content_key(parts: Iterable[str | bytes]) -> str:
    """24 hex digits that change when any part, or the border between two parts, changes."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()[:24]


def made_once(kind: str, key: str, make: Callable[[Path], None]) -> Path:
    """Folder `kind`/`key` of the cache, filled by `make(folder)` if it is not there yet.

    `make` works in a temporary folder that is renamed when it returns, so an interrupted or failed
    run leaves nothing behind. Processes that want the same folder wait for the first.
    """
    home = cache_dir() / kind
    final = home / key
    if final.is_dir():
        return final
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / f"{key}.lock"):
        if not final.is_dir():
            work = Path(tempfile.mkdtemp(prefix=f"{key}.", dir=home))
            try:
                begin = time.monotonic()
                make(work)
                _note_cost(final, time.monotonic() - begin)
                work.rename(final)
            finally:
                shutil.rmtree(work, ignore_errors=True)
    return final


def cost_of(folder: Path) -> Cost | None:
    """What making `folder`, of the cache, took; None if an older version made it."""
    path = _cost_file(folder)
    return Cost(**json.loads(path.read_text())) if path.is_file() else None


def _note_cost(folder: Path, seconds: float) -> None:
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # KiB
    cost = Cost(round(seconds, 1), round(largest * 1024 / 1e9, 3))
    _cost_file(folder).write_text(json.dumps(asdict(cost)))


def _cost_file(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.cost.json")
