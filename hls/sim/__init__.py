# SPDX-License-Identifier: MIT
"""Kernels and netlists of them, simulated: RTL by Verilator, HLS twins by g++."""
