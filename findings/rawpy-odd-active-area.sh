#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A DNG whose ActiveArea starts at an odd row or column gets the black levels of the wrong colours.
#
# Package:   rawpy 0.28.0 (LibRaw 0.22.2); the files are written by tifffile 2026.3.3.
# Expected:  by the DNG specification both CFAPattern (33422) and BlackLevel (50714, laid out by BlackLevelRepeatDim) begin
#            at the top left corner of ActiveArea (50829), which may be any pixel. With the pattern RGGB and the levels
#            100 200 / 300 400 the red pixels have the black 100, wherever the area starts.
# Happens:   an odd margin is made even (3 becomes 4, 5 becomes 6; a row or column is lost). The colours of the pixels stay
#            right, the black levels do not move along: each belongs to the neighbour in the area as it was.
# Matters:   sensors with masked rows and columns have such areas, and blacks differ between the colours where each has an
#            amplifier of its own. A grey field comes out coloured, by as many codes as the blacks differ, and nothing warns.
# Seen:      a field 1000 codes above black everywhere, what is left of it for R G B G2 after rawpy's own blacks:
#            ActiveArea from (2, 4): margins (2, 4), blacks [100, 200, 400, 300], left [1000, 1000, 1000, 1000]
#            ActiveArea from (3, 4): margins (4, 4), blacks [300, 400, 200, 100], left [800, 800, 1200, 1200]
#            ActiveArea from (2, 5): margins (2, 6), blacks [200, 100, 300, 400], left [900, 1100, 1100, 900]
#            ActiveArea from (3, 5): margins (4, 6), blacks [400, 300, 100, 200], left [700, 900, 1300, 1100]
#            and the same field developed to linear RGB:
#            (2, 4) [16404, 16404, 16404], (3, 5) [11482, 16403, 21325]
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

BLACKS = (100, 200, 300, 400)  # by row and column within the area: R G1 / G2 B


def write(path, top, left):
    """A grey field, 1000 codes above black, whose pattern and blacks begin at (top, left)."""
    frame = np.zeros((40, 48), np.uint16)
    for place, black in enumerate(BLACKS):
        frame[(top + place // 2) % 2 :: 2, (left + place % 2) % 2 :: 2] = black + 1000
    tags = [
        (33421, "H", 2, (2, 2), True),  # CFARepeatPatternDim
        (33422, "B", 4, bytes((0, 1, 1, 2)), True),  # CFAPattern
        (50706, "B", 4, bytes((1, 4, 0, 0)), True),  # DNGVersion
        (50708, "s", 0, "Probe", True),  # UniqueCameraModel
        (50713, "H", 2, (2, 2), True),  # BlackLevelRepeatDim
        (50714, "I", 4, BLACKS, True),  # BlackLevel
        (50717, "I", 1, 4095, True),  # WhiteLevel
        (50721, "2i", 9, (1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1), True),  # ColorMatrix1
        (50728, "2I", 3, (1, 1) * 3, True),  # AsShotNeutral
        (50778, "H", 1, 21, True),  # CalibrationIlluminant1, D65
        (50829, "I", 4, (top, left, top + 32, left + 36), True),  # ActiveArea
    ]
    tifffile.imwrite(path, frame, photometric=32803, metadata=None, rowsperstrip=40, extratags=tags)
    return frame


def read(top, left):
    frame = write("frame.dng", top, left)
    with rawpy.imread("frame.dng") as raw:
        if not np.array_equal(raw.raw_image, frame) or raw.raw_colors[top, left] != 0:
            sys.exit("Changed: the pixels or their colours are read in another way.")
        blacks = list(raw.black_level_per_channel)
        pixels, colours = raw.raw_image_visible.astype(int), raw.raw_colors_visible
        rest = [int(np.unique(pixels[colours == colour] - blacks[colour]).item()) for colour in range(4)]
        margins = (raw.sizes.top_margin, raw.sizes.left_margin)
        picture = raw.postprocess(
            gamma=(1, 1),
            no_auto_bright=True,
            output_bps=16,
            user_wb=[1] * 4,
            output_color=rawpy.ColorSpace.raw,
            half_size=True,
        )
    print(f"ActiveArea from ({top}, {left}): margins {margins}, blacks {blacks}, left {rest}")
    return rest, picture[8, 8].tolist()


even, grey = read(2, 4)
row, _ = read(3, 4)
column, _ = read(2, 5)
both, coloured = read(3, 5)
print(f"developed: (2, 4) {grey}, (3, 5) {coloured}")
if even != [1000] * 4:
    sys.exit("Changed: even margins are read in another way.")
if (row, column, both) != ([800, 800, 1200, 1200], [900, 1100, 1100, 900], [700, 900, 1300, 1100]):
    sys.exit("Changed: the black levels of an area with odd margins are no longer those of the neighbouring pixels.")
if len(set(grey)) != 1 or max(coloured) - min(coloured) < 5000:
    sys.exit("Changed: the developed picture of an area with odd margins is no longer coloured.")
PY
venv/bin/python probe.py
