#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A Bayer DNG that writes its pattern as 4 x 4 gets twice the black level for red, none for blue.
#
# Package:   rawpy 0.28.0 (LibRaw 0.22.2); the files are written by tifffile 2026.3.3.
# Expected:  CFARepeatPatternDim (33421) may be any size, and RGRG GBGB RGRG GBGB is the same filter as RG GB. Pixels, colours
#            and black levels are those of the file that writes it as 2 x 2.
# Happens:   the pixels are the same, but red loses twice the black level and blue none of it, in black_level_per_channel and
#            in the developed picture. No error, no warning.
# Matters:   a sensor with a quad Bayer and a Bayer mode may well have both written as 4 x 4. In a dark frame red is clipped
#            and blue is a whole black level too bright.
# Seen:      BlackLevel 256 for all four places, a field at 1256, and the brightest R, G, B of the field developed to linear RGB:
#            written as 2 x 2: blacks [256, 256, 256, 256], left [1000, 1000, 1000, 1000], developed [17070, 17070, 17070]
#            written as 4 x 4: blacks [512, 256, 0, 256], left [744, 1000, 1256, 1000], developed [11906, 16003, 20100]
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3.11 -m venv venv
venv/bin/pip install -q numpy==2.4.6 rawpy==0.28.0 tifffile==2026.3.3

cat > probe.py <<'PY'
import sys

import numpy as np
import rawpy
import tifffile

FRAME = np.full((48, 64), 1256, np.uint16)


def read(side):
    """Blacks of a field of RGGB whose pattern is written as side by side, and what they leave of it."""
    pattern = np.tile([[0, 1], [1, 2]], (side // 2, side // 2)).astype(np.uint8)
    tags = [
        (33421, "H", 2, (side, side), True),  # CFARepeatPatternDim
        (33422, "B", side * side, pattern.tobytes(), True),  # CFAPattern
        (50706, "B", 4, bytes((1, 4, 0, 0)), True),  # DNGVersion
        (50708, "s", 0, "Probe", True),  # UniqueCameraModel
        (50713, "H", 2, (2, 2), True),  # BlackLevelRepeatDim
        (50714, "I", 4, (256,) * 4, True),  # BlackLevel
        (50717, "I", 1, 4095, True),  # WhiteLevel
        (50721, "2i", 9, (1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1), True),  # ColorMatrix1
        (50728, "2I", 3, (1, 1) * 3, True),  # AsShotNeutral
        (50778, "H", 1, 21, True),  # CalibrationIlluminant1, D65
    ]
    tifffile.imwrite("frame.dng", FRAME, photometric=32803, metadata=None, rowsperstrip=48, extratags=tags)
    with rawpy.imread("frame.dng") as raw:
        if not np.array_equal(raw.raw_image, FRAME):
            sys.exit("Changed: the pixels are read in another way.")
        blacks, colours = list(raw.black_level_per_channel), raw.raw_colors
        left = [int(FRAME[colours == colour][0]) - blacks[colour] for colour in range(4)]
        picture = raw.postprocess(
            gamma=(1, 1), no_auto_bright=True, output_bps=16, user_wb=[1] * 4, output_color=rawpy.ColorSpace.raw
        )
        developed = picture.max(axis=(0, 1)).tolist()
    print(f"written as {side} x {side}: blacks {blacks}, left {left}, developed {developed}")
    return blacks, left, developed[2] - developed[0]


if read(2) != ([256] * 4, [1000] * 4, 0):
    sys.exit("Changed: a pattern of 2 x 2 is read in another way.")
blacks, left, cast = read(4)
if (blacks, left) != ([512, 256, 0, 256], [744, 1000, 1256, 1000]) or cast < 5000:
    sys.exit("Changed: a pattern written as 4 x 4 no longer gets other black levels.")
PY
venv/bin/python probe.py
