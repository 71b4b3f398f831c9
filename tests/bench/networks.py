# SPDX-License-Identifier: MIT
"""Random networks through all levels, 200 of them: `make bench-networks`.

The first that is wrong is made small and printed, and the run ends there. What has no hardware, as
where scales lie too far apart to be summed, is refused in a sentence, and counted. Each network has
a number, the same in every run, so that a run may be taken up again: `make bench-networks FIRST=81`
begins with the 81st, `COUNT=20` ends after 20.
"""

import argparse
import time
from functools import cache

from tarsier_fpga.hls.base.errors import FlowError
from tests.networks.check import built, check
from tests.networks.choose import chosen, holds
from tests.networks.layers import Network
from tests.networks.strategy import networks

COUNT, EACH = 200, 20  # networks in all, and of those that are chosen from one another


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--first", type=int, default=1, help="number of the first, from 1 on")
    parser.add_argument("--count", type=int, help="how many; all up to the last if left out")
    options = parser.parse_args()
    numbers = range(options.first, COUNT + 1)[: options.count]
    started, refused = time.perf_counter(), 0
    for number in numbers:
        spent = time.perf_counter() - started
        print(f"\n-- {number} of {COUNT}, after {spent:.0f} s", flush=True)
        network, budget = _numbered(number), 1 << (number - 1) % 5
        try:
            built(network)
        except FlowError as error:
            refused += 1
            print(f"refused: {error}")
            continue
        holds(lambda network, budget=budget: check(network, budget), network)
    same = len(numbers) - refused
    print(f"{same} networks are the same integers at every level, {refused} are refused")


def _numbered(number: int) -> Network:
    """The network of that number, from 1 on."""
    group, place = divmod(number - 1, EACH)
    return _group(group)[place]


@cache
def _group(group: int) -> list[Network]:
    return chosen(networks(), EACH, start=1000 + group * EACH)


if __name__ == "__main__":
    main()
