# SPDX-License-Identifier: MIT
"""The tables in the READMEs are those that `make readme` writes."""

from tarsier_fpga.flow.board import board_names
from tests.readme.__main__ import README, readme_with
from tests.readme.tables import board_table


def test_the_boards_are_those_there_are():
    text = README.read_text()
    assert readme_with(text, board_table()) == text
    assert all(f"| `{name}` |" in text for name in board_names())
