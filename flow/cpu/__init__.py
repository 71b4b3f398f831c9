# SPDX-License-Identifier: MIT
"""A hardware graph as a program for CPUs: its logic, bit by bit, on hundreds of pixels at once."""
