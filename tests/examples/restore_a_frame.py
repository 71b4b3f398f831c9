# SPDX-License-Identifier: MIT
"""A dark frame, restored in PyTorch and written as a picture.

.venv/bin/python tests/examples/restore_a_frame.py FRAME.dng OUT.png
"""

import sys

from PIL import Image

import tarsier_fpga as tarsier


def main(raw: str, out: str) -> None:
    restored = tarsier.restore(raw, net="bbcu-raw-16x8", on="cpu")
    Image.fromarray(restored.picture()).save(out)
    rows, columns, channels = restored.codes.shape
    print(f"{rows} x {columns} blocks of {channels} codes, gain {restored.encoded.gain:g}; {out}")


if __name__ == "__main__":
    main(*sys.argv[1:])
