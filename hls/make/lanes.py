# SPDX-License-Identifier: MIT
"""Constructors of the lane-by-lane kernels."""

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.make.ranges import integers, require_at_least, signed_width, unsigned_width
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits

__all__ = ["act_table", "requant", "residual_add", "sign_threshold"]


def sign_threshold(thresholds: np.ndarray, width: int) -> Instance:
    """One bit per channel, x >= T.

    Args:
        thresholds: (channels,) integers in -2^(width-1) .. 2^(width-1); the upper end means never

    Raises:
        KernelError: a threshold lies outside that range.
    """
    levels = integers("sign_threshold", "thresholds", thresholds, 1)
    require_at_least("sign_threshold", 1, width=width)
    half = 1 << (width - 1)
    if levels.min() < -half or levels.max() > half:
        raise KernelError(
            f"sign_threshold: thresholds {levels.min()}..{levels.max()}"
            f" must lie in {-half}..{half} for width={width}"
        )
    channels = levels.size
    return Instance(
        module="sign_threshold",
        params={
            "Channels": channels,
            "Width": width,
            "Thresholds": pack_bits(levels, width + 1),
        },
        inputs=(Stream("x", channels * width),),
        outputs=(Stream("y", channels),),
        function="SignThreshold",
        template=(channels, width),
        tables=(Table("thresholds", width + 1, True, levels),),
    )


def act_table(table: np.ndarray, lanes: int, y_width: int) -> Instance:
    """A function of a small unsigned integer per channel, `lanes` channels a beat.

    Args:
        table: (channels, entries) integers; channel f*lanes + l is lane l of beat f

    Raises:
        KernelError: `lanes` does not divide the channels, or an entry needs more than `y_width`.
    """
    values = integers("act_table", "table", table, 2)
    channels, entries = values.shape
    require_at_least("act_table", 1, lanes=lanes, y_width=y_width)
    if channels % lanes:
        raise KernelError(f"act_table: lanes={lanes} must divide channels={channels}")
    if signed_width(values.min(), values.max()) > y_width:
        raise KernelError(
            f"act_table: entries {values.min()}..{values.max()}"
            f" do not fit in y_width={y_width} signed bits"
        )
    folds = channels // lanes
    x_width = unsigned_width(entries - 1)
    return Instance(
        module="act_table",
        params={
            "Lanes": lanes,
            "Folds": folds,
            "Entries": entries,
            "XWidth": x_width,
            "YWidth": y_width,
            "Table": pack_bits(values, y_width),
        },
        inputs=(Stream("x", lanes * x_width),),
        outputs=(Stream("y", lanes * y_width),),
        function="ActTable",
        template=(lanes, folds, entries, x_width, y_width),
        tables=(Table("table", y_width, True, values),),
        beats_per_count=folds,
    )


def requant(lanes: int, x_width: int, shift: int, y_width: int, y_min: int, y_max: int) -> Instance:
    """x / 2^shift, rounded half to even, clamped to y_min..y_max.

    Raises:
        KernelError: the clamp is empty, or `y_width` bits cannot carry it (they are signed
            when y_min < 0, else unsigned).
    """
    require_at_least("requant", 1, lanes=lanes, x_width=x_width, y_width=y_width)
    require_at_least("requant", 0, shift=shift)
    _check_clamp("requant", y_width, y_min, y_max)
    return Instance(
        module="requant",
        params={
            "Lanes": lanes,
            "XWidth": x_width,
            "Shift": shift,
            "YWidth": y_width,
            "YMin": y_min,
            "YMax": y_max,
        },
        inputs=(Stream("x", lanes * x_width),),
        outputs=(Stream("y", lanes * y_width),),
        function="Requant",
        template=(lanes, x_width, shift, y_width, y_min, y_max),
    )


def residual_add(
    lanes: int, x_width: int, x_signed: bool, d_width: int, y_width: int, y_min: int, y_max: int
) -> Instance:
    """x + d, clamped to y_min..y_max.

    Raises:
        KernelError: the clamp is empty, or `y_width` bits cannot carry it (they are signed
            when y_min < 0, else unsigned).
    """
    require_at_least(
        "residual_add", 1, lanes=lanes, x_width=x_width, d_width=d_width, y_width=y_width
    )
    _check_clamp("residual_add", y_width, y_min, y_max)
    return Instance(
        module="residual_add",
        params={
            "Lanes": lanes,
            "XWidth": x_width,
            "XSigned": int(x_signed),
            "DWidth": d_width,
            "YWidth": y_width,
            "YMin": y_min,
            "YMax": y_max,
        },
        inputs=(Stream("x", lanes * x_width), Stream("d", lanes * d_width)),
        outputs=(Stream("y", lanes * y_width),),
        function="ResidualAdd",
        template=(lanes, x_width, int(x_signed), d_width, y_width, y_min, y_max),
    )


def _check_clamp(kernel: str, y_width: int, y_min: int, y_max: int) -> None:
    if y_min > y_max:
        raise KernelError(f"{kernel}: y_min={y_min} must be <= y_max={y_max}")
    needed = signed_width(y_min, y_max) if y_min < 0 else unsigned_width(y_max)
    if needed > y_width:
        raise KernelError(
            f"{kernel}: y_width={y_width} must be >= {needed} to carry {y_min}..{y_max}"
        )
