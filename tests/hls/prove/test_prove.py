# SPDX-License-Identifier: MIT
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tarsier_fpga.hls.base.errors import ProofError
from tarsier_fpga.hls.describe.proof_case import Bounded, Case, Induction, Part, Shape
from tarsier_fpga.hls.kernels import kernels
from tarsier_fpga.hls.kernels.stream_fork import stream_fork
from tarsier_fpga.hls.netlist.instance import rtl_sources
from tarsier_fpga.hls.prove.meaning import Source, meaning
from tarsier_fpga.hls.prove.proof_table import table
from tarsier_fpga.hls.prove.prove_case import prove

ROOT = Path(__file__).parents[3]
QUICK = ("avg_pool", "concat", "fifo", "requant", "stream_fork", "width_adapter")
CASES = [case for kernel in kernels().values() for case in kernel.proofs()]


def first(kernel: str) -> Case:
    return next(case for case in CASES if case.kernel == kernel)


def planted(kernel: str, right: str, wrong: str) -> tuple[Case, dict[str, str]]:
    case = first(kernel)
    sources = rtl_sources(case.instance)
    assert sum(text.count(right) for text in sources.values()) == 1, f"no single {right!r}"
    return case, {name: text.replace(right, wrong) for name, text in sources.items()}


def test_every_kernel_has_a_proof():
    assert list(dict.fromkeys(case.kernel for case in CASES)) == list(kernels())


def test_names_tell_the_cases_apart():
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)


def test_table_says_how_every_case_is_proven():
    assert (ROOT / "hls" / "formal" / "README.md").read_text() == table(CASES)


@pytest.mark.parametrize("part", Part)
@pytest.mark.parametrize("kernel", QUICK)
def test_quick_proofs_hold_as_the_table_says(kernel, part):
    for case in (case for case in CASES if case.kernel == kernel):
        proof = prove(case, part)
        assert proof.way == case.parts[part]


@pytest.mark.parametrize(
    ("kernel", "part", "right", "wrong", "rule"),
    [
        # a full queue takes one more
        ("fifo", Part.MEANING, "level_q != LevelW'(Depth)", "1'b1", r"\S+ fails in cycle \d+"),
        # a waiting result is overwritten
        (
            "requant",
            Part.STREAMS,
            "x_ready_o = y_ready_i || !y_valid_o",
            "x_ready_o = 1'b1",
            r"y_rules\.\S+ fails in cycle \d+",
        ),
        # a beat goes twice to the first reader
        (
            "stream_fork",
            Part.MEANING,
            "y0_has_q || y0_ready_i;",
            "y0_has_q;",
            r"y0_\S+ fails in cycle \d+",
        ),
        # at the threshold is not above it
        ("sign_threshold", Part.MEANING, ">= T;", "> T;", r"y_equals_golden fails in cycle \d+"),
        # a row of sums too late
        ("avg_pool", Part.MEANING, "if (!row_q[0]) sums", "if (row_q[0]) sums", r"fails in cycle"),
        # words are read back before they are written
        (
            "frame_fifo",
            Part.MEANING,
            "m_axi_arvalid = stored_q != '0 &&",
            "m_axi_arvalid =",
            r"\S+ fails in cycle \d+",
        ),
        # a beat is offered only to a reader that wants it
        (
            "stream_fork",
            Part.STREAMS,
            "x_valid_i && !y0_has_q;",
            "x_valid_i && !y0_has_q && y0_ready_i;",
            r"a valid output depends on a ready input",
        ),
    ],
)
def test_a_planted_bug_is_caught(kernel, part, right, wrong, rule, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    case, sources = planted(kernel, right, wrong)
    way = Bounded(12)  # long enough to meet the bug on the way, from a reset
    with pytest.raises(ProofError, match=rule) as error:
        prove(replace(case, way=way, streams=way), part, sources)
    assert str(error.value).startswith(f"{case.name}: ")
    if "trace" in str(error.value):
        assert (tmp_path / str(error.value).split("the trace is ")[1]).stat().st_size > 0


def test_meaning_finds_the_sources_of_every_lane():
    (beats,) = meaning(first("concat")).values()
    assert [lane.sources for beat in beats for lane in beat] == [
        (Source("a", 0, 0),),
        (Source("a", 1, 0),),
        (Source("a", 2, 0),),
        (Source("b", 0, 0),),
    ]


def test_meaning_is_the_golden_table():
    (beats,) = meaning(first("requant")).values()
    rounded = np.rint(np.concatenate([np.arange(16), np.arange(-16, 0)]) / 4)
    assert beats[0][1].table == tuple(np.clip(rounded, -3, 3).astype(int) & 7)


def case_of(golden, width: int) -> Case:
    return Case(
        stream_fork(width), {"x": Shape(2, width)}, {"y": Shape(1, 8)}, golden, Induction(1)
    )


def test_meaning_refuses_tables_that_are_too_wide():
    with pytest.raises(ProofError, match="a lane depends on 14 bits, at most 12 can be"):
        meaning(case_of(lambda x: x.sum(), 7))


def test_meaning_refuses_a_model_with_a_memory():
    counts = iter(range(1 << 30))
    with pytest.raises(ProofError, match="depends on more than"):
        meaning(case_of(lambda x: np.array(x[0, 0] + next(counts) % 7), 2))


def command(*arguments: str, **environment: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "tarsier_fpga.hls.prove", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_an_unknown_kernel_is_refused():
    out, err = (process := command("fifo", "fofi")).communicate()
    assert (process.returncode, out) == (2, "")
    assert err.startswith("prove: no kernel fofi; there are act_table, ")
    assert len(err.splitlines()) == 1


def test_an_interrupt_stops_the_tools(tmp_path):
    process = command("fifo", TARSIER_CACHE=str(tmp_path))
    while not list(tmp_path.glob("proofs/*")):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == "prove: interrupted; what was proven is kept\n"
