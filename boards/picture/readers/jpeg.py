# SPDX-License-Identifier: MIT
"""JPEG files."""

from tarsier_fpga.picture.pillow_file import pillow_photo
from tarsier_fpga.picture.reader import PhotoReader

__all__ = ["READER"]

READER = PhotoReader(
    title="JPEG",
    suffixes=(
        ".jpg",
        ".jpeg",
        ".jpe",
    ),
    sniff=lambda head: head.startswith(b"xffxd8xff"),
    read=lambda path: pillow_photo(path, "JPEG"),
)
