# SPDX-License-Identifier: MIT
"""What papers print, to be printed beside what is measured; from published.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["Row", "paper_cost", "paper_row"]


@dataclass(frozen=True, slots=True)
class Row:
    """What a paper prints for a set and a setting; PSNR in dB."""

    psnr: float
    ssim: float | None


def paper_row(net: str, key: str, image_set: str, setting: int) -> Row | None:
    """What the papers print at a setting of `key`, if they do; of a net's hardware form, too."""
    rows = _published().get(net.removesuffix("-hw"), {}).get(key, {})
    match rows.get(image_set, {}).get(str(setting)):
        case [psnr, similarity]:
            return Row(psnr, similarity)
        case float(psnr):
            return Row(psnr, None)
        case _:
            return None


def paper_cost(net: str) -> tuple[str, str] | None:
    """G of OPs and K of parameters as the paper prints them, if it does."""
    facts = _published().get(net.removesuffix("-hw"), {})
    return (facts["ops_g"], facts["params_k"]) if "ops_g" in facts else None


@cache
def _published() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("published.toml").read_text())
