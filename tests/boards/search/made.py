# SPDX-License-Identifier: MIT
"""A tiny search: photographs of noise, networks of a few channels, trainings of a few steps."""

from pathlib import Path

import numpy as np
from PIL import Image

from tarsier_fpga.search.search_plan import SearchPlan, read_plan

__all__ = ["BASE", "tiny_plan", "tiny_search"]

BASE = """
photographs = "photos"
seed = 1
[net]
kind = "bbcu"
channels = 4
units = 1
[crop]
batch = 2
size = 12
[schedule]
iterations = 8
warmup = 2
save_every = 1
"""

SEARCH = """
config = "base.toml"
board = "zcu104"
size = "64x48"
fps = 1000
trials = 4
generation = 2
held_back = 1
seed = 3
[rungs]
steps = [2, {last}]
[space.net]
channels = [4, 8]
sign_window = {{ low = 0.5, high = 2.0 }}
"""


def tiny_search(folder: Path, last: int = 4, extra: str = "") -> Path:
    """The config of the search in `folder`, with its photographs beneath."""
    photos = folder / "data" / "photos"
    photos.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for n in range(4):
        Image.fromarray(rng.integers(0, 256, (48, 56, 3), np.uint8)).save(photos / f"p{n}.png")
    (folder / "base.toml").write_text(BASE)
    config = folder / "tiny.toml"
    config.write_text(SEARCH.format(last=last) + extra)
    return config


def tiny_plan(folder: Path, last: int = 4, extra: str = "") -> SearchPlan:
    """The search itself."""
    return read_plan(tiny_search(folder, last, extra))
