# SPDX-License-Identifier: MIT
"""make readme: write the tables into the READMEs."""

from pathlib import Path

from tarsier_fpga.hls.base.files import write_together
from tests.readme.tables import board_table

__all__ = ["MARKS", "README", "readme_with"]

README = Path(__file__).parents[2] / "boards" / "README.md"
MARKS = "<!-- boards -->\n", "<!-- /boards -->\n"


def readme_with(text: str, table: str) -> str:
    """`text` with `table` between its marks."""
    begin, end = MARKS
    before, rest = text.split(begin)
    return f"{before}{begin}\n{table}\n\n{end}{rest.split(end)[1]}"


if __name__ == "__main__":
    write_together({README: readme_with(README.read_text(), board_table()).encode()})
