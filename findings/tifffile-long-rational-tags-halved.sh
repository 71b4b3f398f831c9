#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A tag of more than 1024 rational numbers is read with half of them missing.
#
# Package:   tifffile 2026.3.3; the file is written by the script itself.
# Expected:  a RATIONAL or SRATIONAL tag of n numbers is 2 n integers. tifffile gives short ones as a tuple of 2 n integers:
#            numerator, denominator, numerator and so on.
# Happens:   from 1025 numbers on the value is a NumPy array of n integers: the first half of the numbers, and nothing says so.
# Matters:   BlackLevelDeltaH and BlackLevelDeltaV of DNG hold one for each column or row, and sensors have thousands. Read in
#            pairs, the array is a table of the right kind that ends in the middle of the frame.
# Seen:      1024 numbers: tuple of 2048 integers, the last are [1023, 10]
#            1025 numbers: ndarray of 1025 integers, the last are [10, 512]
#            4000 numbers: ndarray of 4000 integers, the last are [1999, 10]
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3.11 -m venv venv
venv/bin/pip install -q numpy==2.4.6 tifffile==2026.3.3

cat > probe.py <<'PY'
import struct
import sys

import tifffile

DELTAS = 50716  # BlackLevelDeltaV


def read(count):
    """The value of a tag of the numbers 0/10, 1/10, 2/10 and so on, in a TIFF of 8 x 8 pixels."""
    numbers = [part for number in range(count) for part in (number, 10)]
    body = struct.pack("<2sHI", b"II", 42, 8 + 64 + 8 * count) + bytes(64) + struct.pack(f"<{2 * count}i", *numbers)
    tags = [(256, 4, 1, 8), (257, 4, 1, 8), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    tags += [(273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, 8), (279, 4, 1, 64), (DELTAS, 10, count, 72)]
    body += struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags) + bytes(4)
    with open("frame.tif", "wb") as file:
        file.write(body)
    with tifffile.TiffFile("frame.tif") as file:
        tag = file.pages[0].tags[DELTAS]
        if tag.count != count:
            sys.exit("Changed: the tag is read in another way.")
        value = tag.value
    print(f"{count} numbers: {type(value).__name__} of {len(value)} integers, the last are {[int(v) for v in value[-2:]]}")
    return [int(part) for part in value] == numbers, len(value)


if read(1024) != (True, 2048):
    sys.exit("Changed: a tag of 1024 numbers is read in another way.")
if read(1025) != (False, 1025) or read(4000) != (False, 4000):
    sys.exit("Changed: long tags are no longer read by half.")
PY
venv/bin/python probe.py
