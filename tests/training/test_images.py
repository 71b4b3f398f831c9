# SPDX-License-Identifier: MIT
"""Folders of images, with everything that goes wrong in them."""

import numpy as np
import pytest
from PIL import Image

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.data import store
from tarsier_fpga.training.data.images import find_set, read_folder


@pytest.fixture
def folder(tmp_path, rng, monkeypatch):
    """Three good images, one of them grey, and one that is cut short."""
    monkeypatch.setenv("TARSIER_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "set"
    folder.mkdir()
    for name, shape in (("a.png", (20, 24, 3)), ("b.bmp", (30, 20)), ("c.jpg", (16, 18, 3))):
        Image.fromarray(rng.integers(0, 256, shape, np.uint8)).save(folder / name)
    whole = (folder / "a.png").read_bytes()
    (folder / "broken.png").write_bytes(whole[: len(whole) // 2])
    (folder / "notes.txt").write_text("not an image")
    return folder


def test_a_corrupt_image_is_named_counted_and_left_out(folder, capsys):
    found = read_folder(folder)
    assert {name: image.shape for name, image in found.images.items()} == {
        "a": (20, 24, 3),
        "b": (30, 20),
        "c": (16, 18, 3),
    }
    found.report()
    assert capsys.readouterr().err == "left out 1 of 4 images: broken.png (unreadable)\n"


def test_a_small_image_is_left_out_of_a_score(folder):
    assert read_folder(folder, smallest=17).skipped == (
        "broken.png (unreadable)",
        "c.jpg (below 17 pixels)",
    )


def test_training_on_a_folder_decodes_once(folder, monkeypatch):
    first = store.photographs(folder, smallest=16)
    assert first.skipped == ("broken.png",)
    assert first.images["b"].shape == (30, 20, 3)

    def read_again(file):
        if file.name != "broken.png":
            raise AssertionError(f"{file} is decoded a second time")
        raise OSError

    monkeypatch.setattr(store, "read_image", read_again)
    again = store.photographs(folder, smallest=16).images
    assert all(np.array_equal(again[name], image) for name, image in first.images.items())


def test_training_on_too_small_an_image_names_it(folder):
    with pytest.raises(TrainingError, match=r"c has 18 x 16 pixels, but training cuts .* 17 x 17"):
        store.photographs(folder, smallest=17)


def test_an_empty_and_a_missing_folder_are_named(tmp_path):
    with pytest.raises(TrainingError, match=r"holds no images \(\.bmp"):
        read_folder(tmp_path)
    with pytest.raises(TrainingError, match="no such is no folder of images"):
        read_folder(tmp_path / "no such")


def test_a_folder_of_wrecks_is_named(tmp_path):
    (tmp_path / "x.png").write_bytes(b"junk")
    with pytest.raises(TrainingError, match=r"no image is usable: x\.png \(unreadable\)"):
        read_folder(tmp_path)


def test_an_unknown_set_lists_the_known_ones(folder):
    assert find_set("set", folder.parent) == folder
    assert find_set(str(folder), folder) == folder
    with pytest.raises(TrainingError, match=r"no image set 'Nope': give a folder or one of .*set"):
        find_set("Nope", folder.parent)
