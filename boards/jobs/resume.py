# SPDX-License-Identifier: MIT
"""Where a sequence was left, so that the same command goes on there: OUT/run.state.npz.

It is written together with each picture, and goes when the run is complete. What it is of is in
it: the network, what was asked for, and the files that are read. Another's is not touched, but
replaced.
"""

import hashlib
import io
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from tarsier_fpga.devices.recurrent import States

__all__ = ["STATE_FILE", "Keeper", "Left", "key_of", "read_left"]

STATE_FILE = "run.state.npz"
_ABOUT = "about"


@dataclass(frozen=True, slots=True, eq=False)
class Left:
    """A sequence after a whole frame.

    Attributes:
        done: items of the source that are done, skipped ones too
        frames: name and gain of each restored frame
        skipped: why others were not
        seconds: in the network itself
        balance: white balance of all frames, once there is one
        states: that the last frame left
    """

    done: int = 0
    frames: tuple[tuple[str, float | None], ...] = ()
    skipped: tuple[str, ...] = ()
    seconds: float = 0.0
    balance: tuple[float, float, float] | None = None
    states: States = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Keeper:
    """Notes, frame by frame, where a sequence is, in the folder of its pictures."""

    folder: Path
    key: str
    left: Left

    def skip(self, problem: str) -> None:
        """Note a frame that was dropped; it is written with the next that is not."""
        self.left = replace(
            self.left, done=self.left.done + 1, skipped=(*self.left.skipped, problem)
        )

    def after(
        self,
        name: str,
        gain: float | None,
        seconds: float,
        balance: tuple[float, float, float] | None,
        states: States,
    ) -> dict[Path, bytes]:
        """What is to be written together with the picture called `name`."""
        before = self.left
        self.left = replace(
            before,
            done=before.done + 1,
            frames=(*before.frames, (name, gain)),
            seconds=before.seconds + seconds,
            balance=balance,
            states=states,
        )
        return {self.folder / STATE_FILE: _bytes(self.key, self.left)}

    def finish(self) -> None:
        """There is nothing to go on with."""
        (self.folder / STATE_FILE).unlink(missing_ok=True)


def key_of(net: bytes, settings: dict[str, object], files: list[Path]) -> str:
    """What a state is of: a network's file, what was asked for, and what is read."""
    facts = [[file.name, file.stat().st_size, file.stat().st_mtime_ns] for file in files]
    whole = json.dumps([settings, facts], sort_keys=True, default=str).encode()
    return hashlib.sha256(net + whole).hexdigest()


def read_left(folder: Path, key: str) -> Left | None:
    """What `folder` holds of the same work; None if there is nothing, or it is damaged."""
    try:
        with np.load(folder / STATE_FILE, allow_pickle=False) as file:
            about = json.loads(str(file[_ABOUT]))
            states = {name: file[name] for name in file.files if name != _ABOUT}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    if about.pop("key", None) != key:
        return None
    if not all((folder / f"{name}.png").is_file() for name, _ in about["frames"]):
        return None
    about["frames"] = tuple((name, gain) for name, gain in about["frames"])
    about["skipped"] = tuple(about["skipped"])
    about["balance"] = tuple(about["balance"]) if about["balance"] else None
    return Left(**about, states=states)


def _bytes(key: str, left: Left) -> bytes:
    about = {name: value for name, value in asdict(left).items() if name != "states"}
    whole = io.BytesIO()
    arrays: dict[str, Any] = {_ABOUT: np.array(json.dumps(about | {"key": key})), **left.states}
    np.savez(whole, **arrays)
    return whole.getvalue()
