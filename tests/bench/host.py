# SPDX-License-Identifier: MIT
"""What the host adds to the network: 12-megapixel frames through `tarsier run`, and without it.

    make bench-host

The same frame goes through the network alone, as a video, and alone again, in one process, on
PyTorch's CPU accelerator; a video of one frame is taken off, so that what remains is what each
further frame costs. Seconds are of the clock; processor seconds, which other programs disturb less,
are of all threads together.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tarsier_fpga.camera.dng import write_dng
from tarsier_fpga.camera.encode import encode
from tarsier_fpga.camera.read import read_raw
from tarsier_fpga.devices.accelerator import restore_frames
from tarsier_fpga.devices.pytorch import TorchAccelerator
from tarsier_fpga.devices.stages import Stage, run_stages
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.hls.base.progress import silent
from tarsier_fpga.jobs.accelerators import lowered_net
from tarsier_fpga.jobs.choices import Accel
from tarsier_fpga.jobs.job import Job
from tarsier_fpga.jobs.restore import pack
from tarsier_fpga.jobs.video_job import VideoJob, perform_video

NET = "bbcu-raw-16x8"
SIZE = (3000, 4000)
FRAMES = 3
GAIN = 8.0


@dataclass(frozen=True)
class Taken:
    seconds: float
    processor: float


def main() -> None:
    graph = lowered_net(NET, silent)
    accelerator = TorchAccelerator(graph, "cpu")
    with tempfile.TemporaryDirectory() as scratch:
        out, frame = Path(scratch) / "out", Path(scratch) / "frame.dng"
        light = 512 + np.random.default_rng(0).poisson(100, SIZE)
        write_dng(frame, light.astype(np.uint16), black=(512,) * 4)
        raw = read_raw(frame)
        tiles = pack(raw.name, encode(raw, GAIN, accelerator.scale), accelerator)
        restore_frames(accelerator, tiles[:1])  # the first use is slower

        def alone() -> None:  # in a thread of its own, as in a video
            stage = Stage("run", lambda frame: restore_frames(accelerator, frame).seconds)
            list(run_stages([tiles] * FRAMES, [stage]))

        def video(count: int) -> None:
            frames = Path(scratch) / str(count)
            frames.mkdir()
            for number in range(count):
                (frames / f"{number}.dng").symlink_to(frame)
            job = Job(
                raw=frames,
                net=NET,
                board=load_board("zcu104"),
                accel=Accel.CPU,
                design=graph.folder,
                gain=GAIN,
                check=False,
            )
            perform_video(VideoJob(job, out), silent)

        before = _taken(alone)
        one, all_ = _taken(lambda: video(1)), _taken(lambda: video(FRAMES + 1))
        after = _taken(alone)
    video_taken = Taken(all_.seconds - one.seconds, all_.processor - one.processor)
    _print(before, video_taken, after)


def _taken(work: Callable[[], object]) -> Taken:
    begin = time.perf_counter(), time.process_time()
    work()
    return Taken(time.perf_counter() - begin[0], time.process_time() - begin[1])


def _print(before: Taken, video: Taken, after: Taken) -> None:
    title = f"{FRAMES} frames of {SIZE[1]} x {SIZE[0]}, {NET}, per frame"
    print(f"{title:<55}{'seconds':>10}{'processor seconds':>20}")
    for name, taken in {
        "network alone": before,
        "tarsier run, with reading and writing": video,
        "network alone, again": after,
    }.items():
        print(f"{name:<55}{taken.seconds / FRAMES:>10.2f}{taken.processor / FRAMES:>20.2f}")
    seconds, processor = (
        2 * getattr(video, of) / (getattr(before, of) + getattr(after, of)) - 1
        for of in ("seconds", "processor")
    )
    print(f"{'the host adds':<55}{seconds:>10.1%}{processor:>20.1%}")


if __name__ == "__main__":
    main()
