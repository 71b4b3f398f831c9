# SPDX-License-Identifier: MIT
"""What does not fit a board is said with its remedies."""

import copy

import pytest

from tarsier_fpga.flow.board import Board, load_board
from tarsier_fpga.flow.cost.estimate import estimate
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.ops.stitch import stitch
from tarsier_fpga.flow.size.fit import check_fit, largest_fps, next_board
from tarsier_fpga.flow.size.fold import fold
from tarsier_fpga.flow.size.fold_windows import fold_windows
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.widths import adapt_widths, specialize
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.cost.resources import Resources, total

PYNQ = load_board("pynq-z2")
NOTHING = total([])
PIXELS = 540 * 960


@pytest.fixture
def lowered(random_net):
    return set_frame(lower(ingest(random_net(channels=8, units=2))), 540, 960)


def needs(**more) -> Resources:
    return Resources(**{"lut": 1, "ff": 1, "bram36": 1, "uram": 0, "dsp": 0} | more)


def with_device(**changed) -> Board:
    return PYNQ.model_copy(update={"device": PYNQ.device.model_copy(update=changed)})


def test_what_lacks_is_named_with_what_would_do(lowered, tmp_path):
    lowered.save(str(tmp_path / "lowered.onnx"))
    sentence = (
        r"^net does not fit pynq-z2 at this rate: it needs about 60,000 of 53,200 LUT"
        r" \(13% too many\), 150\.5 of 140 BRAM36 \(7% too many\), 1 of 0 URAM;"
        r" zcu104 is the next larger board that holds it; pynq-z2 holds at most about \d+\.?\d*"
        r" frames per second, its FIFOs aside$"
    )
    with pytest.raises(FlowError, match=sentence):
        needed = needs(lut=60_000, bram36=150.5, uram=1)
        check_fit(needed, PYNQ, "net", tmp_path / "lowered.onnx", NOTHING, PIXELS)


def test_the_sentence_is_for_what_no_board_and_no_rate_can_help(lowered, tmp_path):
    lowered.save(str(tmp_path / "lowered.onnx"))
    sentence = r"; no board here holds it; pynq-z2 holds it at no rate, so a smaller frame or netw"
    with pytest.raises(FlowError, match=sentence):
        needed = needs(dsp=20_000)
        check_fit(needed, PYNQ, "net", tmp_path / "lowered.onnx", needs(bram36=140), PIXELS)


def test_what_fits_exactly_is_accepted(tmp_path):
    whole = Resources(**PYNQ.resources.model_dump())
    check_fit(whole, PYNQ, "net", tmp_path / "not read", NOTHING, PIXELS)


def test_the_largest_rate_fits_and_the_next_higher_does_not(lowered):
    small = with_device(lut=2_000, dsp=10_000)
    fps = largest_fps(lowered, small, NOTHING, tried=PIXELS)
    pace = round(small.clock_mhz * 1e6 / fps)
    assert pace > 2 * PIXELS

    def luts(pace):
        folded = fold_windows(fold(copy.deepcopy(lowered), pace, constant=False), pace, small)
        model = adapt_widths(specialize(folded, small.part), small.part)
        return estimate(stitch(model), small.family).lut

    assert luts(pace) <= 2_000 < luts(pace - 1)


def test_matrices_that_are_built_in_need_no_dsp(lowered):
    poor = with_device(dsp=2)
    slow = largest_fps(lowered, poor, NOTHING, tried=PIXELS)
    fast = largest_fps(lowered, poor, NOTHING, tried=2 * PIXELS)
    assert slow < fast / 2
    assert fast == poor.clock_mhz * 1e6 / PIXELS


@pytest.mark.parametrize(
    ("needed", "board", "found"),
    [
        (needs(lut=60_000), "pynq-z2", "ultra96-v2"),
        (needs(lut=60_000, dsp=1_000), "pynq-z2", "kv260"),
        (needs(lut=1_200_000), "zcu104", "u250"),
        (needs(lut=2_000_000), "pynq-z2", None),
        (needs(lut=90_000), "ulx3s-85f", "kv260"),
    ],
)
def test_the_next_board_is_the_smallest_that_does(needed, board, found):
    other = next_board(needed, load_board(board))
    assert (other and other.name) == found
