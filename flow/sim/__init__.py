# SPDX-License-Identifier: MIT
"""Designs, simulated and executed, and why they are stuck or wrong."""
