# SPDX-License-Identifier: MIT
"""Networks with states: the same sequences at all levels, slow memories, and what is refused."""

import shutil

import numpy as np
import pytest
import torch

from tarsier_fpga.cli.app import app
from tarsier_fpga.devices.designed import Designed
from tarsier_fpga.devices.lowered import restorer_of
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.build import BuildConfig, build
from tarsier_fpga.flow.cpu.execute import CpuGraph
from tarsier_fpga.flow.design.close_loops import queue_of
from tarsier_fpga.flow.design.design_facts import RTL, TOP, read_design
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest, read_qonnx
from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.ops.stitch import stitch
from tarsier_fpga.flow.sim.built_design import BuiltDesign, HardwareGraph
from tarsier_fpga.flow.sim.execute import run_sequence, run_states
from tarsier_fpga.flow.sim.frame_sim import FrameSim
from tarsier_fpga.flow.sim.integer_net import IntegerNet
from tarsier_fpga.flow.sim.port_beats import beats_in, frames_out
from tarsier_fpga.flow.sim.sim_facts import read_simulation
from tarsier_fpga.flow.size.state_memories import place_states
from tarsier_fpga.flow.synth.nextpnr.system import system
from tarsier_fpga.hls.base.errors import FlowError, HostError
from tarsier_fpga.hls.netlist.beats import pack, unpack
from tarsier_fpga.hls.netlist.instance import Stream
from tarsier_fpga.hls.netlist.simulated_top import simulated_top
from tarsier_fpga.hls.sim import run_csim, verilate
from tests.networks.recurrent import FIRST, by_file, recurrent

WIDTH, HEIGHT, FRAMES = 48, 32, 8


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("recurrent") / "recurrent.onnx"
    path.write_bytes(recurrent(HEIGHT, WIDTH).SerializeToString())
    return path


@pytest.fixture(scope="module")
def graph(file):
    return lower(ingest(read_qonnx(file)))


@pytest.fixture(scope="module")
def frames():
    return np.random.default_rng(1).integers(0, 256, (FRAMES, HEIGHT, WIDTH, 3))


@pytest.fixture(scope="module")
def wanted(frames):
    made = by_file(recurrent(HEIGHT, WIDTH), frames)
    changes = [int((one != made[0]).mean() * 100) for one in made[1:]]
    assert min(changes) > 50
    return made


@pytest.fixture(scope="module")
def folder(file, tmp_path_factory):
    out = tmp_path_factory.mktemp("design") / "design"
    build(BuildConfig(file, load_board("zcu104"), WIDTH, HEIGHT, None, out))
    return out


def test_the_graph_says_what_its_states_are(graph):
    net = net_of(graph)
    assert [(port.name, port.tensor) for port in net.read] == [
        ("x", "x"),
        ("state_near", "near"),
        ("state_far", "far"),
    ]
    assert [(port.name, port.tensor) for port in net.written] == [
        ("y", "y"),
        ("next_near", "near_next"),
        ("next_far", "far_next"),
    ]
    assert {state.name: state.first for state in net.states} == FIRST
    assert [(s.read.bits, s.read.signed, s.read.step) for s in net.states] == [
        (4, False, (1, 1)),
        (4, True, (2, 1)),
    ]


def test_graph_gives_what_the_file_gives(graph, frames, wanted):
    assert np.array_equal(run_sequence(graph, {"x": frames})["y"], wanted)


def test_a_sequence_leaves_nothing_for_the_next(graph, frames, wanted):
    _, states = run_states(graph, {"x": frames[0]}, {})
    assert not np.array_equal(run_states(graph, {"x": frames[1]}, {})[0]["y"], wanted[1])
    assert np.array_equal(run_states(graph, {"x": frames[1]}, states)[0]["y"], wanted[1])
    assert np.array_equal(run_sequence(graph, {"x": frames[:1]})["y"], wanted[:1])


def test_the_cpu_engine_carries_states(graph, frames, wanted):
    engine, states = CpuGraph(graph), {}
    assert not engine.by_golden
    for frame, expected in zip(frames, wanted, strict=True):
        made, states = engine.step({"x": frame}, states, 2)
        assert np.array_equal(made["y"], expected)


def test_the_integer_net_carries_states_of_several_sequences(graph, frames, wanted):
    net, states = IntegerNet(graph), {}
    for n in range(FRAMES):
        both = torch.from_numpy(np.stack([frames[n], frames[0]]))
        made, states = net.step({"x": both}, states)
        assert np.array_equal(made["y"][0].numpy(), wanted[n])
    assert not np.array_equal(made["y"][0].numpy(), made["y"][1].numpy())


def test_the_hls_twins_give_what_the_file_gives(graph, frames, wanted, tmp_path):
    netlist, net = stitch(graph), net_of(graph)
    for name, text in run_csim.sources(netlist).items():
        (tmp_path / name).write_text(text)
    program = tmp_path / "csim"
    run_csim.compile_program(tmp_path / run_csim.PROGRAM, program, ("-O0",))
    states = {state.name: state.before(HEIGHT, WIDTH) for state in net.states}
    for frame, expected in zip(frames[:3], wanted, strict=False):
        read = {"x": frame, **{f"state_{name}": state for name, state in states.items()}}
        beats = {
            port.name: pack(read[port.name].reshape(-1, port.channels), port.bits)
            for port in net.read
        }
        made = run_csim.execute(program, netlist, beats)
        frames_made = {
            port.name: unpack(made[port.name], port.channels, port.bits, port.signed).reshape(
                port.shape(HEIGHT, WIDTH)
            )
            for port in net.written
        }
        states = {state.name: frames_made[state.written.name] for state in net.states}
        assert np.array_equal(frames_made["y"], expected)


@pytest.mark.parametrize("stall", [0.0, 0.3, 0.7])
def test_rtl_gives_what_the_file_gives(folder, frames, wanted, stall):
    ran = FrameSim(folder).restore({"x": frames}, stall, stall, 3, stall_memory=stall)
    assert np.array_equal(ran.frames, wanted)
    if not stall:
        assert ran.cycles_per_frame <= 1.02 * read_design(folder).ideal_cycles


def test_slow_memories_do_not_slow_the_frames_down(folder, frames):
    ideal = read_design(folder).ideal_cycles
    ran = FrameSim(folder).restore({"x": frames}, stall_memory=0.3)
    assert ran.cycles_per_frame <= 1.02 * ideal


def test_reset_leaves_nothing_of_the_sequence_before(folder, frames, wanted):
    """The design is reset where nothing has come for long; its memories keep what they hold."""
    design = read_design(folder)
    inputs, outputs = [Stream("x", design.x.width)], [Stream("y", design.y.width)]
    memories = {loop.cell: queue_of(loop) for loop in design.states}
    top, text = simulated_top(TOP, memories, inputs, outputs)
    quiet = (
        "int unsigned quiet_q; logic start;\n"
        "assign start = rst_ni && quiet_q != 2000;\n"
        "always_ff @(posedge clk_i) quiet_q <= !rst_ni || x_valid_i || y_valid_o"
        " ? 0 : quiet_q + 1;\n"
    )
    restarted = text.replace(".rst_ni", ".rst_ni(start)").replace("endmodule", f"{quiet}endmodule")
    sources = {path.name: path.read_text() for path in (folder / RTL).glob("*.sv")}
    sources |= {
        verilate.MEMORY_MODEL.name: verilate.MEMORY_MODEL.read_text(),
        f"{top}.sv": restarted,
    }
    model = verilate.build_sources(top, sources, tuple(inputs), tuple(outputs), {}, {})
    asked = {"y": FRAMES * HEIGHT * WIDTH}
    with model.session() as session:
        for drain, again in ((100, False), (4000, True), (16, True)):
            ran = session.run(beats_in(design, {"x": frames}), asked, drain=drain)
            made = frames_out(design, design.y, ran.outputs["y"])
            # The second run follows the first without a reset, and so goes on in its sequence.
            assert np.array_equal(made, wanted) == (drain != 4000), again


@pytest.mark.slow
def test_a_wrong_first_frame_is_found(folder, frames, tmp_path):
    """The memory of a state begins with other codes than the network."""
    bad = tmp_path / "bad"
    shutil.copytree(folder, bad)
    top = bad / RTL / f"{TOP}.sv"
    right = ".Fill(16'h3333)"
    assert top.read_text().count(right) == 1
    top.write_text(top.read_text().replace(right, ".Fill(16'h3353)"))
    simulation = FrameSim(bad)
    assert simulation.explain({"x": frames[:2]}) == (
        "stream state_near (u_memory_near to u_window_1) is the first that is wrong: beat 0,"
        " lane 1 is 5, expected 3; look at u_memory_near"
    )


@pytest.mark.slow
def test_a_wrong_later_frame_is_found(folder, frames, tmp_path):
    """The memory of a state gives the first frame right, and others with a beat too few."""
    bad = tmp_path / "bad"
    shutil.copytree(folder, bad)
    fifo = bad / RTL / "tarsier_frame_fifo.sv"
    right = "word_d     = WordWidth'({x_data_i, word_q} >> Width)"
    assert fifo.read_text().count(right) == 1
    wrong = right.replace("x_data_i", "x_data_i ^ Width'(1)")
    fifo.write_text(fifo.read_text().replace(right, wrong))
    told = FrameSim(bad).explain({"x": frames[:2]})
    beat = HEIGHT * WIDTH
    assert told.startswith(
        f"stream state_near (u_memory_near to u_window_1) is the first that is wrong: beat {beat},"
        " lane 0"
    )


def test_memories_have_places_and_their_traffic(folder):
    near, far = read_design(folder).states
    assert (near.name, near.cell, near.base, near.bytes) == ("near", "u_memory_near", 0, 8192)
    assert (far.name, far.cell, far.base, far.bytes) == ("far", "u_memory_far", 8192, 4096)
    for loop in (near, far):
        state = loop.state.read
        words = -(-loop.beats // (loop.data_width // (loop.lanes * state.bits)))
        assert loop.read_bytes == loop.written_bytes == words * loop.data_width // 8
        assert loop.traffic == 2 * loop.read_bytes
        assert loop.traffic >= 2 * loop.pixels * state.width // 8


@pytest.mark.slow
def test_a_pixel_wider_than_the_port_goes_in_parts(file, frames, tmp_path):
    board, ideal = load_board("pynq-z2"), 16 * WIDTH * HEIGHT
    proto = recurrent(HEIGHT, WIDTH, channels=24)
    path = tmp_path / "wide.onnx"
    path.write_bytes(proto.SerializeToString())
    fps = 0.999 * board.clock_mhz * 1e6 / ideal
    design = build(BuildConfig(path, board, WIDTH, HEIGHT, fps, tmp_path / "design"))
    near = design.states[0]
    assert near.state.read.width > near.data_width >= near.lanes * near.state.read.bits
    ran = BuiltDesign.read(tmp_path / "design").simulate(frames[:3], 0.0)
    assert np.array_equal(ran.frames, by_file(proto, frames[:3]))
    assert ran.cycles_per_frame <= 1.02 * design.ideal_cycles


def test_a_port_that_is_too_slow_is_refused(graph):
    pace = HEIGHT * WIDTH // 16
    with pytest.raises(
        FlowError, match=r"state near: 4 channels of 4 bits, 1536 pixels a frame, are"
    ):
        place_states(graph, load_board("zcu104"), pace)


def test_what_restores_frames_one_by_one_refuses_states(folder):
    with pytest.raises(HostError, match=r"recurrent keeps near and far from frame to frame, so no"):
        Designed(BuiltDesign.read(folder))
    with pytest.raises(HostError, match=r"recurrent keeps near and far from frame to frame, so no"):
        restorer_of(HardwareGraph(folder))
    with pytest.raises(FlowError, match=r"the serial system of ulx3s-85f has no memory for states"):
        system(folder, read_design(folder), load_board("ulx3s-85f"))


def test_the_command_runs_a_sequence_and_says_how_slow_memories_were(folder, capsys):
    arguments = ["sim", str(folder), "--frames", "4", "--stall-memory", "0.3"]
    assert app(arguments, standalone_mode=False) == 0
    assert "bit-exact against the hardware graph" in capsys.readouterr().out
    ran = read_simulation(folder)
    assert ran is not None and (ran.stall_memory, ran.bit_exact) == (0.3, True)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"ghost.kind": "state"}, "the network has no input ghost; its inputs are near, x, far"),
        ({"near.next": "later"}, "state near: the network has no output later, which would hold"),
        ({"near.next": "far_next"}, "2 states are next far_next; each needs an output of its own"),
        ({"near.next": "y"}, "state near has shape [1, 4, 32, 48] and y [1, 3, 32, 48]; both must"),
        ({"near.next": None}, "state near: metadata tarsier.near.next is missing"),
        ({"far.first": None}, "state far: metadata tarsier.far.first is missing"),
        ({"near.first": "16"}, "tarsier.near.first is '16'; it must be a code of UINT4, 0 to 15"),
        ({"far.first": "1.5"}, "tarsier.far.first is '1.5'; it must be a code of INT4, -8 to 7"),
    ],
)
def test_what_makes_no_sense_is_refused(told, sentence, tmp_path):
    path = tmp_path / "net.onnx"
    path.write_bytes(recurrent(HEIGHT, WIDTH, told).SerializeToString())
    with pytest.raises(FlowError) as refused:
        ingest(read_qonnx(path))
    assert sentence in str(refused.value)


def test_a_state_that_is_written_as_it_is_not_read_is_refused(tmp_path):
    path = tmp_path / "net.onnx"
    path.write_bytes(recurrent(HEIGHT, WIDTH, near_scale=0.5).SerializeToString())
    with pytest.raises(FlowError) as refused:
        ingest(read_qonnx(path))
    assert str(refused.value) == (
        "state near is read as UINT4 of scale 0.5 and offset 0, and near_next is written as UINT4"
        " of scale 1 and offset 0; both need the same Quant"
    )
