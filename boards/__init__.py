# SPDX-License-Identifier: MIT
"""Boards as data, the host that feeds them raw frames, and the command line."""
