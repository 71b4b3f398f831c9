# SPDX-License-Identifier: MIT
"""The networks."""
