# SPDX-License-Identifier: MIT
"""Work in stages that overlap: each in a thread of its own, with short queues between them.

A stage that is ahead waits for the next one, so that no more than a few items are in memory. An
error in one stage ends all of them and is raised, with its cause, where the results are taken;
leaving the results early, Ctrl-C included, ends them too.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Stage", "Stopped", "run_stages"]

_END = object()
_DEPTH = 2


class Stopped(Exception):
    """No error, but the way out of a stage that is no longer wanted."""


@dataclass(slots=True, eq=False)
class Stage:
    """One step: its name, what it does to an item, and the seconds it has spent on that."""

    name: str
    work: Callable[[Any], Any]
    busy: float = 0.0


class _Channel:
    """At most `depth` items between two threads."""

    def __init__(self, depth: int, stop: threading.Event) -> None:
        self._items: deque[Any] = deque()
        self._depth, self._stop = depth, stop
        self.changed = threading.Condition()

    def put(self, item: Any) -> None:
        with self.changed:
            self.changed.wait_for(lambda: self._stop.is_set() or len(self._items) < self._depth)
            if self._stop.is_set():
                raise Stopped
            self._items.append(item)
            self.changed.notify_all()

    def get(self) -> Any:
        with self.changed:
            self.changed.wait_for(lambda: self._stop.is_set() or self._items)
            if self._stop.is_set():
                raise Stopped
            item = self._items.popleft()
            self.changed.notify_all()
            return item


class _Line:
    """The threads, the channels between them, and the first error of any."""

    def __init__(self, stages: Sequence[Stage], depth: int) -> None:
        self.stop = threading.Event()
        self.error: BaseException | None = None
        self.channels = [_Channel(depth, self.stop) for _ in range(len(stages) + 1)]
        self._stages = stages

    def threads(self, items: Iterable[Any]) -> list[threading.Thread]:
        feeder = threading.Thread(target=self._guarded, args=(self._feed, items), daemon=True)
        workers = [
            threading.Thread(target=self._guarded, args=(self._work, index), daemon=True)
            for index in range(len(self._stages))
        ]
        return [feeder, *workers]

    def end(self, error: BaseException | None = None) -> None:
        """Wake every thread and let it end; the first `error` is the one to be raised."""
        if error is not None and not self.stop.is_set():
            self.error = error
        self.stop.set()
        for channel in self.channels:
            with channel.changed:
                channel.changed.notify_all()

    def _guarded(self, target: Callable[[Any], None], argument: Any) -> None:
        try:
            target(argument)
        except Stopped:
            self.end()
        except BaseException as error:  # whatever it is belongs to whoever takes the results
            self.end(error)

    def _feed(self, items: Iterable[Any]) -> None:
        for item in items:
            self.channels[0].put(item)
        self.channels[0].put(_END)

    def _work(self, index: int) -> None:
        stage, source, target = self._stages[index], *self.channels[index : index + 2]
        while (item := source.get()) is not _END:
            begin = time.perf_counter()
            item = stage.work(item)
            stage.busy += time.perf_counter() - begin
            target.put(item)
        target.put(_END)


def run_stages(
    items: Iterable[Any], stages: Sequence[Stage], stopping: Callable[[], None] = lambda: None
) -> Generator[Any, None, None]:
    """What becomes of `items` in `stages`, in order.

    `stopping` is called once when they are to end early, for a stage that is deep in its work.

    >>> list(run_stages([1, 2], [Stage("double", lambda x: 2 * x), Stage("say", str)]))
    ['2', '4']
    """
    line = _Line(stages, _DEPTH)
    threads = line.threads(items)
    finished = False
    try:  # Ctrl-C may come while the last of them begin, and the first are at work
        for thread in threads:
            thread.start()
        while (item := line.channels[-1].get()) is not _END:
            yield item
        finished = True
    except Stopped:
        pass  # by an error, which is raised below
    finally:
        if not finished:
            stopping()
        line.end()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
    if line.error is not None:
        raise line.error
