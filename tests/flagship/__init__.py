# SPDX-License-Identifier: MIT
"""The flagship: a few designs in full, what they take and do, beside what others published."""
