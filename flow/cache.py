# SPDX-License-Identifier: MIT
"""Build products kept by the content they were made from."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

__all__ = ["cache_dir", "content_key", "made_once"]


def cache_dir() -> Path:
    """$TARSIER_CACHE, else tarsier/ in the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("TARSIER_CACHE") or Path(base) / "tarsier")


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
    with (home / f"{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not final.is_dir():
            work = Path(tempfile.mkdtemp(prefix=f"{key}.", dir=home))
            try:
                make(work)
                work.rename(final)
            finally:
                shutil.rmtree(work, ignore_errors=True)
    return final
