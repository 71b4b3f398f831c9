# SPDX-License-Identifier: MIT
import pytest
from finn.util.basic import alveo_default_platform, part_map
from finn.util.platforms import platforms
from pydantic import ValidationError

from tarsier_fpga.flow.board import Board, Platform, Resources, board_names, load_board
from tarsier_fpga.hls.base.errors import BoardError
from tarsier_fpga.hls.cost.family import Family

FINNS = {
    "pynq-z1": "Pynq-Z1",
    "pynq-z2": "Pynq-Z2",
    "ultra96-v2": "Ultra96-V2",
    "zcu102": "ZCU102",
    "zcu104": "ZCU104",
    "kv260": "KV260_SOM",
    "u50": "U50",
    "u55c": "U55C",
    "u200": "U200",
    "u250": "U250",
    "u280": "U280",
}


def test_boards_are_those_that_finn_knows_and_an_ecp5():
    assert board_names() == sorted([*FINNS, "ulx3s-85f"])
    assert {name: load_board(name).part for name in FINNS} == {
        name: part_map[finns] for name, finns in FINNS.items()
    }


@pytest.mark.parametrize("name", ["u50", "u55c", "u200", "u250", "u280"])
def test_an_alveo_offers_what_finn_counts_outside_its_shell(name):
    board = load_board(name)
    regions = platforms[FINNS[name]]().compute_resources
    lut, ff, bram18, uram, dsp = map(sum, zip(*regions, strict=True))
    assert board.platform is Platform.ALVEO
    assert board.shell.name == alveo_default_platform[FINNS[name]]
    assert board.resources == Resources(lut=lut, ff=ff, bram36=bram18 // 2, uram=uram, dsp=dsp)
    assert board.resources.lut < board.device.lut


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"family": Family.SERIES7}, "xczu7ev-ffvc1156-2-e is no part of the family xc7"),
        ({"shell": {"name": "s", "leaves": {"lut": 300_000}}}, "leaves 300000 lut of 230400"),
    ],
)
def test_boards_that_contradict_themselves_are_refused(change, sentence):
    facts = load_board("zcu104").model_dump()
    if "shell" in change:
        change["shell"]["leaves"] = facts["device"] | change["shell"]["leaves"]
    with pytest.raises(ValidationError, match=sentence):
        Board(**facts | change)


def test_an_ecp5_is_counted_in_its_makers_units():
    family = load_board("ulx3s-85f").family
    assert family.amounts("bram36", 10.5, 104) == "21 of 208 EBR"
    assert family.amounts("lut", 9, 83_640) == "9 of 83,640 LUT4"


def test_unknown_board_names_the_known_ones():
    with pytest.raises(BoardError, match="unknown board 'zcu999', known are kv260, pynq-z1, pynq"):
        load_board("zcu999")


def test_a_typo_in_a_board_file_is_refused():
    with pytest.raises(ValidationError):
        Resources(lut=1, ff=1, bram36=1, uram=0, dsp=0, luts=1)
