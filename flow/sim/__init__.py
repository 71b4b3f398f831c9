# SPDX-License-Identifier: MIT
"""Cycle-accurate simulation of kernels and designs, and C simulation of their HLS twins."""
