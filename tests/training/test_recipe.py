# SPDX-License-Identifier: MIT
"""Configs are read strictly: a typo is a sentence, not a different experiment."""

from pathlib import Path

import pytest

from tarsier_fpga import training
from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.recipe import read

CONFIGS = sorted((Path(training.__file__).parent / "configs").glob("*.toml"))
GOOD = """
photographs = "pictures"
[net]
kind = "bbcu"
channels = 4
units = 1
[schedule]
iterations = 10
"""


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_shipped_configs_are_read(path):
    assert read(path).name == path.stem


def test_parent_has_the_same_shape_and_data():
    net, parent = (
        read(CONFIGS[0].with_name(f"bbcu-raw-16x8{suffix}.toml")) for suffix in ("", "-parent")
    )
    assert (net.net.channels, net.net.units) == (parent.net.channels, parent.net.units)
    assert (net.crop, net.light, net.photographs) == (parent.crop, parent.light, parent.photographs)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("units = 1", "units = 0", r"net\.units = 0 must be at least 1"),
        ("units = 1", "units = 1\nresidual_bits = 13", r"net\.residual_bits = 13 must be 2 to 12"),
        ("units = 1", "unit = 1", r"net\.unit is unknown; known entries: kind, channels, units"),
        ("units = 1", "", r"net\.units is missing"),
        ("units = 1", 'units = "1"', r"net\.units = '1' must be of type int"),
        ("[net]", "[[net]]", r"net = \[.*\] must be a table"),
        ('"bbcu"', '"unet"', r"net\.kind = 'unet' is unknown; known kinds: .*bbcu, parent,"),
        ("[net]", "[net", r"no TOML"),
        ("units = 1", 'units = 1\nbinary = "HX"', r"net\.binary = 'HX' must be letters of HBT"),
        ("units = 1", 'units = 1\nbinary = "H"', r"hardware wants B, a binary body"),
        ("units = 1", 'units = 1\nversion = "V2"', r"V2 exists in the float form only"),
        ("units = 1", 'units = 1\ntask = "sr"', r"net\.scale = 1 must be 2 or 4 for task sr"),
        ("units = 1", "units = 1\nscale = 2", r"net\.scale = 2 must be 1 for task raw"),
        ("= 10", '= 10\nprecision = "bf16-mixed"', r"does not hold the integers of the hardware"),
        ("= 10", "= 10\nhalve_at = [1.5]", r"halve_at = \[1\.5\] must be of type tuple\[int"),
        ("= 10", "= 0", r"schedule\.iterations = 0 must be at least 1"),
        ("[net]", "orthogonal = -1.0\n[net]", r"orthogonal = -1\.0 must not be below 0"),
        ("[net]", 'pairs = "nikon"\n[net]', r"pairs = 'nikon' must be sid or crvd"),
    ],
)
def test_mistakes_are_named(tmp_path, old, new, message):
    path = tmp_path / "bad.toml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(TrainingError, match=message):
        read(path)


def test_a_missing_config_is_named(tmp_path):
    with pytest.raises(TrainingError, match=r"nowhere\.toml: no such config"):
        read(tmp_path / "nowhere.toml")
