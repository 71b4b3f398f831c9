# SPDX-License-Identifier: MIT
"""What each fault does to the beats of a frame, and what the models say must come of it."""

import numpy as np
import pytest

from tarsier_fpga.flow.shell.expected import expected, restored
from tarsier_fpga.flow.shell.faults import (
    FaultKind,
    Stimulus,
    draw_stimuli,
    faulty_video,
    read_stimuli,
)
from tarsier_fpga.flow.shell.shell_facts import VideoShell
from tarsier_fpga.flow.shell.video_picture import as_it_came
from tarsier_fpga.flow.shell.video_sim import video_beats
from tarsier_fpga.hls.base.errors import FlowError
from tests.boards.design_stand_in import design_facts

HEIGHT, WIDTH, PIXELS = 6, 16, 2
COLUMNS = WIDTH // PIXELS
DESIGN = design_facts(HEIGHT // 2, WIDTH // 2)
SHELL = VideoShell(pixels=PIXELS, bits=10, black=128, white=896)


def sent(rng, *stimuli: Stimulus, frames: int = 3):
    pictures = rng.integers(0, 1024, (frames, HEIGHT, WIDTH))
    return pictures, faulty_video(rng, pictures, PIXELS, stimuli)


@pytest.mark.parametrize(
    ("kind", "beats", "silent", "faults"),
    [
        (FaultKind.LOST_PIXELS, -2, 2, {"short_lines": 1}),
        (FaultKind.DOUBLED_PIXELS, 2, 0, {"long_lines": 1}),
        (FaultKind.SHORT_LINE, -2, 2, {"short_lines": 1}),
        (FaultKind.LONG_LINE, 2, 0, {"long_lines": 1}),
        (FaultKind.MISSING_LINE, -2 * COLUMNS, 2 * COLUMNS, {"short_frames": 1}),
        (FaultKind.DOUBLED_LINE, 2 * COLUMNS, 0, {"long_frames": 1, "extra_lines": 2}),
        (FaultKind.SHORT_FRAME, 19 - HEIGHT * COLUMNS, HEIGHT * COLUMNS - 19, {"short_frames": 1}),
        (FaultKind.LOST_START, 0, 0, {"long_frames": 1, "extra_lines": HEIGHT}),
        (FaultKind.JITTER, 0, None, {}),
    ],
)
def test_a_fault_is_where_it_is_told_and_counted_as_what_it_is(kind, beats, silent, faults, rng):
    """And a lost beat is a silent cycle, in which a camera goes on."""
    stimulus = Stimulus(frame=1, kind=kind, line=2, column=3, count=2)
    pictures, video = sent(rng, stimulus)
    assert [one.frame for one in video] == [0, 1, 2]
    assert [one.whole for one in video] == [True, kind is FaultKind.JITTER, True]
    assert len(video[1].beats) == HEIGHT * COLUMNS + beats
    gaps = np.concatenate([one.gaps for one in video])
    if silent is None:
        assert 0 < gaps.max() <= 2
    else:
        assert gaps.sum() == silent
    wanted = expected(np.concatenate([one.beats for one in video]), gaps, DESIGN, SHELL)
    lines = {"missing_lines": wanted.faults["missing_lines"]}
    assert {name: count for name, count in wanted.faults.items() if count} | lines == (
        faults | lines
    )
    assert np.array_equal(wanted.repaired[[0, -1]], pictures[[0, -1]])


def test_whole_frames_are_lost_or_come_twice(rng):
    lost = Stimulus(frame=1, kind=FaultKind.MISSING_FRAME)
    twice = Stimulus(frame=2, kind=FaultKind.DOUBLED_FRAME)
    pictures, video = sent(rng, lost, twice, frames=4)
    assert [(one.frame, one.whole) for one in video] == [(0, True), (2, True), (2, True), (3, True)]
    assert video[1].gaps[0] == HEIGHT * COLUMNS  # as long as the one that is lost
    beats = np.concatenate([one.beats for one in video])
    wanted = expected(beats, np.zeros(len(beats), int), DESIGN, SHELL)
    assert np.array_equal(wanted.repaired, pictures[[0, 2, 2, 3]])
    assert not any(wanted.faults.values())


def test_drawn_faults_leave_a_whole_frame_behind_each(rng):
    stimuli = draw_stimuli(rng, 2 * len(FaultKind) + 2)
    assert [one.frame for one in stimuli] == list(range(1, 2 * len(FaultKind) + 1, 2))
    assert {one.kind for one in stimuli} == set(FaultKind)


def test_silence_within_a_frame_is_its_end_where_a_timeout_says_so(rng):
    pictures = rng.integers(0, 1024, (2, HEIGHT, WIDTH))
    beats = video_beats(pictures, PIXELS)
    gaps = np.zeros(len(beats), int)
    gaps[20] = 31
    shell = SHELL.model_copy(update={"timeout": 31})
    assert not any(expected(beats, gaps, DESIGN, shell).faults.values())
    gaps[20] = 32
    wanted = expected(beats, gaps, DESIGN, shell)
    assert wanted.faults["short_frames"] == wanted.faults["long_frames"] == 1
    assert (wanted.repaired[0].reshape(-1)[40:] == shell.black).all()


def test_what_goes_in_is_mixed_into_what_comes_out(rng):
    frame = rng.integers(0, 1024, (HEIGHT, WIDTH))
    for share, found in ((256, frame), (0, 1023 - frame)):
        given = restored(frame, lambda blocks: 1023 - blocks, DESIGN, SHELL, share)
        assert np.array_equal(given, found)


def test_a_picture_shows_what_came(rng):
    _, video = sent(rng, Stimulus(frame=1, kind=FaultKind.SHORT_LINE, line=2, count=3))
    came = as_it_came(video[1].beats, (HEIGHT, WIDTH))
    assert np.isnan(came).sum() == 3 * PIXELS and np.isnan(came[2, -3 * PIXELS :]).all()


def test_refuses_faults_outside_of_the_video(tmp_path, rng):
    path = tmp_path / "faults.toml"
    path.write_text('[[fault]]\nframe = 2\nkind = "jitter"\n')
    with pytest.raises(FlowError, match=r"of frame 2 must be of one of 0\.\.1, as the last of 3"):
        read_stimuli(path, 3)
    assert read_stimuli(path, 4) == (Stimulus(frame=2, kind=FaultKind.JITTER),)
    outside = Stimulus(frame=1, kind=FaultKind.SHORT_LINE, line=6)
    with pytest.raises(FlowError, match=r"short line of frame 1: line 6 and column \d must be bel"):
        sent(rng, outside)
