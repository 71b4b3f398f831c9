# SPDX-License-Identifier: MIT
"""What a file of bare numbers would fit, where its size is not what its sidecar says."""

from collections.abc import Iterator
from dataclasses import replace

from tarsier_fpga.camera.layout import Endian, Layout, Packing

__all__ = ["what_fits"]

_MOST = 4  # suggestions
_PAD = 256  # bytes that a line is padded to a multiple of, at most


def what_fits(layout: Layout, size: int) -> str:
    """A clause that names settings by which `size` bytes would be right.

    >>> what_fits(Layout(width=200, height=120, bits=12), 36000)
    'it would fit packing = "mipi", "pfnc" or "gige"'
    """
    found: dict[str, list[str]] = {}  # what else is to be said, and of which packings
    for fit in (_whole, _padded, _several):
        others = [*_packings(layout)]
        if fit is _whole and layout.bits > 8:
            others.append(replace(others[-1], packing=Packing.NONE, bits=8))
        for other in others:
            for words in fit(other, size):
                found.setdefault(words, []).append(_packing(layout, other))
    phrases = [
        " with ".join(filter(None, (_either(kinds), words))) for words, kinds in found.items()
    ]
    phrases = phrases or [*_other_sizes(layout, size)]
    if not phrases:
        return (
            f"no layout of {layout.width} x {layout.height} pixels of {layout.bits} bits has that"
            " size"
        )
    return f"it would fit {_listed(phrases[:_MOST])}"


def _whole(layout: Layout, size: int) -> Iterator[str]:
    if layout.size == size:
        yield ""


def _padded(layout: Layout, size: int) -> Iterator[str]:
    stride, rest = divmod(size, layout.height)
    if rest == 0 and layout.line < stride < layout.line + _PAD:
        yield f"stride = {stride}"


def _several(layout: Layout, size: int) -> Iterator[str]:
    frames, rest = divmod(size, layout.size)
    if rest == 0 and frames > 1:
        yield f"frames = {frames}"


def _other_sizes(layout: Layout, size: int) -> Iterator[str]:
    rows, rest = divmod(size, layout.stride or layout.line)
    if rest == 0 and rows not in (0, layout.height):
        yield f"height = {rows}"
    pixels, rest = divmod(size, layout.height * layout.line // layout.width)
    if layout.packing is Packing.NONE and rest == 0 and pixels not in (0, layout.width):
        yield f"width = {pixels}"


def _packings(layout: Layout) -> Iterator[Layout]:
    """As it is but for the stride, and in every other packing of its bits."""
    if layout.stride is not None:
        yield layout
    plain = replace(layout, stride=None, endian=Endian.LITTLE)
    yield plain
    for packing in Packing:
        if packing is not layout.packing and layout.bits in packing.widths:
            yield replace(plain, packing=packing)


def _packing(layout: Layout, other: Layout) -> str:
    if other.bits != layout.bits:
        return f"bits = {other.bits}"
    if other.packing is not layout.packing:
        return f'packing = "{other.packing}"'
    return "no stride" if layout.stride and not other.stride else ""


def _either(kinds: list[str]) -> str:
    """`packing = "a", "b" or "c"`, or nothing where it may stay as it is."""
    return (
        ""
        if "" in kinds
        else _listed(kinds).replace(", packing = ", ", ").replace(" or packing = ", " or ")
    )


def _listed(phrases: list[str]) -> str:
    *most, last = phrases
    return f"{', '.join(most)} or {last}" if most else last
