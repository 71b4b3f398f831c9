# SPDX-License-Identifier: MIT
"""What kernels promise their neighbours, proven with Yosys and Yices."""
