# SPDX-License-Identifier: MIT
"""One bit on a CPU: 1-bit layers and whole networks, compiled, beside PyTorch in full precision.

    make bench-cpu

A layer is a 3x3 convolution with its activation table, residual and next signs on one thread;
beside it PyTorch's convolution of the same shape in float32, without any of these, channels last.
Whole networks run on all threads, beside their full-precision parents and their integers in
PyTorch. All take turns in one process. A figure is the median of its rounds; seconds are of the
clock, which other programs disturb, and of the processor, all threads together, which they disturb
less.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np
import torch
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.bench.machine import this_machine
from tarsier_fpga.flow.cpu.execute import CpuGraph
from tarsier_fpga.flow.sim.integer_net import IntegerNet
from tarsier_fpga.hls.base.progress import silent
from tarsier_fpga.hls.sim.toolchain import cxx
from tarsier_fpga.jobs.accelerators import lowered_net
from tarsier_fpga.jobs.contenders import full_precision
from tests.bench.cpu_layer import binary_layers

RESULT = Path("build") / "bench-cpu.json"
LAYERS = {16: (270, 1024), 32: (270, 1024), 64: (135, 1024)}
NETS = ("bbcu-raw-16x8", "bbcu-raw-32x18")
SIZES = ((1080, 1920), (2160, 3840))
ROUNDS_LAYER, ROUNDS_NET = 9, 3


@dataclass(frozen=True)
class Taken:
    seconds: float
    processor: float


def main() -> None:
    """Print the tables, and write them to build/bench-cpu.json."""
    machine = this_machine()
    print(f"{machine.cpu}, {_instructions()}, load {machine.load}, PyTorch {machine.torch}\n")
    layers = [_layer(*item) for item in LAYERS.items()]
    nets = [_net(net, size) for net in NETS for size in SIZES]
    RESULT.parent.mkdir(exist_ok=True)
    facts = {
        "machine": machine.model_dump(mode="json"),
        "instructions": _instructions(),
        "layers": layers,
        "nets": nets,
    }
    RESULT.write_text(json.dumps(facts, indent=1) + "\n")
    print(f"\n{RESULT}")


def _layer(channels: int, size: tuple[int, int]) -> dict:
    rng = np.random.default_rng(channels)
    # In a network the planes stay between layers; here they come and go as integers. So a chain of
    # layers is timed against one, and the difference is of layers alone.
    engine = CpuGraph(binary_layers(rng, channels, 1))
    long = CpuGraph(binary_layers(rng, channels, _CHAIN))
    frame = rng.integers(-128, 128, (*size, channels)).astype(np.int16)
    x = torch.randn(1, channels, *size).to(memory_format=torch.channels_last)
    weights = torch.randn(channels, channels, 3, 3).to(memory_format=torch.channels_last)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.inference_mode():
        taken = _in_turns(
            ROUNDS_LAYER,
            one=lambda: engine(frame, 1),
            many=lambda: long(frame, 1),
            pytorch=lambda: torch.conv2d(x, weights, padding=1),
        )
    torch.set_num_threads(threads)
    macs = size[0] * size[1] * 9 * channels**2
    ours = Taken(
        *(
            (getattr(taken["many"], of) - getattr(taken["one"], of)) / (_CHAIN - 1)
            for of in ("seconds", "processor")
        )
    )
    print(
        f"{channels:>3} channels, one thread: {macs / ours.processor / 1e9:7.0f} G 1-bit MAC/s,"
        f" PyTorch float32 {macs / taken['pytorch'].processor / 1e9:5.1f};"
        f" {taken['pytorch'].processor / ours.processor:5.1f} times"
        f" ({taken['pytorch'].seconds / ours.seconds:.1f} by the clock)",
        flush=True,
    )
    return {
        "channels": channels,
        "size": size,
        "macs": macs,
        "one_bit": asdict(ours),
        "pytorch": asdict(taken["pytorch"]),
    }


_CHAIN = 9  # layers


def _net(net: str, size: tuple[int, int]) -> dict:
    model: ModelWrapper = lowered_net(net, silent).model
    begin = time.perf_counter()
    engine = CpuGraph(model)
    ready = time.perf_counter() - begin
    integers = IntegerNet(model)
    parent = full_precision(f"{net}-parent")
    frame = np.random.default_rng(0).integers(0, 1024, (size[0] // 2, size[1] // 2, 4))
    codes = torch.from_numpy(frame.astype(np.int16))[None]
    floats = parent.inputs(size[1], size[0], 1)
    frame = frame.astype(np.uint16)
    pieces = codes.split(max(1, 300_000 // (size[1] // 2)), dim=1)
    with torch.inference_mode():
        taken = _in_turns(
            ROUNDS_NET,
            engine=lambda: engine(frame),
            one_thread=lambda: engine(frame, 1),
            pytorch=lambda: [integers(piece) for piece in pieces],
            parent=lambda: [parent.module(p) for p in floats.split(pieces[0].shape[1], dim=2)],
        )
    ratios = {
        name: (
            taken[name].seconds / taken["engine"].seconds,
            taken[name].processor / taken["engine"].processor,
        )
        for name in ("pytorch", "parent")
    }
    print(
        f"{net} at {size[1]} x {size[0]}: {taken['engine'].seconds:.3f} s"
        f" ({taken['one_thread'].seconds:.3f} s on one thread);"
        f" {ratios['parent'][0]:.1f} times its parent ({ratios['parent'][1]:.1f} by processor),"
        f" {ratios['pytorch'][0]:.1f} times its integers in PyTorch ({ratios['pytorch'][1]:.1f})",
        flush=True,
    )
    return {
        "net": net,
        "size": size,
        "seconds_to_be_ready": round(ready, 1),
        **{name: asdict(times) for name, times in taken.items()},
    }


def _in_turns(rounds: int, **works: Callable[[], object]) -> dict[str, Taken]:
    """The medians of each; every round has one of each, the first one not counted."""
    found: dict[str, list[Taken]] = {name: [] for name in works}
    for turn in range(rounds + 1):
        for name, work in works.items():
            begin = time.perf_counter(), time.process_time()
            work()
            if turn:
                found[name].append(
                    Taken(time.perf_counter() - begin[0], time.process_time() - begin[1])
                )
    return {
        name: Taken(median(t.seconds for t in all_), median(t.processor for t in all_))
        for name, all_ in found.items()
    }


def _instructions() -> str:
    """What g++ may use here, of the sets that the engine tells apart."""
    command = [cxx(), "-march=native", "-dM", "-E", "-x", "c++", "/dev/null"]
    defined = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for macro, name in (("__AVX512F__", "AVX-512"), ("__AVX2__", "AVX2"), ("__ARM_NEON", "NEON")):
        if f"#define {macro} " in defined:
            return name
    return "vectors of 128 bits"


if __name__ == "__main__":
    sys.exit(main())
