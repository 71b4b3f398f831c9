# SPDX-License-Identifier: MIT
"""From a QONNX file to a streaming design: lowering, folding, FIFOs, RTL, simulation."""
