# SPDX-License-Identifier: MIT
"""Write the table of kernels of hls/README.md, from the headers of their SystemVerilog.

python -m tests.baselines.kernel_table
"""

import re
import sys
from pathlib import Path

from tarsier_fpga.hls.describe.kernel import Kernel
from tarsier_fpga.hls.kernels import kernels
from tarsier_fpga.hls.netlist.instance import rtl_sources

__all__ = ["README", "readme_with_kernels"]

README = Path(__file__).parents[2] / "hls" / "README.md"
_BEGIN, _END = "<!-- kernels: python -m tests.baselines.kernel_table -->\n", "<!-- /kernels -->\n"
_HEAD = """\
| kernel | what it gives | rate | latency |
|---|---|---|---|
"""


def readme_with_kernels() -> str:
    """The README with a row for each kernel between its marks."""
    before, rest = README.read_text().split(_BEGIN)
    rows = "".join(_row(kernel) for kernel in kernels().values())
    return before + _BEGIN + _HEAD + rows + _END + rest.split(_END)[1]


def _row(kernel: Kernel) -> str:
    instance = kernel.proofs()[0].instance
    header = next(iter(rtl_sources(instance).values())).partition("\nmodule ")[0]
    lines = [line.removeprefix("//") for line in header.splitlines()]
    title = re.search(r"\S+ - (.*?)[.;:]?$", _paragraph(lines, 2, " "))
    assert title, f"{kernel.name}: the header's third line must be 'name - what it is'"
    latency = "its stages, `Instance.latency`" if instance.latency else _said(lines, "Latency")
    what = f"{instance.kernel.partition('_const')[0]} with its matrix built in"
    cells = [
        f"`{kernel.name}`",
        f"{what if instance.latency else title[1]}<br>{_equation(lines)}",
        _said(lines, "Rate"),
        latency,
    ]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _equation(lines: list[str]) -> str:
    """The first paragraph that is set apart, line by line."""
    first = next(at for at, line in enumerate(lines) if line.startswith("   "))
    return f"`{_paragraph(lines, first, '`<br>`')}`"


def _paragraph(lines: list[str], first: int, between: str) -> str:
    """From line `first` to the next empty one, without what aligns them."""
    last = next(at for at in range(first, len(lines)) if not lines[at].strip())
    return between.join(re.sub(" +", " ", line.strip()) for line in lines[first:last])


def _said(lines: list[str], word: str) -> str:
    """The first clause of what the header says under `word`."""
    first = next(at for at, line in enumerate(lines) if line.startswith(f" {word} "))
    text = lines[first].removeprefix(f" {word} ").strip()
    for line in lines[first + 1 :]:
        if not line.startswith("   "):
            break
        text += f" {line.strip()}"
    return re.split(r"[,;]|\.(?: |$)|(?<=\d):", text)[0]


if __name__ == "__main__":
    sys.exit(README.write_text(readme_with_kernels()) == 0)
