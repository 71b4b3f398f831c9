# SPDX-License-Identifier: MIT
"""Kernels as configured instances, and netlists of them: SystemVerilog and C++ tops."""
