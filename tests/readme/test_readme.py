# SPDX-License-Identifier: MIT
"""What the READMEs show is what `make readme` writes, and their examples run."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tarsier_fpga.camera.sample import write_sample
from tarsier_fpga.flow.board import board_names
from tests.readme.__main__ import BOARDS, PICTURE, readme_with
from tests.readme.picture import before_after
from tests.readme.tables import board_table

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_the_boards_are_those_there_are():
    text = BOARDS.read_text()
    assert readme_with(text, board_table()) == text
    assert all(f"| `{name}` |" in text for name in board_names())


def headings(paper: Path) -> set[str]:
    """The anchors of a Markdown file, as a web page makes them of its headings."""
    lines = re.findall(r"^#+ (.+)$", paper.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in lines}


def test_every_link_leads_somewhere():
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True)
    for paper in (ROOT / name for name in listed.stdout.splitlines()):
        for link, anchor in re.findall(r"\]\(([^):#\s,]+)(?:#([^)]*))?\)", paper.read_text()):
            assert (paper.parent / link).exists(), f"{paper}: {link}"
            assert not anchor or anchor in headings(paper.parent / link), f"{paper}: #{anchor}"


@pytest.mark.slow
def test_the_picture_is_what_it_says():
    shown = before_after()
    said = re.search(r"saw, ([\d.]+) dB; right .* made of it, ([\d.]+) dB", README)
    assert said.groups() == (f"{shown.before_db:.1f}", f"{shown.after_db:.1f}")
    assert np.array_equal(np.asarray(Image.open(PICTURE)), shown.picture)


@pytest.mark.slow
def test_the_python_of_the_readme_runs(tmp_path):
    [example] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    write_sample(tmp_path)
    (tmp_path / "sample.dng").rename(tmp_path / "photo.dng")
    smaller = example.replace("(1920, 1080)", "(64, 52)")
    assert smaller != example
    shapes = "print(picture.shape, design.facts.ideal_cycles, y.tolist())"
    done = subprocess.run(
        [sys.executable, "-c", smaller + shapes], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout == f"(426, 640, 3) {32 * 26} [[2, -2], [7, 0]]\n", done.stderr
