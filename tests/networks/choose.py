# SPDX-License-Identifier: MIT
"""Networks that are worth their minute: few that together have much of what there is.

Most of what hypothesis draws is small and alike, while a network costs seconds in every level. So
many are drawn, and those that bring most that is new are taken.
"""

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from tests.networks.features import features
from tests.networks.layers import Network
from tests.networks.show import show
from tests.networks.shrink import shrunk

__all__ = ["chosen", "holds"]

_DRAWN = 30  # networks for each that is taken


def chosen(strategy: SearchStrategy[Network], count: int, start: int = 0) -> list[Network]:
    """`count` networks, of which each brings the most features that none before it has.

    Other numbers to `start` with give other networks, the same in every run.
    """
    found: dict[Network, frozenset[str]] = {}

    @seed(start)
    @settings(
        phases=[Phase.generate],
        max_examples=count * _DRAWN,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(network: Network) -> None:
        found.setdefault(network, features(network))

    draw()
    assert len(found) >= count, f"only {len(found)} of {count} networks exist"
    networks: list[Network] = []
    seen: set[str] = set()
    for _ in range(count):
        if all(words <= seen for words in found.values()):
            seen = set()  # once more, or what is left would be the plainest
        best = max(found, key=lambda network: len(found[network] - seen))
        seen |= found.pop(best)
        networks.append(best)
    return networks


def holds(check: Callable[[Network], None], network: Network) -> None:
    """Run `check` on `network`; what it raises comes from the smallest found that it raises on."""

    def fails(smaller: Network) -> bool:
        try:
            check(smaller)
        except Exception:
            return True
        return False

    if fails(network):
        smallest = shrunk(network, fails)
        print(f"\nthe smallest that fails:\n{show(smallest)}\n{smallest!r}")
        check(smallest)
        raise AssertionError("it failed once, and then no more")
