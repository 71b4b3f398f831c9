# SPDX-License-Identifier: MIT
"""How long FIFO sizing takes on a wide network at one pixel per cycle, with untrained weights.

    make bench-fifo

Everything is compiled anew. Processor time is that of all processes, on however busy a machine.
"""

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest, read_qonnx
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.flow.size.fifos import fifo_depths
from tarsier_fpga.flow.size.fold import fastest_pace, fold, solve_dots
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.reach import reach_of
from tarsier_fpga.flow.size.widths import adapt_widths, specialize
from tarsier_fpga.training.deploy.export import export_untrained

CONFIG = Path(__file__).parents[2] / "training" / "configs" / "bbcu-raw-32x18.toml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, default=CONFIG)
    parser.add_argument("--size", default="3840x2160", help="of the Bayer frame")
    parser.add_argument("--board", default="zcu104")
    options = parser.parse_args()
    width, height = (int(side) // 2 for side in options.size.split("x"))
    board = load_board(options.board)
    part = board.part
    prepare_finn()
    with tempfile.TemporaryDirectory(prefix="tarsier-bench-") as folder:
        os.environ["TARSIER_CACHE"] = folder
        onnx = export_untrained(options.config, Path(folder) / f"{options.config.stem}.onnx")
        graph = set_frame(lower(ingest(read_qonnx(onnx))), height, width)
        model = fold(graph, fastest_pace(graph))
        model = adapt_widths(specialize(solve_dots(model, lambda done: None), part), part)
        started, used = time.perf_counter(), _processor_seconds()
        depths, found = fifo_depths(model, reach_of(model), board.clock_mhz)
        seconds, used = time.perf_counter() - started, _processor_seconds() - used
    print(
        f"{options.config.stem}, {width} packed pixels wide: {seconds:.1f} s, "
        f"{used:.1f} s of processor time\n"
        f"{len(depths)} FIFOs, {sum(depths.values())} words, {found.bits / 1000:.1f} kbit "
        f"({found.bits_unbounded / 1000:.1f} in the unbounded run)\n"
        f"{found.cycles} cycles for a frame of {found.rows} rows "
        f"({found.cycles_unbounded} in the unbounded run)"
    )


def _processor_seconds() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


if __name__ == "__main__":
    main()
