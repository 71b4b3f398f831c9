# SPDX-License-Identifier: MIT
"""Networks that remember: their size, their forms, their states, and their export."""

import numpy as np
import pytest
import torch
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.deploy.export import export_untrained
from tarsier_fpga.training.facts import recipe
from tarsier_fpga.training.facts.paths import config_file
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.networks.families.brve_lite import DISPLACEMENTS, _Shift
from tarsier_fpga.training.networks.network import build, restore_clips
from tarsier_fpga.training.score.op_count import count

BRVE = NetSpec("brve-lite", 4, 1, residual_exponent=-3)
NCFL = NetSpec("ncfl-lite", 4, 1, residual_bits=4, weight_bits=4)


@pytest.fixture
def codes(rng):
    return torch.from_numpy(rng.integers(0, 1024, (2, 4, 16, 24))).float()


@pytest.mark.parametrize(
    ("config", "binary", "others"),
    [("brve-s", 237_312, 10_112), ("ncfl-s", 0, 91_296), ("brve-s-parent", 0, 247_424)],
)
def test_weights(config, binary, others):
    cost = count(recipe.read(config_file(config)).net)
    assert cost.kilo_params() * 1000 == pytest.approx(binary / 32 + others)


@pytest.mark.parametrize("statistics", ["none", "power", "before", "same"])
@torch.no_grad()
def test_training_evaluation_and_what_settles_give_the_same_codes(codes, statistics):
    spec = NetSpec("brve-lite", 4, 1, residual_exponent=-3, statistics=statistics)
    _same_in_all_forms(spec, codes)


@torch.no_grad()
def test_ncfl_trains_evaluates_and_settles_to_the_same_codes(codes):
    _same_in_all_forms(NCFL, codes)


def _same_in_all_forms(spec, codes):
    torch.manual_seed(2)
    net = build(spec)
    net.calibrate(codes)
    first = net.train()(codes, *net.begin(codes))
    trained = net(codes.flip(2), *first[1:])  # not the first frame
    assert torch.equal(trained[0], trained[0].round()) and trained[0].unique().numel() > 2
    for _ in range(2):
        evaluated = net.eval()(codes.flip(2), *first[1:])
        assert all(torch.equal(one, two) for one, two in zip(trained, evaluated, strict=True))
        net.settle()


@pytest.mark.parametrize("spec", [BRVE, NCFL])
@torch.no_grad()
def test_a_frame_depends_on_the_one_before_and_a_clip_may_be_cut(codes, spec):
    torch.manual_seed(2)
    net = build(spec).eval()
    net.calibrate(codes)
    net.eval()
    clip = (codes[:1] - 128)[None].expand(1, 1, -1, -1, -1) / 768
    clip = torch.cat([clip, clip.flip(3), clip.flip(4)], 1)
    whole, last = restore_clips(net, spec, clip, net.begin(codes[:1]))
    first, between = restore_clips(net, spec, clip[:, :2], net.begin(codes[:1]))
    second, end = restore_clips(net, spec, clip[:, 2:], between)
    assert torch.equal(whole, torch.cat([first, second], 1))
    assert all(torch.equal(one, two) for one, two in zip(last, end, strict=True))
    alone, _ = restore_clips(net, spec, clip[:, 2:], net.begin(codes[:1]))
    assert not torch.equal(alone, second)


def test_gradients_go_from_a_frame_to_what_the_one_before_left(codes):
    torch.manual_seed(2)
    net = build(BRVE)
    net.calibrate(codes)
    clip = ((codes[:1] - 128) / 768)[None].expand(1, 3, -1, -1, -1)
    y, _ = restore_clips(net, BRVE, clip, net.begin(codes[:1]))
    y[:, 2].sum().backward()
    alone = build(BRVE)
    alone.load_state_dict(net.state_dict())
    embedding = restore_clips(alone, BRVE, clip[:, :2], alone.begin(codes[:1]))[1]
    y, _ = restore_clips(alone, BRVE, clip[:, 2:], tuple(e.detach() for e in embedding))
    y.sum().backward()
    assert not torch.equal(net.head.weight.grad, alone.head.weight.grad)


def test_shifts_move_each_channel_by_its_own(rng):
    shift, count = _Shift(48), len(DISPLACEMENTS)
    x = torch.from_numpy(rng.normal(size=(1, 48, 9, 7)))
    y = shift(x)
    assert torch.equal(y[:, count:], x[:, count:])
    wide = torch.nn.functional.pad(x, (2, 2, 2, 2))
    for channel, (dy, dx) in enumerate(DISPLACEMENTS):
        moved = wide[0, channel, 2 + dy : 11 + dy, 2 + dx : 9 + dx]
        assert torch.equal(y[0, channel], moved)


def test_only_who_remembers_has_statistics():
    with pytest.raises(TrainingError, match=r"net.statistics = 'before' is for networks that"):
        NetSpec("bbcu", 16, 8, statistics="before")
    with pytest.raises(TrainingError, match=r"net.statistics = 'power' is of binary units"):
        NetSpec("ncfl-lite", 12, 1, statistics="power")


@torch.no_grad()
def test_ncfl_in_full_is_one_that_remembers(rng):
    spec = recipe.read(config_file("ncfl")).net
    assert 10_000 < count(spec).kilo_params() < 13_000
    assert spec.family.untrained and spec.family.recurrent


def _written(tmp_path, name, **changes):
    config = tmp_path / "small.toml"
    text = config_file(name).read_text()
    for old, new in changes.items():
        key, value = old, str(new)
        lines = [f"{key} = {value}" if x.startswith(f"{key} =") else x for x in text.splitlines()]
        text = "\n".join(line for line in lines if not line.startswith("parent"))
    config.write_text(text)
    return config


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "channels", "state", "step"),
    [("brve-s", 4, "embedding", 1), ("ncfl-s", 4, "features", 2)],
)
def test_a_state_goes_in_and_comes_out_of_the_file(tmp_path, name, channels, state, step):
    config = _written(tmp_path, name, channels=channels, units=1)
    file = export_untrained(config, tmp_path / "small.onnx")  # which compares all forms
    model = ModelWrapper(str(file))
    assert [tensor.name for tensor in model.graph.input][1:] == [state]
    assert [tensor.name for tensor in model.graph.output][1:] == [f"{state}_next"]
    read, written = (model.get_tensor_shape(x) for x in (state, f"{state}_next"))
    assert read == written == [1, read[1], 32 // step, 32 // step]
    told = {e.key: e.value for e in model.model.metadata_props if state in e.key}
    prefix = f"tarsier.{state}"
    assert told == {f"{prefix}.kind": "state", f"{prefix}.next": f"{state}_next"} | {
        f"{prefix}.first": "0"
    }
    golden = np.load(file.with_suffix(".npz"))
    assert golden[f"{state}_next"].dtype == np.int16
    assert golden[f"{state}_next"].shape == (len(golden["x"]), *read[1:])
    assert len(np.unique(golden[f"{state}_next"])) > 2


def test_statistics_do_not_export_yet(tmp_path):
    config = tmp_path / "small.toml"
    text = config_file("brve-s").read_text().replace('kind = "brve-lite"', "STATISTICS")
    config.write_text(text.replace("STATISTICS", 'kind = "brve-lite"\nstatistics = "before"'))
    with pytest.raises(TrainingError, match="trains but does not export"):
        export_untrained(config, tmp_path / "small.onnx")
