# SPDX-License-Identifier: MIT
"""The same C++ for the ARM cores of a Zynq, whose vectors have 128 bits, under QEMU."""

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tarsier_fpga.flow.cpu.plan import Plan
from tarsier_fpga.flow.cpu.source import ENGINE, FOR_ALL, HEADERS, sources
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.sim.execute import run_graph

HERE = Path(__file__).parent
CPU = Path(sources.__code__.co_filename).parent
GXX, OBJDUMP, QEMU = "aarch64-linux-gnu-g++", "aarch64-linux-gnu-objdump", "qemu-aarch64"
FLAGS = ["-std=c++17", "-mcpu=cortex-a53", "-pthread", "-static", "-Wall", "-Werror"]
QUIET = ["-Wno-psabi", "-Wno-ignored-attributes"]
LOGIC = {"and", "bic", "orr", "orn", "eor", "mvn", "not", "bsl", "bit", "bif"}

pytestmark = [
    pytest.mark.skipif(shutil.which(GXX) is None, reason="no g++-aarch64-linux-gnu"),
    pytest.mark.skipif(shutil.which(QEMU) is None, reason="no qemu-user"),
]


def test_same_bits_as_here(random_net, codes, tmp_path):
    graph = lower(ingest(random_net()))
    ends = [[tensor.name] for tensor in (graph.graph.input[0], graph.graph.output[0])]
    plan = Plan(graph, list(graph.graph.node), *ends)
    for name, text in sources(plan):
        (tmp_path / name).write_text(text)
    for path in [*(CPU / name for name in (*HEADERS, FOR_ALL)), HERE / "run_frame.cpp"]:
        shutil.copy(path, tmp_path)
    stages = sorted(path.name for path in tmp_path.glob("stage*.cpp"))
    for names, level in ((stages, "-O1"), ([ENGINE, FOR_ALL, "run_frame.cpp"], "-O2")):
        _tool(tmp_path, GXX, *FLAGS, *QUIET, level, "-c", *names)
    _tool(tmp_path, GXX, *FLAGS, *(p.name for p in tmp_path.glob("*.o")), "-o", "program")

    frame = codes(19, 150)
    size = map(str, (*frame.shape[:2], len(plan.stored), frame.shape[2]))
    ran = subprocess.run(
        [QEMU, "program", *size],
        cwd=tmp_path,
        input=frame.astype("<u2").tobytes(),
        capture_output=True,
        check=True,
    )
    made = np.frombuffer(ran.stdout, "<u2").reshape(frame.shape)
    assert np.array_equal(made, run_graph(graph, frame))

    code = _tool(tmp_path, OBJDUMP, "-d", "--no-show-raw-insn", "stage1.o")
    used = Counter(re.findall(r"^ +[0-9a-f]+:\t(\w+)\t?(?:v\d+\.16b|q\d+)?", code, re.MULTILINE))
    vector = re.findall(r"^ +[0-9a-f]+:\t(\w+)\tv\d+\.16b", code, re.MULTILINE)
    assert set(vector) <= LOGIC | {"mov", "movi"}
    assert len(vector) > 0.5 * used.total()  # the rest are loads and stores
    assert {"bsl", "bit", "bif"} & set(vector)  # a choice is one instruction


def _tool(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return done.stdout
