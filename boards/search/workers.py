# SPDX-License-Identifier: MIT
"""Workers that tasks run on: Ray's, on this machine or on a cluster.

A task whose worker dies runs again on another; as every task goes on from what it left on the disk,
nothing but time is lost. When Ray itself ends, the search says so and ends; it resumes.
"""

import logging
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Protocol, TypeVar

from tarsier_fpga.hls.base.errors import HostError

__all__ = ["Run", "in_turn", "ray_workers"]

_STORE_BYTES = 80 << 20  # of shared memory, the least that Ray takes; tasks hand over a few numbers
_STARTS = 4  # attempts
_ANSWER = 10.0  # seconds that a cluster may take to
_RETRIES = 20  # of a task whose worker died
_TICK = 0.5  # seconds
_GRACE = 30.0  # seconds that interrupted trainings get to save their state

T = TypeVar("T")


class Run(Protocol):
    """Calls a function with each of many arguments; gives the results as they come, by index."""

    def __call__(
        self, work: Callable[..., T], tasks: Sequence[tuple[Any, ...]], /
    ) -> Iterator[tuple[int, T]]: ...


def in_turn(work: Callable[..., T], tasks: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, T]]:
    """A Run in this process, one task after the other."""
    for index, task in enumerate(tasks):
        yield index, work(*task)


@contextmanager
def ray_workers(address: str | None, workers: int | None) -> Iterator[Run]:
    """A Run on Ray: that at `address`, else one started here for as long as it is needed.

    Here as many tasks run at once as `workers` says, else as there are cores; there, one a CPU.

    Raises:
        HostError: there is none at `address`, or it ended.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_worker_niceness", "0")  # as `tarsier train`
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    import ray

    if address:
        _check_listening(address)
        _start({"address": address}, f"at {address} ", 1)
    else:
        # On a busy machine Ray may take longer to start than it waits for itself.
        cores = workers or os.cpu_count()
        here = {"num_cpus": cores, "object_store_memory": _STORE_BYTES, "include_dashboard": False}
        _start(here, "", _STARTS)
    try:
        yield _run_on_ray
    finally:
        ray.shutdown()


def _start(how: Mapping[str, Any], where: str, attempts: int) -> None:
    import ray

    for attempt in range(1, attempts + 1):
        try:
            ray.init(**how, log_to_driver=False, logging_level=logging.ERROR)
            return
        except Exception as error:  # Ray raises plain ones, too
            ray.shutdown()
            why = (str(error).splitlines() or [type(error).__name__])[0]
            if attempt == attempts:
                raise HostError(f"Ray {where}does not start: {why}") from None


def _check_listening(address: str) -> None:
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not (host and port.isdecimal()):
        return  # such as auto
    try:
        socket.create_connection((host, int(port)), _ANSWER).close()
    except OSError as error:
        why = error.strerror or str(error)
        raise HostError(f"Ray at {address} does not start: {why.lower()}") from None


def _run_on_ray(
    work: Callable[..., T], tasks: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[int, T]]:
    import ray
    from ray.exceptions import RayError, RayTaskError

    remote = ray.remote(num_cpus=1, max_retries=_RETRIES)(work)
    left = {remote.remote(*task): index for index, task in enumerate(tasks)}
    try:
        while left:
            # Waiting is cut into pieces, between which Ctrl-C is heard.
            finished, _ = ray.wait(list(left), num_returns=1, timeout=_TICK)
            for done in finished:
                yield left.pop(done), ray.get(done)
    except RayTaskError as error:  # a fault of the task's own
        raise error.as_instanceof_cause() from None
    except RayError as error:
        why = str(error).splitlines()[0]
        raise HostError(f"Ray ended: {why}; the same command goes on with the search") from None
    finally:
        with suppress(RayError, ConnectionError):  # of a Ray that is no more
            for task in left:
                ray.cancel(task)
            if left:
                ray.wait(list(left), num_returns=len(left), timeout=_GRACE)
