# SPDX-License-Identifier: MIT
"""Photographs in, one QONNX file and its golden tensors out. Imports none of the other folders."""
