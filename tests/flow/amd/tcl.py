# SPDX-License-Identifier: MIT
"""Tcl with commands written in Python."""

from collections.abc import Callable

from tests.flow.amd.ports import ModelError

__all__ = ["Interpreter", "options"]

_FLAGS = {"-all", "-force", "-hierarchical", "-import", "-import_files", "-quiet", "-top"}


class Interpreter:
    """Executes scripts; an error in a command ends the script as the exception it is."""

    def __init__(self, commands: dict[str, Callable[..., object]]):
        import tkinter  # of Debian's python3-tk, without which the rest can still be imported

        self._tcl, self._failure = tkinter.Tcl(), tkinter.TclError
        self._error: Exception | None = None
        self._tcl.eval("namespace eval ipx {}")
        for name, work in commands.items():
            self._tcl.createcommand(name, self._wrapped(work))

    def source(self, path: str, *arguments: str) -> None:
        """Execute the file `path`, with `arguments` as argv."""
        self._tcl.setvar("argv", arguments)
        try:
            self._tcl.eval(f"source {{{path}}}")
        except self._failure:
            said = self._tcl.eval("set ::errorInfo").splitlines()
            where = next((line for line in said if "file" in line), "").strip(" ()")
            raise ModelError(f"{self._error or said[0]} {where}") from self._error

    def split(self, text: object) -> list[str]:
        """The elements of a Tcl list."""
        return [str(item) for item in self._tcl.splitlist(text)]

    def _wrapped(self, work: Callable[..., object]) -> Callable[..., object]:
        def command(*arguments):
            try:
                found = work(*map(str, arguments))
            except Exception as error:  # kept, since Tcl passes on none of it
                self._error = error
                raise
            if isinstance(found, list):
                return self._tcl.call("list", *found)
            return "" if found is None else found

        return command


def options(arguments: tuple[str, ...]) -> dict:
    """`-name value` by name, and the rest under ""."""
    chosen: dict = {"": []}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word in _FLAGS:
            continue
        if word.startswith("-") and rest:
            chosen[word] = rest.pop(0)
        else:
            chosen[""].append(word)
    return chosen
