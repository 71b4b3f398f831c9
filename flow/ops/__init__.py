# SPDX-License-Identifier: MIT
"""FINN custom ops, one per kernel, each with its RTL and its HLS variant.

A node is executed by its NumPy golden; with exec_mode rtlsim an RTL variant by its SystemVerilog in
Verilator, with cppsim an HLS variant, after PrepareCppSim and CompileCppSim, by its C++ twin.

A module here that names its class as OP is found and registered, and so are those of other packages
behind an entry point of the group tarsier_fpga.ops.
"""
