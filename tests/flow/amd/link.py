# SPDX-License-Identifier: MIT
"""v++ --link as a checking recorder: kernels, streams and memories must be there."""

import json
import re
import shutil
from collections import Counter
from pathlib import Path

from tests.flow.amd.ports import ModelError

__all__ = ["link"]

_PLATFORM = re.compile(r"xilinx_u\d+c?_gen3x16_xdma_\w+")


def link(arguments: list[str]) -> None:
    """Leave a.xclbin, its information and a routed project in the current folder."""
    kernels = {}
    for path in (Path(word) for word in arguments if word.endswith(".xo")):
        if not path.is_file():
            raise ModelError(f"there is no file {path}")
        facts = json.loads(path.read_text())
        kernels[facts["kernel"]] = facts["ports"]
    platform = arguments[arguments.index("--platform") + 1]
    if not _PLATFORM.fullmatch(platform):
        raise ModelError(f"platform {platform} is not installed")
    config = Path(arguments[arguments.index("--config") + 1]).read_text()
    _check(re.findall(r"^(nk|sc|sp)=(.+)$", config, re.MULTILINE), kernels)
    project = Path("_x/link/vivado/vpl/prj/prj.xpr")
    project.parent.mkdir(parents=True, exist_ok=True)
    project.write_text("")
    Path("a.xclbin").write_text("made by a model of v++\n")
    shutil.copy(Path(__file__).parent / "reports" / "a.xclbin.info", "a.xclbin.info")


def _check(lines: list[tuple[str, str]], kernels: dict[str, dict]) -> None:
    units, used = {}, Counter()
    for key, value in lines:
        match key, value.split(":"):
            case "nk", [kernel, "1", unit]:
                if kernel not in kernels:
                    raise ModelError(f"{unit}: there is no kernel {kernel}")
                units[unit] = kernels[kernel]
            case "sc", [source, target]:
                for end, out in ((source, True), (target, False)):
                    unit, _, port = end.partition(".")
                    if units.get(unit, {}).get(port) != ["axis", out]:
                        raise ModelError(f"sc={value}: {end} is no such stream")
                    used[end] += 1
            case "sp", [end, memory]:
                unit, _, port = end.partition(".")
                if units.get(unit, {}).get(port) != ["aximm", True]:
                    raise ModelError(f"sp={value}: {end} is no memory port")
                if not re.fullmatch(r"(DDR|HBM)\[\d+\]", memory):
                    raise ModelError(f"sp={value}: there is no memory {memory}")
                used[end] += 1
            case _:
                raise ModelError(f"{key}={value} is not understood")
    for unit, ports in units.items():
        for port, (kind, _) in ports.items():
            if kind in ("axis", "aximm") and used[f"{unit}.{port}"] != 1:
                raise ModelError(f"{unit}.{port} is connected {used[f'{unit}.{port}']} times")
