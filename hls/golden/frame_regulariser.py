# SPDX-License-Identifier: MIT
"""Video of a camera as frames of one size, whatever comes."""

from collections import Counter

import numpy as np

CUT = -1  # in place of user: x is silent, and no more of its frame will come


def frame_regulariser(
    x: np.ndarray, columns: int, rows: int, size: tuple[int, int], fill: int
) -> tuple[np.ndarray, Counter[str]]:
    """(beats, pixels + 2) with user and last -> (beats, pixels + 3) with user, last and inside.

    Frames of `rows` lines of `columns` beats are given as frames of `size`, lines and beats, and
    `fill` where they have nothing. Also the faults by kind.

    >>> y, faults = frame_regulariser(np.array([[7, 1, 1], [8, 0, 0], [9, 0, 1]]), 2, 2, (2, 2), 0)
    >>> y.tolist()
    [[7, 1, 0, 1], [0, 0, 1, 1], [8, 0, 0, 1], [9, 0, 1, 1]]
    >>> faults
    Counter({'short_lines': 1})
    """
    height, width = size
    filler, faults, y = [fill] * (x.shape[1] - 2), Counter[str](), list[list[int]]()
    place = height * width  # of the next beat of y in its frame: at the end, none has started
    seen = stray = skip = False
    for *pixels, user, last in x.tolist():
        if user:
            if place < rows * width:
                faults.update(short_frames=1, missing_lines=rows - -(-place // width))
            y += [[*filler, *_flags(p, columns, rows, size)] for p in range(place, height * width)]
            place = height * width
        if user == CUT:
            continue
        if user:
            place, seen, stray, skip = 0, True, False, False
        elif skip:
            skip = not last
            continue
        elif place == height * width:
            faults.update(long_frames=seen and not stray, extra_lines=seen and last)
            stray = True
            continue
        ends = place % width == columns - 1
        faults.update(short_lines=last and not ends, long_lines=ends and not last)
        skip = bool(ends and not last)
        y.append([*pixels, *_flags(place, columns, rows, size)])
        place += 1
        line = -(-place // width)
        stop = place if not (last or ends) else height * width if line == rows else line * width
        y += [[*filler, *_flags(p, columns, rows, size)] for p in range(place, stop)]
        place = stop
    return np.array(y, int).reshape(-1, x.shape[1] + 1), +faults


def _flags(place: int, columns: int, rows: int, size: tuple[int, int]) -> tuple[int, int, int]:
    row, column = divmod(place, size[1])
    return int(place == 0), int(column == size[1] - 1), int(row < rows and column < columns)
