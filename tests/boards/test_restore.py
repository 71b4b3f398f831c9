# SPDX-License-Identifier: MIT
import math
import os
import signal
import threading
from pathlib import Path

import numpy as np
import pytest

from tarsier_fpga.camera.encode import encode
from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.progress import silent
from tarsier_fpga.jobs.compare import matches
from tarsier_fpga.jobs.job import Job
from tarsier_fpga.jobs.restore import Restoring
from tarsier_fpga.jobs.restored import Restored, Shot
from tarsier_fpga.picture.psnr import psnr
from tests.boards.stand_in import StandIn, network


def frame(rng, height=60, width=80) -> Raw:
    return Raw("test", rng.integers(0, 1024, (height, width)).astype(np.uint16), (64,) * 4, 1023)


def restore(raw: Raw, accelerator: StandIn, gain: float, check=False, **more) -> Restored:
    job = Job(raw=Path("nowhere"), net="net", board=load_board("zcu104"), gain=gain, check=check)
    return Restoring(job, accelerator).one(Shot(raw.name, raw, **more))


@pytest.mark.parametrize("shape", [(30, 40), (12, 16), (30, 9)])
def test_a_smaller_design_gives_the_same_frame(rng, shape):
    restored = restore(frame(rng), StandIn(shape), 1.5, check=True)
    assert np.array_equal(restored.codes, network(restored.encoded.before, 3))
    assert restored.score_after is None
    assert restored.exact is True


def test_one_wrong_pixel_is_noticed(rng, monkeypatch):
    monkeypatch.setattr("tarsier_fpga.jobs.compare._PIECE", 8)
    restored = restore(frame(rng), StandIn((30, 40)), 1.0)
    before, seen = restored.encoded.before, []
    cutting = StandIn((30, 40)).restorer.cutting

    def show(step, fraction, note=""):
        seen.append(fraction)

    assert matches(before, restored.codes, lambda x: network(x, 3), cutting, show)
    assert len(seen) > 4
    assert seen[-1] == 1.0
    for pixel in ((0, 0, 0), (29, 39, 3), (13, 17, 2)):
        after = restored.codes.copy()
        after[pixel] ^= 1
        assert not matches(before, after, lambda x: network(x, 3), cutting)


def test_reference_gets_the_same_gain(rng):
    raw = frame(rng)
    restored = restore(raw, StandIn((30, 40)), 2.0, reference=raw)
    assert np.array_equal(restored.encoded.reference, restored.encoded.before)
    assert restored.score_before.psnr == math.inf


def test_frame_smaller_than_the_design(rng):
    with pytest.raises(HostError, match="test: too small for the stand-in"):
        restore(frame(rng), StandIn((30, 41)), 1.0)


def test_reference_of_more_light_gets_less_gain(rng):
    dark, light = frame(rng), frame(rng)
    restored = restore(dark, StandIn((30, 40)), 8.0, reference=light, exposure=4.0)
    encoded = restored.encoded
    assert np.array_equal(encoded.before, encode(dark, 8.0, encoded.scale))
    assert np.array_equal(encoded.reference, encode(light, 2.0, encoded.scale))


def test_reference_of_another_size(rng):
    with pytest.raises(HostError, match="reference test is 80 x 62, but test is 80 x 60"):
        restore(frame(rng), StandIn((30, 40)), 1.0, reference=frame(rng, height=62))


def test_psnr_of_one_step_everywhere():
    codes = np.full((4, 4, 4), 500, np.uint16)
    scale = Coding(128, 896, 10)
    assert psnr(codes + 1, codes, scale) == pytest.approx(20 * math.log10(768))
    assert psnr(codes * 0, codes * 0 + 128, scale) == math.inf  # both are black


def test_ctrl_c_ends_a_frame_that_is_at_work(rng):
    """Ctrl-C reaches the main thread, and the accelerator, in its own, gives up."""
    begun = threading.Event()

    class Endless(StandIn):
        def run(self, frames, show=silent):
            begun.set()
            while True:
                show("restoring", 0.0)

    def interrupt():
        begun.wait()
        os.kill(os.getpid(), signal.SIGINT)  # as a terminal does: to the whole process

    threads = threading.active_count()
    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        restore(frame(rng), Endless((30, 40)), 1.0)
    assert threading.active_count() <= threads + 1  # whoever interrupts may still be leaving


def test_an_error_on_the_accelerator_is_the_one_that_is_raised(rng):
    class Broken(StandIn):
        def run(self, frames, show=silent):
            raise HostError("the stand-in is unplugged")

    with pytest.raises(HostError, match=r"^the stand-in is unplugged$"):
        restore(frame(rng), Broken((30, 40)), 1.0)
