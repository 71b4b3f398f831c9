# SPDX-License-Identifier: MIT
"""Pages of a real run of a small design, and the drawings on them."""

import base64
import io
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.bench.bench_facts import Bench
from tarsier_fpga.camera.dng import write_dng
from tarsier_fpga.camera.encode import decode
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.flow.size.widths import insert_fifos
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.hls.base.progress import silent
from tarsier_fpga.jobs.designs import kept_design
from tarsier_fpga.jobs.job import Job
from tarsier_fpga.jobs.picture_job import PictureJob, PictureRun, perform_picture
from tarsier_fpga.jobs.run_facts import PictureFacts
from tarsier_fpga.report import diagram
from tarsier_fpga.report.diagram import Block, Outside, Wire, draw
from tarsier_fpga.report.gallery import Exhibit, Reel, Room, render_gallery
from tarsier_fpga.report.page import render
from tarsier_fpga.report.pages import bench_page
from tarsier_fpga.report.pictures import Pictures, shown
from tarsier_fpga.report.pipeline import pipeline_svg
from tarsier_fpga.report.profile import profile
from tarsier_fpga.report.run_files import run_files
from tests.boards.browser import Browser, find_browser
from tests.flow.small_design import write_design
from tests.flow.unequal import enlarging, hardware, two_each_way
from tests.networks.unet import unet

NET, SIZE = "bbcu-raw-16x8", (64, 52)
BENCH = Bench.model_validate(
    {
        "net": NET,
        "board": "zcu104",
        "machine": {"date": "2026-01-02T03:04:05", "cpu": "a CPU", "threads": 2, "torch": "2.13"},
        "rows": [
            {
                "net": NET,
                "width": SIZE[0],
                "height": SIZE[1],
                **facts,
            }
            for facts in (
                {
                    "place": "chip",
                    "device": "zcu104",
                    "precision": "1 bit",
                    "fps": 3667.0,
                    "basis": "assumed clock",
                    "latency_ms": 0.0134,
                    "psnr_db": 29.3,
                },
                {
                    "place": "gpu",
                    "device": "GPU",
                    "precision": "-",
                    "basis": "skipped",
                    "note": "no GPU here",
                },
                {
                    "place": "cpu",
                    "device": "CPU",
                    "precision": "fp32",
                    "basis": "measured",
                    "fps": 2.0,
                    "latency_ms": 500.0,
                },
            )
        ],
    }
)


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> PictureRun:
    """A noisy frame and its clean twin through the RTL of a design of their size."""
    folder = tmp_path_factory.mktemp("report")
    rng = np.random.default_rng(1)
    scene = 200 + 600 * np.add.outer(np.hanning(SIZE[1]), np.hanning(SIZE[0])) / 2
    for name, light in {"noisy": rng.normal(scene, 60).clip(0, 1023), "clean": scene}.items():
        write_dng(folder / f"{name}.dng", np.rint(light).astype(np.uint16), white=1023)
    board = load_board("zcu104")
    design = kept_design(NET, board, SIZE, None, silent)
    job = Job(raw=folder / "noisy.dng", net=NET, board=board, design=design.folder, gain=1.0)
    return perform_picture(PictureJob(job, folder / "clean.dng"), silent)


def page(run: PictureRun, note: str = "A note.", **facts) -> str:
    """The page of `run`, with other facts where they are given."""
    told = replace(run, facts=run.facts.model_copy(update=facts))
    return run_files(told, Path(), note)[Path("report.html")].decode()


def bench_html(run: PictureRun) -> str:
    frame = np.full((4, 8, 4), 300, np.uint16)
    light = decode(frame[2, :, 1], Coding(128, 896, 10))
    plots = (profile({"before": light, "after": light}), "<svg></svg>")
    views = run.restored.views
    shown = Pictures(views["before"], views["after"], views["after"])
    facts, board = run.design.facts, load_board("zcu104")
    return render(bench_page(BENCH, facts, board, shown, 23.1, True, plots, "A note.", {}))


@pytest.mark.slow
def test_page_has_its_parts(run):
    html, facts = page(run), run.facts
    assert facts.bit_exact is True
    gained = facts.psnr_db - facts.psnr_noisy_db
    assert gained > 3
    lut = run.design.facts.estimate.lut
    for part in (
        f"{facts.cycles_per_frame:,}",
        f"{facts.fps:,.1f} fps",
        "a clock assumed until placed",
        f"{facts.latency_cycles / facts.clock_mhz:,.1f} µs",
        f"{gained:+.2f} dB",
        "Estimates by formula, before synthesis",
        f"{100 * lut / load_board('zcu104').resources.lut:.1f} %",
        "every pixel equals the hardware graph",
        "A note.",
        '<svg class="profile"',
    ):
        assert part in html, part
    assert html.count("<figure>") == 3
    assert html.count(">xnor_dot<") == 8
    assert "held" in html


@pytest.mark.slow
def test_page_needs_nothing_else(run):
    links = set(re.findall(r'(?:src|href)="([^"]{0,21})', page(run)))
    assert links == {"data:image/png;base64", "data:application/json"[:21], "data:,"}
    assert "http" not in page(run) + bench_html(run)


@pytest.mark.slow
def test_facts_can_be_downloaded(run):
    found = re.findall(
        r'download="(\w+).json" href="data:application/json;base64,([^"]*)', page(run)
    )
    facts = {name: base64.b64decode(content) for name, content in found}
    assert PictureFacts.model_validate_json(facts["run"]) == run.facts
    assert Design.model_validate_json(facts["design"]) == run.design.facts


@pytest.mark.slow
def test_page_without_a_reference_shows_no_psnr(run):
    alone = replace(run.restored.encoded, reference=None)
    bare = replace(run, restored=replace(run.restored, encoded=alone))
    html = page(bare, psnr_db=None, psnr_noisy_db=None)
    assert html.count("<figure>") == 2
    assert " dB" not in html
    assert "data-show" not in html.split("<script>")[0]


@pytest.mark.slow
def test_page_says_when_the_result_is_wrong(run):
    assert "the RTL differs" in page(run, bit_exact=False)


@pytest.mark.slow
def test_file_names_cannot_inject_markup(run):
    assert "<b>x" not in page(run, note="<b>x.dng")


def test_large_frames_are_shown_smaller():
    large = np.zeros((600, 2600, 3), np.uint8)
    pictures = Pictures(large, large)
    assert pictures.scaled
    assert sum(len(image.whole) + len(image.detail) for image in shown(pictures).values()) < 50_000
    for image in shown(pictures).values():
        whole, detail = (
            Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1])))
            for uri in (image.whole, image.detail)
        )
        assert (whole.size, detail.size) == ((1280, 295), (160, 160))


@pytest.mark.slow
def test_bench_page_has_dots_for_numbers_and_reasons_for_the_rest(run):
    html = bench_html(run)
    assert html.count('class="row chip assumed"') == html.count('class="row cpu measured"') == 2
    assert html.count('<p class="missing">GPU: no GPU here</p>') == 2
    assert "Joules per frame" not in html  # nobody knows any
    # From 1 to 10,000 frames per second: 2 lies at log10(2) / 4 of the line.
    assert 'left: 7.53%"></i></div>\n    <div class="value">2</div>' in html


def test_profile_follows_the_light():
    svg = profile({"after": np.array([0.0] * 4 + [1.0] + [0.0] * 3)})
    heights = [point.split(",")[1] for point in re.search('points="([^"]*)', svg)[1].split()]
    assert heights == ["220.0"] * 4 + ["0.2"] + ["220.0"] * 3


def chain(kernels: int, joins: tuple[int, ...]) -> str:
    """A drawing of so many kernels behind one input; each of `joins` has a skip past three."""
    rows = [Outside("x", "4 × 10 bits, bayer", 1, (540, 960))]
    rows += [Block(f"u_{i}", "xnor_dot", "rtl", 518_400, 1.0) for i in range(kernels)]
    wires = [Wire(i, i + 1) for i in range(kernels)]
    wires += [Wire(join - 4, join, 642, 321) for join in joins]
    return draw(rows, wires)


@pytest.mark.parametrize("joins", [(), (4,), (4, 9), (4, 9, 11)])
def test_drawing_has_every_block_wire_and_fifo(joins):
    svg = chain(12, joins)
    assert svg.count('class="block') == 12
    assert svg.count('class="outside') == 1
    assert {int(n) for n in re.findall(r'data-wire="(\d+)"', svg)} == set(range(12 + len(joins)))
    assert svg.count("FIFO 642, held 321") == len(joins)
    tanks, held = (
        re.findall(rf'class="{kind}" [^>]* height="([\d.]+)', svg) for kind in ("tank", "held")
    )
    assert [2 * float(mark) for mark in held] == [float(tank) for tank in tanks]


def lanes_of(svg: str) -> dict[int, tuple[float, float, float]]:
    """x of the lane of each wire that goes past others, and its ends."""
    found = re.findall(r'skip" data-wire="(\d+)" d="M[\d.]+ ([\d.]+)H([\d.]+)q[^V]*V([\d.]+)', svg)
    return {int(n): (float(x), float(top), float(bottom)) for n, top, x, bottom in found}


def test_no_two_skips_share_a_lane(rng):
    rows = [Block(f"u_{i}", "fork", "rtl", 1, 1.0, step=2.0 ** (i % 3)) for i in range(40)]
    wires = [Wire(*sorted(rng.choice(40, 2, replace=False).tolist())) for _ in range(30)]
    lanes = list(lanes_of(draw(rows, wires)).values())
    assert len(lanes) >= 30 - len({(wire.source, wire.target) for wire in wires})
    for n, (x, top, bottom) in enumerate(lanes):
        for other, above, below in lanes[:n]:
            assert x != other or bottom < above or below < top
        assert x > 0


@dataclass(frozen=True)
class Shown:
    """What is drawn: kernels by row, how far in, sizes told, and the rows that each wire joins."""

    names: list[str]
    lefts: list[float]
    sizes: list[str]
    wires: set[tuple[str, str]]


def read_drawing(svg: str) -> Shown:
    """A drawing of one column, whose wires end where a row is."""
    boxes = re.findall(
        r'<g class="(?:block [\w]+|outside)">(?:<title>([\w]+):.*?</title>)?<rect class="box" '
        r'x="([\d.]+)" y="([\d.]+)".*?<text class="op"[^>]*>([\w]+)<',
        svg,
    )
    rows = {box[2]: (box[0] or box[3], float(box[1]), float(box[2])) for box in boxes}

    def row(y: float) -> str:
        return next(name for name, _, top in rows.values() if top - 3 <= y <= top + 40)

    ends = {}
    for n, begin, path in re.findall(r'data-wire="(\d+)" d="M[\d.]+ ([\d.]+)([^"]*)"', svg):
        moves = re.findall(r"q[-\d.]+ [-\d.]+ [-\d.]+ ([-\d.]+)|V([\d.]+)", path)
        y = float(begin)
        for curve, straight in moves:
            y = float(straight) if straight else y + float(curve)
        ends[n] = row(float(begin)), row(y)
    sizes = re.findall(r'class="size"[^>]*>([^<]*)<', svg)
    shown = list(rows.values())
    return Shown([r[0] for r in shown], [r[1] for r in shown], sizes, set(ends.values()))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("net", "steps"),
    [
        (lambda: ModelWrapper(unet((4, 6, 8), 1, 16)), {1: 0, 2: 1, 4: 2}),
        (enlarging, {1: 1, 0.5: 0}),
        (two_each_way, {1: 0, 2: 1}),
    ],
    ids=["unet", "enlarging", "two each way"],
)
def test_the_graph_of_a_design_is_drawn(tmp_path, monkeypatch, net, steps):
    """Its wires are the design's streams, and its kernels stand as far in as they are coarse."""
    monkeypatch.setattr(diagram, "_COLUMN", 1 << 20)
    board = load_board("zcu104")
    graph = hardware(net(), board, 16, 24)
    forks = [node.output[0] for node in graph.get_nodes_by_op_type("TarsierFork_rtl")]
    graph = insert_fifos(graph, dict.fromkeys(forks, 20), board.part)
    facts = write_design(graph, board, "net", tmp_path / "design")
    fifos = {fifo.name for fifo in facts.fifos}
    svg = pipeline_svg(BuiltDesign(tmp_path / "design", facts), dict.fromkeys(fifos, 7))
    shown = read_drawing(svg)
    ports = [port.name for port in (*facts.inputs, *facts.outputs)]
    assert sorted(shown.names) == sorted([layer.name for layer in facts.layers] + ports)
    assert svg.count("FIFO 20, held 7") == len(fifos) == len(forks)

    through = {wire.source: wire.target for wire in facts.streams if wire.source in fifos}
    wanted = {
        (wire.source or wire.name, through.get(wire.target, wire.target) or wire.name)
        for wire in facts.streams
        if wire.source not in fifos
    }
    assert shown.wires == {tuple(end.removeprefix("u_") for end in ends) for ends in wanted}

    order = {name: n for n, name in enumerate(shown.names)}
    for port in (*facts.inputs, *facts.outputs):
        step = facts.packed_shape[0] / facts.frames[port.name][0]
        left = shown.lefts[order[port.name]]
        assert left == min(shown.lefts) + 12 * steps[step]
    assert len(set(shown.lefts)) == len(steps)
    assert {f"{24 / step:g} × {16 / step:g}" for step in steps} == set(shown.sizes)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    if not (chromium := find_browser()):
        pytest.skip("no Chromium on PATH: the page was not looked at")
    with Browser(chromium, tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.mark.slow
@pytest.mark.parametrize("html", [page, bench_html])
@pytest.mark.parametrize(("width", "phone"), [(1280, False), (390, True)])
def test_page_works_from_a_file(browser, tmp_path, run, html, width, phone):
    path = tmp_path / "report.html"
    path.write_text(html(run))
    browser.screen(width, 800, phone=phone)
    browser.open(path)
    assert browser.evaluate("document.documentElement.scrollWidth") == width
    assert browser.evaluate("document.querySelectorAll('img').length") == 6
    broken = "[...document.images].filter(image => !image.naturalWidth).length"
    assert browser.evaluate(broken) == 0
    assert browser.errors == []


@pytest.mark.slow
@pytest.mark.parametrize(("width", "phone"), [(1280, False), (390, True)])
def test_gallery_works_from_a_file(browser, tmp_path, rng, width, phone):
    names = ("before", "after", "parent", "reference")
    views = {name: rng.integers(0, 256, (300, 400, 3), np.uint8) for name in names}
    numbers = {"before": "20.00 dB", "after": "30.00 dB, SSIM 0.900"}
    command = "tarsier run " + 30 * "a-long-name.png " + "--net net"
    exhibits = [Exhibit(f"<b>scene {n}", command, views, numbers) for n in range(2)]
    reel = Reel("A film", command, [views["before"], views["after"]], 12)
    path = tmp_path / "gallery.html"
    path.write_text(render_gallery([Room("net", "A network.", exhibits, [reel])], "A note."))
    browser.screen(width, 800, phone=phone)
    browser.open(path)
    assert browser.evaluate("document.documentElement.scrollWidth") == width
    assert browser.evaluate("document.querySelectorAll('img').length") == 2 * 8 + 1
    broken = "[...document.images].filter(image => !image.naturalWidth).length"
    assert browser.evaluate(broken) == 0
    # Each picture is compared on its own.
    browser.evaluate("document.querySelectorAll('[data-show=parent]')[1].click()")
    shown = "[...document.querySelectorAll('[data-view]:not([hidden])')].map(i => i.alt).join()"
    assert browser.evaluate(shown) == "after,parent"
    assert browser.evaluate("document.querySelectorAll('h3 b').length") == 0
    assert browser.errors == []


@pytest.mark.slow
def test_slider_moves(browser, tmp_path, run):
    path = tmp_path / "report.html"
    path.write_text(page(run))
    browser.screen(1280, 800)
    browser.open(path)
    box = "document.getElementById('compare').getBoundingClientRect()"
    left, top, width = (browser.evaluate(f"{box}.{side}") for side in ("left", "top", "width"))
    browser.drag((left + width / 2, top + 50), (left + width / 4, top + 50))
    value = browser.evaluate("document.querySelector('#compare input').value")
    assert 24 <= float(value) <= 26
    clip = "getComputedStyle(document.querySelector('.over')).clipPath"
    assert browser.evaluate(clip) == f"inset(0px {100 - float(value):g}% 0px 0px)"
    browser.evaluate("document.querySelector('[data-show=reference]').click()")
    assert browser.evaluate("document.getElementById('after').hidden") is True
    assert browser.errors == []


@pytest.mark.slow
def test_errors_of_a_page_are_seen(browser, tmp_path, run):
    path = tmp_path / "report.html"
    path.write_text(page(run).replace("<script>", "<script>missing();"))
    browser.open(path)
    assert browser.errors == ["Uncaught"]


SHOWN = """
[...document.querySelectorAll('.pipeline text')].every(text => {
  const box = text.getBoundingClientRect();
  return box.left >= 0 && box.right <= innerWidth && box.height >= 11;
})
"""


def covered(kind: str, count: int) -> str:
    """Whether so many different texts of `kind` lie on no other of the same column."""
    return f"""
(() => {{
  const boxes = [...document.querySelectorAll('.pipeline svg')].flatMap(svg => {{
    const frame = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('{kind}')].map(text => text.getBoundingClientRect())
      .filter(box => box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1);
  }});
  const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top
    || b.bottom <= a.top;
  return boxes.length >= {count}
    && boxes.every((a, n) => boxes.slice(0, n).every(b => apart(a, b)));
}})()
"""


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("width", "phone"), [(1280, False), (390, True), (360, True)])
def test_a_long_chain_can_be_read_on_every_screen(browser, tmp_path, width, phone, dark):
    path = tmp_path / "drawing.html"
    style = (Path(diagram.__file__).parent / "style.css").read_text()
    path.write_text(
        '<!doctype html><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<style>{style}</style><main><div class="panel">'
        f"{chain(60, tuple(range(4, 60, 5)))}</div></main>"
    )
    browser.screen(width, 800, dark=dark, phone=phone)
    browser.open(path)
    assert browser.evaluate("document.documentElement.scrollWidth") == width
    assert browser.evaluate(SHOWN)
    assert browser.evaluate(covered(".block text", 180))
    assert browser.evaluate(covered(".fifo text", 12))
    box = "getComputedStyle(document.querySelector('.block .box')).fill"
    text = "getComputedStyle(document.querySelector('.block .op')).fill"
    light = [int(found[4:-1].split(",")[0]) for found in map(browser.evaluate, (box, text))]
    assert (light[0] < 60 < 200 < light[1]) if dark else (light[1] < 60 < 200 < light[0])
    assert browser.errors == []
