# SPDX-License-Identifier: MIT
"""Files of pictures as they are read: levels, alpha, profile, upright; or refused in a sentence."""

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.picture.photo import Photo
from tarsier_fpga.picture.png import photo_png
from tarsier_fpga.picture.read import is_footage, is_picture, pictures_in, read_photo

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
ORIENTATION = 0x0112


@pytest.fixture
def levels(rng) -> np.ndarray:
    return rng.integers(0, 256, (21, 34, 3), np.uint8)


def test_eight_bits_as_they_are(tmp_path, levels):
    for name in ("a.png", "a.bmp", "a.tif"):
        Image.fromarray(levels).save(tmp_path / name)
        photo = read_photo(tmp_path / name)
        assert np.array_equal(photo.pixels, levels)
        assert (photo.alpha, photo.grey, photo.peak) == (None, False, 255)
    Image.fromarray(levels[..., 0]).save(tmp_path / "grey.jpg", quality=100)
    assert read_photo(tmp_path / "grey.jpg").pixels.shape == (21, 34)


def test_sixteen_bits_as_they_are(tmp_path, rng):
    for shape, kind in (((9, 7, 3), "rgb"), ((9, 7), "minisblack")):
        deep = rng.integers(0, 1 << 16, shape, np.uint16)
        (tmp_path / "deep.png").write_bytes(imagecodecs.png_encode(deep))
        tifffile.imwrite(tmp_path / "deep.tif", deep, photometric=kind, compression="zlib")
        for name in ("deep.png", "deep.tif"):
            assert np.array_equal(read_photo(tmp_path / name).pixels, deep)


def test_planes_apart_are_put_together(tmp_path, levels):
    path = tmp_path / "planar.tif"
    tifffile.imwrite(path, np.moveaxis(levels, -1, 0), photometric="rgb", planarconfig="separate")
    assert np.array_equal(read_photo(path).pixels, levels)


def test_alpha_palette_and_black_and_white(tmp_path, levels):
    alpha = levels[..., 1]
    Image.fromarray(np.dstack([levels, alpha])).save(tmp_path / "alpha.png")
    tifffile.imwrite(
        tmp_path / "alpha.tif", np.dstack([levels, alpha]), photometric="rgb", extrasamples=[2]
    )
    for name in ("alpha.png", "alpha.tif"):
        photo = read_photo(tmp_path / name)
        assert np.array_equal(photo.pixels, levels)
        assert np.array_equal(photo.alpha, alpha)
    palette = Image.fromarray(levels).quantize(16)
    palette.save(tmp_path / "palette.png")
    assert np.array_equal(
        read_photo(tmp_path / "palette.png").pixels, np.asarray(palette.convert("RGB"))
    )
    Image.fromarray(levels[..., 0] > 99).save(tmp_path / "bits.png")
    assert set(np.unique(read_photo(tmp_path / "bits.png").pixels)) == {0, 255}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright_as_pillow_turns(tmp_path, levels, orientation):
    from PIL import ImageOps

    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    for name in ("a.jpg", "a.tif"):
        Image.fromarray(levels).save(tmp_path / name, exif=exif)
        with Image.open(tmp_path / name) as image:
            wanted = np.asarray(ImageOps.exif_transpose(image))
        assert np.array_equal(read_photo(tmp_path / name).pixels, wanted)


def test_a_profile_and_alpha_go_into_the_png(tmp_path, levels):
    Image.fromarray(levels).save(tmp_path / "a.jpg", icc_profile=PROFILE)
    photo = read_photo(tmp_path / "a.jpg")
    assert photo.profile == PROFILE
    deep = photo.pixels.astype(np.uint16) * 257
    for pixels in (photo.pixels, photo.pixels[..., 0], deep, deep[..., 0]):
        for alpha in (None, pixels if pixels.ndim == 2 else pixels[..., 1]):
            (tmp_path / "b.png").write_bytes(photo_png(Photo("b", pixels, alpha, PROFILE)))
            back = read_photo(tmp_path / "b.png")
            assert np.array_equal(back.pixels, pixels)
            assert back.pixels.dtype == pixels.dtype
            assert back.profile == PROFILE
            assert alpha is None or np.array_equal(back.alpha, alpha)


def test_what_is_refused(tmp_path, levels):
    whole = Image.fromarray(levels)
    whole.convert("CMYK").save(tmp_path / "print.jpg")
    tifffile.imwrite(tmp_path / "print.tif", np.zeros((9, 9, 4), np.uint8), photometric="separated")
    tifffile.imwrite(tmp_path / "light.tif", levels / 255.0, photometric="rgb")
    (tmp_path / "what.bin").write_bytes(b"no picture at all")
    for name in ("cut.png", "cut.jpg", "cut.tif"):
        whole.save(tmp_path / name)
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(content[: len(content) * 2 // 3])
    deep = imagecodecs.png_encode(levels.astype(np.uint16))
    (tmp_path / "cut16.png").write_bytes(deep[: len(deep) // 2])
    (tmp_path / "cut.mp4").write_bytes(b"\0\0\0\x20ftypisom")
    for name, sentence in {
        "print.jpg": "print.jpg is CMYK, colours for print; pictures are grey, RGB or a palette",
        "print.tif": "print.tif is CMYK, colours for print",
        "light.tif": "light.tif is 64 bits of float64; pictures are",
        "what.bin": "what.bin is no picture: it begins like none that Tarsier knows",
        "cut.png": "cut.png is truncated or damaged, or no PNG",
        "cut16.png": "cut16.png is truncated or damaged, or no PNG",
        "cut.jpg": "cut.jpg is truncated or damaged, or no JPEG",
        "cut.tif": "cut.tif is truncated or damaged",
        "cut.mp4": "cut.mp4 is truncated or damaged, or no film that FFmpeg reads",
        "gone.png": "gone.png: there is no such file",
        ".": "is a folder, name one picture in it",
    }.items():
        with pytest.raises(HostError) as caught:
            read_photo(tmp_path / name)
        assert sentence in str(caught.value), name
        assert "\n" not in str(caught.value)


def test_pages_films_and_folders(tmp_path, levels):
    pages = np.stack([levels, 255 - levels])
    tifffile.imwrite(tmp_path / "pages.tif", pages, photometric="rgb")
    Image.fromarray(levels).save(tmp_path / "one.png")
    assert is_footage(tmp_path / "pages.tif") and not is_footage(tmp_path / "one.png")
    stills, count, rate = pictures_in(tmp_path / "pages.tif")
    found = [(still.name, still.read().pixels) for still in stills]
    assert (count, rate, [name for name, _ in found]) == (2, None, ["pages-0000", "pages-0001"])
    assert all(np.array_equal(one, other) for (_, one), other in zip(found, pages, strict=True))

    first, *others = (Image.new("RGB", (64, 48), (60 * n, 99, 10)) for n in range(4))
    first.save(tmp_path / "film.gif", save_all=True, append_images=others, duration=40)
    assert is_picture(tmp_path / "film.gif")
    stills, _, rate = pictures_in(tmp_path / "film.gif")
    reds = [int(still.read().pixels[5, 5, 0]) for still in stills]
    assert (rate, [round(red / 60) for red in reds]) == (25, [0, 1, 2, 3])

    stills, count, _ = pictures_in(tmp_path)
    assert [still.name for still in stills] == ["film", "one", "pages"]
    Image.fromarray(levels).save(tmp_path / "one.bmp")
    with pytest.raises(HostError, match=r"one\.bmp and one\.png would both become one\.png"):
        pictures_in(tmp_path)
