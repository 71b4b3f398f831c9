# SPDX-License-Identifier: MIT
"""Frame, folds, widths, FIFOs and memories of a lowered graph."""
