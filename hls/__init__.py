# SPDX-License-Identifier: MIT
"""Streaming kernels: SystemVerilog, their HLS C++ twins and their NumPy meaning."""
