# SPDX-License-Identifier: MIT
"""Synthesize every recorded parameter set, write the tables of this folder and that of the README.

python -m tests.baselines.record [--missing]
"""

import argparse
import json
import re
import sys
from importlib.metadata import version
from pathlib import Path

from tarsier_fpga.flow.synth.counted import Counted
from tarsier_fpga.flow.synth.yosys.pool import synthesize_all
from tarsier_fpga.flow.synth.yosys.run_yosys import TOOL
from tarsier_fpga.hls.base.errors import ToolError
from tarsier_fpga.hls.cost.family import AMD, Family
from tests.baselines.finn_units import CYCLES, UNITS, cycles_of, sizes_of
from tests.baselines.recorded import RECORDED, families, instance

__all__ = [
    "COUNTED",
    "FINN",
    "README",
    "Sizes",
    "facts",
    "finn_sizes",
    "read",
    "readme_with",
    "sizes",
]

COUNTED = ("lut", "ff", "bram36", "dsp")
FINN = f"finn-plus {version('finn-plus')}"
README = Path(__file__).parents[2] / "hls" / "README.md"
_HERE = Path(__file__).parent
_HEAD = """\
| kernel | parameters | LUT | FF | BRAM36 | DSP | xc7: LUT, FF |
|---|---|--:|--:|--:|--:|--:|
"""
_FINN_HEAD = """
The same from FINN's own RTL, synthesized the same way; its window needs a padding unit before it.

| kernel | parameters | LUT | FF | BRAM36 | cycles a frame | FINN's: LUT, FF, BRAM36, cycles |
|---|---|--:|--:|--:|--:|---|
"""
_BEGIN, _END = "<!-- sizes: make baselines -->\n", "<!-- /sizes -->\n"

Sizes = dict[str, dict[str, dict[str, float]]]  # label -> family -> what is counted


def sizes(resources: Counted) -> dict[str, float]:
    """What a table holds of `resources`."""
    return {name: getattr(resources, name) for name in COUNTED}


def facts(kernel: str) -> dict:
    """What is recorded of a kernel: the tool, and the sizes it found."""
    return json.loads((_HERE / f"{kernel}.json").read_text())


def read(kernel: str) -> Sizes:
    """The recorded sizes of a kernel."""
    return facts(kernel)["sizes"]


def finn_sizes(kernel: str, label: str) -> dict:
    """What FINN's units cost where our kernel is recorded, or why Yosys refuses them."""
    units = UNITS[kernel][label]
    try:
        return {family: sizes(sizes_of(units, family)) for family in AMD}
    except ToolError as error:
        return {"refused": re.search(r"ERROR: (.+)", str(error))[1]}


def readme_with(tables: dict[str, Sizes], finn: dict[str, Sizes]) -> str:
    """The README with `tables`, and those of FINN's units, between its marks."""
    rows = [
        _row(kernel, label, found)
        for kernel, table in tables.items()
        for label, found in table.items()
    ]
    text = README.read_text()
    before, rest = text.split(_BEGIN)
    beside = [
        _finn_row(kernel, label, tables[kernel][label], found)
        for kernel, table in finn.items()
        for label, found in table.items()
    ]
    tables_text = _HEAD + "".join(rows) + _FINN_HEAD + "".join(beside)
    return before + _BEGIN + tables_text + _END + rest.split(_END)[1]


def _row(kernel: str, label: str, found: dict[str, dict[str, float]]) -> str:
    plus, seven = found[Family.ULTRASCALE_PLUS], found.get(Family.SERIES7)
    cells = [f"{plus[name]:,g}" for name in COUNTED]
    cells.append(f"{seven['lut']:,}, {seven['ff']:,}" if seven else "")
    return f"| `{kernel}` | {label} | {' | '.join(cells)} |\n"


def _finn_row(kernel: str, label: str, ours: dict, finn: dict) -> str:
    def cells(size: dict, cycles: int | None) -> list[str]:
        numbers = [f"{size[name]:,g}" for name in ("lut", "ff", "bram36")]
        return [*numbers, f"{cycles:,}" if cycles else ""]

    own = cells(ours[Family.ULTRASCALE_PLUS], CYCLES.get((kernel, label)))
    if "refused" in finn:
        theirs = f"refused by Yosys: {finn['refused']}"
    else:
        theirs = ", ".join(cells(finn[Family.ULTRASCALE_PLUS], cycles_of(UNITS[kernel][label])))
    return f"| `{kernel}` | {label} | {' | '.join(own)} | {theirs} |\n"


def _write(name: str, recorded: dict) -> None:
    text = json.dumps(recorded, indent=2, ensure_ascii=False) + "\n"
    (_HERE / f"{name}.json").write_text(text)


def _show(kernel: str, done: float) -> None:
    print(f"{done:4.0%} {kernel}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.baselines.record", description=__doc__)
    parser.add_argument("--missing", action="store_true", help="only what has no record yet")
    missing = parser.parse_args().missing
    there = {path.stem for path in _HERE.glob("*.json")} if missing else set()
    known = {kernel: read(kernel) if kernel in there else {} for kernel in RECORDED}
    names = [
        (kernel, label)
        for kernel, table in RECORDED.items()
        for label in table
        if label not in known[kernel]
    ]
    kernels = [instance(*name) for name in names]
    found: dict[tuple[str, str], dict[str, dict[str, float]]] = {name: {} for name in names}
    for family in AMD:
        wanted = {n: k for n, k in zip(names, kernels, strict=True) if family in families(k)}
        print(f"{len(wanted)} kernels for {family}", flush=True)
        counted = synthesize_all([*wanted.values()], family, _show)
        for name, resources in zip(wanted, counted, strict=True):
            found[name][family] = sizes(resources)
    tables: dict[str, Sizes] = {
        kernel: {label: found.get((kernel, label)) or known[kernel][label] for label in table}
        for kernel, table in RECORDED.items()
    }
    finn = (
        read("finn")
        if missing
        else {
            kernel: {label: finn_sizes(kernel, label) for label in table}
            for kernel, table in UNITS.items()
        }
    )
    for kernel, table in tables.items():
        _write(kernel, {"tool": TOOL, "sizes": table})
    _write("finn", {"tool": TOOL, "package": FINN, "sizes": finn})
    README.write_text(readme_with(tables, finn))


if __name__ == "__main__":
    sys.exit(main())
