# SPDX-License-Identifier: MIT
"""What synthesizes designs: a class each, found in the folders here and by entry points.

A folder, or a module of another package that an entry point of the group tarsier_fpga.backends
names, offers its backends as BACKENDS. They import what takes long only when it is needed.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol, runtime_checkable

from tarsier_fpga.flow import synth
from tarsier_fpga.flow.board import Board, Platform
from tarsier_fpga.flow.synth.synth_facts import Synthesis
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.findings import Finding
from tarsier_fpga.hls.base.plugins import Group, modules
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.hls.cost.family import Family

__all__ = [
    "Backend",
    "backends",
    "backends_for",
    "find_backend",
    "synthesize",
    "write_project",
]


@runtime_checkable
class Backend(Protocol):
    """A tool, or several in a row, that synthesize designs."""

    @property
    def name(self) -> str:
        """What a user types, and the folder in the design's that its files are in."""

    @property
    def purpose(self) -> str:
        """What it does, as in: it makes bitstreams for Zynq boards."""

    @property
    def families(self) -> Sequence[Family]:
        """Of the boards it takes."""

    @property
    def platforms(self) -> Sequence[Platform]:
        """Of the boards it takes."""

    @property
    def writes_project(self) -> bool:
        """Whether `project` leaves something that can be run on another machine."""

    @property
    def deploys(self) -> str | None:
        """The folder in its own that an accelerator is configured from, if one here can be."""

    def needs(self) -> Sequence[Finding]:
        """The programs it runs, found or not."""

    def project(self, folder: Path, board: Board, out: Path, show: Show) -> None:
        """Write into `out` what makes something of the design in `folder`, and run nothing.

        Raises:
            FlowError: the design is not for it, or `writes_project` is false.
        """

    def run(self, folder: Path, board: Board, out: Path, show: Show) -> Synthesis:
        """What it makes of the design in `folder` for `board`; its files are left in `out`.

        Raises:
            FlowError: the design is not for it, or the tool fails; one sentence.
        """


@cache
def backends() -> Mapping[str, Backend]:
    """All backends by name, those here first.

    Raises:
        FlowError: one that an entry point names is none, or has a name that is taken.
        TarsierError: one cannot be imported.
    """
    found: dict[str, Backend] = {}
    for where, module in modules(synth, Group.BACKENDS):
        ours = module.__name__.startswith(f"{synth.__name__}.")
        if not hasattr(module, "BACKENDS") and not ours:
            raise FlowError(f"{where} of {Group.BACKENDS}: {module.__name__} offers no BACKENDS")
        for backend in getattr(module, "BACKENDS", ()):
            _check(backend, f"{where} of {Group.BACKENDS}", found)
            found[backend.name] = backend
    return found


def find_backend(name: str) -> Backend:
    """The backend called `name`.

    Raises:
        FlowError: there is none.
    """
    if name not in backends():
        raise FlowError(f"{name!r} is not one of {', '.join(map(repr, backends()))}")
    return backends()[name]


def synthesize(backend: Backend, folder: Path, board: Board, show: Show) -> Synthesis:
    """What `backend` makes of the design in `folder` for `board`, with its files in a folder there.

    Raises:
        FlowError: the board is not for it, and the message says what is; or as Backend.run.
    """
    _check_takes(backend, board)
    return backend.run(folder, board, folder / backend.name, show)


def write_project(backend: Backend, folder: Path, board: Board, show: Show) -> Path:
    """The folder of the project that `backend` would run for the design in `folder`.

    Raises:
        FlowError: it has none, or the board is not for it; or as Backend.project.
    """
    if not backend.writes_project:
        able = [other.name for other in backends().values() if other.writes_project]
        raise FlowError(f"--dry-run is for {' and '.join(able)}, {backend.name} is here to run")
    _check_takes(backend, board)
    out = folder / backend.name
    backend.project(folder, board, out, show)
    return out


def backends_for(board: Board) -> list[Backend]:
    """Those that take `board`."""
    return [
        backend
        for backend in backends().values()
        if board.family in backend.families and board.platform in backend.platforms
    ]


def _check_takes(backend: Backend, board: Board) -> None:
    able = backends_for(board)
    if backend in able:
        return
    others = [f"--with {other.name}, which {other.purpose}" for other in able]
    raise FlowError(
        f"{backend.name} {backend.purpose}, and {board.name} ({board.family}) is"
        f" {board.platform.words}: for it there is {', or '.join(others) or 'nothing here'}"
    )


def _check(backend: object, where: str, known: Mapping[str, Backend]) -> None:
    if not isinstance(backend, Backend):
        members = [name for name in vars(Backend) if not name.startswith("_")]
        lacking = [name for name in members if not hasattr(backend, name)]
        raise FlowError(f"{where}: {type(backend).__name__} lacks {', '.join(lacking)}")
    if backend.name in known:
        raise FlowError(f"{where}: there is a backend called {backend.name} already")
