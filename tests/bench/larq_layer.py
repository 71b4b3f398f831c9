# SPDX-License-Identifier: MIT
"""A 1-bit layer of Larq Compute Engine, in an interpreter of its own, timed when it is asked to be.

    PYTHON larq_layer.py CHANNELS HEIGHT WIDTH

PYTHON has larq-compute-engine and tensorflow. The layer is signs, padding, a binary convolution of
3x3, and slopes and shifts for each channel, all of which the engine fuses, without a residual. It
prints its versions, and for each line that it reads, seconds of the clock and of the processor.
"""

import os
import sys
import tempfile
import time

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import larq_compute_engine as lce
import tensorflow as tf
from larq_compute_engine.tflite.python.interpreter import Interpreter


def main(channels: int, height: int, width: int) -> None:
    rng = np.random.default_rng(0)
    weights = rng.choice([-1, 1], (3, 3, channels, channels)).astype(np.float32)
    slope, shift = rng.uniform(0.1, 1, channels), rng.uniform(-1, 1, channels)

    class Layer(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((1, height, width, channels), tf.float32)])
        def __call__(self, x):
            signs = tf.sign(tf.sign(x) + 0.1)
            padded = tf.pad(signs, [[0, 0], [1, 1], [1, 1], [0, 0]], constant_values=1.0)
            sums = tf.nn.conv2d(padded, weights, 1, "VALID")
            return sums * slope.astype(np.float32) + shift.astype(np.float32)

    with tempfile.TemporaryDirectory() as folder:
        layer = Layer()
        tf.saved_model.save(layer, folder, signatures=layer.__call__.get_concrete_function())
        model = lce.convert_saved_model(folder)
    if b"LceBconv2d" not in model:
        sys.exit("the converter found no binary convolution")
    engine = Interpreter(model, num_threads=1)
    x = rng.normal(size=(1, height, width, channels)).astype(np.float32)
    print(f"larq-compute-engine on TensorFlow {tf.__version__}", flush=True)
    for _ in sys.stdin:
        begin = time.perf_counter(), time.process_time()
        engine.predict(x)
        print(time.perf_counter() - begin[0], time.process_time() - begin[1], flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
