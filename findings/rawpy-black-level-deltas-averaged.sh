#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The black levels that a DNG states for each column (or row) are replaced by their mean.
#
# Package:   rawpy 0.28.0 (LibRaw 0.22.2); the files are written by tifffile 2026.3.3.
# Expected:  by the DNG specification, chapter 5, the black of a pixel is the sum of BlackLevel (50714), the entry of its
#            column in BlackLevelDeltaH (50715) and that of its row in BlackLevelDeltaV (50716). A reader subtracts it, or
#            refuses what it can't do.
# Happens:   the mean of all deltas is added to the black of all pixels. No error, no warning, and nothing in rawpy's
#            properties tells that the file said more.
# Matters:   the tags exist for sensors whose column amplifiers differ. Where the deltas alternate from column to column the
#            two greens, red and blue keep an offset each: a grey field comes out coloured. Where they are a ramp, one side
#            of a dark frame is too bright and the other is clipped at black.
# Seen:      a field 1000 codes above black everywhere, BlackLevel 200, and what is left of it after rawpy's own blacks:
#            deltas 50 0 50 0 ...: blacks [225, 225, 225, 225], left in even and odd columns 1025 975
#            deltas 0 .. 63:       blacks [232, 232, 232, 232], left in the first and last column 968 1031
#            and the field with alternating deltas developed to linear RGB: [17357, 16933, 16510]
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

HEIGHT, WIDTH = 48, 64


def read(deltas):
    """What rawpy makes of a field 1000 above black whose columns have the blacks 200 + deltas."""
    frame = np.tile(1200 + deltas, (HEIGHT, 1)).astype(np.uint16)
    pairs = tuple(part for delta in deltas.tolist() for part in (delta, 1))
    tags = [
        (33421, "H", 2, (2, 2), True),  # CFARepeatPatternDim
        (33422, "B", 4, bytes((0, 1, 1, 2)), True),  # CFAPattern
        (50706, "B", 4, bytes((1, 4, 0, 0)), True),  # DNGVersion
        (50708, "s", 0, "Probe", True),  # UniqueCameraModel
        (50713, "H", 2, (1, 1), True),  # BlackLevelRepeatDim
        (50714, "I", 1, 200, True),  # BlackLevel
        (50715, "2i", WIDTH, pairs, True),  # BlackLevelDeltaH
        (50717, "I", 1, 4095, True),  # WhiteLevel
        (50721, "2i", 9, (1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1), True),  # ColorMatrix1
        (50728, "2I", 3, (1, 1) * 3, True),  # AsShotNeutral
        (50778, "H", 1, 21, True),  # CalibrationIlluminant1, D65
    ]
    tifffile.imwrite("frame.dng", frame, photometric=32803, metadata=None, rowsperstrip=HEIGHT, extratags=tags)
    with rawpy.imread("frame.dng") as raw:
        if not np.array_equal(raw.raw_image, frame):
            sys.exit("Changed: the pixels are read in another way.")
        blacks = list(raw.black_level_per_channel)
        left = (raw.raw_image[0].astype(int) - blacks[0]).tolist()
        picture = raw.postprocess(
            gamma=(1, 1),
            no_auto_bright=True,
            output_bps=16,
            user_wb=[1] * 4,
            output_color=rawpy.ColorSpace.raw,
            half_size=True,
        )
    return blacks, left, picture[8, 8].tolist()


blacks, left, coloured = read(np.tile([50, 0], WIDTH // 2))
ramp_blacks, ramp, _ = read(np.arange(WIDTH))
print(f"deltas 50 0 50 0 ...: blacks {blacks}, left in even and odd columns {left[0]} {left[1]}")
print(f"deltas 0 .. 63:       blacks {ramp_blacks}, left in the first and last column {ramp[0]} {ramp[-1]}")
print("developed:", coloured)
if blacks != [225] * 4 or left[:2] != [1025, 975] or coloured[0] - coloured[2] < 500:
    sys.exit("Changed: alternating deltas are no longer replaced by their mean.")
if ramp_blacks != [232] * 4 or (ramp[0], ramp[-1]) != (968, 1031):
    sys.exit("Changed: a ramp of deltas is no longer replaced by its mean.")
PY
venv/bin/python probe.py
