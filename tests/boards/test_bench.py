# SPDX-License-Identifier: MIT
"""The parts of a bench: what is timed, what it draws, what is known from elsewhere."""

from itertools import count
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from pydantic import ValidationError
from qonnx.core.modelwrapper import ModelWrapper
from rich.console import Console
from torch.utils.flop_counter import FlopCounterMode

from tarsier_fpga.bench import energy, measure
from tarsier_fpga.bench import records as results
from tarsier_fpga.bench.bench_facts import Basis, Bench, Machine, Place, Row
from tarsier_fpga.bench.bench_table import bench_table
from tarsier_fpga.bench.chip import Counted, chip_row
from tarsier_fpga.bench.contender import Contender, Frames, Scene
from tarsier_fpga.bench.onnx_net import onnx_net
from tarsier_fpga.bench.plots import draw_plots
from tarsier_fpga.bench.stopwatch import TooSlow, median_time
from tarsier_fpga.cli.bench import parse_sizes
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.doubles import Doubles
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.flow.sim.frame_sim import FrameRun
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.synth.synth_facts import Synthesis
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.hls.base.errors import FlowError, HostError
from tarsier_fpga.hls.sim.activity import Activity
from tarsier_fpga.picture.psnr import psnr
from tests.boards.design_stand_in import design_facts
from tests.flow.nets import Net
from tests.flow.unequal import enlarging, two_each_way
from tests.networks.unet import unet

NETS = Path(__file__).parents[2] / "training/nets"
MACHINE = Machine(
    date="2026-01-02T03:04:05+00:00",
    cpu="a CPU",
    threads=2,
    torch="2.13.0",
    gpu="NVIDIA H200 (80 GB)",
    driver="570.1",
)


def row(place=Place.GPU, basis=Basis.MEASURED, **facts) -> Row:
    known = {"net": "n", "device": "d", "precision": "fp16", "width": 64, "height": 48}
    return Row(place=place, basis=basis, **{**known, "fps": 10.0, **facts})


def bench(*rows: Row) -> Bench:
    return Bench(net="n", board="zcu104", machine=MACHINE, rows=rows)


def ticks(*seconds: float):
    """A clock that moves on by each of `seconds` between two readings that belong together."""
    times = iter([0.0, *np.cumsum([(s, 0.0) for s in seconds]).tolist()])
    return lambda: next(times)


def test_exported_network_is_exact_in_float32_and_close_in_half():
    golden = np.load(NETS / "bbcu-raw-16x8.npz")
    net = onnx_net(ModelWrapper(str(NETS / "bbcu-raw-16x8.onnx")))
    x = torch.tensor(golden["x"].astype(np.float32))
    with torch.inference_mode():
        assert np.array_equal(net(x).numpy(), golden["y"].astype(np.float32))
        half = net.half()(x.half()).float().numpy()
    assert 0 < np.abs(half - golden["y"]).mean() < 1  # of a code: rounded, but the same network


@pytest.mark.parametrize(
    ("outputs", "attributes"),
    [
        (6, {"strides": [2, 2], "pads": [1, 1, 1, 1]}),
        (8, {"group": 4, "pads": [0, 1, 2, 0]}),
        (5, {"strides": [1, 2], "dilations": [2, 1]}),
    ],
    ids=str,
)
def test_convolutions_of_other_networks_are_what_onnx_says(rng, outputs, attributes):
    net = Net()
    t = net.conv(net.x, 4, outputs, **attributes)
    model = net.network(net.quant(t, scale=0.5, bits=6, narrow=1))
    frame = rng.integers(0, 64, (1, 4, 12, 12))
    (wanted,) = Doubles(model.model).run({"x": frame.astype(np.float64)}).values()
    with torch.inference_mode():
        assert np.array_equal(onnx_net(model)(torch.tensor(frame, dtype=torch.float32)), wanted)


def vocabulary() -> ModelWrapper:
    """A network of what others have none of: pools, transposed and shuffled, of unequal scales."""
    net = Net(channels=3, bits=8, opset=13)
    t = net.conv(net.x, 3, 8, scale=2.0**-4, pads=[2] * 4, dilations=[2, 2])
    t = net.quant(net.node("LeakyRelu", t, alpha=0.25), 0.5, bits=6, mode="FLOOR")
    t = net.node("Clip", t, np.float32(-5), np.float32(9.5))
    t = net.quant(t, scale=[0.5, 0.25] * 4, bits=6)
    parts = [
        net.node("MaxPool", t, kernel_shape=[2, 2], strides=[2, 2]),
        net.node("AveragePool", t, kernel_shape=[2, 2], strides=[2, 2]),
        net.node("SpaceToDepth", net.node("Slice", t, *map(one, (1, 3, 1))), blocksize=2),
    ]
    t = net.node("Concat", *parts, axis=1)
    t = net.node("Gather", t, np.array([23, 0, 5, 17, 8, 9, 2, 3]), axis=1)
    bilinear = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
    scales = np.array([1, 1, 2, 2], np.float32)
    up = net.node("Resize", net.quant(t, 0.25, 6), "", scales, **bilinear)
    weights = (net.rng.integers(-7, 8, (8, 4, 2, 2)) / 4).astype(np.float32)
    wide = net.node("ConvTranspose", t, weights, kernel_shape=[2, 2], strides=[2, 2])
    both = net.node("Concat", up, net.quant(wide, 0.5, 7, zero=3), axis=1)
    t = net.node("DepthToSpace", net.quant(both, 0.25, 8), blocksize=2, mode="DCR")
    return net.network(net.quant(t, 0.5, 8, mode="CEIL"))


def one(number: int) -> np.ndarray:
    return np.array([number])


OTHERS = {
    "unet": lambda: ModelWrapper(unet((4, 6, 8), 1, 16)),
    "enlarging": enlarging,
    "two each way": two_each_way,
    "vocabulary": vocabulary,
}


def in_doubles(model: ModelWrapper, frames: list[np.ndarray]) -> list[np.ndarray]:
    """What ONNX says, whatever sizes the file has."""
    copy = ModelWrapper(model.model.SerializeToString())
    for tensor in (*copy.graph.input, *copy.graph.output):
        tensor.type.tensor_type.ClearField("shape")
    names = [tensor.name for tensor in model.graph.input]
    made = Doubles(copy.model).run(dict(zip(names, frames, strict=True)))
    return [made[tensor.name] for tensor in model.graph.output]


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("size", [(16, 16), (24, 40)])
def test_other_networks_are_what_onnx_says_at_every_size(rng, name, size):
    model = ingest(OTHERS[name]())
    ports = net_of(model).inputs
    frames = [
        rng.integers(0, 1 << p.bits, (1, p.channels, *p.shape(*size)[:2])).astype(np.float64)
        for p in ports
    ]
    with torch.inference_mode():
        made = onnx_net(model)(*(torch.tensor(frame, dtype=torch.float32) for frame in frames))
    made = made if isinstance(made, tuple) else (made,)
    for found, wanted in zip(made, in_doubles(model, frames), strict=True):
        assert np.array_equal(found.numpy(), wanted)


def counted(module, *frames: torch.Tensor) -> int:
    """Multiply-adds of `module`, as PyTorch itself counts them."""
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        module(*frames)
    assert counter.get_total_flops() % 2 == 0
    return counter.get_total_flops() // 2


@pytest.mark.parametrize("name", OTHERS)
def test_multiply_adds_are_those_of_the_hardware(name):
    """Rows times terms times positions, of every dot product that is built."""
    model = ingest(OTHERS[name]())
    graph = set_frame(lower(ingest(OTHERS[name]())), 24, 40)
    work = 0
    for node in graph.graph.node:
        if node.op_type in ("TarsierIntDot", "TarsierXnorDot"):
            rows, terms = graph.get_initializer(node.input[1]).shape
            work += rows * terms * int(np.prod(graph.get_tensor_shape(node.output[0])[1:3]))
    ports = net_of(model).inputs
    frames = [torch.zeros(1, port.channels, *port.shape(24, 40)[:2]) for port in ports]
    assert counted(onnx_net(model), *frames) == work > 0


@pytest.mark.parametrize("groups", [1, 2, 8])
def test_multiply_adds_are_those_of_the_same_network_in_torch(groups):
    net = Net(channels=8, bits=8, side=16)
    t = net.quant(net.conv(net.x, 8, 8, (5, 5), pads=[2] * 4, strides=[2, 2], group=groups), 8.0)
    t = net.quant(net.conv(t, 8, 8, pads=[2] * 4, dilations=[2, 2], group=groups), 8.0)
    weights = (net.rng.integers(-7, 8, (8, 3, 2, 2)) / 4).astype(np.float32)
    t = net.node("ConvTranspose", t, weights, kernel_shape=[2, 2], strides=[2, 2])
    twin = torch.nn.Sequential(
        torch.nn.Conv2d(8, 8, 5, 2, 2, groups=groups),
        torch.nn.Conv2d(8, 8, 3, 1, 2, dilation=2, groups=groups),
        torch.nn.ConvTranspose2d(8, 3, 2, 2),
    )
    read = onnx_net(net.network(net.quant(t)))
    for size in ((16, 16), (30, 44)):
        frame = torch.zeros(1, 8, *size)
        work = counted(read, frame)
        assert work == counted(twin, frame)
        rows, columns = size[0] // 2, size[1] // 2
        assert work == rows * columns * (8 * 8 * (25 + 9) // groups + 8 * 3 * 4)


@pytest.mark.parametrize(
    ("attributes", "sentence"),
    [
        ({"auto_pad": "SAME_UPPER"}, "auto_pad SAME_UPPER must be written as pads"),
        ({"mode": "UP"}, "rounding_mode UP must be ROUND, HALF_EVEN, FLOOR, CEIL"),
    ],
)
def test_what_a_reader_of_networks_does_not_know_is_refused(attributes, sentence):
    net = Net()
    t = net.conv(net.x, 4, 4, **{k: v for k, v in attributes.items() if k != "mode"})
    model = net.network(net.quant(t, mode=attributes.get("mode", "ROUND")))
    with pytest.raises(HostError, match=sentence):
        onnx_net(model)


def test_foreign_node_is_refused():
    model = onnx.load(NETS / "bbcu-raw-16x8.onnx")
    next(node for node in model.graph.node if node.op_type == "PRelu").op_type = "Sigmoid"
    with pytest.raises(HostError, match=r"Sigmoid .*: not among the nodes that Tarsier exports"):
        onnx_net(ModelWrapper(model))


def test_time_is_the_median_after_a_warm_up():
    timing = median_time(lambda: None, runs=3, limit_s=60, clock=ticks(50, 1, 9, 2))
    assert (timing.seconds, timing.runs) == (2, 3)


def test_slow_work_is_timed_three_times_and_too_slow_work_not_at_all():
    timing = median_time(lambda: None, runs=50, limit_s=10, clock=ticks(9, 9, 9, 8))
    assert (timing.seconds, timing.runs) == (9, 3)
    with pytest.raises(TooSlow, match="one run took 11 s, more than the limit of 10 s"):
        median_time(lambda: None, runs=50, limit_s=10, clock=ticks(11))


def test_energy_is_what_the_counter_gained_over_all_runs():
    clock, joules = count(), count(0, 30)
    spent = energy.spend(lambda: None, lambda: next(joules), 3, clock=lambda: next(clock))
    # Read at 1, 2 and 3 seconds: two runs, and the end at the fourth.
    assert (spent.runs, spent.joules, spent.seconds, spent.watts) == (2, 30, 4, 7.5)


def test_no_meter_without_a_driver():
    if energy.driver_version():
        pytest.skip("there is a driver here")
    assert energy.open_meter("ffc79498-8ff3-c2dc-3b0d-fafd804516ae") is None


class Halved(torch.nn.Module):
    def forward(self, x):
        return x / 2


def test_quality_is_that_of_the_network():
    rng = np.random.default_rng(0)
    clean = rng.integers(200, 800, (6, 8, 4)).astype(np.uint16)
    scene = Scene(clean + 3, clean, Coding(128, 896, 10))
    same = Contender("same", torch.nn.Identity(), Frames.PACKED, trained=True)
    cpu = "cpu", torch.float32
    assert same.psnr(scene, *cpu) == round(psnr(clean + 3, clean, scene.scale), 2) == 48.16
    half = Contender("half", Halved(), Frames.PACKED, trained=True)
    assert np.array_equal(half.restored(scene), np.rint((clean + 3) / 2))
    assert Contender("new", Halved(), Frames.PACKED).psnr(scene, *cpu) is None
    assert Contender("red", Halved(), Frames.MOSAIC, trained=True).psnr(scene, *cpu) is None


@pytest.mark.parametrize("limit", [60.0, 0.0])
def test_cpu_row_has_its_numbers_or_says_why_not(limit):
    scene = Scene(*[np.full((4, 4, 4), 300, np.uint16)] * 2, Coding(128, 896, 10))
    net = Contender("n", torch.nn.Identity(), Frames.PACKED, note="a note")
    how = measure.How(scene, runs=5, limit_s=limit, compiled=False)
    found = measure.cpu_row(net, (64, 48), "CPU", how)
    assert found.precision == "fp32 eager"
    if limit:
        assert (found.basis, found.runs, found.note) == (Basis.MEASURED, 5, "a note")
        assert found.fps == pytest.approx(1000 / found.latency_ms)
    else:
        assert (found.basis, found.fps) == (Basis.SKIPPED, None)
        assert "more than the limit of 0 s" in found.note


def test_a_failure_without_words_still_has_its_reason(monkeypatch):
    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr(measure, "_work", fail)
    scene = Scene(*[np.full((4, 4, 4), 300, np.uint16)] * 2, Coding(128, 896, 10))
    net = Contender("n", torch.nn.Identity(), Frames.PACKED)
    assert measure.cpu_row(net, (64, 48), "CPU", measure.How(scene)).note == "RuntimeError"


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, TooSlow, RuntimeError])
def test_a_batch_that_fails_leaves_the_smaller_ones(monkeypatch, error):
    def on_gpu(net, size, dtype, facts, meter, how, batch):
        if batch > 4:
            raise error("too much")
        return row(batch=batch, fps=10.0 * batch)

    monkeypatch.setattr(measure, "_on_gpu", on_gpu)
    single, best = measure._batches(None, (64, 48), torch.float16, {}, None, None)
    assert (single.batch, best.batch) == (1, 4)


@pytest.mark.gpu
def test_gpu_rows_have_power_and_the_best_batch():
    if not torch.cuda.is_available():
        pytest.skip("no GPU that PyTorch can use")
    scene = Scene(*[np.full((4, 4, 4), 300, np.uint16)] * 2, Coding(128, 896, 10))
    net = Contender("n", torch.nn.Conv2d(4, 4, 3, padding=1).eval(), Frames.PACKED)
    rows = list(measure.gpu_rows(net, (1280, 720), "GPU", measure.How(scene)))
    assert {found.precision for found in rows} == {"bf16", "fp16"}
    assert [found.batch for found in rows].count(1) == 2
    assert all(found.watts > 0 and found.joules > 0 and found.runs == 50 for found in rows)
    assert rows[0].fps <= max(found.fps for found in rows if found.precision == "bf16")


DESIGN = BuiltDesign(Path("nowhere"), design_facts(24, 32))


@pytest.mark.parametrize(
    ("fmax", "watts", "basis", "clock", "joules"),
    [
        (None, None, Basis.ASSUMED, 250, None),
        (300.0, None, Basis.PLACED, 250, None),
        (200.0, 5.0, Basis.PLACED, 200, 5 * 768 / 200e6),
    ],
)
def test_chip_has_the_clock_and_power_that_a_vendor_reported(fmax, watts, basis, clock, joules):
    frames = np.zeros((2, 24, 32, 4), np.uint16)
    run = FrameRun(
        outputs={"y": frames},
        cycles=2 * 768,
        cycles_per_frame=768,
        latency_cycles=100,
        seconds=1.0,
        compiling=None,
        high_water={},
        activity=Activity((), 1, *[np.empty(0)] * 7),
    )
    synthesis = Synthesis(
        tool="Vivado 2024.2",
        board="zcu104",
        part="part",
        clock_mhz=250.0,
        fmax_mhz=fmax,
        power_w=watts,
        **dict.fromkeys(("lut", "ff", "bram36", "uram", "dsp"), 0.0),
        utilisation={},
        fits=True,
        seconds=1.0,
    )
    found = chip_row(Counted(DESIGN, frames, run), synthesis, 30.0)
    assert (found.basis, found.fps) == (basis, clock * 1e6 / 768)
    assert (found.watts, found.joules) == (watts, joules)
    assert found.latency_ms == pytest.approx(100 / clock / 1000)
    assert ("Vivado" in found.note) is (fmax is not None)
    assert ("power unknown" in found.note) is (watts is None)


def test_published_timings_have_their_source():
    rows = results.published()
    assert {(found.width, found.height) for found in rows} == {(4256, 2848)}
    assert all(found.basis is Basis.PUBLISHED and "Table 1" in found.note for found in rows)
    red = next(found for found in rows if found.net == "RED" and found.place is Place.GPU)
    assert (red.latency_ms, red.device) == (30.37, "GTX 1080 Ti")


def test_only_what_a_gpu_measured_is_recorded_and_read_with_its_machine(tmp_path):
    kept = row(joules=0.5), row(width=128)
    other = row(Place.CPU), row(basis=Basis.SKIPPED, fps=None, note="out of memory")
    record = results.to_record(bench(*kept, *other))
    assert record.rows == kept
    path = results.record_file(MACHINE.gpu, tmp_path)
    assert path == tmp_path / "nvidia-h200-80-gb.json"
    path.write_text(record.model_dump_json())
    (found,) = results.recorded(["n"], [(64, 48)], [tmp_path])
    assert (found.basis, found.joules) == (Basis.RECORDED, 0.5)
    assert found.note == "2026-01-02, driver 570.1, PyTorch 2.13.0"
    assert results.recorded(["m"], [(64, 48)], [tmp_path]) == []


def test_what_a_user_records_of_a_gpu_counts_before_what_ships(tmp_path, monkeypatch):
    monkeypatch.setenv("TARSIER_RECORDS", str(tmp_path / "mine"))
    shipped, mine = tmp_path / "shipped", results.own_records()
    assert mine == tmp_path / "mine"
    folders = shipped, mine
    for folder, fps in zip(folders, (10.0, 20.0), strict=True):
        folder.mkdir()
        record = results.to_record(bench(row(fps=fps)))
        results.record_file(MACHINE.gpu, folder).write_text(record.model_dump_json())
    other = results.to_record(bench(row(fps=30.0)))
    results.record_file("another GPU", mine).write_text(other.model_dump_json())
    found = results.recorded(["n"], [(64, 48)], folders)
    assert sorted(row.fps for row in found) == [20.0, 30.0]


def test_records_are_kept_outside_the_package(monkeypatch):
    monkeypatch.delenv("TARSIER_RECORDS", raising=False)
    assert not results.own_records().is_relative_to(results.RESULTS.parents[1])


def test_damaged_record_is_named(tmp_path):
    (tmp_path / "gpu.json").write_text(bench(row()).model_dump_json().replace("fp16", 'x", "y": "'))
    with pytest.raises(FlowError, match=r"gpu.json: rows.0.y: extra inputs"):
        results.recorded(["n"], [(64, 48)], [tmp_path])


@pytest.mark.parametrize(
    ("basis", "facts"),
    [
        (Basis.SKIPPED, {}),
        (Basis.SKIPPED, {"fps": None}),
        (Basis.MEASURED, {"fps": None}),
        (Basis.PUBLISHED, {}),
    ],
)
def test_no_row_without_numbers_reason_or_source(basis, facts):
    with pytest.raises(ValidationError, match="n on d: "):
        row(basis=basis, **facts)


def test_table_fits_a_terminal_and_explains_every_row():
    skipped = row(basis=Basis.SKIPPED, fps=None, note="no GPU here and none recorded")
    rows = row(Place.CHIP, Basis.ASSUMED, note="768 cycles"), skipped, row(watts=300.0)
    console = Console(width=80)
    with console.capture() as said:
        console.print(bench_table(bench(*rows, *results.published())))
    lines = said.get().splitlines()
    assert max(map(len, lines)) <= 80
    assert sum("no GPU here and none recorded" in line for line in lines) == 1
    assert sum("skipped [2]" in line for line in lines) == 1
    assert any("Lamba and Mitra" in line for line in lines)
    heads = [line.split() for line in lines if line.split()[:1] == ["network"]]
    assert ["W" in head for head in heads] == [True, False]  # a column for what is known only


def test_plots_show_what_is_known_and_nothing_else():
    drawn = draw_plots(bench(row(latency_ms=1.0), row(width=128, latency_ms=3.0)))
    assert set(drawn) == {"bench-fps.png", "bench-latency.png"}
    assert all(content.startswith(b"\x89PNG") for content in drawn.values())


def test_sizes_are_names_or_pixels():
    with pytest.raises(HostError, match=r"'8k' is not WIDTHxHEIGHT.*one of 720p, 1080p, 4k, 12mpx"):
        parse_sizes("720p,8k", (64, 48))
    assert parse_sizes("own", (64, 48)) == ((64, 48),)
