# SPDX-License-Identifier: MIT
import re
from types import SimpleNamespace

import numpy as np
import pytest

from boards.board import load_board
from boards.diagram import Block, Wire, draw
from boards.report import Pictures, render

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
DESIGN = SimpleNamespace(estimate=SimpleNamespace(lut=23_040, ff=9_000, bram36=12, uram=0, dsp=0))


def page(facts=FACTS, reference=True, size=(426, 640)) -> str:
    picture = np.zeros((*size, 3), np.uint8)
    pictures = Pictures(picture, picture, picture if reference else None)
    return render(facts, DESIGN, load_board("zcu104"), pictures, "<svg></svg>", "A note.")


def test_page_has_its_parts():
    html = page()
    for part in (
        "68,500",
        "3,649.6 fps",
        "a clock assumed until placed and",
        "16.0 µs",
        "+6.20 dB",
        "Estimates by formula, before synthesis",
        "10.0 %",
        "every pixel equals the hardware graph",
        "A note.",
        "<svg></svg>",
    ):
        assert part in html
    assert html.count("<figure>") == 3


def test_page_needs_nothing_else():
    assert set(re.findall(r'(?:src|href)="([^"]{0,21})', page())) == {"data:image/png;base64"}
    assert "http" not in page()


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
    assert "<b>x" not in page({**FACTS, "raw": "<b>x.dng"})


@pytest.mark.parametrize("joins", [(), (4,), (4, 9), (4, 9, 11)])
def test_drawing_has_every_block_wire_and_fifo(joins):
    blocks = [Block(f"u_{i}", "xnor_dot", "rtl", 100, 1.0) for i in range(12)]
    wires = [Wire(i, i + 1) for i in range(11)]
    wires += [Wire(max(0, join - 4), join, 642, 640) for join in joins]
    svg = draw(blocks, wires)
    assert svg.count('class="block') == 12
    assert svg.count('class="wire') == 11 + len(joins)
    assert svg.count("FIFO 642, held 640") == len(joins)
