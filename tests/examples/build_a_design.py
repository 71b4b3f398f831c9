# SPDX-License-Identifier: MIT
"""A network as hardware for a small frame: built, simulated with stalls, compared bit for bit.

.venv/bin/python tests/examples/build_a_design.py
"""

import numpy as np

import tarsier_fpga as tarsier


def main() -> None:
    design = tarsier.build("bbcu-raw-16x8", board="zcu104", size=(64, 52))
    x = design.facts.x
    shape = (2, *design.facts.shape(x))
    frames = np.random.default_rng(0).integers(0, 1 << x.bits, shape, np.uint16)
    run = design.simulate(frames, stalls=0.3)
    for given, restored in zip(frames, run.frames, strict=True):
        assert np.array_equal(design.graph.reference(given), restored)
    print(f"{run.cycles_per_frame} cycles per frame with stalls, {design.facts.ideal_cycles} ideal")


if __name__ == "__main__":
    main()
