# SPDX-License-Identifier: MIT
"""Kernels and designs counted and timed by Yosys."""
