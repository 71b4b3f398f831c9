# SPDX-License-Identifier: MIT
"""Products with constant matrices as graphs of adders: solved, pipelined and written as source."""
