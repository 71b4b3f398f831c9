# SPDX-License-Identifier: MIT
"""Accelerators: what restores frames, simulated, in PyTorch, or on a board."""
