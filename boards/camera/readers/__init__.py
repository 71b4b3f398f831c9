# SPDX-License-Identifier: MIT
"""The raw formats, one a file, each with its READER.

A format of another package is a module with a READER too, named by an entry point in the group
`tarsier_fpga.readers`.
"""
