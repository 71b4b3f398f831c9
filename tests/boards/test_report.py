# SPDX-License-Identifier: MIT
import base64
import json
import re
from types import SimpleNamespace

import numpy as np
import pytest

from tarsier_fpga.bench.bench_facts import Bench
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.report.diagram import Block, Wire, draw
from tarsier_fpga.report.page import render
from tarsier_fpga.report.pages import bench_page, run_page
from tarsier_fpga.report.pictures import Pictures
from tarsier_fpga.report.profile import profile
from tests.boards.browser import Browser, find_browser

FACTS = {
    "net": "bbcu-raw-16x8",
    "raw": "some/frame.dng",
    "width": 640,
    "height": 426,
    "cycles_per_frame": 68_500,
    "ideal_cycles": 68_160,
    "latency_cycles": 4_000,
    "clock_mhz": 250.0,
    "fps": 3649.6,
    "bit_exact": True,
    "psnr_noisy_db": 23.1,
    "psnr_db": 29.3,
    "sim_cycles_per_second": 412_000.0,
}
ESTIMATE = SimpleNamespace(lut=23_040, ff=9_000, bram36=12, uram=0, dsp=0)
DESIGN = SimpleNamespace(estimate=ESTIMATE, width=640, height=426)
JSON = b'{"bit_exact": true}\n'
BENCH = Bench.model_validate(
    {
        "net": "bbcu-raw-16x8",
        "board": "zcu104",
        "machine": {"date": "2026-01-02T03:04:05", "cpu": "a CPU", "threads": 2, "torch": "2.13"},
        "rows": [
            {
                "net": "bbcu-raw-16x8",
                "width": 640,
                "height": 426,
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


def pictures(size=(426, 640), reference=True) -> Pictures:
    picture = np.zeros((*size, 3), np.uint8)
    return Pictures(picture, picture, picture if reference else None)


def page(facts=FACTS, reference=True, size=(426, 640), note="A note.") -> str:
    plots = ("<svg class='profile'></svg>", "<svg class='pipeline'></svg>")
    shown = pictures(size, reference)
    board = load_board("zcu104")
    return render(run_page(facts, DESIGN, board, shown, plots, note, {"run.json": JSON}))


def bench_html() -> str:
    frame = np.full((4, 8, 4), 300, np.uint16)
    plots = (profile({"before": frame, "after": frame}, Coding(128, 896, 10)), "<svg></svg>")
    board = load_board("zcu104")
    made = bench_page(BENCH, DESIGN, board, pictures(), 23.1, True, plots, "A note.", {})
    return render(made)


def test_page_has_its_parts():
    html = page()
    for part in (
        "68,500",
        "3,649.6 fps",
        "a clock assumed until placed",
        "16.0 µs",
        "+6.20 dB",
        "Estimates by formula, before synthesis",
        "10.0 %",
        "every pixel equals the hardware graph",
        "A note.",
        "<svg class='pipeline'></svg>",
        "<svg class='profile'></svg>",
    ):
        assert part in html
    assert html.count("<figure>") == 3


def test_page_needs_nothing_else():
    links = set(re.findall(r'(?:src|href)="([^"]{0,21})', page()))
    assert links == {"data:image/png;base64", "data:application/json"[:21], "data:,"}
    assert "http" not in page() + bench_html()


def test_facts_can_be_downloaded():
    inside = re.search(r'download="run.json" href="data:application/json;base64,([^"]*)', page())
    assert json.loads(base64.b64decode(inside[1])) == {"bit_exact": True}


def test_page_without_a_reference_shows_no_psnr():
    html = page({**FACTS, "psnr_db": None, "psnr_noisy_db": None}, reference=False)
    assert html.count("<figure>") == 2
    assert " dB" not in html
    assert "data-show" not in html.split("<script>")[0]


def test_page_says_when_the_result_is_wrong():
    assert "the RTL differs" in page({**FACTS, "bit_exact": False})


def test_large_frames_are_shown_smaller():
    html = page(size=(600, 2600))
    assert "shown smaller than it is" in html
    assert len(html) < 200_000


def test_file_names_cannot_inject_markup():
    assert "<b>x" not in page(note="<b>x.dng")


def test_bench_page_has_dots_for_numbers_and_reasons_for_the_rest():
    html = bench_html()
    assert html.count('class="row chip assumed"') == html.count('class="row cpu measured"') == 2
    assert html.count('<p class="missing">GPU: no GPU here</p>') == 2
    assert "Joules per frame" not in html  # nobody knows any
    # From 1 to 10,000 frames per second: 2 lies at log10(2) / 4 of the line.
    assert 'left: 7.53%"></i></div>\n    <div class="value">2</div>' in html


def test_profile_follows_the_light():
    frame = np.full((4, 8, 4), 128, np.uint16)
    frame[2, 4] = 896
    svg = profile({"after": frame}, Coding(128, 896, 10))
    heights = [point.split(",")[1] for point in re.search('points="([^"]*)', svg)[1].split()]
    assert heights == ["220.0"] * 4 + ["0.2"] + ["220.0"] * 3


@pytest.mark.parametrize("joins", [(), (4,), (4, 9), (4, 9, 11)])
def test_drawing_has_every_block_wire_and_fifo(joins):
    blocks = [Block(f"u_{i}", "xnor_dot", "rtl", 100, 1.0) for i in range(12)]
    wires = [Wire(i, i + 1) for i in range(11)]
    wires += [Wire(max(0, join - 4), join, 642, 321) for join in joins]
    svg = draw(blocks, wires)
    assert svg.count('class="block') == 12
    assert svg.count('class="wire') == 11 + len(joins)
    assert svg.count("FIFO 642, held 321") == len(joins)
    boxes, marks = (
        [
            float(width)
            for width in re.findall(rf'class="{kind}" [^>]*height="18"[^>]* width="([\d.]+)', svg)
        ]
        for kind in ("box", "held")
    )
    assert [2 * mark for mark in marks] == boxes


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    if not (chromium := find_browser()):
        pytest.skip("no Chromium on PATH: the page was not looked at")
    with Browser(chromium, tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.mark.slow
@pytest.mark.parametrize("html", [page, bench_html])
@pytest.mark.parametrize(("width", "phone"), [(1280, False), (390, True)])
def test_page_works_from_a_file(browser, tmp_path, html, width, phone):
    path = tmp_path / "report.html"
    path.write_text(html())
    browser.screen(width, 800, phone=phone)
    browser.open(path)
    assert browser.evaluate("document.documentElement.scrollWidth") == width
    assert browser.evaluate("document.querySelectorAll('img').length") == 6
    broken = "[...document.images].filter(image => !image.naturalWidth).length"
    assert browser.evaluate(broken) == 0
    assert browser.errors == []


@pytest.mark.slow
def test_slider_moves(browser, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(page())
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
def test_errors_of_a_page_are_seen(browser, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(page().replace("<script>", "<script>missing();"))
    browser.open(path)
    assert browser.errors == ["Uncaught"]
