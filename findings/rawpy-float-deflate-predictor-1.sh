#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A floating-point DNG packed with Deflate and no predictor is decoded as if it had the floating-point predictor.
#
# Package:   rawpy 0.28.0 (LibRaw 0.22.2); the files are written and read back by tifffile 2026.3.3, imagecodecs 2026.3.6.
# Expected:  TIFF's Predictor tag (317) says what was done to the samples before packing; absent or 1 means nothing. The DNG
#            specification allows Deflate (Compression 8) for floating-point samples with predictor 3 and its relatives for
#            pixels two or four apart, and with none. A reader has to look at the tag, or to refuse what it can't do.
# Happens:   LibRaw undoes predictor 3 whatever the tag says. The file opens without an error or a warning and its pixels
#            are noise: sums of bytes instead of samples. The same pixels unpacked or with predictor 3 or 34894 are right.
# Matters:   merged bursts and simulated frames are kept as 16-bit or 32-bit floating-point DNG, and plain Deflate is what a
#            general TIFF library writes when asked for it. The frame is lost in silence; as a training target it's noise.
# Seen:      largest error in units of white, for float16 and float32:
#            not packed                     0.00006 0.00006
#            Deflate, predictor 3           0.00006 0.00006
#            Deflate, predictor 34894       0.00006 0.00006
#            Deflate, predictor 1           0.95020 0.95000
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3.11 -m venv venv
venv/bin/pip install -q imagecodecs==2026.3.6 numpy==2.4.6 rawpy==0.28.0 tifffile==2026.3.3

cat > probe.py <<'PY'
import sys

import numpy as np
import rawpy
import tifffile

HEIGHT, WIDTH = 32, 48
RAMP = np.linspace(0.05, 0.95, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH)
PACKING = {
    "not packed": {},
    "Deflate, predictor 3": {"compression": "zlib", "predictor": 3},
    "Deflate, predictor 34894": {"compression": "zlib", "predictor": 34894},
    "Deflate, predictor 1": {"compression": "zlib"},
}


def error(dtype, packing):
    """The largest difference between the ramp and what rawpy reads, as a part of white."""
    tags = [
        (33421, "H", 2, (2, 2), True),  # CFARepeatPatternDim
        (33422, "B", 4, bytes((0, 1, 1, 2)), True),  # CFAPattern
        (50706, "B", 4, bytes((1, 4, 0, 0)), True),  # DNGVersion
        (50707, "B", 4, bytes((1, 4, 0, 0)), True),  # DNGBackwardVersion
        (50708, "s", 0, "Probe", True),  # UniqueCameraModel
        (50714, "I", 1, 0, True),  # BlackLevel
        (50717, "I", 1, 1, True),  # WhiteLevel
        (50721, "2i", 9, (1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1), True),  # ColorMatrix1
        (50728, "2I", 3, (1, 1) * 3, True),  # AsShotNeutral
        (50778, "H", 1, 21, True),  # CalibrationIlluminant1, D65
    ]
    frame = RAMP.astype(dtype)
    tifffile.imwrite(
        "frame.dng", frame, photometric=32803, metadata=None, rowsperstrip=HEIGHT, extratags=tags, **packing
    )
    with tifffile.TiffFile("frame.dng") as file:
        page = file.pages[0]
        if not np.array_equal(page.asarray(), frame) or page.predictor != packing.get("predictor", 1):
            sys.exit("Changed: tifffile no longer writes the file that this script is about.")
    with rawpy.imread("frame.dng") as raw:
        return float(np.abs(raw.raw_image / raw.white_level - frame).max())


errors = {name: [error(dtype, packing) for dtype in ("float16", "float32")] for name, packing in PACKING.items()}
for name, (half, single) in errors.items():
    print(f"{name:30} {half:.5f} {single:.5f}")
noise = errors.pop("Deflate, predictor 1")
if max(max(pair) for pair in errors.values()) > 0.001:
    sys.exit("Changed: the other packings are no longer read right.")
if min(noise) < 0.5:
    sys.exit("Changed: Deflate without a predictor is now read as what it is.")
PY
venv/bin/python probe.py
