# SPDX-License-Identifier: MIT
"""Random networks through all levels, 200 of them: `make bench-networks`.

The first that is wrong is made small and printed, and the run ends there. What has no hardware, as
where scales lie too far apart to be summed, is refused in a sentence, and counted.
"""

import time

from tarsier_fpga.hls.base.errors import FlowError
from tests.networks.check import built, check
from tests.networks.choose import chosen, holds
from tests.networks.strategy import networks

COUNT, EACH = 200, 20  # networks in all, and of those that are chosen from one another


def main() -> None:
    started, refused = time.perf_counter(), 0
    for number in range(COUNT):
        if number % EACH == 0:
            some = chosen(networks(), EACH, start=1000 + number)
        print(f"\n-- {number + 1} of {COUNT}, after {time.perf_counter() - started:.0f} s")
        network, budget = some[number % EACH], 1 << number % 5
        try:
            built(network)
        except FlowError as error:
            refused += 1
            print(f"refused: {error}")
            continue
        holds(lambda network, budget=budget: check(network, budget), network)
    print(f"{COUNT - refused} networks are the same integers at every level, {refused} are refused")


if __name__ == "__main__":
    main()
