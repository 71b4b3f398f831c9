# SPDX-License-Identifier: MIT
"""Networks that are worth their minute: few that together have much of what there is.

Most of what hypothesis draws is small and alike, while a network costs seconds in every level. So
many are drawn, the check is run on those that bring most that is new, and once one fails, on
everything that hypothesis tries to make it smaller.
"""

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from tests.networks.features import features
from tests.networks.layers import Network

__all__ = ["chosen", "holds"]

_DRAWN = 25  # networks for each that is checked
_SETTINGS = settings(
    phases=[Phase.generate, Phase.shrink],
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def holds(
    check: Callable[[Network], None],
    strategy: SearchStrategy[Network],
    count: int,
    start: int = 0,
) -> None:
    """Run `check` on the `count` networks of `chosen`.

    What it raises comes from the smallest network found that it raises on, which hypothesis prints.
    """
    wanted = chosen(strategy, count, start)
    failed = False

    def run(network: Network) -> None:
        nonlocal failed
        if network in wanted or failed:
            try:
                check(network)
            except BaseException:
                failed = True
                raise

    _drawn(strategy, count, start, run)


def chosen(strategy: SearchStrategy[Network], count: int, start: int = 0) -> list[Network]:
    """`count` networks, of which each brings the most features that none before it has.

    Other numbers to `start` with give other networks, the same in every run.
    """
    found: dict[Network, frozenset[str]] = {}
    _drawn(strategy, count, start, lambda network: found.setdefault(network, features(network)))
    assert len(found) >= count, f"only {len(found)} of {count} networks exist"
    networks: list[Network] = []
    seen: set[str] = set()
    for _ in range(count):
        best = max(found, key=lambda network: len(found[network] - seen))
        seen |= found.pop(best)
        networks.append(best)
    return networks


def _drawn(
    strategy: SearchStrategy[Network], count: int, start: int, run: Callable[[Network], object]
) -> None:
    @seed(start)
    @settings(_SETTINGS, max_examples=count * _DRAWN)
    @given(strategy)
    def test(network: Network) -> None:
        run(network)

    test()
