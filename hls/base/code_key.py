# SPDX-License-Identifier: MIT
"""The code that decides a result: what a module imports of its own package, and files beside it.

A result is kept under a key of this code, so that a change of what made it makes it anew, and a
change of anything else does not. Comments decide nothing.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

__all__ = ["code_files", "code_of", "without_comments"]

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]+)|import[ \t]+([\w.]+))",
    re.MULTILINE,
)
# A string as it is, or else an end of lines that hold nothing but comments.
_TOKEN = re.compile(
    r'("""(?:\\.|[^\\])*?"""'
    r"|'''(?:\\.|[^\\])*?'''"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'(?:\\.|[^'\\\n])*')"
    r"|(?:[ \t]*(?:#[^\n]*)?\n)+",
    re.DOTALL,
)
_NO_DATA = {".md", ".py", ".pyc", ".typed"}


def code_of(*roots: str, beside: Iterable[Path] = ()) -> list[bytes]:
    """Names and contents, comments of Python aside, of `code_files`: parts of a key."""
    parts = []
    for path in code_files(*roots, beside=beside):
        content = path.read_bytes()
        if path.suffix == ".py":
            content = without_comments(content.decode()).encode()
        parts += [path.name.encode(), content]
    return parts


def code_files(*roots: str, beside: Iterable[Path] = ()) -> list[Path]:
    """Every module that `roots` import, each other, of the same package, with its data files.

    A root is the name of a module, or of a package for all modules in its folder, which is how
    those are named that are found and not imported. The data of a module is what lies beside it:
    templates, SystemVerilog, C++. `beside` are more folders of data, with all that is in them.
    """
    todo = [module for root in roots for module in _own(root)]
    seen: dict[str, Path] = {}
    while todo:
        module = todo.pop()
        path = _path(module)
        if path is None or module in seen:
            continue
        seen[module] = path
        todo += _imports(path.read_text(), module.partition(".")[0])
        todo.append(module.rpartition(".")[0])  # a package is run before what is in it
    data = {file for path in seen.values() for file in path.parent.iterdir() if _is_data(file)}
    data |= {file for folder in beside for file in folder.rglob("*") if _is_data(file)}
    return [path for _, path in sorted(seen.items())] + sorted(data)


def without_comments(source: str) -> str:
    """`source`, of Python, as the same tokens with no comment and no empty line.

    >>> without_comments("a = '#'  # a sign\\n\\n# a line\\nb = 1\\n")
    "a = '#'\\nb = 1\\n"
    """
    return _TOKEN.sub(lambda token: token[1] or "\n", source).lstrip("\n")


def _own(root: str) -> Iterator[str]:
    yield root
    folder = _path(root)
    if folder is None:
        raise ModuleNotFoundError(f"{root}: there is no such module")
    if folder.name == "__init__.py":
        yield from (f"{root}.{path.stem}" for path in folder.parent.glob("[!_]*.py"))


def _imports(source: str, package: str) -> Iterator[str]:
    """Names that may be modules of `package`: of an import, all that it could mean."""
    for base, names, plain in _IMPORT.findall(source):
        for module in filter(None, (base, plain)):
            if module.partition(".")[0] == package:
                yield module
                yield from (f"{module}.{name}" for name in re.findall(r"\w+", names))


def _path(module: str) -> Path | None:
    """The file of `module`; None of what is no module, and of the package as a whole."""
    home, *inside = module.split(".", 2)[1:] or [""]
    found = home and _home(f"{module.split('.', 1)[0]}.{home}")
    if not found:
        return None
    path = found.joinpath(*inside[0].split(".")) if inside else found
    return next(
        (file for file in (path / "__init__.py", path.with_suffix(".py")) if file.is_file()), None
    )


@cache
def _home(name: str) -> Path | None:
    """Where the module or package `name` is, without its ending; folders may have other names."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin)
    return path.parent if spec.submodule_search_locations else path.with_suffix("")


def _is_data(path: Path) -> bool:
    return path.is_file() and path.suffix not in _NO_DATA and not path.name.startswith(".")
