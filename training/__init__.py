# SPDX-License-Identifier: MIT
"""Photographs in, one QONNX file and its golden tensors out. Imports none of the other folders."""

import warnings

# Brevitas says, as it is imported, that a kernel which nothing here uses is not installed.
warnings.filterwarnings("ignore", "fast_hadamard_transform", UserWarning)
