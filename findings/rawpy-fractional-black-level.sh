#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A fractional BlackLevel of a DNG is cut to a whole number, channel by channel.
#
# Package:   rawpy 0.28.0 (LibRaw 0.22.2); the files are written by tifffile 2026.3.3.
# Expected:  the DNG specification lets BlackLevel (tag 50714) be SHORT, LONG or RATIONAL, one value for each place of
#            BlackLevelRepeatDim. 639/10 is 63.9: a reader subtracts 63.9, or 64 if it can only do whole numbers.
# Happens:   the value is cut, not rounded. 63.9 becomes 63, in black_level_per_channel and in the developed picture, which
#            is equal to the last bit to that of a file with 63. A file with 63.9 and 64.1, a fifth of a code apart, is
#            developed as 63 and 64, a whole code apart.
# Matters:   calibrated sensors have such levels. The error is always on one side, up to a code, so it doesn't average out:
#            shadows of a 10-bit frame stay bright, and where the channels' fractions differ they get a colour. A network
#            trained on frames with exact blacks sees an offset that none of its training data had.
# Seen:      BlackLevel 63.9                      read as [63, 63, 63, 63]
#            BlackLevel 63.9 64.1 / 64.1 63.9     read as [63, 64, 63, 64]
#            developed: 63.9 as 63: True, 63.9 as 64: False, 63.9 and 64.1 as 63 and 64: True
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

FRAME = (64 + np.random.default_rng(0).integers(0, 300, (64, 64))).astype(np.uint16)


def write(path, black):
    """A DNG of RGGB pixels; black holds one numerator and denominator, or four pairs."""
    side = 1 if len(black) == 2 else 2
    tags = [
        (33421, "H", 2, (2, 2), True),  # CFARepeatPatternDim
        (33422, "B", 4, bytes((0, 1, 1, 2)), True),  # CFAPattern
        (50706, "B", 4, bytes((1, 4, 0, 0)), True),  # DNGVersion
        (50708, "s", 0, "Probe", True),  # UniqueCameraModel
        (50713, "H", 2, (side, side), True),  # BlackLevelRepeatDim
        (50714, "2I", side * side, black, True),  # BlackLevel, RATIONAL
        (50717, "I", 1, 4095, True),  # WhiteLevel
        (50721, "2i", 9, (1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1), True),  # ColorMatrix1
        (50728, "2I", 3, (1, 1) * 3, True),  # AsShotNeutral
        (50778, "H", 1, 21, True),  # CalibrationIlluminant1, D65
    ]
    tifffile.imwrite(path, FRAME, photometric=32803, metadata=None, rowsperstrip=64, extratags=tags)


def read(black):
    write("frame.dng", black)
    with rawpy.imread("frame.dng") as raw:
        levels = list(raw.black_level_per_channel)
        picture = raw.postprocess(
            gamma=(1, 1), no_auto_bright=True, output_bps=16, user_wb=[1] * 4, output_color=rawpy.ColorSpace.raw
        )
    return levels, picture


one, picture = read((639, 10))
four, coloured = read((639, 10, 641, 10, 641, 10, 639, 10))
_, at_63 = read((63, 1))
_, at_64 = read((64, 1))
_, at_both = read((63, 1, 64, 1, 64, 1, 63, 1))
print("BlackLevel 63.9                      read as", one)
print("BlackLevel 63.9 64.1 / 64.1 63.9     read as", four)
same = [np.array_equal(picture, at_63), np.array_equal(picture, at_64), np.array_equal(coloured, at_both)]
print("developed: 63.9 as 63: {}, 63.9 as 64: {}, 63.9 and 64.1 as 63 and 64: {}".format(*same))
if one != [63] * 4 or four != [63, 64, 63, 64] or same != [True, False, True]:
    sys.exit("Changed: a fractional black level is no longer cut to the whole number below it.")
PY
venv/bin/python probe.py
