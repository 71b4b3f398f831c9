# SPDX-License-Identifier: MIT
"""Kernels, networks, readers and backends are found, not listed: ours by folder, others by name.

A package of another's adds to Tarsier by an entry point of one of the groups; its value is a
module like those in the folder of that group.
"""

from collections.abc import Iterator
from enum import StrEnum
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeVar

from tarsier_fpga.hls.base.errors import TarsierError

__all__ = ["Group", "modules", "readers_of"]

T = TypeVar("T")


class Group(StrEnum):
    """The entry points that Tarsier looks for."""

    KERNELS = "tarsier_fpga.kernels"
    OPS = "tarsier_fpga.ops"
    NETWORKS = "tarsier_fpga.networks"
    READERS = "tarsier_fpga.readers"
    PICTURES = "tarsier_fpga.pictures"
    BACKENDS = "tarsier_fpga.backends"


def modules(package: ModuleType, group: Group) -> Iterator[tuple[str, ModuleType]]:
    """(name, module) of every module in the folder of `package`, then of every entry point.

    Raises:
        TarsierError: a module of another package cannot be imported.
    """
    for info in iter_modules(package.__path__):
        if not info.name.startswith("_"):
            yield info.name, import_module(f"{package.__name__}.{info.name}")
    for entry in entry_points(group=group):
        try:
            yield entry.name, entry.load()
        except (ImportError, AttributeError) as error:
            raise TarsierError(
                f"the entry point {entry.name} of {group}, {entry.value}, cannot be loaded: {error}"
            ) from None


def readers_of(package: ModuleType, group: Group, kind: type[T], what: str) -> list[T]:
    """The READER, of type `kind`, of every module; `what` a module is of, for a sentence.

    Raises:
        TarsierError: a module has none.
    """
    found = []
    for name, module in modules(package, group):
        reader = getattr(module, "READER", None)
        if not isinstance(reader, kind):
            raise TarsierError(
                f"{what} {name} has no READER, a {kind.__module__}.{kind.__name__},"
                f" in {module.__name__}"
            )
        found.append(reader)
    return found
