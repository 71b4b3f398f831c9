# SPDX-License-Identifier: MIT
"""Boards as data: ours make sense, a user's is read or refused with its key, names are found."""

import math

import pytest
from finn.util.basic import alveo_default_platform, part_map
from finn.util.platforms import platforms

from tarsier_fpga.flow.board import (
    Board,
    Platform,
    Resources,
    board_names,
    board_of,
    load_board,
    write_board,
)
from tarsier_fpga.hls.base.errors import BoardError, FlowError
from tarsier_fpga.hls.cost.family import Family

# LUTs, flip-flops, RAMB36s, UltraRAMs and DSPs of dies, by the beginning of their parts. From the
# product tables DS180, DS190, DS891, DS962 and DS987 of AMD, and FPGA-DS-02012 of Lattice.
DIES = {
    "xc7z020": (53_200, 106_400, 140, 0, 220),
    "xc7a100t": (63_400, 126_800, 135, 0, 240),
    "xc7a200t": (134_600, 269_200, 365, 0, 740),
    "xc7k325t": (203_800, 407_600, 445, 0, 840),
    "xczu3eg": (70_560, 141_120, 216, 0, 360),
    "xczu7ev": (230_400, 460_800, 312, 96, 1_728),
    "xczu9eg": (274_080, 548_160, 912, 0, 2_520),
    "xck26": (117_120, 234_240, 144, 64, 1_248),
    "xcu50": (871_680, 1_743_360, 1_344, 640, 5_952),
    "xcu55c": (1_303_680, 2_607_360, 2_016, 960, 9_024),
    "xcu200": (1_182_240, 2_364_480, 2_160, 960, 6_840),
    "xcu250": (1_728_000, 3_456_000, 2_688, 1_280, 12_288),
    "xcu280": (1_303_680, 2_607_360, 2_016, 960, 9_024),
    "LFE5U-85F": (83_640, 83_640, 104, 0, 156),
}
ALVEOS = [name for name in board_names() if load_board(name).platform is Platform.ALVEO]
USERS = """title = "AMD Kria KR260"
part = "xck26-sfvc784-2LV-c"
family = "xcup"
platform = "zynq"
clock_mhz = 200.0
source_mhz = 100.0
device = { lut = 117120, ff = 234240, bram36 = 144, uram = 64, dsp = 1248 }

[[memory]]
kind = "ddr4"
banks = 1
mib = 4096
"""


@pytest.mark.parametrize("name", board_names())
def test_a_board_has_the_die_of_its_part_and_what_finn_says_of_it(name):
    board = load_board(name)
    assert board.name == name and board.title
    assert board.family is Family.of_part(board.part)
    dies = [die for die in DIES if board.part.startswith(die)]
    for die in dies:
        assert tuple(amount for _, amount in board.device) == DIES[die]
    if board.finn:
        assert part_map[board.finn] == board.part
        assert load_board(board.finn) == board
    if board.platform is Platform.BARE:
        assert board.shell is None
    assert 1 < board.clock_mhz < 1000 and math.isfinite(board.source_mhz)


def test_most_boards_are_checked_by_their_die():
    parts = [load_board(name).part for name in board_names()]
    assert all(any(part.startswith(die) for part in parts) for die in DIES)


@pytest.mark.parametrize("name", ALVEOS)
def test_an_alveo_offers_what_finn_counts_outside_its_shell(name):
    board = load_board(name)
    regions = platforms[name.upper()]().compute_resources
    lut, ff, bram18, uram, dsp = map(sum, zip(*regions, strict=True))
    assert part_map[name.upper()] == board.part
    assert board.shell.name == alveo_default_platform[name.upper()]
    assert board.resources == Resources(lut=lut, ff=ff, bram36=bram18 // 2, uram=uram, dsp=dsp)
    assert board.resources.lut < board.device.lut


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("KV260", "kv260"),
        ("Pynq-Z2", "pynq-z2"),
        ("pynq_z1", "pynq-z1"),
        ("ZCU104", "zcu104"),
        ("KV260_SOM", "kv260"),
        ("AUP-ZU3_8GB", "aup-zu3"),
        ("U250", "u250"),
        ("ultra96V2", "ultra96-v2"),
    ],
)
def test_names_are_found_in_any_case_and_in_finns_spelling(typed, name):
    assert load_board(typed).name == name


def test_no_two_boards_answer_to_one_name():
    names = [name.replace("-", "") for name in board_names()]
    names += [
        "".join(c for c in board.finn.lower() if c not in "-_")
        for board in map(load_board, board_names())
        if board.finn and board.finn.lower().replace("_", "-") != board.name
    ]
    assert len(names) == len(set(names))


def test_an_unknown_board_names_the_known_ones_and_the_nearest():
    with pytest.raises(BoardError) as caught:
        load_board("zcu10")
    assert str(caught.value) == (
        f"unknown board 'zcu10', known are {', '.join(board_names())}; the nearest is zcu104;"
        " or name a TOML file of yours"
    )


def test_a_board_of_a_users_is_a_file(tmp_path):
    path = tmp_path / "Mine.toml"
    path.write_text(USERS)
    board = load_board(str(path))
    assert (board.name, board.part, board.finn) == ("Mine", "xck26-sfvc784-2LV-c", None)
    assert board.device == load_board("kv260").device


@pytest.mark.parametrize(
    ("find", "put", "sentence"),
    [
        ('"xcup"', '"xc8"', r"family = 'xc8': input should be 'xc7', 'xcup' or 'ecp5'"),
        ('"xcup"', '"xc7"', r"xck26-sfvc784-2LV-c is no part of the family xc7"),
        ('"zynq"', '"rfsoc"', r"platform = 'rfsoc': input should be 'zynq', 'alveo' or 'bare'"),
        ('"ddr4"', '"ddr9"', r"memory\.0\.kind = 'ddr9': input should be 'sdram', 'ddr3', "),
        ("200.0", "-200.0", r"clock_mhz = -200\.0: input should be greater than 0"),
        ("200.0", "inf", r"clock_mhz = inf: input should be a finite number"),
        ("200.0", '"fast"', r"clock_mhz = 'fast': input should be a valid number"),
        ("117120", "-1", r"device: lut = -1 should be a number of at least 0"),
        ("117120", "0", r"device: lut should be greater than 0"),
        ("lut =", "luts =", r"there is no key device\.luts, only lut, ff, bram36, uram, dsp"),
        ("117120", '"many"', r"device\.lut = 'many': input should be a valid integer"),
        ("title =", "headline =", r"the key title is missing"),
        ("banks", "shells", r"the key memory\.0\.banks is missing"),
        ("part =", "name = 'x'\npart =", r"name is no key of a board, which is called as its fi"),
        ("part =", "colour = 'x'\npart =", r"there is no key colour, only title, part, family, "),
        ("part =", "part", r"is no TOML: Expected '=' after a key in a key/value pair \(at line 2"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_key(tmp_path, find, put, sentence):
    path = tmp_path / "mine.toml"
    assert find in USERS
    path.write_text(USERS.replace(find, put, 1))
    with pytest.raises(BoardError, match=sentence) as caught:
        load_board(str(path))
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_said_to(tmp_path):
    with pytest.raises(BoardError, match=r"gone\.toml: there is no such board file"):
        load_board(str(tmp_path / "gone.toml"))
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(BoardError, match=r"folder\.toml: Is a directory"):
        load_board(str(tmp_path / "folder.toml"))
    (tmp_path / "picture.toml").write_bytes(b"\x89PNG\xff")
    with pytest.raises(BoardError, match=r"picture\.toml is no TOML: 'utf-8' codec can't decode"):
        load_board(str(tmp_path / "picture.toml"))


def test_a_shell_leaves_no_more_than_there_is():
    board = load_board("u250")
    facts = board.model_dump()
    facts["shell"]["leaves"]["lut"] = 2_000_000
    with pytest.raises(ValueError, match="the shell leaves 2000000 lut of 1728000"):
        Board(**facts)


def test_a_design_keeps_the_board_it_was_built_for(tmp_path):
    (tmp_path / "kv260.toml").write_text(USERS.replace("117120", "100"))
    mine = load_board(str(tmp_path / "kv260.toml"))
    write_board(mine, tmp_path)
    assert board_of(tmp_path, mine.name) == mine != load_board("kv260")
    assert board_of(tmp_path / "older", "kv260") == load_board("kv260")
    (tmp_path / "board.json").write_text("{}")
    with pytest.raises(FlowError, match=r"board\.json: .* field required; build it again"):
        board_of(tmp_path, "kv260")


def test_an_ecp5_is_counted_in_its_makers_units():
    family = load_board("ulx3s-85f").family
    assert family.amounts("bram36", 10.5, 104) == "21 of 208 EBR"
    assert family.amounts("lut", 9, 83_640) == "9 of 83,640 LUT4"
