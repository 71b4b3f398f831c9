# SPDX-License-Identifier: MIT
"""The nets that ship: they load, export to the files beside them, and score what is recorded."""

import json

import numpy as np
import pytest
import torch

from tarsier_fpga.training.data import scenes as pictures
from tarsier_fpga.training.deploy.export import export
from tarsier_fpga.training.facts.checkpoint import read_net
from tarsier_fpga.training.facts.paths import NETS
from tarsier_fpga.training.facts.recipe import read
from tarsier_fpga.training.networks.network import load
from tarsier_fpga.training.score.raw_scores import EXPOSURES, SET, score

SHIPPED = sorted(path.stem for path in NETS.glob("*.safetensors"))
BINARY = [net for net in SHIPPED if read_net(NETS / f"{net}.safetensors").spec.family.integers]
FEW = ("kodim04", "kodim13", "kodim23")


def test_the_demo_net_ships_with_its_parent():
    assert {"bbcu-raw-16x8", "bbcu-raw-16x8-parent"} <= set(SHIPPED)


@pytest.mark.parametrize("net", SHIPPED)
def test_is_named_and_built_as_its_config_says(net):
    saved = read_net(NETS / f"{net}.safetensors")
    assert saved.name == net
    assert saved.spec == read(NETS.parent / "configs" / f"{net}.toml").net


@pytest.mark.slow
@pytest.mark.parametrize("net", BINARY)
def test_shipped_files_are_a_fresh_export(net, tmp_path):
    export(net, tmp_path)
    for suffix in (".onnx", ".npz"):
        fresh, shipped = ((d / net).with_suffix(suffix).read_bytes() for d in (tmp_path, NETS))
        assert fresh == shipped, f"{net}{suffix} is not what its checkpoint exports to"


@pytest.mark.parametrize("net", BINARY)
def test_shipped_golden_is_the_network(net):
    golden = np.load(NETS / f"{net}.npz")
    with torch.no_grad():
        y = load(net)(torch.from_numpy(golden["x"].astype(np.float32))).numpy()
    assert np.array_equal(golden["y"], y)


@pytest.mark.parametrize("net", SHIPPED)
def test_a_flat_grey_frame_stays_flat(net):
    # No noise to remove: the net may shift it by a little, but not paint anything on it. Sums of a
    # full-precision net may be rounded in another order from one pixel to the next.
    spec = read_net(NETS / f"{net}.safetensors").spec
    inside = slice(spec.radius, -spec.radius)
    with torch.no_grad():
        restored = load(net)(torch.full((1, 4, 64, 64), 512.0))[..., inside, inside]
    spread = (restored.amax(dim=(2, 3)) - restored.amin(dim=(2, 3))).max().item()
    assert spread == 0 if net in BINARY else spread < 1e-3
    assert (restored - 512).abs().max().item() <= 0.02 * 768


@pytest.mark.data
@pytest.mark.parametrize("net", SHIPPED)
def test_scores_are_the_recorded_ones(net, data):
    recorded = json.loads((NETS / f"{net}.json").read_text())["exposures"]
    photos = pictures.photographs(data / SET)
    scores = score(load(net), {name: pictures.scene(photos[name]) for name in FEW})
    for exposure, found, record in zip(EXPOSURES, scores, recorded, strict=True):
        assert (record["light"], record["read"]) == (exposure.light, exposure.read)
        for name in FEW:
            assert round(found.restored[name], 2) == record["scenes"][name]
