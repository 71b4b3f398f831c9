# SPDX-License-Identifier: MIT
import pytest
from pydantic import ValidationError

from boards.board import BoardError, Resources, board_names, load_board


@pytest.mark.parametrize("name", board_names())
def test_every_board_is_complete(name):
    board = load_board(name)
    assert board.name == name
    assert board.resources.lut > 10_000


def test_unknown_board_names_the_known_ones():
    with pytest.raises(BoardError, match="unknown board 'zcu999', known are kv260, pynq-z1, pynq"):
        load_board("zcu999")


def test_a_typo_in_a_board_file_is_refused():
    with pytest.raises(ValidationError):
        Resources(lut=1, ff=1, bram36=1, uram=0, dsp=0, luts=1)
