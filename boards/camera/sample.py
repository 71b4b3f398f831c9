# SPDX-License-Identifier: MIT
"""The built-in low-light frame: a photograph turned back into what a sensor would have read.

    electrons = Poisson(light * scene) + read * N(0, 1) + row * N_row(0, 1)
    raw       = black + electrons * (white - black) / (HEADROOM * light)

The photograph comes with scikit-learn; nothing is downloaded, and the same frame comes out on
every run. Its noiseless twin is the reference.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from scipy.ndimage import convolve1d

from tarsier_fpga.camera.colour import camera_from_srgb
from tarsier_fpga.camera.dng import write_dng
from tarsier_fpga.camera.raw import mosaic_of

__all__ = ["CREDIT", "Sensor", "write_sample"]

CREDIT = (
    "Photograph: china.jpg of scikit-learn, by danielbuechele, CC BY 2.0, "
    "darkened and given sensor noise"
)

BALANCE = np.array([2.0, 1.0, 1.7])
# Under D65; Adobe's matrix of the Nikon D750, as printed by dcraw.
XYZ_TO_CAMERA = np.array(
    [[0.9020, -0.2890, -0.0715], [-0.4535, 1.2436, 0.2348], [-0.0934, 0.1919, 0.7086]]
)


@dataclass(frozen=True, slots=True)
class Sensor:
    """A small sensor at night: `light` electrons where the scene is white, noise in electrons."""

    light: float = 50.0
    read: float = 1.6
    row: float = 0.3
    black: int = 512
    white: int = 16383
    headroom: int = 16  # how far below saturation the scene's white is
    seed: int = 5


def write_sample(folder: Path, sensor: Sensor | None = None) -> tuple[Path, Path]:
    """Write sample.dng and its noiseless twin reference.dng into `folder`; return both paths."""
    from sklearn.datasets import load_sample_image  # takes long to import

    sensor = sensor or Sensor()
    scene = mosaic_of(_camera_light(load_sample_image("china.jpg")))
    rng = np.random.default_rng(sensor.seed)
    electrons = rng.poisson(scene * sensor.light).astype(np.float64)
    electrons += sensor.read * rng.standard_normal(scene.shape)
    electrons += sensor.row * rng.standard_normal((scene.shape[0], 1))
    exposed = electrons / (sensor.light * sensor.headroom)
    span = sensor.white - sensor.black

    noisy, reference = folder / "sample.dng", folder / "reference.dng"
    red, green, blue = (1 / BALANCE).tolist()
    write = partial(write_dng, xyz_to_camera=XYZ_TO_CAMERA, neutral=(red, green, blue))
    write(
        noisy,
        np.clip(np.rint(sensor.black + span * exposed), 0, sensor.white).astype(np.uint16),
        black=(sensor.black,) * 4,
        white=sensor.white,
    )
    clean = np.rint(65535 * scene / sensor.headroom).astype(np.uint16)
    write(reference, clean, white=65535)
    return noisy, reference


def _camera_light(srgb: np.ndarray) -> np.ndarray:
    """What the sensor sees: (H, W, 3) in [0, 1], before white balance."""
    value = srgb / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    seen = linear @ camera_from_srgb(XYZ_TO_CAMERA).T
    return _low_passed(np.clip(seen, 0, 1)) / BALANCE


def _low_passed(rgb: np.ndarray) -> np.ndarray:
    """Blurred by 1 2 1 both ways: the optical low-pass filter in front of a Bayer sensor."""
    for axis in (0, 1):
        rgb = convolve1d(rgb, [0.25, 0.5, 0.25], axis, mode="nearest")
    return rgb
