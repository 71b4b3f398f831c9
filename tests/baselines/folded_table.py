# SPDX-License-Identifier: MIT
"""Write the table of hls/README.md that puts folded windows beside whole ones, as recorded.

python -m tests.baselines.folded_table
"""

import sys
from pathlib import Path

from tarsier_fpga.hls.cost.family import Family
from tests.baselines.record import COUNTED, read

__all__ = ["README", "readme_with_folded"]

README = Path(__file__).parents[2] / "hls" / "README.md"
_BEGIN = "<!-- folded: python -m tests.baselines.folded_table -->\n"
_END = "<!-- /folded -->\n"
_HEAD = """\
| kernels | LUT | FF | BRAM36 | DSP |
|---|--:|--:|--:|--:|
"""
_DOT = "576 terms, 64 rows, Simd"
_WINDOW = "64 × 6 bits, 240 × 136"
PAIRS = {
    "`window`, `int_dot`": {"window": _WINDOW, "int_dot": f"{_DOT} 64, Pe 2, 6 bits"},
    "`window_fold`, `int_dot_fold`": {
        "window_fold": f"{_WINDOW}, 16 lanes",
        "int_dot_fold": f"{_DOT} 16, Pe 8, 6 bits",
    },
    "the same, four groups": {
        "window_fold": f"{_WINDOW}, 4 lanes, 4 groups",
        "int_dot_fold": "144 terms, 64 rows, Simd 4, Pe 8, 6 bits, block",
    },
}


def readme_with_folded() -> str:
    """The README with a row for each pair of kernels between its marks."""
    before, rest = README.read_text().split(_BEGIN)
    rows = "".join(_row(told, kernels) for told, kernels in PAIRS.items())
    return before + _BEGIN + _HEAD + rows + _END + rest.split(_END)[1]


def _row(told: str, kernels: dict[str, str]) -> str:
    sizes = [read(name)[label][Family.ULTRASCALE_PLUS] for name, label in kernels.items()]
    counts = [sum(size[what] for size in sizes) for what in COUNTED]
    return f"| {told} | {' | '.join(f'{count:,g}' for count in counts)} |\n"


if __name__ == "__main__":
    README.write_text(readme_with_folded())
    sys.exit()
