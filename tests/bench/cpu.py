# SPDX-License-Identifier: MIT
"""One bit on a CPU: 1-bit layers and whole networks, compiled, beside what others offer.

    make bench-cpu                    all of it; long
    python -m tests.bench.cpu --nets bbcu-raw-16x8,unet --sizes 1920x1080 --rounds 1

A layer is a 3x3 convolution with its activation table, residual and next signs on one thread;
beside it the convolution of the same shape alone in float32, in PyTorch, eager and compiled, and
in ONNX Runtime; and, if $LARQ_PYTHON is an interpreter that has it, the 1-bit convolution of Larq
Compute Engine. Whole networks run on all threads, beside their full-precision parents in the same
three, and their own integers in PyTorch and ONNX Runtime. All take turns in one process, Larq in
one of its own. A figure is the median of its rounds; seconds are of the clock, which other programs
disturb, and of the processor, all threads together, which they disturb less.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from tarsier_fpga.bench.machine import this_machine
from tarsier_fpga.flow.cpu.execute import CpuGraph
from tarsier_fpga.hls.sim.toolchain import cxx
from tests.bench.cpu_contenders import CASES, Contest, exported, onnx_runtime
from tests.bench.cpu_layer import binary_layers
from tests.bench.turns import Taken, in_turns

RESULT = Path("build") / "bench-cpu.json"
LAYERS = {16: (270, 1024), 32: (270, 1024), 64: (135, 1024)}
SIZES = "1920x1080,3840x2160"
ROUNDS_LAYER, ROUNDS_NET = 9, 3
_CHAIN = 9  # layers
_LARQ = "LARQ_PYTHON"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables, and write them to build/bench-cpu.json."""
    parser = argparse.ArgumentParser(description="1-bit layers and networks on this CPU")
    parser.add_argument("--nets", default=",".join(CASES), help="of these")
    parser.add_argument("--sizes", default=SIZES, help="frames of networks")
    parser.add_argument("--rounds", type=int, default=ROUNDS_NET, help="of networks")
    parser.add_argument("--no-layers", action="store_true")
    options = parser.parse_args(arguments)
    machine = this_machine()
    print(
        f"{machine.cpu}, {_instructions()}, {os.cpu_count()} threads, load {machine.load},"
        f" PyTorch {machine.torch}, ONNX Runtime {onnxruntime.__version__}\n"
    )
    layers = [] if options.no_layers else [_layer(*item) for item in LAYERS.items()]
    nets = []
    for size in options.sizes.split(","):
        width, height = map(int, size.split("x"))
        nets += [_net(net, (height, width), options.rounds) for net in options.nets.split(",")]
    RESULT.parent.mkdir(exist_ok=True)
    facts = {
        "machine": machine.model_dump(mode="json"),
        "instructions": _instructions(),
        "layers": layers,
        "nets": nets,
    }
    RESULT.write_text(json.dumps(facts, indent=1) + "\n")
    print(f"\n{RESULT}; load {os.getloadavg()[0]:.1f} at the end")


def _layer(channels: int, size: tuple[int, int]) -> dict:
    rng = np.random.default_rng(channels)
    # In a network the planes stay between layers; here they come and go as integers. So a chain of
    # layers is timed against one, and the difference is of layers alone.
    engine = CpuGraph(binary_layers(rng, channels, 1))
    long = CpuGraph(binary_layers(rng, channels, _CHAIN))
    frame = rng.integers(-128, 128, (*size, channels)).astype(np.int16)
    x = torch.randn(1, channels, *size).to(memory_format=torch.channels_last)
    conv = torch.nn.Conv2d(channels, channels, 3, padding=1, bias=False)
    conv = conv.to(memory_format=torch.channels_last).eval().requires_grad_(False)
    compiled = torch.compile(conv, dynamic=False)
    in_ort, array = onnx_runtime(exported(conv, x), 1), x.contiguous().numpy()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.inference_mode(), _larq(channels, size) as larq:
        taken = in_turns(
            ROUNDS_LAYER,
            one=lambda: engine(frame, 1),
            many=lambda: long(frame, 1),
            pytorch=lambda: conv(x),
            compiled=lambda: compiled(x),
            onnxruntime=lambda: in_ort(array),
            **({"larq": larq} if larq else {}),
        )
    torch.set_num_threads(threads)
    macs = size[0] * size[1] * 9 * channels**2
    one, many = taken.pop("one"), taken.pop("many")
    ours = Taken(
        *((getattr(many, of) - getattr(one, of)) / (_CHAIN - 1) for of in ("seconds", "processor"))
    )
    print(f"{channels:>3} channels, one thread: {macs / ours.processor / 1e9:7.0f} G 1-bit MAC/s")
    for name, other in taken.items():
        print(
            f"    {name:12} {macs / other.processor / 1e9:6.1f} G MAC/s;"
            f" {other.processor / ours.processor:5.1f} times"
            f" ({other.seconds / ours.seconds:.1f} by the clock)",
            flush=True,
        )
    each = {name: asdict(other) for name, other in taken.items()}
    return {"channels": channels, "size": size, "macs": macs, "one_bit": asdict(ours), **each}


@contextmanager
def _larq(channels: int, size: tuple[int, int]) -> Iterator[Callable[[], Taken] | None]:
    """What runs a layer in Larq Compute Engine, where there is one."""
    python = os.environ.get(_LARQ)
    if python is None:
        print(f"    no Larq Compute Engine: {_LARQ} names no interpreter that has it")
        yield None
        return
    script = Path(__file__).with_name("larq_layer.py")
    command = [python, str(script), *map(str, (channels, *size))]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, text=True, env=environment, **pipes) as process:
        said = process.stdout.readline().strip()
        if not said:
            raise SystemExit(f"{python}: no layer came about; larq-compute-engine and tensorflow?")
        print(f"    {said}")

        def run() -> Taken:
            process.stdin.write("\n")
            process.stdin.flush()
            return Taken(*map(float, process.stdout.readline().split()))

        yield run
        process.stdin.close()


def _net(net: str, size: tuple[int, int], rounds: int) -> dict:
    begin = time.perf_counter()
    contest = Contest(CASES[net], size)
    ready = time.perf_counter() - begin
    with torch.inference_mode():
        taken = in_turns(rounds, **contest.works)
    ours = taken["engine"]
    print(
        f"{net} at {size[1]} x {size[0]}: {ours.seconds:.3f} s"
        f" ({taken['one_thread'].seconds:.3f} s on one thread, {ours.processor:.3f} s of processor)"
    )
    for name, other in taken.items():
        if name not in ("engine", "one_thread"):
            print(
                f"    {name:20} {other.seconds:8.3f} s, {other.seconds / ours.seconds:6.1f} times"
                f" ({other.processor / ours.processor:.1f} by processor)",
                flush=True,
            )
    each = {name: asdict(times) for name, times in taken.items()}
    return {"net": net, "size": size, "seconds_to_be_ready": round(ready, 1), **each}


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
