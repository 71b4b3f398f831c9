# SPDX-License-Identifier: MIT
"""A simulation in which nothing moves any more."""

from collections.abc import Mapping

from tarsier_fpga.hls.base.errors import SimError
from tarsier_fpga.hls.sim.activity import Activity

__all__ = ["Hang"]


class Hang(SimError):
    """Nothing moves any more; `probes` and `activity` are what a Result would have of them."""

    def __init__(self, sentence: str, probes: Mapping[str, int], activity: Activity) -> None:
        super().__init__(sentence)
        self.probes = probes
        self.activity = activity
