# SPDX-License-Identifier: MIT
"""Random networks through all levels, 200 of them: `make bench-networks`.

The first that is wrong is made small and printed, and the run ends there.
"""

import time

from tests.networks.check import check
from tests.networks.choose import chosen, holds
from tests.networks.strategy import networks

COUNT, EACH = 200, 20  # networks in all, and of those that are chosen from one another


def main() -> None:
    started = time.perf_counter()
    for number in range(COUNT):
        if number % EACH == 0:
            some = chosen(networks(), EACH, start=1000 + number)
        print(f"\n-- {number + 1} of {COUNT}, after {time.perf_counter() - started:.0f} s")
        budget = 1 << number % 5
        holds(lambda network, budget=budget: check(network, budget), some[number % EACH])
    print(f"{COUNT} networks are the same integers at every level")


if __name__ == "__main__":
    main()
