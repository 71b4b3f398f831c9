# SPDX-License-Identifier: MIT
"""make readme: write the table of boards into its README, and the picture of the first one."""

import io
from pathlib import Path

from PIL import Image

from tarsier_fpga.hls.base.files import write_together
from tests.readme.picture import before_after
from tests.readme.tables import board_table

__all__ = ["BOARDS", "MARKS", "PICTURE", "readme_with"]

_ROOT = Path(__file__).parents[2]
BOARDS = _ROOT / "boards" / "README.md"
PICTURE = _ROOT / "boards" / "results" / "before-after.png"
MARKS = "<!-- boards -->\n", "<!-- /boards -->\n"


def readme_with(text: str, table: str) -> str:
    """`text` with `table` between its marks."""
    begin, end = MARKS
    before, rest = text.split(begin)
    return f"{before}{begin}\n{table}\n\n{end}{rest.split(end)[1]}"


def _png() -> bytes:
    file = io.BytesIO()
    Image.fromarray(before_after().picture).save(file, "PNG", optimize=True)
    return file.getvalue()


if __name__ == "__main__":
    table = readme_with(BOARDS.read_text(), board_table())
    write_together({BOARDS: table.encode(), PICTURE: _png()})
