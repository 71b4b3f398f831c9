# SPDX-License-Identifier: MIT
"""BMP files."""

from tarsier_fpga.picture.pillow_file import pillow_photo
from tarsier_fpga.picture.reader import PhotoReader

__all__ = ["READER"]

READER = PhotoReader(
    title="BMP",
    suffixes=(".bmp",),
    sniff=lambda head: head.startswith(b"BM"),
    read=lambda path: pillow_photo(path, "BMP"),
)
