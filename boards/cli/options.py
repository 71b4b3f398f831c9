# SPDX-License-Identifier: MIT
"""What users type, made into values."""

import re

from tarsier_fpga.hls.base.errors import HostError

__all__ = ["parse_link", "parse_pauses", "parse_size", "parse_trace"]


def parse_size(text: str) -> tuple[int, int]:
    """Width and height.

    Raises:
        HostError: not WIDTHxHEIGHT, or without pixels.

    >>> parse_size("1920x1080")
    (1920, 1080)
    """
    match = re.fullmatch(r"(\d+)x(\d+)", text)
    if not match:
        raise HostError(f"size {text!r} is not WIDTHxHEIGHT, such as 1920x1080")
    width, height = int(match[1]), int(match[2])
    if not width * height:
        raise HostError(f"size {text}: a frame of no pixels")
    return width, height


def parse_trace(text: str) -> tuple[int, str]:
    """Frame number and the name of a stage or layer.

    Raises:
        HostError: not frame=NUMBER,layer=NAME.

    >>> parse_trace("frame=1,layer=body3")
    (1, 'body3')
    """
    match = re.fullmatch(r"frame=(\d+),layer=(\w+)", text)
    if not match:
        raise HostError(
            f"trace {text!r} is not frame=NUMBER,layer=NAME, such as frame=1,layer=body3"
        )
    return int(match[1]), match[2]


def parse_pauses(text: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Least and most cycles behind lines, and behind frames.

    Raises:
        HostError: not LINE,FRAME, or a least above its most.

    >>> parse_pauses("40-80,2000")
    ((40, 80), (2000, 2000))
    """
    match = re.fullmatch(r"(\d+)(?:-(\d+))?,(\d+)(?:-(\d+))?", text)
    if not match:
        raise HostError(f"pauses {text!r} are not LINE,FRAME in cycles, such as 40-80,2000")
    line, frame = ((int(a), int(b or a)) for a, b in (match.groups()[:2], match.groups()[2:]))
    for least, most in (line, frame):
        if least > most:
            raise HostError(f"pauses {text}: {least} must be at most {most}")
    return line, frame


def parse_link(text: str) -> tuple[int, int, int]:
    """Lanes, bits of a pixel, and virtual channel, 0 if it is left out.

    Raises:
        HostError: not LANES,TYPE or LANES,TYPE,CHANNEL.

    >>> parse_link("4,RAW10"), parse_link("2,RAW12,1")
    ((4, 10, 0), (2, 12, 1))
    """
    match = re.fullmatch(r"([124]),RAW(8|10|12|14)(?:,([0-3]))?", text)
    if not match:
        raise HostError(
            f"CSI-2 {text!r} is not LANES,TYPE or LANES,TYPE,CHANNEL, such as 2,RAW12: 1, 2 or 4"
            " lanes, RAW8, RAW10, RAW12 or RAW14, channel 0 to 3"
        )
    lanes, bits, channel = match.groups(default="0")
    return int(lanes), int(bits), int(channel)
