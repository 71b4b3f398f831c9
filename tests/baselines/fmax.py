# SPDX-License-Identifier: MIT
"""Place and route kernels alone, write fmax.json and the table of the README.

python -m tests.baselines.fmax
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.synth.nextpnr.alone import placed_alone
from tarsier_fpga.flow.synth.nextpnr.pnr_tools import TOOL
from tarsier_fpga.hls.base.cache import cache_dir
from tarsier_fpga.hls.describe.examples import signs, two_slopes, weights
from tarsier_fpga.hls.kernels.act_table import act_table
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.kernels.int_dot_const import int_dot_const
from tarsier_fpga.hls.kernels.requant import requant
from tarsier_fpga.hls.kernels.residual_add import residual_add
from tarsier_fpga.hls.kernels.sign_threshold import sign_threshold
from tarsier_fpga.hls.kernels.stream_fork import stream_fork
from tarsier_fpga.hls.kernels.window import window
from tarsier_fpga.hls.kernels.xnor_dot_const import xnor_dot_const
from tarsier_fpga.hls.netlist.instance import Instance
from tests.baselines.record import README

__all__ = ["ASKED_MHZ", "BOARD", "KERNELS", "RECORD", "SEED", "measured", "readme_with"]

BOARD, ASKED_MHZ, SEED = "ulx3s-85f", 250, 1
RECORD = Path(__file__).with_name("fmax.json")
_BEGIN, _END = "<!-- fmax: make fmax -->\n", "<!-- /fmax -->\n"
_HEAD = """\
| kernel | parameters | MHz | wires, of the slowest path |
|---|---|--:|--:|
"""

# Of bbcu-raw-32x18 at 3840 x 2160: 32 channels, 9-bit residuals, rows of 1,920 packed pixels. Half
# as many channels show what one adder between registers gives; 3 levels are the default, and 2 what
# a design gets above 200 MHz.
KERNELS: Mapping[str, Mapping[str, Callable[[], Instance]]] = {
    "xnor_dot_const": {
        "288 terms, 32 rows": lambda: xnor_dot_const(signs(32, 288)),
        "288 terms, 32 rows, 2 levels": lambda: xnor_dot_const(signs(32, 288), 2),
        "144 terms, 16 rows": lambda: xnor_dot_const(signs(16, 144)),
        "144 terms, 16 rows, 2 levels": lambda: xnor_dot_const(signs(16, 144), 2),
        "144 terms, 16 rows, 1 level": lambda: xnor_dot_const(signs(16, 144), 1),
    },
    "int_dot_const": {
        "36 terms, 4 rows, 10 bits": lambda: int_dot_const(
            weights(4, 36), np.zeros(4, int), 10, False
        ),
        "36 terms, 4 rows, 10 bits, 2 levels": lambda: int_dot_const(
            weights(4, 36), np.zeros(4, int), 10, False, 2
        ),
    },
    "window": {
        "32 × 1 bit, 1920 × 1080": lambda: window(32, 1, 1920, 1080, np.zeros(32, int)),
    },
    "act_table": {
        "32 channels of 289 entries": lambda: act_table(two_slopes(32, 289), 32, 9),
    },
    "sign_threshold": {
        "32 channels of 9 bits": lambda: sign_threshold(np.arange(-16, 16), 9),
    },
    "residual_add": {
        "32 lanes of 9 bits": lambda: residual_add(32, 9, True, 9, 9, -256, 255),
    },
    "requant": {"4 lanes, 20 to 10 bits": lambda: requant(4, 20, 8, 10, 0, 1023)},
    "fifo": {
        "288 bits, 2 deep": lambda: fifo(288, 2),
        "32 bits, 2000 deep": lambda: fifo(32, 2000),
    },
    "stream_fork": {"288 bits": lambda: stream_fork(288)},
}


def measured(kernel: str, label: str) -> dict[str, float]:
    """The clock that a kernel reaches, the share of wires in its slowest path."""
    report = placed_alone(
        KERNELS[kernel][label](),
        load_board(BOARD),
        ASKED_MHZ,
        SEED,
        cache_dir() / "failed" / f"fmax-{kernel}",
        lambda step, done: None,
    )
    mhz = report.clock.achieved
    return {"mhz": round(mhz, 2), "wires": round(report.wires_ns * mhz / 1000, 3)}


def readme_with(table: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """The README with `table` between its marks."""
    rows = [
        f"| `{kernel}` | {label} | {row['mhz']:.0f} | {row['wires']:.0%} |\n"
        for kernel, rows in table.items()
        for label, row in rows.items()
    ]
    before, rest = README.read_text().split(_BEGIN)
    return before + _BEGIN + _HEAD + "".join(rows) + _END + rest.split(_END)[1]


def main() -> None:
    table: dict[str, dict[str, dict[str, float]]] = {}
    for kernel, rows in KERNELS.items():
        for label in rows:
            found = measured(kernel, label)
            table.setdefault(kernel, {})[label] = found
            print(f"{kernel}, {label}: {found['mhz']:.1f} MHz", flush=True)
    facts = {"tool": TOOL, "board": BOARD, "asked_mhz": ASKED_MHZ, "seed": SEED, "fmax": table}
    RECORD.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
    README.write_text(readme_with(table))


if __name__ == "__main__":
    sys.exit(main())
