# SPDX-License-Identifier: MIT
"""The flagship's numbers, its tables, and the command that makes both."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tarsier_fpga.bench import records as results
from tarsier_fpga.bench.bench_facts import Basis, Bench, Machine, Place, Row
from tarsier_fpga.cli.guard import guarded
from tarsier_fpga.cli.options import parse_size
from tarsier_fpga.flow.board import board_names
from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.flow.sim.sim_facts import Simulation
from tarsier_fpga.flow.synth.synth_facts import Part, Synthesis
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.training.facts.paths import config_file
from tests.boards.design_stand_in import design_facts, port
from tests.flagship.commands import Commands, Failed
from tests.flagship.describe import describe
from tests.flagship.flagship import Places, flagship
from tests.flagship.flagship_facts import Flagship, Origin, read_asked, read_flagship
from tests.flagship.flagship_table import FULL, NO_GPU, SHORT, replaced, short_table, tables
from tests.flagship.peers import Peer, Seen, gpu_peers, published_peers

ROOT = Path(__file__).parents[2]
MACHINE = Machine(date="2026-01-02T03:04:05+00:00", cpu="a CPU", threads=2, torch="2")
ORIGIN = Origin(commands=("tarsier build n",), machine=MACHINE, tools={"Yosys": "0"})
TINY = ROOT / "tests/flow/ecp5/bbcu-raw-4x1.toml"


def design(height: int = 60, **facts) -> Design:
    """Packed frames of 40 x 30 at one pixel a cycle: 4 x 9 and 8 x 18 multiply-adds on each."""
    cycles = 40 * height // 2
    layer = {"backend": "rtl", "stage": "body1", "cycles": cycles}
    known = {
        "net": "n",
        "board": "pynq-z2",
        "clock_mhz": 100,
        "layers": [
            {"name": "int_dot_0", "op": "TarsierIntDot", "pe": 4, "simd": 9, **layer},
            {"name": "xnor_dot_0", "op": "TarsierXnorDot", "pe": 8, "simd": 18, **layer},
            {"name": "act_table_0", "op": "TarsierActTable", "pe": 8, "simd": 1, **layer},
        ],
        "fifos": [{"name": "fifo_0", "depth": 80, "bits": 320}],
    }
    return Design(**dict(design_facts(height // 2, 40, **known)) | facts)


def part(name: str, lut: float) -> Part:
    return Part(name=name, stage="", lut=lut, ff=0, bram36=0, uram=0, dsp=0)


SYNTHESIS = Synthesis(
    tool="Yosys 0",
    board="pynq-z2",
    part="p",
    clock_mhz=100,
    fits=True,
    seconds=1,
    lut=288,
    ff=100,
    bram36=2.5,
    uram=0,
    dsp=0,
    utilisation={"lut": 0.25, "ff": 0.1, "bram36": 0.5, "dsp": 0},
    layers=[part("xnor_dot_0", 72), part("fifo_0", 216)],
)


def simulation(cycles: int, ideal: int, exact: bool = True) -> Simulation:
    return Simulation(
        frames=4,
        stall_in=0,
        stall_out=0,
        load=0,
        latency_cycles=250,
        cycles_per_frame=cycles,
        ideal_cycles=ideal,
        bit_exact=exact,
        sim_cycles_per_second=1000,
        sim_seconds=4.8,
        reset_complete=None,
        compile_seconds=7,
        compile_gigabytes=0.5,
        fifos=[],
    )


@pytest.fixture
def entry():
    run = simulation(1200, 1200)
    return describe(design(), SYNTHESIS, design(), run, ORIGIN, trained=True)


def test_the_readmes_have_the_tables_that_flagship_json_gives(monkeypatch):
    monkeypatch.chdir(ROOT)
    found = read_flagship(results.FLAGSHIP)
    inside = tables(found, gpu_peers(found.designs), published_peers())
    full, front = Places().readme.read_text(), Places().front.read_text()
    assert replaced(full, FULL, inside) == full
    assert replaced(front, SHORT, short_table(found)) == front


def test_every_design_can_be_asked_for():
    designs = read_asked(Places().asked)
    assert list(designs) == ["bbcu-raw-32x18", "bbcu-raw-16x8", "bbcu-rgb-64x18-hw"]
    for name, asked in designs.items():
        assert config_file(name).is_file()
        assert asked.board in board_names()
        assert parse_size(asked.size)[1] >= (asked.rows or 0)


def test_entry_follows_from_the_counts(entry):
    computed = entry.computed
    assert (computed.binary_macs, computed.integer_macs) == (1200 * 144, 1200 * 36)
    assert computed.fps == pytest.approx(100e6 / 1200, rel=1e-5)
    assert computed.latency_ms == 0.0025
    assert computed.binary_tops == 0.0288  # 144 multiply-adds, 100 million times a second
    assert computed.integer_tops == 0.0072
    assert (computed.luts_per_mac, computed.dot_luts_per_mac) == (2, 0.5)
    assert (computed.of_used_luts, computed.of_all_luts) == (0.5, 0.125)
    assert entry.resources["bram36"].used == 2.5
    assert "uram" not in entry.resources


def test_fewer_rows_stand_for_the_frame_in_proportion():
    small = design(height=20)
    found = describe(design(), SYNTHESIS, small, simulation(500, 400), ORIGIN, trained=False)
    assert (found.simulated.width, found.simulated.height) == (80, 20)
    assert (found.simulated.cycles_per_frame, found.computed.cycles_per_frame) == (500, 1500)
    assert found.computed.fps == pytest.approx(100e6 / 1500, rel=1e-5)


@pytest.mark.parametrize(
    "other",
    [
        {"width": 78},
        {"outputs": [port("y", bits=8)]},
        {"pixels_per_cycle": 0.5},
        {"fifos": [{"name": "fifo_0", "depth": 8, "bits": 8}]},
    ],
)
def test_another_design_cannot_be_simulated_in_its_place(other):
    run = simulation(400, 400)
    with pytest.raises(HostError, match=f"has other {next(iter(other))} than for 80x60"):
        describe(design(), SYNTHESIS, design(20, **other), run, ORIGIN, trained=True)


def test_tables_hold_what_is_recorded_and_nothing_else(entry):
    peers = [Peer(net="p", on="a chip", source="a paper", seen=Seen.NOTES, latency_ms=28.2)]
    nothing = tables(Flagship(), [], peers)
    assert nothing.splitlines()[2:] == [
        NO_GPU,
        "| p | a chip | | | 28.2 | | a paper (second-hand: others' notes on it) |",
    ]
    lines = tables(Flagship(designs=(entry,)), [], peers).splitlines()
    assert lines[0] == "| | `n` |"
    assert "| LUT | 288 (25%) |" in lines
    assert "| simulated | 4 whole frames |" in lines
    assert "| n | pynq-z2, RTL | 80 x 60 raw | 83,333 | 0.0025 | 0.0288 | above |" in lines


def test_a_recorded_gpu_stands_in_the_table(entry, tmp_path):
    known = {"net": "n", "device": "a GPU", "precision": "fp16", "basis": Basis.MEASURED}
    size = {"width": 80, "height": 60}
    rows = [Row(place=Place.GPU, fps=10.0, latency_ms=100.0, **known, **size)]
    bench = Bench(net="n", board="b", machine=MACHINE, rows=rows)
    (tmp_path / "gpu.json").write_text(bench.model_dump_json())
    (tmp_path / results.FLAGSHIP.name).write_text("{}")  # is of no GPU, so not read
    [peer] = gpu_peers((entry,), tmp_path)
    assert (peer.on, peer.frame, peer.fps) == ("a GPU fp16", "80 x 60", 10.0)
    text = tables(Flagship(designs=(entry,)), [peer], [])
    assert NO_GPU not in text
    assert "| n | a GPU fp16 | 80 x 60 | 10 | 100 | |" in text


def test_peers_say_something_and_agree_with_what_bench_shows():
    peers = published_peers()
    for peer in peers:
        assert any(value is not None for value in (peer.fps, peer.latency_ms, peer.tops))
    [red] = [peer for peer in peers if peer.net.startswith("RED")]
    [row] = [row for row in results.published() if (row.net, row.device) == ("RED", red.on)]
    assert (row.latency_ms, f"{row.width} x {row.height} raw") == (red.latency_ms, red.frame)


def test_commands_are_noted_run_and_skipped(capfd):
    commands = Commands()
    commands.run("python", "-c", "print(1)", done=lambda: False)
    commands.run("python", "-c", "print(2)", done=lambda: True)
    assert commands.said == ["python -c 'print(1)'", "python -c 'print(2)'"]
    first, second = commands.said
    assert capfd.readouterr().out == f"$ {first}\n1\ndone before: {second}\n"


def test_a_command_that_fails_says_with_what():
    with pytest.raises(Failed) as failed:
        Commands().run("python", "-c", "raise SystemExit(7)")
    assert failed.value.code == 7
    Commands().run("python", "-c", "raise SystemExit(1)", may=(0, 1))


def test_a_result_that_cannot_be_read_is_made_again(tmp_path):
    def damaged():
        raise HostError("damaged")

    Commands().run("python", "-c", f"open({str(tmp_path / 'made')!r}, 'w')", done=damaged)
    assert (tmp_path / "made").is_file()


def test_ctrl_c_reaches_the_command_once_and_waits_for_it(tmp_path):
    slow = tmp_path / "slow.py"
    slow.write_text(
        "import pathlib, time\n"
        f"pathlib.Path({str(tmp_path / 'begun')!r}).touch()\n"
        "try:\n    time.sleep(60)\n"
        "except KeyboardInterrupt:\n"
        f"    time.sleep(1); pathlib.Path({str(tmp_path / 'cleaned')!r}).touch()\n"
    )
    code = f"from tests.flagship.commands import Commands\nCommands().run('python', {str(slow)!r})"
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE) as run:
        while not (tmp_path / "begun").is_file():
            time.sleep(0.02)
        os.kill(run.pid, signal.SIGINT)
    assert run.returncode == -signal.SIGINT
    assert (tmp_path / "cleaned").is_file()


def test_an_unknown_design_is_one_sentence(capsys):
    assert guarded(lambda: flagship(["bbcu-raw-1x1"], Places())) == 2
    said = capsys.readouterr().err
    assert said.startswith("tarsier: no design 'bbcu-raw-1x1' in ")
    assert said.endswith("it has bbcu-raw-32x18, bbcu-raw-16x8, bbcu-rgb-64x18-hw\n")


@pytest.mark.parametrize("line", ["board = 3", "size ="])
def test_a_wrong_list_is_one_sentence(tmp_path, capsys, line):
    asked = tmp_path / "asked.toml"
    asked.write_text(f"[a]\n{line}\n")
    assert guarded(lambda: flagship([], Places(asked=asked, work=tmp_path))) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"tarsier: {asked}: ")
    assert said.count("\n") == 1


@pytest.mark.slow
def test_a_small_design_from_its_config_to_the_table(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(ROOT)
    asked, readme = tmp_path / "asked.toml", tmp_path / "README.md"
    facts = 'board = "zcu104"\nsize = "64x48"\nfps = 100_000\nframes = 2\nrows = 32'
    asked.write_text(f'["{TINY.relative_to(ROOT)}"]\n{facts}\n')
    front = tmp_path / "FRONT.md"
    for paper, marks in ((readme, FULL), (front, SHORT)):
        paper.write_text(f"before\n{marks.begin}\n{marks.end}\nafter\n")
    places = Places(asked, tmp_path / "flagship.json", readme, front, tmp_path / "work")
    assert flagship([], places) == 0
    [entry] = json.loads(places.results.read_text())["designs"]
    assert (entry["net"], entry["trained"]) == ("bbcu-raw-4x1", False)
    assert entry["computed"]["binary_macs"] == 32 * 24 * 4 * 36
    assert entry["simulated"]["bit_exact"] is True
    assert (entry["simulated"]["height"], entry["simulated"]["frames"]) == (32, 2)
    assert [command.split()[1] for command in entry["origin"]["commands"]] == [
        *("export", "build", "synth", "build", "sim")
    ]
    first = readme.read_text()
    assert first.startswith("before\n")
    assert "| `bbcu-raw-4x1` |" in first
    assert "| `bbcu-raw-4x1` (untrained) |" in front.read_text()
    capfd.readouterr()

    assert flagship(["tests/flow/ecp5/bbcu-raw-4x1.toml"], places) == 0
    said = capfd.readouterr().out
    for verb in ("tarsier export", "tarsier synth", "tarsier sim"):
        assert f"done before: {verb}" in said
    assert readme.read_text() == first
